"""The sample of bench/routing.py: rules that an ordinary editor writes tell its articles apart this well, and no worse."""

from pathlib import Path

import pytest

from bench import routing

SOURCES = (Path(__file__).parent / "data/routing/sources.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("rules", "precision", "f1", "kept_out"),
    [
        pytest.param(SOURCES, 0.92, 0.88, 0.89, id="min_score, default topics and countries"),
        pytest.param(SOURCES.replace("min_score = 3\n", ""), 0.3, 0.46, 0.15, id="words anywhere let in far too much"),
    ],
)
def test_the_sample_is_told_apart(rules: str, precision: float, f1: float, kept_out: float) -> None:
    figures, _ = routing.measure(routing.sample(), rules)
    assert precision <= figures["precision"] <= precision + 0.05
    assert f1 <= figures["f1"] <= f1 + 0.05
    assert kept_out <= figures["kept_out"] <= kept_out + 0.05


def test_what_is_wrong_is_said_with_its_reason() -> None:
    _, wrong = routing.measure(routing.sample("a"), SOURCES)
    assert "wrong  118 labour: source shopfloor joins everything" in list(wrong)
