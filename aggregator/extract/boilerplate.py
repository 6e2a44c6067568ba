"""Takes out of a body what its source repeats from article to article: appeals, sign-ups, share bars, author boxes.

A line is told by how many other articles of the source have it, by what it says and by where it stands. What nobody
else has is the article's own and stays. Counting is the caller's: `fingerprints` says what an article adds.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from aggregator.extract.appeals import is_picture_credit
from aggregator.extract.credit import read_credit
from aggregator.extract.lines import Line, cut_lines, fold, read_body

# In so many other articles a line must stand that nothing but the repetition speaks against. Newsrooms carry paragraphs
# of background through the articles on one event, so it must also be a share of all articles.
_ENOUGH = 4
_SHARE = 0.05
_ALL = 3  # are enough where there are no more
_HALF = 0.5  # of the articles have a line whose figures change: an appeal rather than news
_OFTEN = 0.3  # of the articles name the same origin: it is no news of any of them

# Lengths are in words.
_OWN = 10  # so long a line that no other article has is the article's text; what follows the last one is its tail
_TAIL_LINE = 15  # in the tail, a line up to here goes when one other article has it, ...
_IN_TAIL = 3  # ... a longer one, or a picture, when so many have it
_WORDS = 3  # between the text, so short a line says nothing; ...
_PHRASE = 12  # ... up to here it goes when two others have it
_CAPTION = 12  # right after a picture, so short a line is about the picture
_MOST = 0.75  # of a list: then what is repeated of it goes

_ROUNDS = 8  # what a cut leaves may be judged anew, as a line that now stands alone; two rounds are nearly always all
_SPEECH = re.compile(r"[\"'“”«»„‘’—–-]")


@dataclass(frozen=True)
class Removed:
    """A line that went, as a reader would have seen it, and why."""

    text: str
    why: str


@dataclass(frozen=True)
class Stripped:
    """A body without what its source repeats, and what went, in order."""

    html: str
    removed: tuple[Removed, ...] = ()


def fingerprints(html: str, title: str) -> frozenset[int]:
    """Return what an article adds to what is known of its source: the fingerprint of each of its lines, once.

    Signed integers of 64 bits. To be counted before anything is stripped.

    Args:
        html: clean HTML.
        title: of the article; see `read_body`.
    """
    return frozenset(line.fingerprint for line in read_body(html, title).lines if line.fingerprint)


def strip_boilerplate(
    html: str,
    title: str,
    seen: Mapping[int, int],
    articles: int,
    *,
    always: Collection[str] = (),
    never: Collection[str] = (),
) -> Stripped:
    """Take the repeated lines out of an article.

    Never all the text that an article has, nor more words than stay, those not counted that ask the reader for
    something. Idempotent; the very same string comes back where nothing goes.

    Args:
        html: clean HTML.
        seen: by fingerprint, in how many other articles of the source the line stands; this article not counted.
        articles: how many other articles of the source that is.
        always: phrases of the editor: a line that holds one goes, even if no other article has it.
        never: phrases of the editor: a line that holds one stays. They go before all else.
    """
    removed: list[Removed] = []
    for _ in range(_ROUNDS):
        body = read_body(html, title)
        counts = [seen.get(line.fingerprint, 0) if line.fingerprint else 0 for line in body.lines]
        if not always and not any(counts):
            break
        gone = _judge(body.lines, _Facts(counts, articles, _phrases(always), _phrases(never)))
        if not gone:
            break
        html = cut_lines(body, gone.keys())
        said = ((body.lines[number], gone[number]) for number in sorted(gone))
        removed += [Removed(line.text or "a picture", why) for line, why in said if line.tag != "hr"]
    return Stripped(html, tuple(removed))


# --- judging ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Facts:
    """What is known beside the lines themselves; phrases are folded, with a space at either end."""

    counts: Sequence[int]  # by number of line: other articles that have it
    articles: int
    always: Sequence[str]
    never: Sequence[str]

    @property
    def enough(self) -> int:
        """In how many other articles a line is the source's, whatever it says."""
        if _ALL <= self.articles < _ENOUGH:
            return self.articles
        return max(_ENOUGH, ceil(self.articles * _SHARE))


def _judge(lines: Sequence[Line], facts: _Facts) -> dict[int, str]:
    """Say which lines go, by number, and why."""
    gone = _choose(lines, facts)
    stays = sum(line.length for number, line in enumerate(lines) if number not in gone)
    if stays < sum(lines[number].length for number in gone if not _is_spoken(lines[number], facts)):
        gone = {number: why for number, why in gone.items() if _is_spoken(lines[number], facts)}
    _add_links(lines, facts, gone)
    _add_headings(lines, facts, gone)
    if not any(_is_text(line) for number, line in enumerate(lines) if number not in gone):
        return {}
    if gone:
        _add_rules(lines, gone)
    return gone


def _is_text(line: Line) -> bool:
    return line.length > 0 and not line.is_heading and line.tag != "figure"


def _choose(lines: Sequence[Line], facts: _Facts) -> dict[int, str]:
    tail = _find_tail(lines, facts)
    crowds = _find_crowds(lines, facts)
    gone = {}
    after_picture = False
    for number, line in enumerate(lines):
        why = _why(
            number, line, facts, in_tail=number >= tail, in_crowd=line.group in crowds, after_picture=after_picture
        )
        if why:
            gone[number] = why
        else:
            after_picture = line.has_picture
    return gone


def _why(number: int, line: Line, facts: _Facts, *, in_tail: bool, in_crowd: bool, after_picture: bool) -> str:
    """Say why a line goes by itself; "" when it stays."""
    if _holds(line, facts.never):
        return ""
    if _holds(line, facts.always):
        return "the editor's phrase"
    count = facts.counts[number]
    if not count or is_picture_credit(fold(line.text)):
        return ""
    others = f"in {count} other article{'s' if count > 1 else ''}"
    if line.appeal and line.appeal.kind != "about":
        return f"{'leads elsewhere' if line.appeal.kind == 'label' else 'asks the reader'}, {others}"
    is_common = count >= facts.enough
    if after_picture and line.length <= _CAPTION and not line.has_picture and not is_common:
        return ""
    if read_credit(line.text, ()):
        return f"credit, {others}" if count > 1 and count >= _OFTEN * facts.articles else ""
    if line.has_figures:
        is_common = is_common and count >= _HALF * facts.articles
    if is_common and not line.is_heading:
        return others
    if line.is_hung and line.length > 1:
        return f"link after a sentence, {others}"
    if line.group >= 0 and not in_crowd:
        return ""
    if in_tail and count >= _needed_in_tail(line):
        return f"after the text, {others}"
    if line.is_heading or line.is_link or line.has_picture or line.has_figures:
        return ""
    is_short = line.length <= _WORDS or (line.length <= _PHRASE and count > 1)
    if (in_crowd and line.length <= _TAIL_LINE) or (is_short and not _SPEECH.match(line.text)):
        return f"short, {others}"
    return ""


def _needed_in_tail(line: Line) -> int:
    if line.has_figures or line.has_picture or line.is_link:
        return _IN_TAIL
    about = line.appeal is not None and line.appeal.kind == "about"
    return 1 if about or line.length <= _TAIL_LINE else _IN_TAIL


def _is_spoken(line: Line, facts: _Facts) -> bool:
    """Whether a line goes for what it says to the reader, or for the editor, however much of the body that is."""
    return _holds(line, facts.always) or (line.appeal is not None and line.appeal.kind != "about")


def _find_tail(lines: Sequence[Line], facts: _Facts) -> int:
    """Return the number of the line after the article's last own text; beyond all lines when there is none."""
    for number in reversed(range(len(lines))):
        line = lines[number]
        is_text = line.length >= _OWN and not line.appeal and not line.is_link and not line.is_heading
        if is_text and not facts.counts[number] and not _holds(line, facts.always):
            return number + 1
    return len(lines)


def _find_crowds(lines: Sequence[Line], facts: _Facts) -> set[int]:
    """Find the lists most of which is repeated; of others (a recipe's, with its salt) nothing goes for being short."""
    sizes: Counter[int] = Counter(line.group for line in lines)
    repeated = Counter(line.group for line, count in zip(lines, facts.counts, strict=True) if count)
    return {group for group, size in sizes.items() if group >= 0 and repeated[group] >= _MOST * size}


def _add_links(lines: Sequence[Line], facts: _Facts, gone: dict[int, str]) -> None:
    """Let the links go that stand under a label that went."""
    sizes = Counter(line.group for line in lines if line.is_link)
    wholes = {group for group, size in Counter(line.group for line in lines).items() if sizes[group] == size}
    under = ""
    for number, line in enumerate(lines):
        if number in gone:
            if line.group < 0:
                appeal = line.appeal
                under = f"under “{line.text}”" if appeal and appeal.kind == "label" and not appeal.has_link else ""
        elif under and line.is_link and (line.group < 0 or line.group in wholes) and not _holds(line, facts.never):
            gone[number] = under
        elif line.tag != "hr":
            under = ""


def _add_headings(lines: Sequence[Line], facts: _Facts, gone: dict[int, str]) -> None:
    """Let the headings go that lost all of their section, or that are repeated and lost the line right below."""
    following: Line | None = None  # the next line that stays
    is_cut = False  # what stood between went
    for number in reversed(range(len(lines))):
        line = lines[number]
        if number not in gone and line.is_heading and is_cut and not _holds(line, facts.never):
            is_empty = following is None or (following.is_heading and following.tag <= line.tag)
            if is_empty or facts.counts[number]:
                gone[number] = "heading of what went"
        if number in gone:
            is_cut = True
        elif line.tag != "hr":
            following, is_cut = line, False


def _add_rules(lines: Sequence[Line], gone: dict[int, str]) -> None:
    """Let the rules go that parted the text from what went."""
    at_edge, is_cut, rule = True, False, -1
    for number, line in enumerate(lines):
        if number in gone:
            is_cut = True
        elif line.tag != "hr":
            at_edge, is_cut, rule = False, False, -1
        elif at_edge and is_cut:
            gone[number] = "rule"
        else:
            at_edge, is_cut, rule = True, False, number
    if rule >= 0 and is_cut:
        gone[rule] = "rule"


def _holds(line: Line, phrases: Sequence[str]) -> bool:
    if not phrases:
        return False
    text = f" {' '.join(fold(line.text))} "
    return any(phrase in text for phrase in phrases)


def _phrases(given: Collection[str]) -> list[str]:
    return [f" {' '.join(words)} " for one in given if (words := fold(one))]
