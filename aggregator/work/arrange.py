"""What editors say of an article in sources.toml beside who wrote it: hide, retitle, add-topic, drop-topic, pin.

Asked whenever an item is decided and routed, so that it holds for as long as it stands in the file, whatever the
partner changes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from aggregator.models import Config
from aggregator.release import HIDDEN
from aggregator.store import groups
from aggregator.urls import reference_key
from aggregator.work.overrule import explain

_ACTIONS = ("hide", "retitle", "add-topic", "drop-topic")


@dataclass(frozen=True)
class Said:
    """What is said of one item. Topics are ids, each with the reason for people."""

    hidden: str = ""  # why; empty: it is not
    title: str = ""
    title_why: str = ""
    added: Mapping[str, str] = field(default_factory=dict)
    dropped: Mapping[str, str] = field(default_factory=dict)


NOTHING = Said()


def said_of(connection: Connection, config: Config, items: Collection[int]) -> dict[int, Said]:
    """Map items to what is said of them; those of which nothing is said are left out."""
    overrides = [(one, reference_key(one.match)) for one in config.overrides if one.action in _ACTIONS]
    if not overrides:
        return {}
    found = {}
    for item, keys in groups.references_of(connection, items).items():
        own = [(one.action, one.value, explain(one)) for one, key in overrides if key in keys]
        if own:
            title, title_why = next(((value, why) for action, value, why in own if action == "retitle"), ("", ""))
            found[item] = Said(
                next((HIDDEN + why for action, _, why in own if action == "hide"), ""),
                title,
                title_why,
                {value: why for action, value, why in own if action == "add-topic"},
                {value: why for action, value, why in own if action == "drop-topic"},
            )
    return found


def pinned_items(connection: Connection, config: Config) -> set[int]:
    """Return the items that editors want first on pages."""
    pinned = [one.match for one in config.overrides if one.action == "pin"]
    return {item for reference in pinned for item in groups.items_named(connection, reference)}
