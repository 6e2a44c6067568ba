"""What several commands say in the same words, and how they write values as JSON."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aggregator.models import Rights
    from aggregator.rights.agreement import Allowance

MODES = {
    "full": "the whole text",
    "paragraphs": "the first paragraphs",
    "excerpt": "an excerpt",
    "link": "title and link only",
    "nothing": "nothing",
}
PICTURES = {"yes": "with pictures", "credited": "with pictures that have a caption", "no": "without pictures"}


def grant(rights: "Rights | Allowance") -> str:
    """Say in a line what an agreement allows."""
    texts = {
        "paragraphs": f"the first {rights.paragraphs} paragraphs",
        "excerpt": f"an excerpt of {rights.words} words",
    }
    facts = [texts.get(rights.mode, MODES[rights.mode])]
    if rights.mode not in ("link", "nothing"):
        facts.append(PICTURES[rights.images])
    if rights.mode == "full" and rights.derivatives is False:
        facts.append("unchanged")
    if rights.licence:
        facts.append(f"licence {rights.licence}")
    if rights.embargo:
        facts.append(f"{rights.embargo} after its date")
    return ", ".join(facts)


def to_json(value: object) -> str | float:
    """Write what JSON has no form for: an instant in ISO 8601, a length of time in seconds."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value).__name__} has no form in JSON")
