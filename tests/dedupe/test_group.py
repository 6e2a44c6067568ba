"""Who joins whom."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from aggregator.dedupe.comparison import Account
from aggregator.dedupe.group import choose_items

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TITLE = "Ferry workers keep the night crossing"


def passage(name: str, words: int = 100) -> str:
    return " ".join(f"{name}{number}" for number in range(words))


def copy(source: str, *passages: str, title: str = TITLE) -> Account:
    return Account(source, title, "\n\n".join(passages), NOON)


WHOLE = copy("a", passage("one"), passage("two"), passage("three"))


def test_nothing_alike_joins_nothing() -> None:
    choice = choose_items(WHOLE, {1: [copy("b", passage("four"))]})
    assert (choice.items, choice.siblings) == ((), ())
    assert choice.findings[0].verdict.kind == "unrelated"


def test_without_candidates_there_is_nothing_to_join() -> None:
    assert choose_items(WHOLE, {}).items == ()


def test_a_copy_joins_the_item_that_holds_the_same_article() -> None:
    choice = choose_items(copy("b", passage("one"), passage("two")), {1: [copy("c", passage("four"))], 2: [WHOLE]})
    assert choice.items == (2,)
    assert [(found.item, found.matching, found.members) for found in choice.findings] == [(1, 0, 1), (2, 1, 1)]


def test_a_copy_that_matches_less_than_half_of_an_item_stays_out() -> None:
    others = [copy("b", passage("four")), copy("c", passage("five"))]
    assert choose_items(copy("d", passage("one"), passage("two")), {1: [WHOLE, *others]}).items == ()
    assert choose_items(copy("d", passage("one"), passage("two")), {1: [WHOLE, others[0]]}).items == (1,)


def test_copies_too_short_to_compare_have_no_say() -> None:
    members = [WHOLE, copy("b", "Watch the video."), copy("c", "Read more."), copy("d", "")]
    assert choose_items(copy("e", passage("one"), passage("two")), {1: members}).items == (1,)


def test_the_whole_brings_its_excerpts_together() -> None:
    excerpts = {1: [copy("b", passage("one"))], 2: [copy("c", passage("three"))]}
    assert choose_items(WHOLE, excerpts).items == (1, 2)


def test_what_holds_several_articles_is_none_of_them() -> None:
    parts = {
        1: [copy("b", passage("one"), title="Ferry workers keep")],
        2: [copy("c", passage("three"), title="Crossing the night")],
    }
    choice = choose_items(WHOLE, parts)
    assert choice.items == ()
    assert choice.why_none == "holds several articles that have nothing to do with each other"


def test_parts_of_a_series_are_siblings() -> None:
    second = copy("a", passage("four"), title="The salt road, part 2")
    first = copy("a", passage("five"), title="The salt road, part 1")
    choice = choose_items(second, {7: [first]})
    assert (choice.items, choice.siblings) == ((), (7,))


def test_copies_that_all_match_are_one_item_in_every_order() -> None:
    intro = passage("intro", 20)
    copies = [WHOLE, copy("b", passage("one"), passage("two")), copy("c", intro, *WHOLE.text.split("\n\n"))]
    copies.append(Account("d", TITLE.upper(), WHOLE.text.replace("two7", "edited"), NOON + timedelta(hours=3)))
    for order in permutations(copies):
        items: dict[int, list[Account]] = {}
        for number, one in enumerate(order):
            choice = choose_items(one, items)
            items.setdefault(choice.items[0] if choice.items else number, []).append(one)
        assert list(items) == [0]
