"""robots.txt: which pages of a site we may fetch, and how fast (RFC 9309).

Asked once a day and origin, conditionally, and remembered by whoever gives `load` and `save`. Feeds do not ask here:
they are polled because their publisher agreed. Whether an agreement also covers pages is for the caller to know.
How patterns match is protego's (its only home).
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from protego import Protego

from aggregator.errors import AddressBlocked, FetchError
from aggregator.fetch.client import Client
from aggregator.models import Response, RobotsFile, Validators
from aggregator.urls import resolve
from aggregator.validators import after_body, after_not_modified

_ACCEPT = "text/plain, */*;q=0.5"
_MAX_TAKEN_BYTES = 2 * 1024 * 1024  # what a site may send, and
_MAX_READ_BYTES = 500 * 1024  # what is read of it (RFC 9309 §2.5)
_MAX_KEPT = 1_000_000  # characters of rules in memory; 120 bytes each at the worst measured, patterns of stars
_WEIGHT = 1000  # characters that an origin counts for, whatever its file
_DAY = timedelta(hours=24)  # RFC 9309 §2.4
_HOUR = timedelta(hours=1)
_LONG_DOWN = timedelta(days=30)  # RFC 9309 §2.3.1.4
_LONGEST_DELAY_SECONDS = 60.0
# At the least all that protego takes for one; then stars, and the name without version and remarks.
_AGENT_LINE = re.compile(r"\s*user(?:-|\s*)agent(?=[\s:#]|$)\s*:?\s*(\**)([\w-]*)", re.IGNORECASE)


class Rules:
    """What the robots.txt of one origin asks of one user agent, as of `now`.

    After 30 days without an answer what was last read counts again.

    Attributes:
        is_unreadable: the file cannot be had, so nothing may be fetched for now.
        why: one sentence, for a page that may not be fetched.
        crawl_delay: wished between two requests, at most a minute; None where nothing is said.
    """

    def __init__(self, file: RobotsFile, user_agent_token: str, now: datetime) -> None:
        self.file = file
        self._token = user_agent_token.lower()
        self.is_unreadable = file.verdict == "deny" and now - file.fetched_at < _LONG_DOWN
        counts = file.verdict != "allow" and not self.is_unreadable
        self._protego = Protego.parse(_for_us(file.text, self._token) if counts else "")
        host = file.origin.partition("://")[2]
        self.why = (
            f"robots.txt of {host} could not be read ({file.reason}), so nothing is fetched there for now"
            if self.is_unreadable
            else f"robots.txt of {host} asks us not to fetch it"
        )
        seconds = self._protego.crawl_delay(self._token)  # None where it is no number, not finite or negative
        self.crawl_delay = None if seconds is None else timedelta(seconds=min(seconds, _LONGEST_DELAY_SECONDS))

    def may_fetch(self, url: str) -> bool:
        """Answer for an address of this origin."""
        return not self.is_unreadable and self._protego.can_fetch(url, self._token)


class Robots:
    """Knows the rules of every origin that is asked for.

    Args:
        user_agent_token: the product name that a group of rules for us begins with, whatever its case.
        load: finds the file of an origin that was saved earlier, also before a restart.
        save: keeps a file in place of the origin's last one.
        clock: now, aware and UTC.
    """

    def __init__(
        self,
        client: Client,
        user_agent_token: str = "aggregator",  # noqa: S107 - a name, no secret
        *,
        load: Callable[[str], Awaitable[RobotsFile | None]],
        save: Callable[[RobotsFile], Awaitable[None]],
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._token = user_agent_token
        self._load = load
        self._save = save
        self._clock = clock
        self._kept: dict[str, Rules] = {}  # by origin; the one asked for last comes last
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def rules_for(
        self,
        url: str,
        *,
        timeout: timedelta,  # noqa: ASYNC109 - handed on to the client
        longest_rest: timedelta = _DAY,
    ) -> Rules:
        """Return what counts for a page now, having asked its origin where that is due.

        Raises:
            AddressBlocked: the address, or one that robots.txt redirects to, is none we may connect to.
            FetchError: our own network is down, or the host wants to be left alone; nobody was asked.
        """
        address = resolve(url, "/robots.txt")
        if not address:
            raise AddressBlocked(f"{url[:200]!r} is no http or https address that can be fetched", url, kind="blocked")
        origin = address.removesuffix("/robots.txt")
        # Whoever comes while another asks waits, and finds the answer; or asks, should the other have given up.
        async with self._locks.setdefault(origin, asyncio.Lock()):
            rules = self._kept.pop(origin, None)
            file = rules.file if rules else await self._load(origin)
            if file is None or not _is_fresh(file, self._clock()):
                rules = None
                file = await self._ask(address, file or _unknown(origin, self._clock()), timeout, longest_rest)
                await self._save(file)
            if rules is None:  # in a thread, since half a megabyte of stars takes most of a second
                rules = await asyncio.to_thread(Rules, file, self._token, self._clock())
            self._keep(origin, rules)
        return rules

    async def _ask(
        self,
        address: str,
        known: RobotsFile,
        timeout: timedelta,  # noqa: ASYNC109
        longest_rest: timedelta,
    ) -> RobotsFile:
        try:
            answer = await self._client.get(
                address,
                known.validators,
                timeout=timeout,
                accept=_ACCEPT,
                max_body_bytes=_MAX_TAKEN_BYTES,
                longest_rest=longest_rest,
            )
        except FetchError as error:
            is_unasked = error.kind == "offline" or (error.kind == "busy" and error.status is None)
            if isinstance(error, AddressBlocked) or is_unasked:
                raise
            return after_failure(known, error, self._clock())
        return after_answer(known, answer, self._clock())

    def _keep(self, origin: str, rules: Rules) -> None:
        self._kept[origin] = rules
        weight = sum(_WEIGHT + len(kept.file.text) for kept in self._kept.values())
        while weight > _MAX_KEPT and len(self._kept) > 1:
            weight -= _WEIGHT + len(self._kept.pop(next(iter(self._kept))).file.text)


def after_answer(known: RobotsFile, answer: Response, now: datetime) -> RobotsFile:
    """Take in an answer: 2xx with the file, 304, or 404 and 410 for none.

    It counts for 24 hours, or as long as its max-age says where that is shorter, but for an hour at least.
    """
    max_age = answer.hints.max_age
    due_at = now + (_DAY if max_age is None else min(max(max_age, _HOUR), _DAY))
    if answer.status in (404, 410):
        return replace(known, verdict="allow", fetched_at=now, due_at=due_at, reason="")
    if answer.not_modified:
        text = known.text
        validators = after_not_modified(known.validators, answer.validators)
    else:
        text = read_text(answer.body)
        validators = after_body(known.validators, answer.validators, same_body=text != "" and text == known.text)
    return RobotsFile(known.origin, "rules" if text else "allow", text, validators, now, due_at)


def after_failure(known: RobotsFile, error: FetchError, now: datetime) -> RobotsFile:
    """Take in a failure: 4xx means that there is no file, anything else that nothing may be fetched (§2.3.1.3, .4).

    429 is no answer to what was asked, and so counts with 5xx. Those are asked again after an hour, or after the time
    that they ask for up to a day.
    """
    if error.status is not None and 400 <= error.status < 500 and error.status != 429:
        return replace(known, verdict="allow", fetched_at=now, due_at=now + _DAY, reason="")
    wait = min(max(timedelta(seconds=error.retry_after or 0.0), _HOUR), _DAY)
    return replace(
        known,
        verdict="deny",
        fetched_at=known.fetched_at if known.verdict == "deny" else now,
        due_at=now + wait,
        # Without the address, which is said, and without the cure, which is for feeds.
        reason=str(error).removeprefix(f"{known.origin}/robots.txt: ").partition("; ")[0],
    )


def read_text(body: bytes) -> str:
    """Decode a robots.txt, of which the first 500 KiB of whole lines count; "" for an HTML page in its place.

    A byte that is no UTF-8 becomes a mark that only such a byte in an address matches.
    """
    if len(body) > _MAX_READ_BYTES:
        body = body[:_MAX_READ_BYTES]
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1]
    # Without byte order marks and the zeros of UTF-16, which no database keeps.
    text = body.decode(errors="replace").replace("\0", "").lstrip("\ufeff\ufffd")
    return "" if text.lstrip().startswith("<") else text


def _is_fresh(file: RobotsFile, now: datetime) -> bool:
    """Say whether a file still counts; a clock that was set back does not make it count for longer than a day."""
    return file.due_at - _DAY <= now < file.due_at


def _for_us(text: str, token: str) -> str:
    """Take the other robots' names out, so that protego drops the rules that are only theirs.

    It would keep every rule once for every name: half a megabyte could take gigabytes. Besides, it takes "aggreg" for
    us and "aggregator/1.0" for somebody else; by RFC 9309 §2.2.1 it is the other way round.
    """

    def rename(line: str) -> str:
        agent = _AGENT_LINE.match(line)
        if not agent:
            return line
        stars, name = agent.groups()
        return f"User-agent: {token if name.lower() == token else '*' if stars and not name else ''}"

    return "\n".join(map(rename, text.splitlines()))


def _unknown(origin: str, now: datetime) -> RobotsFile:
    return RobotsFile(origin, "deny", "", Validators(), fetched_at=now, due_at=now)
