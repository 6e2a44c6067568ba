"""Which agreement holds: days, own articles, the narrower of two, and the rule that is named."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.models import Images, Rights, RightsMode
from aggregator.rights.agreement import allowance, embargo_ends, forbids_derivatives, turning_points
from tests.rights.cases import DAY, allow, config_of

FULL = Rights(mode="full", images="yes")
MODES: tuple[RightsMode, ...] = ("nothing", "link", "excerpt", "paragraphs", "full")
IMAGES: tuple[Images, ...] = ("no", "credited", "yes")


@pytest.mark.parametrize("source", [None, "gone"])
def test_without_an_agreement_an_excerpt_without_pictures_is_allowed(source: str | None) -> None:
    allowed = allowance(source, "gone", config_of(), DAY)
    assert (allowed.mode, allowed.words, allowed.images, allowed.licence) == ("excerpt", 60, "no", "")


def test_a_newsroom_that_is_none_of_our_sources_has_granted_nothing() -> None:
    allowed = allowance(None, "carrier", config_of(carrier=FULL), DAY)
    assert (allowed.mode, allowed.images) == ("excerpt", "no")
    assert allowed.rule == 'the narrower of nothing is on file: excerpt and "carrier": full'


@pytest.mark.parametrize(("a", "b"), list(product(MODES[1:], MODES[1:])))
def test_the_narrower_mode_counts(a: RightsMode, b: RightsMode) -> None:
    assert allow(Rights(mode=a), Rights(mode=b)).mode == MODES[min(MODES.index(a), MODES.index(b))]


@pytest.mark.parametrize(("a", "b"), list(product(IMAGES, IMAGES)))
def test_the_fewer_pictures_count(a: Images, b: Images) -> None:
    assert allow(Rights(images=a), Rights(images=b)).images == IMAGES[min(IMAGES.index(a), IMAGES.index(b))]


def test_limits_of_both_sides_stay() -> None:
    allowed = allow(Rights(mode="paragraphs", paragraphs=2), Rights(words=40))
    assert (allowed.mode, allowed.words, allowed.paragraphs) == ("excerpt", 40, 2)
    assert allow(Rights(paragraphs=2), Rights(words=40)).paragraphs == 0  # said, but of another mode


def test_conditions_of_both_sides_stay() -> None:
    a = Rights(credit="© A", embargo=timedelta(hours=2), derivatives=False)
    b = Rights(credit="© B", embargo=timedelta(hours=6), licence="CC BY")
    allowed = allow(a, b)
    assert allowed.credits == ("© A", "© B")
    assert allowed.embargo == timedelta(hours=6)
    assert (allowed.licence, allowed.derivatives) == ("CC BY", False)
    assert allow(a, a).credits == ("© A",)


# --- days ------------------------------------------------------------------------------------------------------------

EVENING = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # the evening before, in La Paz


@pytest.mark.parametrize(
    ("granted", "now", "mode"),
    [
        ("2026-11-22", DAY, "full"),
        ("2026-11-23", DAY, "excerpt"),
        ("2026-11-22", EVENING, "excerpt"),
        ("2026-11-21", EVENING, "full"),
    ],
)
def test_an_agreement_begins_with_its_day_where_the_site_is_at_home(granted: str, now: datetime, mode: str) -> None:
    config = config_of("America/La_Paz", faro=Rights(mode="full", granted=granted))
    assert allowance("faro", "faro", config, now).mode == mode


@pytest.mark.parametrize(
    ("expires", "mode"), [("2026-11-23", "full"), ("2026-11-22", "excerpt"), ("2025-01-01", "excerpt")]
)
def test_an_agreement_does_not_hold_on_the_day_it_expires(expires: str, mode: str) -> None:
    allowed = allow(Rights(mode="full", images="yes", licence="CC BY", expires=expires))
    assert allowed.mode == mode
    if mode == "excerpt":
        assert (allowed.words, allowed.images, allowed.licence) == (60, "no", "")
        assert allowed.rule == f'"origin": its agreement ended on {expires}: excerpt'


@pytest.mark.parametrize("after", ["excerpt", "link", "nothing"])
def test_what_comes_after_an_agreement_may_be_said(after: RightsMode) -> None:
    assert allow(Rights(mode="full", expires="2026-01-01", on_expiry=after)).mode == after  # type: ignore[arg-type]


@pytest.mark.parametrize("day", ["granted", "expires"])
def test_no_day_widens_an_agreement(day: str) -> None:
    date = "2027-01-01" if day == "granted" else "2026-01-01"
    narrow = Rights(mode="link", credit="© A", embargo=timedelta(hours=1), **{day: date})  # type: ignore[arg-type]
    allowed = allow(narrow)
    assert (allowed.mode, allowed.credits, allowed.embargo) == ("link", ("© A",), timedelta(hours=1))
    assert allow(Rights(words=20, **{day: date})).words == 20  # type: ignore[arg-type]
    assert allow(Rights(mode="paragraphs", paragraphs=1, **{day: date})).paragraphs == 1  # type: ignore[arg-type]


def test_the_days_on_which_something_turns_are_listed() -> None:
    config = config_of("America/La_Paz", a=Rights(granted="2026-01-01", expires="2027-01-01"), b=Rights())
    assert [turn.astimezone(UTC) for turn in turning_points(config)] == [
        datetime(2026, 1, 1, 4, tzinfo=UTC),
        datetime(2027, 1, 1, 4, tzinfo=UTC),
    ]


def test_an_embargo_counts_from_the_articles_date() -> None:
    assert embargo_ends(DAY, allow(Rights(embargo=timedelta(hours=12)))) == DAY + timedelta(hours=12)
    assert embargo_ends(DAY, allow(Rights())) is None


# --- own articles, changes to a text ---------------------------------------------------------------------------------


def test_an_agreement_on_a_partners_own_articles_says_nothing_of_others() -> None:
    own = Rights(mode="full", images="yes", licence="CC BY", originals_only=True)
    assert allow(own).mode == "full"
    carried = allow(FULL, own)
    assert (carried.mode, carried.images, carried.licence) == ("excerpt", "no", "")
    assert "its own articles only" in carried.rule
    assert allow(own, FULL).mode == "full"  # its own article in another's copy
    assert allow(FULL, Rights(mode="link", originals_only=True)).mode == "link"


@pytest.mark.parametrize(
    ("rights", "may"),
    [
        (Rights(), True),
        (Rights(derivatives=False), False),
        (Rights(licence="CC BY-ND 4.0"), False),
        (Rights(licence="https://creativecommons.org/licenses/by-nc-nd/4.0/"), False),
        (Rights(licence="CC BY-ND 4.0", derivatives=True), True),
        (Rights(licence="CC BY-SA 4.0"), True),
    ],
)
def test_a_licence_without_derivatives_forbids_them_unless_the_partner_allows_them(
    rights: Rights, *, may: bool
) -> None:
    assert allow(rights).derivatives is may


@pytest.mark.parametrize("licence", ["", "CC BY 4.0", "CC BY-NC-SA", "by agreement", "standby-ndx"])
def test_other_licences_forbid_nothing_of_it(licence: str) -> None:
    assert not forbids_derivatives(licence)


RIGHTS = st.builds(
    Rights,
    mode=st.sampled_from(MODES[1:]),
    words=st.integers(1, 200),
    paragraphs=st.integers(1, 5),
    images=st.sampled_from(IMAGES),
    originals_only=st.booleans(),
    embargo=st.timedeltas(timedelta(), timedelta(days=3)),
    granted=st.sampled_from(["", "2026-11-22", "2026-11-23"]),
    expires=st.sampled_from(["", "2026-11-22", "2026-11-23"]),
    on_expiry=st.sampled_from(["excerpt", "link", "nothing"]),
)


@given(RIGHTS, RIGHTS)
def test_two_agreements_never_allow_more_than_one(a: Rights, b: Rights) -> None:
    both, one = allow(a, b), allow(a)
    assert MODES.index(both.mode) <= MODES.index(one.mode)
    assert IMAGES.index(both.images) <= IMAGES.index(one.images)
    assert both.embargo >= one.embargo
    assert both.rule
