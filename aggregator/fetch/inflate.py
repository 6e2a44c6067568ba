"""Undoes gzip and deflate while an answer streams in, so that a bomb is noticed before it has gone off."""

import zlib
from collections.abc import Iterator

_INFLATE_BYTES = 64 * 1024  # decoded at a time, so that a bomb is noticed before it fills the memory


class Inflater:
    """Undoes gzip or deflate, never more than a small piece at a time."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._member: zlib._Decompress | None = None  # a gzip body may be several, one after another

    def inflate(self, data: bytes) -> Iterator[bytes]:
        """Yield what this much of the body unpacks to, piece by piece; whoever counts may stop. Raises zlib.error."""
        while data:
            if self._member is None or self._member.eof:
                if self._member and (self._coding == "deflate" or data[0] != 0x1F):
                    return  # padding after the end
                self._member = zlib.decompressobj(self._window(data[0]))
            part = self._member.decompress(data, _INFLATE_BYTES)
            while part:
                yield part
                part = self._member.decompress(self._member.unconsumed_tail, _INFLATE_BYTES)
            data = self._member.unused_data

    @property
    def is_complete(self) -> bool:
        """Whether the end was reached; nothing at all counts as an empty body."""
        return self._member is None or self._member.eof

    def _window(self, first: int) -> int:
        if self._coding == "gzip":
            return 16 + zlib.MAX_WBITS
        # "deflate" means zlib (RFC 9110 §8.4.1.2), but some send it bare; zlib's first byte ends in 8 (RFC 1950 §2.2).
        return zlib.MAX_WBITS if first & 0x0F == 8 else -zlib.MAX_WBITS
