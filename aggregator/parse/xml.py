"""RSS, Atom and CDF -> entries. The home of feedparser: its dictionaries end here.

Whatever a feed's author got wrong and feedparser cannot know is put right before (`_prepare`) or after it. Its own
sanitizer stays off: that is the work of `clean`.
"""

import io
import re
from calendar import timegm
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import feedparser
import feedparser.mixin

from aggregator.errors import ParseError
from aggregator.models import Enclosure, Entry, Image, KnownEntry, ParsedFeed, Reading
from aggregator.parse.dates import MAX_DATE_CHARS, entry_date, is_plausible
from aggregator.parse.entries import language_tag, make_entry
from aggregator.parse.hints import feed_hints, named_hubs, older_page, whole_number
from aggregator.parse.known import find_marks
from aggregator.parse.outline import Outline
from aggregator.parse.text import html_of, title_text
from aggregator.parse.tombstones import deleted_in_xml
from aggregator.urls import host_of, resolve_for_readers

# feedparser would resolve `<guid>1234</guid>` against the feed's address, and all guids would change with that address.
feedparser.mixin._FeedParserMixin.can_be_relative_uri.discard("id")


def _name_author(self: Any, key: str = "author") -> None:
    """Take the text of an author's element for the name, mail address and all (see `text.person`).

    feedparser looks for mail addresses there, in time that grows with the square of the text's length, knows only those
    whose domain ends in two to four letters, and cuts the others in two.
    """
    context = self._get_context()
    people, text = dict.get(context, f"{key}s"), dict.get(context, key)
    if not isinstance(people, list) or not people:
        return
    if people[-1]:  # of Atom, where the name has an element of its own
        _sync_author(self, key)
    elif text:
        people[-1]["name"] = text


def _add_tag(self: Any, *tag: Any) -> None:
    """Take in only so many categories: feedparser compares each with all before it."""
    if len(dict.get(self._get_context(), "tags") or ()) < _MAX_PARTS:
        _add_any_tag(self, *tag)


def _note_state(method: Any, *, is_end: bool) -> Any:
    """Have an entry note when it leaves feedparser in another state than it found it in, so that what is read from the
    next one depends on it (see `known`): a language that does not end, a prefix with another meaning from there on.
    """

    def note(self: Any, *args: Any) -> None:
        if not is_end:
            self.our_state = _state(self)
            method(self, *args)
            return
        entry = self.entries[-1] if self.entries else None
        method(self, *args)
        if entry is not None and _state(self) != self.our_state:
            dict.__setitem__(entry, _LEAKS, True)

    return note


def _state(parser: Any) -> tuple[object, ...]:
    """Return all of feedparser's state that one entry may leave to the next."""
    prefixes = {prefix: name for prefix, name in parser.namespacemap.items() if prefix and prefix != name}
    drawn = {prefix for prefix, uri in parser.namespaces_in_use.items() if prefix and uri in _DRAWN}
    return (
        *(getattr(parser, name) for name in _STATE),
        len(parser.basestack),
        len(parser.langstack),
        # Each <content> of Atom leaves itself and its entry there for good, under all that comes, where nobody looks.
        [name for name, *_ in parser.elementstack if name not in ("item", "content")],
        dict(parser.contentparams),
        prefixes,
        drawn,
    )


_LEAKS = "our_leaks"
_STATE = (
    "version depth infeed inentry incontent intextinput inimage inauthor incontributor inpublisher insource svgOK "
    "_summaryKey baseuri lang"
).split()
_DRAWN = ("http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML")  # their prefixes are looked up later
_mixin = feedparser.mixin._FeedParserMixin
_mixin._start_item = _mixin._start_entry = _note_state(_mixin._start_item, is_end=False)
_mixin._end_item = _mixin._end_entry = _note_state(_mixin._end_item, is_end=True)
_sync_author = feedparser.mixin._FeedParserMixin._sync_author_detail
_add_any_tag = feedparser.mixin._FeedParserMixin._add_tag
feedparser.mixin._FeedParserMixin._add_tag = _add_tag
feedparser.mixin._FeedParserMixin._sync_author_detail = _name_author

_NOTHING: Mapping[str, KnownEntry] = {}
_END_OF_TIME = datetime(9998, 1, 1, tzinfo=UTC)
ROOT = re.compile(r"<(?:[\w-]+:)?(rss|rdf|feed|channel)(?=[\s/>])", re.I)
_SKIPS = re.compile(r"<skip(?:hours|days)", re.I)
_MAX_PARTS = 200  # authors, links, categories of one entry that are looked at
_MAX_PIXELS = 100_000
_FULL_SIZE = 1024 * 768  # what a picture of unknown size is taken for, unless it is a thumbnail

_CHARACTER_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+))(?:;|(?![0-9a-fA-F]))")
# Elements to be given another name: feedparser takes the first for a second description, and so for the content, or for
# the title; over the others it stumbles when they are empty.
_ASIDE = re.compile(
    r"<(/?)(?:(media|itunes|dc):(description|summary|title)|(georss|gml|psc):(\w+))\b[^<>]*?(/?)>", re.ASCII
)
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:$|\?)", re.I)
_AVATAR = "gravatar.com"  # WordPress.com gives the author's portrait as the first media:content


def read_xml(
    text: str, base: str, now: datetime, max_entries: int, known: Mapping[str, KnownEntry] = _NOTHING
) -> Reading:
    """Read a document of any XML dialect feedparser knows, well-formed or not.

    Args:
        base: address that relative ones are resolved against, unless xml:base says otherwise.
        max_entries: of more than these only the newest are read (see `outline`).
        known: by their marks, entries that need not be read again.
    Returns:
        The feed, its entries not yet told apart. With no format and no entries it is no feed.
    Raises:
        ParseError: the document is too deep, has too many elements, or feedparser stumbled over it.
    """
    # Whatever stands before the root element goes: warnings of PHP, and the DOCTYPE with its entity declarations, which
    # could grow without bound (feedparser knows those of HTML by itself).
    start = _start(text)
    prologue, text = text[:start], text[start:]
    root = ROOT.match(text)
    try:
        outline = Outline(text)
        whole, text = text, outline.newest(max_entries, now)
    except ParseError as error:
        raise ParseError(f"{base}: {error}") from None
    # Resolving the addresses inside HTML takes four times as long as all the rest. It is needed where only the document
    # knows their base (RFC 4287 §2); in plain RSS they are relative to the article's page, which `clean` knows.
    only_here = "xml:base" in text or (root is not None and root[1].lower() == "feed")
    circumstances = (feedparser.__version__, base, str(only_here), f"{now:%Y-%m-%d}")
    marks = find_marks(text, outline, circumstances) if text is whole else ()
    found, marks = _read(text, outline, marks, known, lambda part: _parse(part, root, base, only_here))
    version = str(found.get("version") or "")
    if version in ("", "rss") and root and root[1].lower() == "channel":
        version = "cdf"
    elif version == "rss091u" and "netscape" in prologue.lower():
        version = "rss091n"
    elif not version and root:
        version = "rss" if root[1].lower() in ("rss", "rdf") else "atom"
    feed = found["feed"]
    links = [{key: _string(link, key) for key in ("rel", "href")} for link in _dicts(feed, "links")]
    hubs, self_url = named_hubs(links, base)
    entries, marks = _put_together(
        marks,
        known,
        [_entry(entry, feed, base, version, now) for entry in found["entries"]],
        [_is_lasting(entry, version, now) for entry in found["entries"]],
    )
    parsed = ParsedFeed(
        entries=entries,
        title=title_text(_string(feed, "title")),
        home=next(_alternates(feed, base), ""),
        language=language_tag(_string(feed, "language")),
        hints=feed_hints(
            _string(feed, "ttl"),
            _string(feed, "sy_updateperiod"),
            _string(feed, "sy_updatefrequency"),
            outline.around() if _SKIPS.search(text) else "",
        ),
        older_url=older_page(links, base),
        hubs=hubs,
        self_url=self_url,
        deleted=deleted_in_xml(outline.around()) if "deleted-entry" in text else (),
        format=version,
    )
    return Reading(parsed, marks, frozenset(known.keys() & set(marks)))


def _read(
    text: str,
    outline: Outline,
    marks: tuple[str, ...],
    known: Mapping[str, KnownEntry],
    parse: Callable[[str], Any],
) -> tuple[Any, tuple[str, ...]]:
    """Have a document parsed without the entries that are known, and whole where their absence might be noticed.

    Returns:
        What feedparser found, and the marks; none where it has read everything since the document is odd.
    """
    left_out = [span for span, mark in zip(outline.entries, marks, strict=False) if mark in known]
    found = parse(outline.without(left_out) if left_out else text)
    entries = found["entries"]
    is_odd = found.get("bozo") or len(entries) != len(marks) - len(left_out)
    if not marks or not (is_odd or any(dict.get(entry, _LEAKS) for entry in entries)):
        return found, marks
    return (parse(text) if left_out else found), ()


def _put_together(
    marks: tuple[str, ...], known: Mapping[str, KnownEntry], read: Sequence[Entry], lasting: Sequence[bool]
) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Put the known entries between those that were read. Those that another day makes others of have no mark."""
    if not marks:
        return tuple(read), ()
    rest = iter(zip(read, lasting, strict=True))
    entries, kept = [], []
    for mark in marks:
        if one := known.get(mark):
            entries.append(Entry(one.guid, one.url, "", published_at=one.published_at, hash=one.hash))
            kept.append(mark)
        else:
            entry, is_lasting = next(rest)
            entries.append(entry)
            kept.append(mark if is_lasting else "")
    return tuple(entries), tuple(kept)


def _parse(text: str, root: re.Match[str] | None, base: str, only_here: bool) -> Any:
    # Always a file object: bare bytes that look like a path or an address would be opened.
    document = io.BytesIO(_prepare(text, root[0] if root else "").encode())
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": base}
    try:
        return feedparser.parse(
            document, response_headers=headers, resolve_relative_uris=only_here, sanitize_html=False
        )
    except Exception as exc:  # it promises no class of error, and strangers' documents find them all
        raise ParseError(f"{base}: the feed is broken beyond reading ({exc!r}); ask the partner to mend it") from exc


def _prepare(text: str, root: str) -> str:
    """Make a document that the strict parser can read more often.

    Args:
        text: from the root element on, which begins with `root`; what follows its end goes.
    """
    end = text.rfind(f"</{root[1:]}>") if root else -1
    if end > 0:
        text = text[: end + len(root) + 2]
    text = _CHARACTER_REFERENCE.sub(_valid_reference, text)
    return _ASIDE.sub(r"<\1\2\4:our\3\5\6>", text)


def _start(text: str) -> int:
    """Find the root element, or the first of all where none of a feed is there."""
    found = ROOT.search(text) or re.search(r"<[a-zA-Z]", text)
    return found.start() if found else len(text)


def _valid_reference(reference: re.Match[str]) -> str:
    digits, base = (reference[1], 16) if reference[1] else (reference[2], 10)
    code = int(digits, base) if len(digits) <= 10 else 0
    allowed = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    return reference[0] if allowed else ""


def _entry(entry: Any, feed: Any, base: str, version: str, now: datetime) -> Entry:
    is_rss = version.startswith("rss")
    base = _base(entry) or base
    published_at, updated_at = _dates(entry, is_rss, now)
    return make_entry(
        guid=_string(entry, "id"),
        url=_url(entry, base, is_rss),
        title=_string(entry, "title"),
        summary_html=_summary(entry),
        content_html=_content(entry),
        authors=_authors(entry, feed, is_rss),
        categories=[_string(tag, "label") or _string(tag, "term") for tag in _dicts(entry, "tags")],
        published_at=published_at,
        updated_at=updated_at,
        language=_language(entry) or _string(feed, "language"),
        image=_image(entry, base),
        enclosures=_enclosures(entry, base),
    )


def _url(entry: Any, base: str, is_rss: bool) -> str:
    """Find the address of the article's page.

    An RSS guid that is an address serves where there is no link that can be followed (RSS 2.0 isPermaLink); an Atom id
    that looks like one is a name (RFC 4287 §4.2.6).
    """
    if original := resolve_for_readers(base, _string(entry, "feedburner_origlink")):
        return original
    if link := next(_alternates(entry, base), ""):
        return link
    guid = _string(entry, "id").strip()
    if is_rss and (
        guid.lower().startswith(("http://", "https://")) or (guid.startswith("/") and dict.get(entry, "guidislink"))
    ):
        return resolve_for_readers(base, guid)
    return ""


def _alternates(context: Any, base: str) -> Iterator[str]:
    """Yield the addresses of the page that a feed or an entry stands for, those of HTML first."""
    links = [link for link in _dicts(context, "links") if _string(link, "rel") in ("", "alternate")]
    links.sort(key=lambda link: "html" not in _string(link, "type"))
    for link in links:
        is_data = _string(link, "type").endswith(("xml", "json")) and "html" not in _string(link, "type")
        if not is_data and (url := resolve_for_readers(base, _string(link, "href"))):
            yield url


def _content(entry: Any) -> str:
    bodies = [html_of(_string(part, "value"), _string(part, "type")) for part in _dicts(entry, "content")]
    return max(bodies, key=len, default="")


def _summary(entry: Any) -> str:
    # Without a detail the summary is feedparser's copy of the content.
    detail = _dict(entry, "summary_detail")
    if summary := html_of(_string(detail, "value"), _string(detail, "type")):
        return summary
    return html_of(_string(entry, "dc_ourdescription") or _string(entry, "itunes_oursummary"), "text/plain")


def _authors(entry: Any, feed: Any, is_rss: bool) -> list[str]:
    """Find the names as given. In Atom those of `source`, then of the feed stand in (RFC 4287 §4.2.1)."""
    for context in (entry,) if is_rss else (entry, _dict(entry, "source"), feed):
        if names := [name for author in _dicts(context, "authors") if (name := _string(author, "name"))]:
            return names
    return []


def _dates(entry: Any, is_rss: bool, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Find when an entry was published and, only if the feed says so, updated.

    dc:date, which feedparser calls "updated", is RSS 1.0's date of publication; beside a pubDate it is a second one and
    tells of an update only when later.
    """
    published, created, updated = (_date(entry, key, now) for key in ("published", "created", "updated"))
    if is_rss and updated and (not published or updated <= published):
        return published or updated, None
    return published or created or updated, updated


def _is_lasting(entry: Any, version: str, now: datetime) -> bool:
    """Say whether an entry's dates will be read as they are now on any later day, none being too far ahead still."""
    is_rss = version.startswith("rss")
    return _dates(entry, is_rss, now) == _dates(entry, is_rss, _END_OF_TIME)


def _date(entry: Any, key: str, now: datetime) -> datetime | None:
    raw = _string(entry, key)
    if instant := entry_date(raw, now):
        return instant
    parsed = dict.get(entry, f"{key}_parsed")
    # feedparser also knows Korean, Greek and Hungarian dates, but takes "20" for a century.
    if not isinstance(parsed, tuple) or len(raw) > MAX_DATE_CHARS or str(parsed[0]) not in raw:
        return None
    try:
        instant = datetime.fromtimestamp(timegm(parsed), UTC)
    except (ValueError, OverflowError):
        return None
    return instant if is_plausible(instant, now) else None


def _image(entry: Any, base: str) -> Image | None:
    """Choose the picture that stands for the entry: the largest, the first among equals."""
    alt = title_text(_string(entry, "media_ourdescription") or _string(entry, "media_ourtitle"))
    sized: list[tuple[int, Image]] = []
    for picture, unknown_size in _pictures(entry):
        width, height = _pixels(_string(picture, "width")), _pixels(_string(picture, "height"))
        url = resolve_for_readers(base, _string(picture, "url") or _string(picture, "href"))
        if url and not host_of(url).endswith(_AVATAR):
            sized.append((width * height or unknown_size, Image(url, alt, width, height)))
    return max(sized, key=lambda found: found[0])[1] if sized else None


def _pictures(entry: Any) -> Iterator[tuple[Any, int]]:
    """Yield each picture with the area it is taken for when its size is not said."""
    for medium in _dicts(entry, "media_content"):
        if _is_picture(medium):
            yield medium, _FULL_SIZE
    for link in _dicts(entry, "links"):
        if _string(link, "rel") == "enclosure" and _is_picture(link):
            yield link, _FULL_SIZE
    yield _dict(entry, "image"), _FULL_SIZE
    for thumbnail in _dicts(entry, "media_thumbnail"):
        yield thumbnail, 1


def _is_picture(medium: Any) -> bool:
    kind = _string(medium, "type") or _string(medium, "medium")
    return kind.startswith("image") or (not kind and _PICTURE.search(_string(medium, "url")) is not None)


def _enclosures(entry: Any, base: str) -> Iterator[Enclosure]:
    attached = [link for link in _dicts(entry, "links") if _string(link, "rel") == "enclosure"]
    attached += [medium for medium in _dicts(entry, "media_content") if not _is_picture(medium)]
    for medium in attached:
        if url := resolve_for_readers(base, _string(medium, "href") or _string(medium, "url")):
            length = _string(medium, "length") or _string(medium, "filesize")
            yield Enclosure(url, _string(medium, "type"), whole_number(length))


def _language(entry: Any) -> str:
    details = [_dict(entry, "title_detail"), _dict(entry, "summary_detail"), *_dicts(entry, "content")]
    return _string(entry, "language") or next(filter(None, (_string(detail, "language") for detail in details)), "")


def _base(entry: Any) -> str:
    return _string(_dict(entry, "title_detail"), "base") or _string(_dict(entry, "summary_detail"), "base")


def _pixels(text: str) -> int:
    return min(whole_number(text), _MAX_PIXELS)


# An element feedparser does not know is kept under its own name, as text or as a dictionary of attributes, so that a
# feed with an element <links> puts text where a list is expected. dict's own `get`, since feedparser's would answer
# "updated" with the date of publication.


def _string(context: Any, key: str) -> str:
    value = dict.get(context, key)
    return value if isinstance(value, str) else ""


def _dict(context: Any, key: str) -> Any:
    value = dict.get(context, key)
    return value if isinstance(value, dict) else {}


def _dicts(context: Any, key: str) -> list[Any]:
    value = dict.get(context, key)
    return [part for part in value[:_MAX_PARTS] if isinstance(part, dict)] if isinstance(value, list) else []
