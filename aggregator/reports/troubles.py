"""What needs a person, of everything: for `status`, the status page and alerts, in the same words; decides nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from aggregator.models import Config, Pause, PollHistory, Source, Trouble
from aggregator.release import PAUSED, QUARANTINE, SETTLED
from aggregator.reports.health import find_late, say_late
from aggregator.reports.rights import list_ending
from aggregator.reports.source_troubles import OFTEN, SourceFacts, source_troubles
from aggregator.reports.usual import LOOK_BACK, last_weeks
from aggregator.store import alerts, arrivals, digests, polls, quarantine, rulings, space

_PAGES_OF = timedelta(days=7)
_LITTLE_SHARE, _LITTLE_BYTES = 0.1, 5 * 2**30  # free: less than both is too little
_LITTLE_FILES = 0.05
_FULL_SOON = 30  # days
_OFTEN_IN_VAIN = 3  # attempts to deliver


@dataclass(frozen=True)
class Machine:
    """What the store does not know.

    Attributes:
        disks: that the database and the output are on.
        output_failed: why files could not be written the last time; empty: they could.
        output_failed_since: since when.
    """

    disks: tuple[space.Disk, ...] = ()
    output_failed: str = ""
    output_failed_since: datetime | None = None


UNSEEN = Machine()


def find_troubles(
    connection: Connection,
    config: Config,
    now: datetime,
    machine: Machine = UNSEEN,
    problems: Sequence[str] = (),
) -> tuple[Trouble, ...]:
    """Find all that needs a person, what concerns everything first.

    Args:
        machine: as far as it was looked at.
        problems: why the sources file as it is now is none; `config` is then the one in force.
    """
    known = {key: one.since for key, one in alerts.load_known(connection).items()}
    polled = [source for source in config.sources if source.is_polled and source.enabled]
    histories = polls.load_histories(connection, {source.id: source.feed for source in polled})
    offline = _offline(histories)
    return (
        *_misconfigured(problems, known, now),
        *_no_network(offline, len(polled), histories),
        *_of_output(machine, now),
        *_of_disks(machine.disks, known, now),
        *_of_database(connection, machine.disks, known, now),
        *_late(connection, config, {name: one for name, one in histories.items() if name not in offline}, machine, now),
        *_undelivered(connection, config, now),
        *_unsent(connection, config, now),
        *(_paused(pause, config) for pause in rulings.load_pauses(connection).pauses),
        *_waiting(connection),
        *_of_sources(connection, config, [one for one in polled if one.id not in offline], histories, known, now),
        *(_ending(source, text, since) for source, text, since in list_ending(config, now)),
    )


def _of_sources(
    connection: Connection,
    config: Config,
    polled: Sequence[Source],
    histories: Mapping[str, PollHistory],
    known: Mapping[tuple[str, str, str], datetime],
    now: datetime,
) -> Iterator[Trouble]:
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    weeks = last_weeks(arrivals.count_days(connection, today - timedelta(days=LOOK_BACK), today), now)
    pages = arrivals.count_pages(connection, now - _PAGES_OF)
    failed = arrivals.first_failures(connection)
    held = quarantine.count_held(connection)
    for source in polled:
        name = source.id
        facts = SourceFacts(
            source, histories[name], failed.get(name), held.get(name), weeks.get(name), pages.get(name), known
        )
        yield from source_troubles(facts, config.alerts, now)


def _ending(source: Source, text: str, since: datetime) -> Trouble:
    cure = "renew it, and write down the new days under [source.rights]"
    return Trouble("rights", source.id, source.name, f"{source.name}: {text}", cure, since, about=f"{since:%Y-%m-%d}")


# --- editors ---------------------------------------------------------------------------------------------------------


def _misconfigured(
    problems: Sequence[str], known: Mapping[tuple[str, str, str], datetime], now: datetime
) -> Iterator[Trouble]:
    if not problems:
        return
    others = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    text = f"the sources file is not taken over, since it has mistakes: {problems[0]}{others}"
    cure = "mend it, and see `aggregator check`; until then the last good one stays in force"
    since = known.get(("configuration", "", ""), now)
    yield Trouble("configuration", "", "sources.toml", text, cure, since)


def _paused(pause: Pause, config: Config) -> Trouble:
    what = f"{pause.kind} {pause.name}".rstrip()
    source = config.source(pause.name) if pause.kind == "source" else None
    why = f": {pause.reason}" if pause.reason else ""
    text = f"{what} is paused, since {pause.at:%Y-%m-%d %H:%M} UTC by {pause.by}{why}"
    cure = f"`aggregator resume {pause.name}`".replace(" `", "`") + " lets it go on"
    return Trouble("paused", pause.name, source.name if source else what, text, cure, pause.at, about=pause.kind)


def _waiting(connection: Connection) -> Iterator[Trouble]:
    count, since = rulings.held_for_editors(connection, (*SETTLED, QUARANTINE, PAUSED))
    if count and since:
        articles = "1 article waits" if count == 1 else f"{count} articles wait"
        text = f"{articles} for an editor, the first since {since:%Y-%m-%d %H:%M} UTC"
        yield Trouble("waiting", "", "Editors", text, "`aggregator queue` lists what waits", since)


# --- the machine -----------------------------------------------------------------------------------------------------


def _offline(histories: Mapping[str, PollHistory]) -> set[str]:
    """Return the sources that cannot be asked because of our own network, if it is that: most of them then."""
    failing = {name for name, one in histories.items() if one.failure == "offline" and one.failures >= OFTEN}
    return failing if 2 * len(failing) > sum(one.polled_at is not None for one in histories.values()) else set()


def _no_network(offline: set[str], count: int, histories: Mapping[str, PollHistory]) -> Iterator[Trouble]:
    if not offline:
        return
    reached = [at for name in offline if (at := histories[name].last_success_at)]
    asked = [at for name in offline if (at := histories[name].polled_at)]
    said = histories[min(offline)].outcome.rpartition("; ")[0]
    text = f"{len(offline)} of {count} sources cannot be asked, and none of them answers to blame: {said}"
    yield Trouble("network", "", "Network", text, "is this machine online?", max(reached, default=min(asked)))


def _late(
    connection: Connection, config: Config, histories: Mapping[str, PollHistory], machine: Machine, now: datetime
) -> Iterator[Trouble]:
    late = find_late(connection, config, histories, now)
    for kind, behind, text, cure in say_late(late):
        if kind == "topic" and machine.output_failed:  # of that it is said why
            continue
        yield Trouble("overdue", "", f"{kind}s", text, cure, now - max(behind.values()), about=kind)


def _of_output(machine: Machine, now: datetime) -> Iterator[Trouble]:
    if machine.output_failed:
        since = machine.output_failed_since or now
        text = f"files cannot be written since {since:%Y-%m-%d %H:%M} UTC: {machine.output_failed}"
        yield Trouble("output", "", "Output", text, "readers get the old ones; make room, or mend the rights", since)


def _of_disks(
    disks: Sequence[space.Disk], known: Mapping[tuple[str, str, str], datetime], now: datetime
) -> Iterator[Trouble]:
    for disk in disks:
        name = str(disk.folder)
        if disk.free_bytes < min(_LITTLE_SHARE * disk.bytes, _LITTLE_BYTES):
            free = f"{_size(disk.free_bytes)} of {_size(disk.bytes)}"
            text = f"the disk that {name} is on has {free} left ({disk.free_bytes / disk.bytes:.0%})"
            cure = "free some space; when it is full, nothing is polled or published"
            yield Trouble("disk", name, name, text, cure, known.get(("disk", name, ""), now))
        if disk.files and disk.free_files < _LITTLE_FILES * disk.files:
            text = f"the disk that {name} is on has room for {disk.free_files:,} files more, of {disk.files:,}"
            cure = "remove what is not needed; each article with a page of its own takes two"
            yield Trouble("disk", name, name, text, cure, known.get(("disk", name, "files"), now), about="files")


def _of_database(
    connection: Connection,
    disks: Sequence[space.Disk],
    known: Mapping[tuple[str, str, str], datetime],
    now: datetime,
) -> Iterator[Trouble]:
    growth = space.forecast(connection, now)
    if growth is None or growth.per_day <= 0 or not disks:
        return
    left = int(disks[0].free_bytes / growth.per_day)
    if left <= _FULL_SOON:
        text = (
            f"the database grows by {_size(growth.per_day)} a day (the last {growth.days} days); "
            f"at this pace the disk is full in {left} days"
        )
        cure = "give it a larger disk, or look which source brings so much"
        yield Trouble("database", "", "Database", text, cure, known.get(("database", "", ""), now))


def _undelivered(connection: Connection, config: Config, now: datetime) -> Iterator[Trouble]:
    for way, state in alerts.load_ways(connection).items():
        if way in config.alerts.deliver and state.tries >= _OFTEN_IN_VAIN:
            since = state.failing_since or now
            text = (
                f"alerts by {way} do not arrive since {since:%Y-%m-%d %H:%M} UTC ({state.tries} attempts): {state.said}"
            )
            cure = "`aggregator alerts --test` sends one at once; see docs/operating.md, Alerts"
            yield Trouble("alerts", way, f"Alerts by {way}", text, cure, since)


def _unsent(connection: Connection, config: Config, now: datetime) -> Iterator[Trouble]:
    known = {digest.id: digest for digest in config.digests}
    for name, progress in digests.load_progress(connection).items():
        if name in known and progress.tries >= _OFTEN_IN_VAIN:
            since = progress.failing_since or now
            text = (
                f'the digest "{name}" cannot be delivered since {since:%Y-%m-%d %H:%M} UTC '
                f"({progress.tries} attempts): {progress.said}"
            )
            cure = f"mend that, and `aggregator digest send {name}` sends it at once; see docs/digests.md"
            yield Trouble("digest", name, f"Digest {name}", text, cure, since)


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
