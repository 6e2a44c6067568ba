"""Which newsroom wrote an item, over invented sets of copies, through all that reads them."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.origin import origin

SETS = Path(__file__).parent.parent / "data" / "origin"
FILES = ("development", "held-out")


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", FILES)
def test_the_origin_of_every_set_is_found(name: str) -> None:
    wrong = []
    for one in read(name):
        found = origin(one)
        if (found["origin"], found["url"]) != (one["truth"]["origin"], one["truth"]["url"]):
            wrong.append((one["id"], found))
    assert wrong == []


def test_the_sets_are_of_many_kinds_in_four_languages() -> None:
    sets = [one for name in FILES for one in read(name)]
    assert len({one["id"] for one in sets}) == len(sets) > 150
    assert {one["lang"] for one in sets} == {"en", "es", "pt", "fr"}
    assert sum(one["truth"]["origin"] is None for one in sets) > 30
