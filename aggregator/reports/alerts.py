"""A digest of alerts: what needs a person since the last one, and what does not any more; decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.models import Site, Trouble
from aggregator.store.alerts import Known

_MOST_NAMED = 3  # in a subject


@dataclass(frozen=True)
class Digest:
    """One digest: for people a subject and a text of some lines, for programs a document of plain values."""

    subject: str
    text: str
    document: dict[str, Any]


def compose_digest(
    site: Site, new: Sequence[Trouble], ended: Sequence[Known], lasting: Sequence[Trouble], now: datetime
) -> Digest:
    """Put a digest together.

    Args:
        new: what has not been told yet.
        ended: what was told and is over.
        lasting: what was told and goes on.
    """
    named = list(dict.fromkeys([one.name for one in new] + [one.name for one in ended]))
    others = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    counts = [f"{len(new)} new"] * bool(new) + [f"{len(ended)} over"] * bool(ended)
    subject = _one_line(f"{site.title}: {', '.join(counts)}: {', '.join(named[:_MOST_NAMED])}{others}")
    parts = [
        _part("What needs a person now", [(one.text, f"since {_minute(one.since)}; {one.cure}") for one in new]),
        _part(
            "What is over",
            [
                (one.text, f"from {_minute(one.since)} to {_minute(one.ended_at)}" if one.ended_at else "")
                for one in ended
            ],
        ),
        _part("What goes on as told before", [(one.text, f"since {_minute(one.since)}") for one in lasting]),
    ]
    end = "`aggregator status` and the status page show what goes on at any time.\n"
    text = "\n".join([f"{_one_line(site.title)}, {_minute(now)}\n", *filter(None, parts), end])
    document = {
        "text": f"{subject}\n\n" + "\n".join(part for part in parts[:2] if part),  # what chat programs show
        "subject": subject,
        "site": site.base_url,
        "at": now.isoformat(),
        "new": [_plain(one) for one in new],
        "over": [
            {
                "kind": one.key[0],
                "subject": one.key[1],
                "name": one.name,
                "text": one.text,
                "since": one.since.isoformat(),
                "until": one.ended_at.isoformat() if one.ended_at else "",
            }
            for one in ended
        ],
        "lasting": [_plain(one) for one in lasting],
    }
    return Digest(subject, text, document)


def compose_test(site: Site, now: datetime) -> Digest:
    """Make a digest that says nothing, to see whether it arrives."""
    subject = _one_line(f"{site.title}: a test")
    text = f"{subject}, sent {_minute(now)}. Alerts arrive here; nothing needs to be done.\n"
    document = {"text": text, "subject": subject, "site": site.base_url, "at": now.isoformat()}
    return Digest(subject, text, document | {"new": [], "over": [], "lasting": []})


def _part(heading: str, lines: Sequence[tuple[str, str]]) -> str:
    if not lines:
        return ""
    said = [f"* {_one_line(text)}\n" + (f"  ({_one_line(more)})\n" if more else "") for text, more in lines]
    return f"{heading}\n\n" + "".join(said)


def _plain(trouble: Trouble) -> dict[str, str]:
    return {
        "kind": trouble.kind,
        "subject": trouble.subject,
        "name": trouble.name,
        "text": trouble.text,
        "cure": trouble.cure,
        "since": trouble.since.isoformat(),
    }


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _minute(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC" if instant else "-"
