"""`aggregator explain URL|ID`: why an item is, or is not, in a feed."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.options import DatabaseOption, JsonOption, SourcesOption, load_config, read_store, settings_from
from aggregator.cli.wording import MODES, PICTURES, grant, to_json
from aggregator.errors import ConfigError
from aggregator.plaintext import clean_text

if TYPE_CHECKING:
    from aggregator.reports.explain import CopyHistory, Explanation
    from aggregator.reports.explain_outputs import AppliedRights, RightsOnFile, TopicAnswer

_WIDE = 80  # columns
_LABEL = 11  # columns of a label
_SHOWN = 600  # characters of one fact
_FOUND = {
    "id": "its id",
    "address": "the address of a copy",
    "declared": "an address that a copy's page gives as its own",
    "origin": "the address of its origin",
}
_STATES = {"published": "published", "pending": "not published yet", "held": "held back", "withdrawn": "withdrawn"}


def explain(
    name: Annotated[str, typer.Argument(metavar="URL|ID", help="Address of any copy of an article, or an item's id.")],
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why an item is, or is not, in a feed: copies, decisions with their evidence, origin, topics, rights.

    What was decided is read from the store; origin, topics and rights are asked anew by the sources file as it is now.
    May be used beside a running service.
    """
    from aggregator.reports.explain import explain as explain_item

    settings = settings_from(sources=sources, database=database)
    config = load_config(settings)
    with read_store(settings) as connection:
        found = explain_item(connection, name, config, datetime.now(UTC))
    if found is None:
        raise ConfigError(_unknown(_one_line(name)))
    if as_json:
        print(json.dumps(asdict(found), default=to_json, ensure_ascii=False, indent=2))
    else:
        _show(found)


def _unknown(name: str) -> str:
    from aggregator.urls import resolve

    if name.startswith("tag:"):
        return f'"{name}": no item has this id'
    if resolve("", name):
        return f'"{name}": no copy has this address; `aggregator try` shows what would come of it'
    return f'"{name}" is known neither as an address ("https://...") nor as an id ("tag:...")'


def _show(found: "Explanation") -> None:
    item = found.item
    _print(f"{item.public_id}")
    _fact("title", item.title)
    _fact("found by", _FOUND[found.found_by])
    if found.merged_id:
        _fact("", f"{found.merged_id} was merged into this item: it is the same article")
    for other in found.same_address:
        _fact("", f"the address leads to another item, too: {other}")
    _fact("state", _state(found))
    _fact("link", found.url)
    _fact("credit", ", ".join(filter(None, [*item.people, item.publication or item.origin_name])) or "not decided yet")
    _fact("dates", f"dated {_minute(item.published_at)}, stands in feeds at {_minute(item.sort_at)}")
    if item.updated_at != item.published_at:
        _fact("", f"updated {_minute(item.updated_at)}")
    for other in found.merged:
        if other != found.merged_id:
            _fact("merged", f"{other} is the same article and leads here")
    for remark in found.remarks:
        _fact("remark", remark)
    numbers = {copy.id: number for number, copy in enumerate(found.copies, 1)}
    _title("Copies")
    for copy in found.copies:
        _show_copy(copy, numbers[copy.id])
    _show_decisions(found)
    _show_origin(found, numbers)
    _title("Topics")
    for topic in found.topics:
        _show_topic(topic)
    if not found.topics:
        _print("there are none", 2)
    _show_rights(found.rights)
    _title("Published in")
    for line in [file for topic in found.topics for file in topic.files] or ["no file"]:
        _print(line, 2)


def _state(found: "Explanation") -> str:
    item = found.item
    state = _STATES.get(item.state, item.state)
    if item.first_published_at:
        state += f", first published {_minute(item.first_published_at)}"
    elif item.release_at and item.state == "pending":
        state += f", at the latest at {_minute(item.release_at)}"
    return f"{state}: {found.state_why}" if found.state_why else state


def _show_copy(copy: "CopyHistory", number: int) -> None:
    _print(f"{number}. {copy.source}{', the text shown' * copy.is_shown}", 2)
    _fact("address", copy.url or "none", 5)
    if not copy.known_source:
        _fact("source", "not in sources.toml (any more)", 5)
    if copy.declared_url:
        _fact("canonical", copy.declared_url, 5)
    if copy.og_url:
        _fact("og:url", copy.og_url, 5)
    reused = f", which named {copy.generation} other articles before" if copy.generation else ""
    _fact("guid", copy.guid + reused, 5)
    dated = _minute(copy.published_at) if copy.published_at else "not said"
    _fact("seen", f"{_minute(copy.first_seen_at)}, dated {dated}", 5)
    _fact("title", copy.title, 5)
    origin = {"none": "no text", "feed": "from the feed", "page": "from its page"}.get(copy.body_from, copy.body_from)
    removed = f"; boilerplate left out: {len(copy.removed)}" if copy.removed else ""
    _fact("text", f"{copy.words} words, {origin}, language {copy.language or 'not known'}{removed}", 5)
    _fact("page", _page(copy), 5)
    if copy.people or copy.publication:
        _fact("byline", ", ".join(filter(None, [*copy.people, copy.publication])), 5)
    for credit in copy.credits:
        _fact("credit", f'{credit.get("kind")} {credit.get("name") or credit.get("url")}: "{credit.get("said")}"', 5)
    if copy.licence:
        _fact("licence", f"{copy.licence}, found on its page", 5)
    if copy.restrictions:
        _fact("asks", ", ".join(copy.restrictions), 5)
    if copy.held:
        _fact("held", f"{copy.held}: {copy.held_why}", 5)


def _page(copy: "CopyHistory") -> str:
    if not copy.page_url:
        return "not asked for, the feed's text is enough"
    said = copy.page_status or "not asked for yet"
    due = f"; next attempt {_minute(copy.page_due_at)}" if copy.page_due_at else ""
    return f"wanted ({copy.page_why}): {said}{due}"


def _show_decisions(found: "Explanation") -> None:
    _title("Decisions")
    made = [one for one in found.decisions if one.kind != "apart"]
    for one in made:
        by = "" if one.by == "program" else f" by {one.by}"
        about = "" if one.item == found.item.public_id else f" {one.item}:"
        _print(f"{_minute(one.at)} {one.kind}{by}:{about} {one.says}", 2)
    if not made:
        _print("none yet", 2)
    if found.kept_apart:
        _title("Alike, and kept apart")
    for other in found.kept_apart:
        _print(f"{other.public_id} ({other.state}): {other.title}", 2)
        _print(other.why, 5)
    if found.linked:
        _title("Belongs with")
    for other in found.linked:
        _print(f"{other.kind}: {other.public_id} ({other.state}): {other.title}", 2)
        _print(other.why, 5)


def _show_origin(found: "Explanation", numbers: dict[int, int]) -> None:
    _title("Origin, as it would be chosen now")
    choice = found.origin.choice
    if choice is None:
        _print("none: every copy is held", 2)
        return
    where = f"copy {numbers[choice.copy]}" if choice.copy else "none of the copies is its own"
    _print(f"{choice.name} ({where}): {choice.evidence}", 2)
    for signal in choice.signals:
        _print(f"{signal.weight:+.1f} {signal.newsroom}: {signal.says} (copy {numbers[signal.copy]})", 5)
    if found.origin.is_new:
        kept = found.item.origin_name or "nobody yet"
        _print(f"Credited is {kept}; this takes its place when the item is decided anew.", 2)


def _show_topic(topic: "TopicAnswer") -> None:
    place = f"number {topic.position} of the live feed" if topic.position else "not in the live feed"
    why = topic.why_not_live or ("" if topic.position else topic.why_not)
    _print(f"{topic.id}: {place}" + (f": {why}" if why else ""), 2)
    if topic.joins:
        _fact("joins", topic.joins, 5)
    elif why != topic.why_not:
        _fact("joins not", topic.why_not, 5)
    if placed := topic.placement:
        since = f"since {_minute(placed.since)}, {placed.rule}"
        left = f"; left {_minute(placed.left_at)}: {placed.left_why}" if placed.left_at else ""
        _fact("placed", since + left + ("; late" if placed.late else ""), 5)
    if topic.leaves_at:
        _fact("until", f"{_minute(topic.leaves_at)} (max_age)", 5)
    for gone in topic.tombstones:
        _fact("gone", f"the feeds say that {gone} is gone", 5)
    if topic.is_due:
        _fact("remark", "the next build makes its files anew", 5)


def _show_rights(rights: "AppliedRights | None") -> None:
    _title("Rights")
    if rights is None:
        _print("not decided yet which text is shown", 2)
        return
    is_own = rights.carrier.source == rights.origin.source
    for role, one in (("origin", rights.origin), ("carrier", rights.carrier)):
        if role == "origin" or not is_own:
            _fact(role, _on_file(one), 2)
            if one.rights.agreement:
                _fact("", f"agreement: {one.rights.agreement}", 2)
    if not is_own:
        _fact("applied", f"the narrower of the two: {grant(rights.applied)}", 2)
    _fact("rule", rights.rule, 2)
    if rights.kept_back_until:
        _fact("embargo", f"until {_minute(rights.kept_back_until)}", 2)
    shown = f"{MODES[rights.mode]}, {rights.shown_words} of {rights.words} words, {PICTURES[rights.pictures]}"
    _fact("readers see", shown, 2)


def _on_file(one: "RightsOnFile") -> str:
    who = f"{one.name} ({one.source})" if one.name and one.source else one.name or one.source
    return f"{who}: {'nothing on file, so the least: ' * one.is_default}{grant(one.rights)}"


# --- lines -----------------------------------------------------------------------------------------------------------


def _title(text: str) -> None:
    print(f"\n{text}")


def _fact(label: str, text: str, indent: int = 2) -> None:
    _print(text, indent, f"{label:<{_LABEL}} ")


def _print(text: str, indent: int = 0, label: str = "") -> None:
    """Print a line, or several where it is long, fit for any terminal: partners' words may hold anything."""
    for line in _lines(_one_line(text), " " * indent, label):
        print(line)


def _lines(text: str, indent: str, label: str) -> Iterator[str]:
    hanging = indent + " " * (len(label) or 2)
    return iter(
        wrap(text, _WIDE, initial_indent=indent + label, subsequent_indent=hanging, break_long_words=False,
             break_on_hyphens=False)
        or [indent + label]
    )  # fmt: skip


def _one_line(text: str) -> str:
    """Make one line of a text that can be printed, not too long."""
    line = clean_text(text)
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN].rstrip()}…"


def _minute(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M}Z" if instant else "-"
