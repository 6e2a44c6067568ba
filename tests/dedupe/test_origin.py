"""Which newsroom wrote an item."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.dedupe.origin import choose_origin, claimed_by_byline
from aggregator.models import Byline, Config, CopyFacts, Credit, Site, Source
from aggregator.urls import canonicalize

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FARO = Source("faro", "El Faro", role="origin", aliases=("Faro del Valle",))
HARBOUR = Source("harbour", "The Harbour")
HARBOUR_CULTURE = Source("harbour-culture", "The Harbour")  # another feed of the same newsroom
NOTEBOOK = Source("notebook", "Southern Notebook", priority=1)
MIRROR = Source("mirror", "Mirror News", role="republisher")
VOICES = Source(
    "voices", "Altiplano Voices", kind="byline", aliases=("Voces",), byline=Byline(("Altiplano Voices Project",), ("harbour",))
)  # fmt: skip
FRIENDS = Source("friends", "Friends of Bolivia", kind="byline", byline=Byline(("Friends of Bolivia",)))
CONFIG = Config(
    Site("Wire", "https://wire.example/", "wire.example", "2026-11-22"),
    (FARO, HARBOUR, HARBOUR_CULTURE, NOTEBOOK, MIRROR, VOICES, FRIENDS),
    (),
    "",
)


def copy(number: int, source: str, publication: str = "", *, declared: str = "", link: str = "") -> CopyFacts:
    """Make a copy at https://SOURCE.example/NUMBER, first seen in the order of the numbers."""
    return CopyFacts(
        id=number,
        source=source,
        url=f"https://{source}.example/{number}",
        canonical_url=f"https://{source}.example/{number}",
        declared_url=declared,
        declared_canonical_url=canonicalize(declared),
        title="The new well",
        people=(),
        publication=publication,
        publication_url=link,
        language="en",
        published_at=NOW,
        first_seen_at=NOW + timedelta(minutes=number),
        text_length=500,
    )


def credits(carrier: CopyFacts, *lines: Credit) -> CopyFacts:
    """Give a copy credit lines."""
    return replace(carrier, credits=lines)


def own(number: int, source: str) -> tuple[str | None, str | None, int | None]:
    return source, f"https://{source}.example/{number}", number


# name, copies, (source, address, copy) of the origin
ORIGINS = [
    ("the only copy", [copy(1, "mirror")], own(1, "mirror")),
    ("a byline that names its own newsroom", [copy(1, "harbour", "The Harbour")], own(1, "harbour")),
    ("a byline by an alias of its own newsroom", [copy(1, "faro", "faro del valle!")], own(1, "faro")),
    ("another feed of its own newsroom", [copy(1, "harbour-culture", "The Harbour")], own(1, "harbour-culture")),
    # roles, priority, time
    ("the role origin before one that came first", [copy(1, "harbour"), copy(2, "faro")], own(2, "faro")),
    ("a republisher last", [copy(1, "mirror"), copy(2, "harbour")], own(2, "harbour")),
    ("a republisher after a source that is gone", [copy(1, "mirror"), copy(2, "gone")], own(2, "gone")),
    ("priority among equals", [copy(1, "harbour"), copy(2, "notebook")], own(2, "notebook")),
    ("the first among equals", [copy(2, "harbour-culture"), copy(1, "harbour")], own(1, "harbour")),
    # credits
    ("a credit to a newsroom that has a copy", [copy(1, "harbour", "Mirror News"), copy(2, "mirror")], own(2, "mirror")),
    ("a credit by alias", [copy(1, "harbour", "Faro del Valle"), copy(2, "faro")], own(2, "faro")),
    ("a credit by another spelling", [copy(1, "harbour", "EL FARO"), copy(2, "faro")], own(2, "faro")),
    ("a credit of one among several", [copy(1, "harbour"), copy(2, "mirror"), copy(3, "notebook", "Mirror News")], own(2, "mirror")),
    ("a credit to an unknown newsroom, beside one that writes all it publishes", [copy(1, "harbour", "Faro Weekly"), copy(2, "faro")], own(2, "faro")),
    ("two that credit each other", [copy(1, "harbour", "El Faro"), copy(2, "faro", "The Harbour")], ("faro", None, None)),
    ("partners that name each other wrote it together", [credits(copy(1, "harbour"), Credit("taken", "El Faro", "", "Co-published with El Faro")), credits(replace(copy(2, "faro"), published_at=NOW + timedelta(days=1)), Credit("taken", "The Harbour", "", "Publicado en alianza con The Harbour"))], own(2, "faro")),
    # none of our copies
    ("a byline newsroom", [copy(1, "harbour", "Altiplano Voices")], ("voices", None, None)),
    ("a byline newsroom by what is matched", [copy(1, "harbour", "altiplano voices PROJECT")], ("voices", None, None)),
    ("a byline newsroom by alias", [copy(1, "harbour", "Voces")], ("voices", None, None)),
    ("a byline newsroom outside its sources", [copy(1, "mirror", "Altiplano Voices")], (None, None, None)),
    ("a byline newsroom that may be anywhere", [copy(1, "mirror", "Friends of Bolivia")], ("friends", None, None)),
    ("a newsroom of ours that does not have it", [copy(1, "harbour", "El Faro")], ("faro", None, None)),
    ("a newsroom nobody knows", [copy(1, "harbour", "Quiet Weekly")], (None, None, None)),
    ("two carriers of a newsroom nobody knows", [copy(1, "harbour", "Quiet Weekly"), copy(2, "mirror", "Quiet Weekly")], (None, None, None)),
    ("a carrier that credits, one that does not", [copy(1, "mirror"), copy(2, "harbour", "Quiet Weekly")], (None, None, None)),
    ("even the role origin does not write what it credits to others", [copy(1, "faro", "Quiet Weekly")], (None, None, None)),
    # where the newsroom that has no copy here has the article
    ("the page says where it is from", [copy(1, "harbour", "Quiet Weekly", declared="https://quiet.example/well")], (None, "https://quiet.example/well", None)),
    ("the page says it is itself", [copy(1, "harbour", "Quiet Weekly", declared="https://harbour.example/well")], (None, None, None)),
    ("the byline links to the article", [copy(1, "harbour", "Quiet Weekly", link="https://quiet.example/well")], (None, "https://quiet.example/well", None)),
    ("the byline links to the article by number", [copy(1, "harbour", "Quiet Weekly", link="https://quiet.example/?p=12")], (None, "https://quiet.example/?p=12", None)),
    ("the byline links to the home page", [copy(1, "harbour", "Quiet Weekly", link="https://quiet.example/")], (None, None, None)),
    ("the address is found at the second carrier", [copy(1, "harbour", "Quiet Weekly"), copy(2, "mirror", "Quiet Weekly", link="https://quiet.example/well")], (None, "https://quiet.example/well", None)),
    ("the address of another newsroom is not taken", [copy(1, "harbour", "Quiet Weekly"), copy(2, "mirror", "Loud Daily", link="https://loud.example/well")], (None, None, None)),
    # rel=canonical
    ("a page that names another copy", [copy(1, "harbour", declared="https://mirror.example/2"), copy(2, "mirror")], own(2, "mirror")),
    ("a page that names itself", [copy(1, "mirror", declared="https://mirror.example/1"), copy(2, "harbour")], own(2, "harbour")),
    ("a page that names what is no copy of ours", [copy(1, "harbour", declared="https://x.example/1"), copy(2, "mirror")], (None, "https://x.example/1", None)),
    ("a page that names the home page of another", [copy(1, "harbour", declared="https://x.example/"), copy(2, "mirror")], own(1, "harbour")),
    ("a page that names another page of a copy's site", [copy(1, "harbour", declared="https://www.mirror.example/well"), copy(2, "mirror")], own(2, "mirror")),
    ("og:url beside a rel=canonical to itself", [replace(copy(1, "harbour"), og_url="https://mirror.example/2"), copy(2, "mirror")], own(2, "mirror")),
    # credit lines
    ("a credit line", [credits(copy(1, "harbour"), Credit("taken", "Mirror News")), copy(2, "mirror")], own(2, "mirror")),
    ("a credit line with nothing but a link", [credits(copy(1, "harbour"), Credit("source", "mirror.example", "https://mirror.example/2")), copy(2, "mirror")], own(2, "mirror")),
    ("a credit line of a newsroom nobody knows", [credits(copy(1, "harbour"), Credit("original", "Quiet Weekly", "https://quiet.example/well"))], (None, "https://quiet.example/well", None)),
    ("a credit line of itself", [copy(1, "notebook"), credits(copy(2, "harbour"), Credit("original", "The Harbour")), copy(3, "faro", "The Harbour")], own(2, "harbour")),
    ("a credit line before role and time", [credits(copy(1, "faro"), Credit("original", "Mirror News")), copy(2, "mirror")], own(2, "mirror")),
    ("a credit line of whoever credits another", [credits(copy(1, "harbour"), Credit("taken", "Mirror News")), credits(copy(2, "mirror"), Credit("taken", "El Faro")), copy(3, "faro")], own(3, "faro")),
    ("help is no origin", [credits(copy(1, "harbour"), Credit("helped", "Mirror News")), copy(2, "mirror")], own(1, "harbour")),
    ("help of a newsroom nobody knows", [credits(copy(1, "harbour"), Credit("helped", "Quiet Weekly"))], own(1, "harbour")),
    ("a ministry is no newsroom", [credits(copy(1, "harbour"), Credit("source", "Ministerio de Agua"))], own(1, "harbour")),
    ("a doubtful word for a newsroom we know", [credits(copy(1, "harbour"), Credit("via", "Mirror News")), copy(2, "mirror")], own(2, "mirror")),
    ("a doubtful word for somebody", [credits(copy(1, "harbour"), Credit("via", "Campesina")), copy(2, "mirror")], own(1, "harbour")),
    ("a line about itself that names a newsroom with a copy", [credits(copy(1, "harbour"), Credit("itself", "x", said="D'après un article de Mirror News")), copy(2, "mirror")], own(2, "mirror")),
    ("a line about itself that names nobody here", [credits(copy(1, "harbour"), Credit("itself", "x", said="D'après un article de Quiet Weekly")), copy(2, "mirror")], own(1, "harbour")),
    ("a link to the very article", [credits(copy(1, "harbour"), Credit("link", "mirror.example", "https://www.mirror.example/2?utm_source=x")), copy(2, "mirror")], own(2, "mirror")),
    ("a link to something else there", [credits(copy(1, "harbour"), Credit("link", "mirror.example", "https://mirror.example/other")), copy(2, "mirror")], own(1, "harbour")),
    ("a newsroom's name given as a person", [replace(copy(1, "harbour"), people=("Southern Notebook",)), copy(2, "notebook")], own(2, "notebook")),
    # time
    ("published first, arrived later", [copy(1, "harbour"), replace(copy(2, "harbour-culture"), published_at=NOW - timedelta(hours=1))], own(2, "harbour-culture")),
    ("a date that cannot be", [copy(1, "harbour"), replace(copy(2, "harbour-culture"), published_at=datetime(1970, 1, 1, tzinfo=UTC))], own(1, "harbour")),
    ("no dates", [replace(copy(1, "harbour"), published_at=None), replace(copy(2, "harbour-culture"), published_at=None)], own(1, "harbour")),
    ("a credit weighs more than rel=canonical", [copy(1, "harbour", "Quiet Weekly"), copy(2, "notebook", declared="https://harbour.example/1")], (None, None, None)),
]  # fmt: skip


@pytest.mark.parametrize(("copies", "expected"), [pytest.param(*values, id=name) for name, *values in ORIGINS])
def test_the_origin(copies: list[CopyFacts], expected: tuple[str | None, str | None, int | None]) -> None:
    origin = choose_origin(copies, CONFIG)
    assert (origin.source, origin.url, origin.copy) == expected
    assert origin.name
    assert origin.evidence


@pytest.mark.parametrize("copies", [copies for _, copies, _ in ORIGINS])
def test_a_copy_that_credits_another_newsroom_is_never_the_origin(copies: list[CopyFacts]) -> None:
    origin = choose_origin(copies, CONFIG)
    chosen = next((copy for copy in copies if copy.id == origin.copy), None)
    if chosen is not None:
        source = CONFIG.source(chosen.source)
        assert chosen.publication == "" or (source and chosen.publication.lower().strip("!") in [
            name.lower() for name in (source.name, *source.aliases)
        ])  # fmt: skip


@pytest.mark.parametrize(
    ("copies", "name"),
    [
        pytest.param([copy(1, "harbour")], "The Harbour", id="as it is called in the file"),
        pytest.param([copy(1, "gone")], "gone", id="as it was called in the file"),
        pytest.param([copy(1, "harbour", "voces")], "Altiplano Voices", id="not as it is said in the byline"),
        pytest.param([copy(1, "harbour", "Quiet Weekly")], "Quiet Weekly", id="as it is said where it is not known"),
    ],
)
def test_the_origin_has_a_name_for_readers(copies: list[CopyFacts], name: str) -> None:
    assert choose_origin(copies, CONFIG).name == name


def test_what_decided_is_said() -> None:
    copies = [copy(1, "harbour", "El Faro"), copy(2, "faro")]
    assert choose_origin(copies, CONFIG).evidence == 'faro: role = "origin"; harbour: byline "El Faro"'
    assert choose_origin(copies[:1], CONFIG).evidence == 'harbour: byline "El Faro"'
    assert choose_origin(copies[1:], CONFIG).evidence == "the only copy"


def test_all_that_was_weighed_is_kept() -> None:
    copies = [copy(1, "harbour", "El Faro"), copy(2, "faro")]
    signals = choose_origin(copies, CONFIG).signals
    assert [(signal.copy, signal.newsroom, signal.says) for signal in signals] == [
        (1, "El Faro", 'byline "El Faro"'),
        (2, "El Faro", 'role = "origin"'),
    ]


def test_arrival_counts_only_where_there_are_no_dates() -> None:
    dated = [copy(1, "harbour-culture"), copy(2, "harbour")]
    assert "arrived first" not in [signal.says for signal in choose_origin(dated, CONFIG).signals]
    undated = [replace(one, published_at=None) for one in dated]
    assert [signal.says for signal in choose_origin(undated, CONFIG).signals] == ["arrived first"]


def test_the_order_of_the_copies_decides_nothing() -> None:
    for _, copies, _ in ORIGINS:
        there, back = choose_origin(copies, CONFIG), choose_origin(copies[::-1], CONFIG)
        assert (there.source, there.url, there.copy) == (back.source, back.url, back.copy)


def test_a_copy_without_address_has_no_origin_address() -> None:
    origin = choose_origin([replace(copy(1, "faro"), url="")], CONFIG)
    assert (origin.source, origin.name, origin.url, origin.copy) == ("faro", "El Faro", None, 1)


@pytest.mark.parametrize(
    ("source", "publication", "claimant"),
    [
        ("harbour", "Altiplano Voices", "voices"),
        ("harbour", "ALTIPLANO VOICES PROJECT", "voices"),
        ("mirror", "Altiplano Voices", None),
        ("mirror", "Friends of Bolivia", "friends"),
        ("mirror", "Amigos", None),
        ("mirror", "", None),
        ("mirror", "!", None),
    ],
)
def test_a_byline_source_claims_what_names_it(source: str, publication: str, claimant: str | None) -> None:
    claimed = claimed_by_byline(copy(1, source, publication), CONFIG)
    assert (claimed.id if claimed else None) == claimant
