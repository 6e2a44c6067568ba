"""A plan in words, for an editor at a terminal or for a comment on a pull request; decides nothing."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from aggregator.models import FeedItem
from aggregator.plaintext import clean_text
from aggregator.reports.markdown import escape, link
from aggregator.work.plan import Plan, Recut, TopicChange

_OF = {"mode": "how much is allowed", "words": "words", "pictures": "pictures", "enclosures": "media"}


def as_text(plan: Plan, most: int | None) -> Iterator[str]:
    """Yield the lines of a plan as plain text.

    Args:
        most: articles listed of a topic, or of those that are cut; None: all of them.
    """
    for topic in plan.topics:
        yield f"{topic.id}: {_counts(topic)}"
        lines = [_line("+", item) for item in topic.enter] + [_line("-", item) for item in topic.leave]
        yield from _limited(lines, most, "  {}".format, "--all lists them")
        yield ""
    for title, cuts in _cuts(plan):
        yield f"{title}:"
        lines = [f"{_line('~', one.new)}\n      {_what(one)}\n      {_rules(one)}" for one in cuts]
        yield from _limited(lines, most, "  {}".format, "--all lists them")
        yield ""
    yield summary(plan)


def as_markdown(plan: Plan, most: int | None) -> Iterator[str]:
    """Yield the lines of a plan as Markdown; the arguments are those of `as_text`."""
    yield f"**{summary(plan)}**"
    for topic in plan.topics:
        yield f"\n### {escape(topic.title)} (`{topic.id}`): {_counts(topic)}\n"
        lines = [f"\\+ {_link(item)}" for item in topic.enter] + [f"\\- {_link(item)}" for item in topic.leave]
        yield from _limited(lines, most, "* {}".format, "`--all` lists them")
    for title, cuts in _cuts(plan):
        yield f"\n### {title}\n"
        lines = [f"{_link(one.new)}: {_what(one)}; {escape(_rules(one))}" for one in cuts]
        yield from _limited(lines, most, "* {}".format, "`--all` lists them")


def summary(plan: Plan) -> str:
    """Say a plan in one line."""
    if plan.is_empty:
        return "Nothing changes."
    counts = [
        _count(len(plan.topics), "topic changes", "topics change"),
        f"{sum(len(topic.enter) for topic in plan.topics)} enter, "
        f"{sum(len(topic.leave) for topic in plan.topics)} leave",
        _count(len(plan.shortened), "article is shortened", "articles are shortened"),
        _count(len(plan.widened), "article is widened", "articles are widened"),
    ]
    return f"{'; '.join(counts)}."


def _cuts(plan: Plan) -> Iterator[tuple[str, Sequence[Recut]]]:
    for less_or_more, cuts in (("less", plan.shortened), ("more", plan.widened)):
        if cuts:
            yield f"Readers see {less_or_more} of {_count(len(cuts), 'article', 'articles')}", cuts


def _counts(topic: TopicChange) -> str:
    if topic.is_new:
        return f"new, with {_count(topic.after, 'article', 'articles')}"
    if topic.is_gone:
        return f"gone, with {_count(topic.before, 'article', 'articles')}"
    sizes = str(topic.after) if topic.before == topic.after else f"{topic.after} instead of {topic.before}"
    moves = ((topic.enter, "enters", "enter"), (topic.leave, "leaves", "leave"))
    moved = [_count(len(items), one, many) for items, one, many in moves if items]
    return f"{', '.join(moved)}; {sizes} in the feed"


def _what(one: Recut) -> str:
    """Say of what there is less and of what more."""
    said = [f"{word} {', '.join(_OF[name] for name in names)}" for word, names in _sides(one) if names]
    return "; ".join(said)


def _sides(one: Recut) -> Iterable[tuple[str, Sequence[str]]]:
    return (("less:", one.less), ("more:", one.more))


def _rules(one: Recut) -> str:
    return f"now {clean_text(one.old.rights_rule)}; then {clean_text(one.new.rights_rule)}"


def _line(sign: str, item: FeedItem) -> str:
    return f"{sign} {item.sort_at:%Y-%m-%d} {clean_text(item.title)} ({clean_text(item.publication)})"


def _link(item: FeedItem) -> str:
    return f"{link(item.title, item.url)}, {escape(item.publication)}, {item.sort_at:%Y-%m-%d}"


def _limited(lines: Sequence[str], most: int | None, form: Callable[[str], str], cure: str) -> Iterator[str]:
    yield from map(form, lines[:most])
    if most is not None and len(lines) > most:
        yield form(f"and {len(lines) - most} more ({cure})")


def _count(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
