"""The rules a polite poller keeps, as a judge of what a server saw.

They are those of the feed reader score project (one unconditional request where validators are given, else one a day;
validators byte for byte as last received; an hour between two requests; no cookies, Referer or made-up addresses), what
a server and a feed ask for (Cache-Control, Expires, Retry-After, ttl, updatePeriod, skipHours, skipDays), and
robots.txt for pages. The judge reads headers and feeds by itself and shares no code with the program it judges.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

from lxml import etree

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_MOST_OLDER_PAGES = 10  # of one feed in one poll
_REDIRECTS = (301, 302, 303, 307, 308)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS = {"hourly": _HOUR, "daily": _DAY, "weekly": 7 * _DAY, "monthly": 30 * _DAY, "yearly": 365 * _DAY}


@dataclass(frozen=True)
class Request:
    at: datetime
    url: str  # absolute, as it stood on the wire
    headers: Mapping[str, str]  # by lower-case names
    method: str = "GET"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)  # by lower-case names
    body: bytes = b""  # decoded


@dataclass(frozen=True)
class Violation:
    rule: str
    at: datetime
    url: str
    why: str


@dataclass
class _Known:
    """What a server has said about one resource, and so what its next request may look like."""

    asked_at: datetime | None = None
    whole_at: datetime | None = None  # last body sent to a request without validators
    etags: tuple[str, ...] = ()  # as last received: of the last 200, and of a 304 after it
    last_modified: tuple[str, ...] = ()
    seen: set[str] = field(default_factory=set)  # every validator ever given
    body: bytes = b""  # its hash
    may_strip: bool = False  # the ETag as it came earned a body that was known already
    waits: dict[str, datetime] = field(default_factory=dict)  # rule -> not before


@dataclass
class _Feed(_Known):
    min_interval: timedelta | None = None  # set by the editor
    gone: bool = False
    followed: tuple[datetime, str] | None = None  # where the last answer sent us on to
    ttl: timedelta | None = None
    period: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    older_pages: int = 0  # asked for in this poll
    is_wordpress: bool = False


@dataclass
class _Robots(_Known):
    fresh_at: datetime | None = None  # last answer that says something
    forbidden: tuple[str, ...] = ()  # beginnings of paths


class Rules:
    """Sees every request with the answer it got, in order, and collects what broke a rule.

    Args:
        feeds: the addresses that editors wrote, each with the min_interval they set, if any.
        contact: what the User-Agent must hold.
        max_interval: nothing that is asked for counts for longer than this.
    """

    def __init__(self, feeds: Mapping[str, timedelta | None], contact: str, max_interval: timedelta = _DAY) -> None:
        self.violations: list[Violation] = []
        self._feeds = {url: _Feed(min_interval=least) for url, least in feeds.items()}  # other addresses join
        self._pages: dict[str, datetime | None] = {}  # addresses that a feed or a page named -> last body
        self._older: dict[str, _Feed] = {}  # addresses of older pages (RFC 5005)
        self._robots: dict[str, _Robots] = {}  # by host
        self._resting: dict[str, datetime] = {}  # host -> not before
        self._contact = contact
        self._most = max_interval

    def see(self, request: Request, answer: Answer) -> None:
        """Judge one request by the answers given before, then note this one."""
        found = [*self._wrong_manners(request), *self._wrong_host_time(request)]
        place = urlsplit(request.url)
        feed = self._feeds.get(request.url)
        if feed:
            found += self._wrong_poll(feed, request)
            self._note_feed(feed, request, answer)
        elif place.path == "/robots.txt" and not place.query:
            robots = self._robots.setdefault(place.netloc, _Robots())
            found += self._wrong_robots(robots, request)
            self._note_robots(robots, request, answer)
        elif older := self._older_page_of(request.url):
            found += self._wrong_older_page(older, request)
        elif request.url in self._pages:
            found += self._wrong_page(request)
            self._note_page(request, answer)
        else:
            found.append(("address", "nobody has ever named this address"))
        self._note_host(place.netloc, request.at, answer)
        self.violations += [Violation(rule, request.at, request.url, why) for rule, why in found]

    # --- every request -----------------------------------------------------------------------------------------------

    def _wrong_manners(self, request: Request) -> Iterator[tuple[str, str]]:
        if request.method != "GET":
            yield "method", f"{request.method} is of no use to a feed reader"
        for name in ("cookie", "referer"):
            if name in request.headers:
                yield name, f"{name}: {request.headers[name]}"
        user_agent = request.headers.get("user-agent", "")
        if not self._contact or self._contact not in user_agent:
            yield "user-agent", f"{user_agent!r} says nothing of whom to write to"

    def _wrong_host_time(self, request: Request) -> Iterator[tuple[str, str]]:
        until = self._resting.get(urlsplit(request.url).netloc)
        if until and request.at < until:
            yield "retry-after", f"the host asked to be left alone until {until:%d %b %H:%M:%S}"

    def _note_host(self, host: str, at: datetime, answer: Answer) -> None:
        wait = _retry_after(answer, at)
        if answer.status in (429, 503) and wait:
            self._resting[host] = at + min(wait, self._most)

    # --- feeds -------------------------------------------------------------------------------------------------------

    def _wrong_poll(self, feed: _Feed, request: Request) -> Iterator[tuple[str, str]]:
        if feed.gone:
            yield "gone", "asked again after 410"
        yield from _wrong_validators(feed, request)
        if feed.followed != (request.at, request.url):  # else it is the same poll
            yield from self._wrong_time(feed, request.at)
        least = _DAY if feed.min_interval is None else feed.min_interval
        if not feed.seen and feed.whole_at and request.at - feed.whole_at < least:
            yield "unconditional", f"the whole feed was sent only {request.at - feed.whole_at} ago"

    def _wrong_time(self, feed: _Feed, at: datetime) -> Iterator[tuple[str, str]]:
        if feed.asked_at is None:
            return
        since = at - feed.asked_at
        least = _HOUR if feed.min_interval is None else feed.min_interval
        if since < least:
            yield "too soon", f"{since} after the last request"
        for rule, not_before in feed.waits.items():
            if at < not_before:
                yield rule, f"asked to wait until {not_before:%d %b %H:%M:%S}"
        if since < self._most:
            if at.hour in feed.skip_hours:
                yield "skipHours", f"hour {at.hour} is one of those to skip"
            if at.weekday() in feed.skip_days:
                yield "skipDays", f"{_WEEKDAYS[at.weekday()]} is one of those to skip"

    def _note_feed(self, feed: _Feed, request: Request, answer: Answer) -> None:
        at = feed.asked_at = request.at
        feed.followed = None
        if answer.status in _REDIRECTS:
            target = urljoin(request.url, answer.headers.get("location", ""))
            feed.followed = (at, target)
            self._feeds.setdefault(target, feed)
        if answer.status == 200:
            feed.older_pages = 0
            if _hash(answer.body) != feed.body:
                self._read_feed(feed, request.url, answer.body)
        if answer.status in (200, 304):
            self._note_validators(feed, request, answer)
            feed.waits = self._waits(feed, answer, at)
        elif answer.status == 410:
            feed.gone = True
        elif answer.status not in (429, 503) and (wait := _retry_after(answer, at)):
            feed.waits["retry-after"] = at + min(wait, self._most)

    def _note_validators(self, known: _Known, request: Request, answer: Answer) -> None:
        etag, last_modified = answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
        if answer.status == 200:
            sent = request.headers.get("if-none-match")
            body = _hash(answer.body)
            if sent is not None and sent in known.etags and body == known.body:
                known.may_strip = True
            if not _is_conditional(request):
                known.whole_at = request.at
            known.body = body
            known.etags, known.last_modified = (etag,) * bool(etag), (last_modified,) * bool(last_modified)
        else:  # what earned the 304 stays good, what came with it is good as well
            known.etags = (*known.etags[:1], etag) if etag else known.etags
            known.last_modified = (last_modified,) if last_modified else known.last_modified
        known.seen |= {*known.etags, *known.last_modified}

    def _waits(self, feed: _Feed, answer: Answer, at: datetime) -> dict[str, datetime]:
        asked = {"ttl": feed.ttl, "updatePeriod": feed.period, "retry-after": _retry_after(answer, at)}
        cache_control = answer.headers.get("cache-control", "").lower()
        if found := re.search(r"\bmax-age=(\d+)", cache_control):
            asked["max-age"] = timedelta(seconds=int(found[1]))
        elif "expires" in answer.headers:
            asked["expires"] = _until(answer.headers["expires"], at)
        return {rule: at + min(wait, self._most) for rule, wait in asked.items() if wait}

    def _read_feed(self, feed: _Feed, url: str, body: bytes) -> None:
        """Note the addresses that a feed names and what it asks for."""
        root = etree.fromstring(body)
        said: dict[str, list[str]] = {}
        for element in root.iter("{*}*"):
            name, text = etree.QName(element).localname, (element.text or "").strip()
            said.setdefault(name, []).append(text)
            target = element.get("href") or text
            if name != "link" or not target:
                continue
            if element.get("rel") in ("next", "prev-archive"):
                self._older[urljoin(url, target)] = feed
            else:
                self._pages.setdefault(urljoin(url, target), None)
        ttl, period = said.get("ttl"), said.get("updatePeriod")
        feed.ttl = timedelta(minutes=int(ttl[0])) if ttl else None
        frequency = int(said.get("updateFrequency", ["1"])[0])
        feed.period = _PERIODS[period[0]] / frequency if period else None
        feed.skip_hours = frozenset(int(hour) % 24 for hour in said.get("hour", ()))
        feed.skip_days = frozenset(_WEEKDAYS.index(day.lower()) for day in said.get("day", ()))
        feed.is_wordpress = any("wordpress" in text for text in said.get("generator", ()))

    def _older_page_of(self, url: str) -> _Feed | None:
        """Find the feed of an older page: named by it, or a `?paged=2`, which WordPress has without naming it."""
        feed = self._feeds.get(re.sub(r"[?&]paged=[2-9]$", "", url))
        return feed if feed and feed.is_wordpress else self._older.get(url)

    def _wrong_older_page(self, feed: _Feed, request: Request) -> Iterator[tuple[str, str]]:
        feed.older_pages += 1
        if feed.asked_at != request.at or feed.older_pages > _MOST_OLDER_PAGES:
            yield "too soon", "older pages belong to a poll that found only new entries, and to that only a few"

    # --- pages -------------------------------------------------------------------------------------------------------

    def _wrong_robots(self, robots: _Robots, request: Request) -> Iterator[tuple[str, str]]:
        if robots.fresh_at and request.at - robots.fresh_at < _DAY:
            yield "robots", f"robots.txt was read only {request.at - robots.fresh_at} ago"
        elif robots.asked_at and request.at - robots.asked_at < _HOUR:
            yield "robots", f"robots.txt was tried only {request.at - robots.asked_at} ago"
        yield from _wrong_validators(robots, request)

    def _note_robots(self, robots: _Robots, request: Request, answer: Answer) -> None:
        robots.asked_at = request.at
        if answer.status in (200, 304):
            self._note_validators(robots, request, answer)
        if answer.status == 200:
            text = answer.body.decode("utf-8", "replace")
            robots.forbidden = tuple(re.findall(r"(?mi)^disallow: *(/\S*)", text))
        elif answer.status >= 500:
            robots.forbidden = ("/",)
        elif answer.status >= 400:
            robots.forbidden = ()
        if answer.status < 500 and answer.status != 429:
            robots.fresh_at = request.at

    def _wrong_page(self, request: Request) -> Iterator[tuple[str, str]]:
        place = urlsplit(request.url)
        robots = self._robots.get(place.netloc, _Robots())
        if robots.asked_at is None:
            yield "robots", "a page was asked for before robots.txt"
        elif robots.fresh_at and request.at - robots.fresh_at > _DAY:
            yield "robots", f"by rules that are {request.at - robots.fresh_at} old"
        if place.path.startswith(robots.forbidden):
            yield "robots", "robots.txt forbids this page"
        had_at = self._pages[request.url]
        if had_at and request.at - had_at < _HOUR:
            yield "too soon", f"the page was sent only {request.at - had_at} ago"

    def _note_page(self, request: Request, answer: Answer) -> None:
        if answer.status in _REDIRECTS:
            self._pages.setdefault(urljoin(request.url, answer.headers.get("location", "")), None)
        elif answer.status in (200, 304):
            self._pages[request.url] = request.at


def _wrong_validators(known: _Known, request: Request) -> Iterator[tuple[str, str]]:
    """Compare what is sent back with what was last received."""
    if (known.etags or known.last_modified) and not _is_conditional(request):
        yield "unconditional", "the server has given validators"
    etag, since = request.headers.get("if-none-match"), request.headers.get("if-modified-since")
    good = {*known.etags, *(_stripped(etag) for etag in known.etags if known.may_strip)}
    for value, right in ((etag, good), (since, set(known.last_modified))):
        if value is not None and value not in right:
            how = "is not the last one received" if value in known.seen else "was never received"
            yield "validators", f"{value} {how}; good would be {' or '.join(sorted(right)) or 'none'}"


def _is_conditional(request: Request) -> bool:
    return "if-none-match" in request.headers or "if-modified-since" in request.headers


def _stripped(etag: str) -> str:
    return etag.removeprefix("W/").replace('-gzip"', '"')


def _hash(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


def _retry_after(answer: Answer, at: datetime) -> timedelta | None:
    value = answer.headers.get("retry-after", "")
    return timedelta(seconds=int(value)) if value.isdigit() else _until(value, at)


def _until(date: str, at: datetime) -> timedelta | None:
    """Return the time until a date of HTTP; None when it is no date or has passed."""
    try:
        when = parsedate_to_datetime(date)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return when - at if when > at else None
