"""What needs a person: each kind in words with figures and a cure, and what is none."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import JSON, Connection, insert

from aggregator.models import Alerts, Config, PollEvent, PollHistory, Source, Trouble
from aggregator.reports.source_troubles import SourceFacts, source_troubles
from aggregator.reports.status import gather_status
from aggregator.reports.troubles import Machine, find_troubles
from aggregator.reports.usual import last_weeks, too_few
from aggregator.sources import check_sources
from aggregator.store import alerts, polls, topic_states
from aggregator.store.arrivals import Day, Pages
from aggregator.store.database import Database
from aggregator.store.quarantine import HeldCount
from aggregator.store.space import Disk, note_size
from aggregator.tables import COPY, ITEM
from tests.newsroom import SITE

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VALLEY = Source("valley", "Valley Voice", feed="https://valley.example/feed/")
WELL = PollHistory(
    polled_at=NOW, last_success_at=NOW, last_entry_at=NOW, newest_at=NOW, next_poll_at=NOW + HOUR, polls=9, entries=10
)


RULES = Alerts()


def found(history: PollHistory, rules: Alerts = RULES, **facts: object) -> list[Trouble]:
    return list(source_troubles(SourceFacts(VALLEY, history, **facts), rules, NOW))  # type: ignore[arg-type]


def only(history: PollHistory, **facts: object) -> Trouble:
    (trouble,) = found(history, **facts)
    assert trouble.cure
    assert trouble.text.startswith("Valley Voice")
    return trouble


def silent(gap: timedelta, silence: timedelta) -> PollHistory:
    last = NOW - silence
    return replace(WELL, last_entry_at=last, newest_at=last, rhythm=(gap,) * 20)


# --- one source ------------------------------------------------------------------------------------------------------


def test_a_source_that_has_fallen_silent() -> None:
    trouble = only(silent(6 * HOUR, 9 * DAY))
    assert trouble.text == "Valley Voice has sent no entry for 9 days; usual gap 6 hours"
    assert (trouble.kind, trouble.since) == ("silent", NOW - 9 * DAY)


@pytest.mark.parametrize(
    ("gap", "silence", "is_told"),
    [
        (6 * HOUR, 2.9 * DAY, False),  # a long weekend
        (6 * HOUR, 3.1 * DAY, True),
        (7 * DAY, 2 * DAY, False),  # a weekly paper
        (7 * DAY, 20 * DAY, False),
        (7 * DAY, 29 * DAY, True),
    ],
)
def test_silence_goes_by_the_rhythm_of_the_source(gap: timedelta, silence: timedelta, is_told: bool) -> None:
    assert bool(found(silent(gap, silence))) is is_told


def test_who_writes_without_a_rhythm_may_be_silent_for_longer() -> None:
    gaps = tuple(hours * HOUR for hours in (2, 5, 9, 14, 19, 26, 33, 42, 54, 71))  # as chance has them: a third is long
    irregular = replace(
        silent(DAY, 6.5 * DAY), rhythm=gaps
    )  # more than four times the usual gap, and twice the longest
    assert not found(irregular)
    assert found(replace(irregular, rhythm=(DAY,) * 10))
    assert found(replace(silent(DAY, 9 * DAY), rhythm=gaps))


def test_how_long_silence_may_last_is_the_editors() -> None:
    assert not found(silent(6 * HOUR, 9 * DAY), Alerts(silent_after=10 * DAY))
    assert found(silent(6 * HOUR, 2 * DAY), Alerts(silent_after=DAY))


def test_nobody_is_silent_while_nobody_asks() -> None:
    asked_long_ago = replace(silent(6 * HOUR, 9 * DAY), polled_at=NOW - 8 * DAY)
    assert not found(asked_long_ago)


def test_a_source_of_which_little_is_known_has_a_month() -> None:
    assert not found(replace(silent(HOUR, 29 * DAY), rhythm=(HOUR,)))
    assert "too few came to say" in only(replace(silent(HOUR, 31 * DAY), rhythm=(HOUR,))).text


def test_a_source_fails_when_it_fails_often() -> None:
    lost = replace(
        WELL,
        failures=2,
        failure="unreachable",
        last_success_at=NOW - 7 * HOUR,
        outcome="https://valley.example/feed/: host not found; is the address right?",
    )
    assert not found(lost)
    trouble = only(replace(lost, failures=3))
    assert (trouble.kind, trouble.since, trouble.cure) == ("broken", NOW - 7 * HOUR, "is the address right?")
    assert trouble.text == (
        "Valley Voice could not be polled since 2026-11-22 05:00 UTC (3 times in a row): "
        "https://valley.example/feed/: host not found"
    )
    never = replace(lost, failures=3, last_success_at=None)
    assert only(never, failed_since=NOW - DAY).since == NOW - DAY


@pytest.mark.parametrize(
    "said", ["answered 403 Forbidden; ask the partner to let us in", "Cloudflare keeps us out; ask"]
)
def test_a_source_that_keeps_us_out(said: str) -> None:
    assert only(replace(WELL, failures=3, failure="refused", outcome=said)).kind == "blocked"


def test_pages_that_we_may_not_have() -> None:
    assert not found(WELL, pages=Pages(20, 4, 4, NOW))
    refused = only(WELL, pages=Pages(20, 15, 0, NOW - DAY))
    assert (refused.kind, refused.since) == ("blocked", NOW - DAY)
    assert "15 of 20 in a week (robots.txt)" in refused.text
    noticed = {refused.key: NOW - 9 * DAY}
    assert only(WELL, pages=Pages(20, 15, 0, NOW - DAY), known=noticed).since == NOW - 9 * DAY
    assert not found(WELL, pages=Pages(20, 8, 0, NOW - DAY))
    assert found(WELL, pages=Pages(20, 8, 0, NOW - DAY), known=noticed)  # not over as soon as a little less is refused
    assert not found(WELL, pages=Pages(20, 6, 0, NOW - DAY), known=noticed)


def test_a_feed_that_moved_or_ended() -> None:
    moved = only(replace(WELL, moved_to="https://valley.example/new/", moved_at=NOW - DAY))
    assert (moved.kind, moved.since) == ("moved", NOW - DAY)
    assert 'feed = "https://valley.example/new/"' in moved.cure
    gone = only(replace(WELL, failures=1, gone_at=NOW - DAY, outcome="answered 410 Gone"))
    assert (gone.kind, gone.since) == ("broken", NOW - DAY)
    assert "`aggregator poll valley`" in gone.cure


def test_a_source_that_was_broken_into() -> None:
    hacked = only(WELL, held=HeldCount(2, "links to casinos", "https://valley.example/x/"))
    assert hacked.kind == "hacked"
    assert "2 articles held, since somebody may have broken in there: links to casinos" in hacked.text
    blocked = only(WELL, held=HeldCount(1, 'in the blocklist: "cure"', "https://valley.example/x/"))
    assert blocked.kind == "waiting"
    changes = only(replace(WELL, remark="changes to 1 published article are not taken over, since ..."))
    assert changes.kind == "hacked"


# --- less than usual -------------------------------------------------------------------------------------------------


def month(per_day: float, last_week: float, body: str = "page", last_body: str = "page") -> dict[str, Day]:
    """Make up five weeks: so many articles a day, and so many in the last week, after a first day that pours in."""
    days = {"2026-10-18": Day(60, Counter({body: 60}))}
    for number in range(1, 35):
        day = datetime(2026, 10, 18, tzinfo=UTC) + number * DAY
        each, what = (last_week, last_body) if number >= 28 else (per_day, body)
        count = int(number * each) - int((number - 1) * each)
        if count:
            days[f"{day:%Y-%m-%d}"] = Day(count, Counter({what: count}))
    return days


def shrunk(**days: dict[str, Day]) -> list[tuple[str, str]]:
    weeks = last_weeks(days, NOW)
    return [
        (source, trouble.about)
        for source, week in weeks.items()
        for trouble in found(WELL, week=week)
        if trouble.kind == "shrunk"
    ]


def test_a_source_that_brings_much_less() -> None:
    assert shrunk(valley=month(6, 2)) == [("valley", "articles")]
    assert not shrunk(valley=month(6, 4))  # more than half
    assert not shrunk(valley=month(0.7, 0.3))  # so few may be chance
    assert not shrunk(valley=month(6, 6))
    week = last_weeks({"valley": month(6, 2)}, NOW)["valley"]
    assert "has brought 14 articles in a week; usual are 42" in only(WELL, week=week).text
    assert not too_few(week.articles, 0.3)


def test_who_has_come_back_after_a_silence_is_not_said_to_bring_less_besides() -> None:
    usual = month(6, 6)
    back_today = {day: count for day, count in usual.items() if day < "2026-11-11"}
    week = last_weeks({"valley": back_today}, NOW)["valley"]
    assert not found(WELL, week=week)
    assert only(replace(WELL, newest_at=NOW - 2 * DAY), week=week).about == "articles"
    back = {day: count for day, count in usual.items() if not "2026-11-11" <= day < "2026-11-20"}
    assert not shrunk(valley=back)
    back_with_less = back | {day: Day(1, Counter(page=1)) for day in ("2026-11-20", "2026-11-21")}
    assert not shrunk(valley=back_with_less)  # of two days that may be chance
    long_back = {day: count for day, count in month(20, 2).items() if not "2026-11-11" <= day < "2026-11-17"}
    assert shrunk(valley=long_back) == [("valley", "articles")]


def test_a_source_is_known_before_less_is_less() -> None:
    late = {day: count for day, count in month(6, 2).items() if day >= "2026-11-03"}
    assert not shrunk(valley=late)


def test_a_week_that_is_quiet_everywhere_is_held_against_nobody() -> None:
    others = {f"s{number}": month(6, 2) for number in range(5)}
    assert not shrunk(**others)
    assert shrunk(**others | {"valley": month(6, 0.2)}) == [("valley", "articles")]


def test_a_source_whose_texts_are_not_found_any_more() -> None:
    assert shrunk(valley=month(6, 6, "page", "feed")) == [("valley", "texts")]
    assert shrunk(valley=month(6, 6, "feed", "none")) == [("valley", "texts")]
    assert not shrunk(valley=month(6, 6, "feed", "page"))
    week = last_weeks({"valley": month(6, 6, "page", "feed")}, NOW)["valley"]
    assert "0 of 42 (usual are 42) articles of a week whose text was found on its page" in only(WELL, week=week).text


def test_pages_kept_from_us_are_not_said_to_give_no_text_besides() -> None:
    week = last_weeks({"valley": month(6, 6, "page", "feed")}, NOW)["valley"]
    assert only(WELL, week=week, pages=Pages(42, 0, 40, NOW - DAY)).kind == "blocked"
    assert only(WELL, week=week, pages=Pages(42, 0, 4, NOW - DAY)).about == "texts"


# --- everything ------------------------------------------------------------------------------------------------------


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with Database(f"sqlite:///{tmp_path / 'store.db'}") as database:
        database.migrate()
        with database.transaction() as connection:
            yield connection


def config(*names: str, extra: str = "") -> Config:
    blocks = (
        f'[[source]]\nid = "{name}"\nname = "{name.title()}"\nfeed = "https://{name}.example/feed"\n' for name in names
    )
    return check_sources(SITE + "".join(blocks) + extra).config


def learn(connection: Connection, config: Config, **histories: PollHistory) -> None:
    polls.save_polls(
        connection,
        [
            polls.Polled(name, f"https://{name}.example/feed", history, PollEvent(NOW, "said", history.failure))
            for name, history in histories.items()
        ],
    )


def kinds(troubles: tuple[Trouble, ...]) -> list[tuple[str, str]]:
    return [(trouble.kind, trouble.subject) for trouble in troubles]


def test_all_is_well(connection: Connection) -> None:
    one = config("valley", "port")
    learn(connection, one, valley=WELL, port=WELL)
    disk = Disk(Path("/var"), 10**12, 10**11, 10**6, 10**5)
    assert find_troubles(connection, one, NOW, Machine((disk,))) == ()


def test_our_own_network_is_one_trouble(connection: Connection) -> None:
    down = replace(WELL, failures=4, failure="offline", outcome="x: no answer from the name server; is it online?")
    down = replace(down, last_success_at=NOW - 2 * HOUR, next_poll_at=NOW - DAY)
    one = config("valley", "port", "coast")
    learn(connection, one, valley=down, port=down, coast=WELL)
    (network,) = find_troubles(connection, one, NOW)
    assert (network.kind, network.since) == ("network", NOW - 2 * HOUR)
    assert network.text.startswith("2 of 3 sources cannot be asked")
    learn(connection, one, port=WELL)  # it is that one's own name server
    assert kinds(find_troubles(connection, one, NOW))[-1] == ("broken", "valley")


def test_what_is_late_paused_or_ends_soon(connection: Connection) -> None:
    one = config("valley", extra='[source.rights]\nmode = "full"\nexpires = "2026-12-01"\ngranted = "2026-01-01"\n')
    learn(connection, one, valley=replace(WELL, next_poll_at=NOW - HOUR))
    overdue, rights = find_troubles(connection, one, NOW)
    assert overdue.text == 'source "valley" should have been polled 60 minutes ago'
    assert rights.text == "Valley: its agreement ends on 2026-12-01, in 9 days"
    assert rights.since == datetime(2026, 11, 1, tzinfo=UTC)
    *_, ended = find_troubles(connection, one, NOW.replace(month=12))
    assert ended.text == "Valley: its agreement ended on 2026-12-01"
    assert ended.key != rights.key


def test_disks_and_a_database_that_fill_up(connection: Connection) -> None:
    full = Disk(Path("/var"), 10**11, 10**9, 0, 0)
    (disk,) = find_troubles(connection, config(), NOW, Machine((full,)))
    assert disk.text == "the disk that /var is on has 1.0 GB of 100.0 GB left (1%)"
    crowded = Disk(Path("/var"), 10**11, 10**11, 10**6, 10**4)
    assert kinds(find_troubles(connection, config(), NOW, Machine((crowded,)))) == [("disk", "/var")]
    room = Disk(Path("/var"), 10**12, 2 * 10**10, 0, 0)
    for day in range(10):
        note_size(connection, 10**10 + day * 10**9, NOW + (day - 9) * DAY)
    (database,) = find_troubles(connection, config(), NOW, Machine((room,)))
    assert database.text == (
        "the database grows by 1.0 GB a day (the last 9 days); at this pace the disk is full in 20 days"
    )
    assert not find_troubles(connection, config(), NOW, Machine((replace(room, free_bytes=10**11),)))


def test_articles_that_wait_for_an_editor(connection: Connection) -> None:
    for number, why in enumerate(
        ['publish = "hold" of source "valley"', "quarantine: casino", "rejected by ana", "paused"]
    ):
        values = {
            "public_id": f"p{number}",
            "state": "held",
            "state_why": why,
            "sort_at": NOW,
            "title": "",
            "people": [],
        }
        item = connection.execute(
            insert(ITEM).values(**values, publication="", language="", published_at=NOW, updated_at=NOW, origin_name="")
        ).inserted_primary_key[0]
        copy = {"item": item, "source": "valley", "guid": str(number), "generation": 0, "entry_hash": "", "lines": b""}
        copy |= {"first_seen_at": NOW - number * HOUR, "body_from": "none"}
        for column in COPY.c:
            if not column.nullable and column.name not in ("id", *copy):
                copy[column.name] = [] if isinstance(column.type, JSON) else ""
        connection.execute(insert(COPY).values(copy))
    (waiting,) = find_troubles(connection, config(), NOW)
    assert waiting.text == "1 article waits for an editor, the first since 2026-11-22 12:00 UTC"


def test_a_wrong_file_and_alerts_that_do_not_arrive(connection: Connection) -> None:
    one = config()
    for _ in range(3):
        alerts.note_failed(connection, "smtp", "mail.example: connection refused", NOW, NOW)
    alerts.note_failed(connection, "file", "once", NOW, NOW)
    assert kinds(find_troubles(connection, one, NOW, problems=["sources.toml:3: no"])) == [("configuration", "")]
    one = replace(one, alerts=Alerts(deliver=("smtp", "file")))
    (undelivered,) = find_troubles(connection, one, NOW)
    assert "alerts by smtp do not arrive" in undelivered.text
    failed = Machine(output_failed="public/all.rss: no space left", output_failed_since=NOW - HOUR)
    assert kinds(find_troubles(connection, one, NOW, failed))[0] == ("output", "")


def test_what_cannot_be_written_is_not_said_to_be_late_besides(connection: Connection) -> None:
    one = config(extra='[[topic]]\nid = "all"\ntitle = "All"\n')
    topic_states.make_due(connection, ["all"], NOW - HOUR)
    assert kinds(find_troubles(connection, one, NOW)) == [("overdue", "")]
    failed = Machine(output_failed="public/all.rss: no space left", output_failed_since=NOW - HOUR)
    assert kinds(find_troubles(connection, one, NOW, failed)) == [("output", "")]


def test_the_status_says_the_same(connection: Connection) -> None:
    one = config("valley")
    learn(connection, one, valley=silent(6 * HOUR, 9 * DAY))
    status = gather_status(connection, one, NOW)
    assert status.troubles == find_troubles(connection, one, NOW)
    assert status.sources[0].warning == status.troubles[0].said.removeprefix("Valley ")
    assert status.sources[0].state == "warning"
