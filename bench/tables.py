"""Figures as tables in Markdown, which read well in a terminal too."""

from collections.abc import Sequence

from bench.results import Aim, Contender, Part, Ratio


def show_part(part: Part) -> str:
    """Write what a part found: aims, then who took what, then remarks."""
    blocks = []
    if part.aims:
        rows = [[aim.said, _number(aim.limit, aim), _number(aim.found.value, aim), _spread(aim), _verdict(aim)]
                for aim in part.aims]  # fmt: skip
        blocks.append(write_table(["", "at most", "found", "of rounds", ""], rows))
    if part.contenders:
        heads = ["", "CPU s", "of rounds", "wall s", "peak MiB", "its workers", "requests"]
        blocks.append(write_table(heads, [_row(one) for one in part.contenders if one.costs]))
    blocks += ["\n".join(f"* {line}" for line in part.lines)] if part.lines else []
    return "\n\n".join(blocks) + "\n"


def write_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a Markdown table: the first column to the left, numbers to the right."""
    table = [heads, *rows]
    widths = [max(3, *(len(row[at]) for row in table)) for at in range(len(heads))]
    lines = ["| " + " | ".join(_fit(cell, width, at) for at, (cell, width) in enumerate(zip(row, widths, strict=True)))
             + " |" for row in table]  # fmt: skip
    rule = "|" + "|".join(("-" * (width + 2)) if not at else "-" * (width + 1) + ":" for at, width in enumerate(widths))
    return "\n".join([lines[0], f"{rule}|", *lines[1:]])


def _fit(cell: str, width: int, at: int) -> str:
    return cell.rjust(width) if at else cell.ljust(width)


def _row(one: Contender) -> list[str]:
    spread = Ratio.of([cost.cpu for cost in one.costs])
    peak = max(cost.peak for cost in one.costs)
    below = max(cost.peak_below for cost in one.costs)
    return [
        one.name,
        f"{spread.value:.2f}",
        f"{spread.least:.2f}–{spread.most:.2f}",
        f"{one.middle('wall'):.2f}",
        f"{peak:.0f}" if peak else "",
        f"{below:.0f}" if below else "",
        f"{max(one.requests):,}" if one.requests else "",
    ]


def _number(value: float, aim: Aim) -> str:
    shown = f"{value:.2f}" if value < 10 else f"{value:.0f}"
    return f"{shown} {aim.unit}".rstrip()


def _spread(aim: Aim) -> str:
    if aim.found.least == aim.found.most:
        return ""
    return f"{_number(aim.found.least, aim).split()[0]}–{_number(aim.found.most, aim).split()[0]}"


def _verdict(aim: Aim) -> str:
    return "yes" if aim.is_met else "NO"
