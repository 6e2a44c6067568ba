"""Writes docs/performance.md and its pictures from what the parts found."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from string import Template
from textwrap import fill
from xml.sax.saxutils import escape

from bench.results import Part
from bench.sizes import Sizes
from bench.tables import show_part, write_table

_FACTS = ("httpx2", "feedparser", "trafilatura", "lxml", "sqlalchemy", "feedgen")
_HEAD = Template("""# Performance

What the program takes, beside what its libraries take alone, a plain script of a hundred lines (`bench/script.py`), and
other programs on the same feeds. Written by `make bench` on $day; every figure is of that run. Machines
differ and are shared: compare figures of one run with each other, and the ratios with yours.

All partners are invented and on the same machine (`bench/farm.py`): feeds in the manner of WordPress, Atom and JSON
Feed, of texts as long and as unlike each other as real ones; one article in ten is carried from another partner.
Each figure is of whole processes from start to end, of all processes they start; contenders take turns, and the median
of $rounds rounds counts, with the least and the most beside it.

$facts
""")
_SVG = Template("""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 $height" role="img" \
font-family="system-ui, sans-serif" font-size="14">
<title>$title</title>
<rect width="720" height="$height" fill="#fff"/>
<text x="16" y="26" font-size="16" font-weight="600" fill="#222">$title</text>
$bars</svg>
""")
_BAR = Template("""<text x="176" y="$text" text-anchor="end" fill="#222">$name</text>
<rect x="184" y="$top" width="$width" height="18" rx="2" fill="$colour"/>
<path d="M$least $middle H$most M$least $low V$high M$most $low V$high" stroke="#222" fill="none"/>
<text x="$after" y="$text" fill="#222">$said</text>
""")
_OURS, _OTHERS = "#1f6f8b", "#b8c4c9"
_ROW, _WIDTH = 28, 430


def write_document(parts: Sequence[Part], sizes: Sizes, seconds: float, folder: Path) -> None:
    """Write the document and a picture for each part in which several take part; pictures of before are replaced."""
    pictures = folder / "performance"
    pictures.mkdir(exist_ok=True)
    for old in pictures.glob("*.svg"):
        old.unlink()
    blocks = [_HEAD.substitute(day=f"{datetime.now(UTC):%-d %B %Y}", rounds=sizes.rounds, facts=_facts(sizes, seconds))]
    blocks.append("## At a glance\n\n" + _glance(parts) + "\n")
    for part in parts:
        blocks.append(f"## {part.title}\n\n{fill(f'{part.said} (`python -m bench {part.name}`)', 120)}\n")
        if sum(bool(one.costs) for one in part.contenders) > 1:
            (pictures / f"{part.name}.svg").write_text(_draw(part), encoding="utf-8")
            blocks.append(f"![CPU seconds of each, as in the table below](performance/{part.name}.svg)\n")
        blocks.append(show_part(part))
    (folder / "performance.md").write_text("\n".join(blocks), encoding="utf-8")


def _facts(sizes: Sizes, seconds: float) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    rows = [
        ["Processor", f"{_processor()}, {os.cpu_count()} cores"],
        ["Memory", f"{memory:.0f} GiB"],
        ["System", f"{platform.system()} {platform.release()}, {platform.machine()}"],
        ["Python", f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}"],
        ["Libraries", ", ".join(f"{name} {version(name)}" for name in _FACTS)],
        [
            "Load when it ended",
            f"{os.getloadavg()[2]:.1f} in fifteen minutes; the whole took {seconds / 60:.0f} minutes",
        ],
        ["Size", f"{sizes.sources} feeds, {sizes.rounds} rounds, {sizes.latency:g} s latency"],
    ]
    return "\n".join(f"* {name}: {value}" for name, value in rows)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def _glance(parts: Sequence[Part]) -> str:
    rows = []
    for part in parts:
        for aim in part.aims:
            unit = f" {aim.unit}" if aim.unit else ""
            met = "yes" if aim.is_met else "not yet"
            rows.append([part.title, aim.said, f"{aim.limit:g}{unit}", f"{aim.found.value:.3g}{unit}", met])
    return write_table(["", "what", "at most", "found", "met"], rows)


def _draw(part: Part) -> str:
    shown = [one for one in part.contenders if one.costs]
    longest = max(cost.cpu for one in shown for cost in one.costs)
    bars = []
    for at, one in enumerate(shown):
        costs = [cost.cpu for cost in one.costs]
        middle, top = one.middle("cpu"), 44 + at * _ROW
        scale = _WIDTH / longest
        bars.append(
            _BAR.substitute(
                name=escape(one.name), top=top, text=top + 14, width=round(middle * scale, 1), middle=top + 9,
                low=top + 5, high=top + 13, least=round(184 + min(costs) * scale, 1),
                most=round(184 + max(costs) * scale, 1), after=round(192 + max(costs) * scale, 1),
                said=f"{middle:.2f} s", colour=_OTHERS if at else _OURS,
            )
        )  # fmt: skip
    title = escape(f"{part.title}: seconds of CPU")
    return _SVG.substitute(title=title, height=56 + len(shown) * _ROW, bars="".join(bars))
