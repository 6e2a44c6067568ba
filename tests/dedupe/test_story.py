"""Which items tell the same event."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from aggregator.dedupe.comparison import Account
from aggregator.dedupe.story import Frequencies, Report, choose_story, compare, read_telling, weigh
from bench.story import story

EVENTS = Path(__file__).parent.parent / "data" / "stories" / "events.jsonl"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
YOUNG = Frequencies(0, {}, "en")  # a store that has counted nothing yet

STRIKE = (
    "Bus drivers walk out over night shifts",
    "Bus drivers in Port Alder stopped work on Monday after the depot imposed split night shifts.\n\n"
    "Two hundred vehicles stayed in the yard. The transit board went to a judge.",
)
STRIKE_TOO = (
    "No bus leaves the depot in Port Alder",
    "The depot of Port Alder was shut on Monday as bus drivers struck against split night shifts.\n\n"
    "The transit board asked a judge to declare the walkout illegal.",
)
STRIKE_STILL = (
    "Drivers of Port Alder stay out over split shifts",
    "Bus drivers in Port Alder kept the depot shut on Tuesday, still refusing split night shifts.\n\n"
    "A judge hears the transit board on the walkout.",
)
KELLER = (
    "Choir of Port Alder turns eighty",
    "The choir of Port Alder sang on Monday for its eightieth birthday, in the hall by the harbour.\n\n"
    "Among the singers was the founder's granddaughter.",
)


def report(
    number: int,
    newsroom: str,
    told: tuple[str, str],
    *,
    days: float = 0,
    language: str = "en",
    frequencies: Frequencies = YOUNG,
) -> Report:
    telling = read_telling(*told)
    words, rare = weigh(telling, frequencies)
    account = Account(newsroom, *told, NOW + timedelta(days=days))
    return Report(number, language, account, words, telling.names, rare)


def join(new: Report, *stories: Sequence[Report]) -> int | None:
    joined = choose_story(new, stories)
    return joined.place if joined else None


def test_two_newsrooms_on_one_event_are_one_story() -> None:
    assert join(report(2, "b", STRIKE_TOO), [report(1, "a", STRIKE)]) == 0


def test_the_most_alike_story_is_chosen() -> None:
    stories = [report(1, "c", KELLER)], [report(2, "a", STRIKE)]
    assert join(report(3, "b", STRIKE_TOO), *stories) == 1


def test_a_shared_place_is_no_event() -> None:
    assert join(report(2, "b", KELLER), [report(1, "a", STRIKE)]) is None


def test_nothing_to_join() -> None:
    assert join(report(1, "a", STRIKE)) is None


def test_days_later_it_is_another_event() -> None:
    assert join(report(2, "b", STRIKE_TOO, days=3.9), [report(1, "a", STRIKE)]) == 0
    assert join(report(2, "b", STRIKE_TOO, days=4.1), [report(1, "a", STRIKE)]) is None


def test_a_story_goes_on_while_it_is_reported() -> None:
    story = [report(1, "a", STRIKE), report(2, "b", STRIKE_TOO, days=3)]
    assert join(report(3, "c", STRIKE_STILL, days=6), story) == 0


def test_another_language_is_a_translation_and_no_story() -> None:
    assert join(report(2, "b", STRIKE_TOO, language="es"), [report(1, "a", STRIKE)]) is None


def test_a_newsroom_alone_makes_a_series_and_no_story() -> None:
    assert join(report(2, "a", STRIKE_TOO), [report(1, "a", STRIKE)]) is None


def test_a_newsroom_follows_up_a_story_that_others_tell_too() -> None:
    assert join(report(3, "a", STRIKE_STILL), [report(1, "a", STRIKE), report(2, "b", STRIKE_TOO)]) == 0


def test_a_newsroom_s_form_letters_are_no_story() -> None:
    assert join(report(3, "a", STRIKE), [report(1, "a", STRIKE), report(2, "b", STRIKE_TOO)]) is None


def test_what_comes_late_joins_what_was_told_of_its_day() -> None:
    assert join(report(2, "b", STRIKE_TOO, days=-3.9), [report(1, "a", STRIKE)]) == 0
    assert join(report(2, "b", STRIKE_TOO, days=-4.1), [report(1, "a", STRIKE)]) is None


def test_a_report_without_words_is_alone() -> None:
    empty = report(1, "a", ("", ""))
    assert join(report(2, "b", ("", "")), [empty]) is None
    assert compare(empty, report(2, "b", STRIKE)).score == 0


def test_what_many_reports_hold_counts_for_little() -> None:
    told = {word for text in (STRIKE, STRIKE_TOO) for word in read_telling(*text).words}
    counted = Frequencies(500, dict.fromkeys(told, 400), "en")
    pair = report(2, "b", STRIKE_TOO, frequencies=counted), report(1, "a", STRIKE, frequencies=counted)
    assert join(pair[0], [pair[1]]) is None


def test_what_all_of_a_few_items_hold_is_not_rare() -> None:
    told = {word for text in (STRIKE, STRIKE_TOO) for word in read_telling(*text).words}
    counted = Frequencies(12, dict.fromkeys(told, 12), "en")
    pair = report(2, "b", STRIKE_TOO, frequencies=counted), report(1, "a", STRIKE, frequencies=counted)
    assert join(pair[0], [pair[1]]) is None


def test_a_language_without_a_table_has_no_stories_until_words_are_counted() -> None:
    for counted, story_of in ((Frequencies(0, {}, "qu"), None), (Frequencies(900, {}, "qu"), 0)):
        one, other = (
            report(number, newsroom, told, language="qu", frequencies=counted)
            for number, newsroom, told in ((1, "a", STRIKE), (2, "b", STRIKE_TOO))
        )
        assert join(other, [one]) == story_of


LETTER = (
    "Statement of solidarity with the {0}",
    "We, members of the assembly of Port Alder, met on Monday and send our solidarity to the {0}, whose depot was shut.\n\n"
    "Their roster is our roster. We ask every household to cook for the {0}, and the board to withdraw its writ.",
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (tuple(part.format("drivers") for part in LETTER), tuple(part.format("nurses") for part in LETTER)),
        (STRIKE, ("Re: Bus drivers walk out over night shifts", STRIKE_TOO[1])),
        (STRIKE, ("Weekly news update", STRIKE_TOO[1])),
        (("Bus drivers walk out, part 1", STRIKE[1]), ("Bus drivers walk out, part 2", STRIKE_TOO[1])),
    ],
    ids=["form letters", "a reply", "a round-up", "parts of a series"],
)
def test_what_is_no_report_of_its_own_is_in_no_story(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert compare(report(1, "a", one), report(2, "b", other)).score >= 0.25
    assert join(report(2, "b", other), [report(1, "a", one)]) is None


def test_only_the_beginning_of_an_endless_paragraph_is_its_lead() -> None:
    telling = read_telling("A title", " ".join(f"word{number}" for number in range(300)))
    assert "word79" in telling.top
    assert "word80" not in telling.top
    assert "word299" in telling.words


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    return [json.loads(line) for line in EVENTS.read_text(encoding="utf-8").splitlines()]


def test_invented_events_are_told_apart(events: list[dict[str, Any]]) -> None:
    told = {one["id"]: one["story"] for one in story(events)}
    pairs = list(combinations(events, 2))
    same = {(a["id"], b["id"]) for a, b in pairs if a["truth"] == b["truth"]}
    found = {(a["id"], b["id"]) for a, b in pairs if told[a["id"]] and told[a["id"]] == told[b["id"]]}
    assert not found - same
    assert len(found) >= 0.95 * len(same)


def test_there_are_events_enough(events: list[dict[str, Any]]) -> None:
    assert len({one["truth"] for one in events}) >= 40
    assert {one["lang"] for one in events} == {"en", "es", "pt", "fr"}
