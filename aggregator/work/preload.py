"""What worker processes need, imported and loaded once, in the process that they are forked from.

A worker that does it by itself takes a tenth of a second for it, and memory that others have filled already.
"""

import xml.sax.expatreader  # noqa: F401 - feedparser asks for it by name, with its first feed

import aggregator.pool
import aggregator.work.prepare  # noqa: F401
from aggregator.extract.language import detect_language

detect_language("This loads the model.", ["en"])
