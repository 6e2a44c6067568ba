"""Bytes of a feed -> text. Every declaration may be wrong, so the bytes themselves are asked first."""

import codecs
import re

from aggregator.plaintext import publishable

_BOMS = (  # the longer first: UTF-32 LE begins like UTF-16 LE
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.I | re.ASCII)
_XML_CHARSET = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']", re.I)
# Charsets of one byte a character without structure to check, the names most often declared wrongly: what is not
# UTF-8 is read as Windows-1252 then, as browsers do (WHATWG Encoding §4.2). The rest are codecs that are no charsets.
# UTF-16 and UTF-32 were found by their zero bytes or are not there.
_NOT_BELIEVED = frozenset(
    "ascii iso8859-1 cp1252 utf-8 utf-8-sig utf-7 utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be "
    "idna punycode undefined unicode-escape raw-unicode-escape".split()
)
# What "surrogateescape" makes of a byte that is no UTF-8 -> the Windows-1252 character it most likely is.
_STRAY_BYTES = {0xDC00 + byte: bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0x100)}


def decode(body: bytes, content_type: str) -> str:
    """Decode a document; never fails.

    In this order: byte order mark, the zero bytes of UTF-16 and UTF-32, valid UTF-8, the charset of `content_type`,
    that of the XML declaration (RFC 7303 §3), and last UTF-8 in which each stray byte is taken for Windows-1252.
    """
    for bom, charset in _BOMS:
        if body.startswith(bom):
            return publishable(body[len(bom) :].decode(charset, "replace"))
    if charset := _charset_by_zero_bytes(body):
        return publishable(body.decode(charset, "replace"))
    if b"\x1b" not in body:  # ISO-2022 charsets are pure ASCII with escapes
        try:
            return publishable(body.decode("utf-8"))
        except UnicodeDecodeError:
            pass
    header = _HEADER_CHARSET.search(content_type)
    declaration = _XML_CHARSET.search(body[:400])
    for name in (header[1] if header else "", declaration[1].decode("ascii") if declaration else ""):
        try:
            if name and codecs.lookup(name).name.replace("_", "-") not in _NOT_BELIEVED:
                return publishable(body.decode(name))
        except (LookupError, ValueError):
            continue
    return publishable(body.decode("utf-8", "surrogateescape").translate(_STRAY_BYTES))


def _charset_by_zero_bytes(body: bytes) -> str:
    zeros = "".join("0" if byte == 0 else "x" for byte in body[:4])
    return {"000x": "utf-32-be", "x000": "utf-32-le", "0x0x": "utf-16-be", "x0x0": "utf-16-le"}.get(zeros, "")
