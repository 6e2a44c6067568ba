"""Public ids, and whether a guid still means the same article."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dedupe.identity import is_same_text, mint_public_id
from aggregator.models import Site

SITE = Site("Wire", "https://wire.example/", "wire.example", "2026-11-22")


def test_an_id_is_a_promise() -> None:
    # Readers' programs have stored these: a release that makes others shows them every article again.
    assert (
        mint_public_id(SITE, "faro", "https://faro.example/?p=12", 0) == "tag:wire.example,2026-11-22:h5xzmulqrblbbs2e"
    )
    assert (
        mint_public_id(SITE, "faro", "https://faro.example/?p=12", 1) == "tag:wire.example,2026-11-22:jd2hudmjhusg4goo"
    )


def test_each_part_makes_another_id() -> None:
    ids = [
        mint_public_id(site, source, guid, generation)
        for site in (SITE, Site("Wire", SITE.base_url, "other.example", SITE.id_date))
        for source in ("faro", "far")
        for guid in ("o1", "1", "")
        for generation in (0, 1)
    ]
    assert len(set(ids)) == len(ids)


def test_title_and_address_of_the_site_make_no_difference() -> None:
    renamed = Site("Valley", "https://valley.example/", SITE.id_domain, SITE.id_date)
    assert mint_public_id(renamed, "faro", "1", 0) == mint_public_id(SITE, "faro", "1", 0)


@given(st.text(), st.text(), st.integers(0, 10**6))
def test_an_id_is_a_tag_uri(source: str, guid: str, generation: int) -> None:
    public_id = mint_public_id(SITE, source, guid, generation)
    assert re.fullmatch(r"tag:wire\.example,2026-11-22:[a-z2-7]{16}", public_id)
    assert public_id == mint_public_id(SITE, source, guid, generation)


def test_half_a_character_in_a_guid_is_no_obstacle() -> None:
    assert mint_public_id(SITE, "faro", "\ud800", 0) != mint_public_id(SITE, "faro", "\ud801", 0)


WELL = "the cooperative met on sunday to vote on the new well and nearly all of its members came to the valley"
ROAD = "engineers have closed the mountain road until the rains are over because a bridge near the lake gave way"

# name, old, new, same
TEXTS = [
    ("the same", WELL, WELL, True),
    ("typography", WELL, WELL.upper() + "!", True),
    ("an edit", WELL, WELL.replace("nearly all", "most"), True),
    ("an excerpt and its whole", " ".join(WELL.split()[:8]), WELL, True),
    ("a whole and a sentence more", WELL, f"{WELL} {ROAD}", True),
    ("another article", WELL, ROAD, False),
    ("another article with the same end", f"{WELL} share this", f"{ROAD} share this", False),
    ("nothing to compare", "", WELL, False),
    ("too little to compare", "the new well", ROAD, False),
]


@pytest.mark.parametrize(("old", "new", "same"), [pytest.param(*values, id=name) for name, *values in TEXTS])
def test_an_edited_text_is_told_from_another(old: str, new: str, same: bool) -> None:
    assert is_same_text(old, new) is same
    assert is_same_text(new, old) is same
