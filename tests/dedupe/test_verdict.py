"""What two copies are to each other, on invented pairs in four languages, and on the titles of one topic page."""

import json
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.dedupe.comparison import Account
from aggregator.dedupe.titles import read_title
from aggregator.dedupe.verdict import judge, may_be_series

DATA = Path(__file__).parent.parent / "data" / "neardup"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def read_lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def account(copy: dict[str, Any]) -> Account:
    return Account(copy["source"], copy["title"], copy["text"], datetime.fromisoformat(copy["at"]))


PAIRS = read_lines("pairs.jsonl")


def test_every_language_has_its_pairs() -> None:
    assert {pair["lang"] for pair in PAIRS} == {"en", "es", "pt", "fr"}
    assert sum(pair["same"] for pair in PAIRS) > 80
    assert sum(not pair["same"] for pair in PAIRS) > 80


@pytest.mark.parametrize(
    "pair", [pytest.param(pair, id=f"{pair['lang']}-{pair['kind']}-{number}") for number, pair in enumerate(PAIRS)]
)
def test_pairs_are_told(pair: dict[str, Any]) -> None:
    one, other = account(pair["a"]), account(pair["b"])
    verdict = judge(one, other)
    assert verdict.same is pair["same"], (verdict.evidence, verdict.vetoes)
    assert judge(other, one) == verdict
    assert not (verdict.same and verdict.vetoes)


def test_the_titles_of_one_topic_page() -> None:
    articles = [
        Account(f"source-{number % 4}", one["title"], one["text"], NOON + timedelta(hours=number))
        for number, one in enumerate(read_lines("topic.jsonl"))
    ]
    assert len(articles) == 15
    linked = {
        (one.title[-7:], other.title[-7:]): judge(one, other).kind
        for one, other in combinations(articles, 2)
        if judge(one, other).kind != "unrelated"
    }
    assert linked == {(" Part I", "Part II"): "series"}


TEXT = "\n\n".join(" ".join(f"word{line}{number}" for number in range(30)) for line in "abcdefgh")


def test_the_evidence_has_the_figures() -> None:
    excerpt = " ".join(TEXT.split()[:54])
    verdict = judge(Account("a", "A title", TEXT, NOON), Account("b", "A title", excerpt, NOON))
    assert verdict.same
    assert verdict.evidence == "50 of 50 shingles of the shorter text (1.00), of 236 of the longer (0.21)"
    assert (verdict.contained, round(verdict.covered, 2)) == (1.0, 0.21)


def test_vetoes_say_what_kept_apart() -> None:
    one, other = (
        Account("a", "The grandmothers of the tin mine, part 1", TEXT, NOON),
        Account("b", "The grandmothers of the tin mine, part 2", TEXT, NOON),
    )
    assert judge(one, other).kind == "series"
    assert judge(one, other).vetoes == ("part 1 and 2 in the titles",)


def test_texts_too_short_are_never_the_same() -> None:
    short = " ".join(TEXT.split()[:28])
    verdict = judge(Account("a", "A title", short, NOON), Account("b", "A title", short, NOON))
    assert verdict.kind == "unrelated"
    assert verdict.vetoes == ("too short to compare: 24 shingles",)


def test_parts_of_a_series_are_siblings_whatever_their_texts() -> None:
    assert judge(Account("a", "The mine (1/2)", "", NOON), Account("a", "The mine (2/2)", TEXT, NOON)).kind == "series"


def test_round_ups_of_two_newsrooms_are_no_series() -> None:
    one, other = Account("a", "Weekly news update 1", TEXT, NOON), Account("b", "Weekly news update 2", TEXT, NOON)
    assert judge(one, other).kind == "unrelated"


@pytest.mark.parametrize(
    ("one", "other", "is_same_source", "may_be"),
    [
        ("The river and its dams, part 1", "The river and its dams, part 2", False, True),
        ("Minutes 1", "Minutes 2", True, True),
        ("Minutes 1", "Minutes 2", False, False),
        ("The river and its dams, part 1", "The harvest and its songs, part 1", True, False),
    ],
)
def test_titles_alone_say_what_cannot_be_a_series(one: str, other: str, is_same_source: bool, may_be: bool) -> None:
    assert may_be_series(read_title(one), read_title(other), is_same_source=is_same_source) is may_be


def test_one_source_may_give_an_update_a_new_address() -> None:
    old = TEXT.replace("worda7", "12").replace("wordb7", "30").replace("wordc7", "7").replace("wordd7", "5")
    new = TEXT.replace("worda7", "15").replace("wordb7", "32").replace("wordc7", "9").replace("wordd7", "6")
    assert judge(Account("a", "Fire at the port", old, NOON), Account("a", "Fire at the port", new, NOON)).same
    tomorrow = Account("a", "Fire at the port", new, NOON + timedelta(days=1))
    assert judge(Account("a", "Fire at the port", old, NOON), tomorrow).kind == "unrelated"


WORDS = st.lists(st.sampled_from([f"word{number}" for number in range(12)]), max_size=80).map(" ".join)
ACCOUNTS = st.builds(
    Account,
    st.sampled_from(["a", "b"]),
    st.sampled_from(["", "A title", "A title 2", "Live: it"]),
    WORDS,
    st.just(NOON),
)


@settings(max_examples=50)
@given(ACCOUNTS, ACCOUNTS)
def test_it_makes_no_difference_which_came_first(one: Account, other: Account) -> None:
    verdict = judge(one, other)
    assert verdict == judge(other, one)
    assert 0 <= verdict.covered <= verdict.contained <= 1
