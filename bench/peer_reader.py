"""Adds feeds to a store of `reader` (PyPI) and updates them; run by a Python of an environment that has it.

Run as `PYTHON peer_reader.py FEEDS STORE`. Knows nothing of this program.
"""

import sys

from reader import make_reader

feeds, store = sys.argv[1:]
reader = make_reader(store)
if not reader.get_feed_counts().total:
    with open(feeds, encoding="utf-8") as file:
        for url in file.read().split():
            reader.add_feed(url)
failed = sum(isinstance(result.value, Exception) for result in reader.update_feeds_iter(scheduled=False, workers=20))
sys.exit(1 if failed else 0)
