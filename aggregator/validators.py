"""Which validators to send with the next request: those of the last answer, in the form that the server honours.

They go back byte for byte as they came (RFC 9110 §8.8). One thing is known to go wrong: a server that compresses marks
its ETags (`W/"…"`, or `"…-gzip"` with Apache) and then, as WordPress does behind nginx, compares the mark, too, so that
the tag as it came never earns a 304. Then it is sent without the mark.
"""

import re

from aggregator.models import Validators

_APACHE_MARK = re.compile(r'-(?:gzip|br|deflate|zstd)(?="$)')


def after_not_modified(sent: Validators, named: Validators) -> Validators:
    """Choose after a 304: the form that has just been honoured, unless the answer names another tag (§15.4.5)."""
    is_same = not named.etag or _unmarked(named.etag) == _unmarked(sent.etag)
    return Validators(sent.etag if is_same else named.etag, named.last_modified or sent.last_modified)


def after_body(sent: Validators, received: Validators, *, same_body: bool) -> Validators:
    """Choose after a 200.

    Args:
        sent: what the request carried.
        received: what the answer says of its body.
        same_body: that is, byte for byte, the body we had: the server did not recognize what was sent.
    """
    plain = _unmarked(received.etag)
    was_plain = bool(sent.etag) and sent.etag == _unmarked(sent.etag)
    # A form that failed is exchanged for the other; one under which there was simply news goes on being used.
    use_plain = sent.etag == received.etag if same_body else was_plain
    return Validators(plain if use_plain else received.etag, received.last_modified)


def _unmarked(etag: str) -> str:
    return _APACHE_MARK.sub("", etag.removeprefix("W/"))
