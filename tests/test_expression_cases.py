"""What section 8 of the design says of the language of include and exclude, as a table that bench/quality.py reads, too.

Each line of tests/data/expressions/cases.jsonl has an expression, an item, and under `want` whether it matches, or the
column of what cannot be read.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.quality import expression

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data/expressions/cases.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES])
def test_the_language_does_as_it_is_written(case: dict[str, Any]) -> None:
    answer = expression(case)
    outcome = answer["column"] if "error" in answer else answer["matches"]
    assert (type(outcome), outcome) == (type(case["want"]), case["want"]), answer
