"""`python -m bench [PART ...]`: measure parts of the program beside their floors and beside others' programs.

Without parts all of them, and docs/performance.md is written anew.
"""

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bench import doors, polling, service
from bench.document import write_document
from bench.results import Part
from bench.sizes import QUICK, Sizes
from bench.tables import show_part

_PARTS: dict[str, Callable[[Sizes], Part]] = {
    "unchanged": polling.unchanged,
    "new": polling.new,
    "cold": polling.cold,
    "bodies": service.bodies,
    "gaps": service.gaps,
    "memory": service.memory,
    "growth": service.growth,
    "rebuild": doors.rebuild,
    "quiet": doors.quiet,
    "start": doors.start,
    "search": doors.search,
}
_DOCS = Path(__file__).parent.parent / "docs"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of: {', '.join(_PARTS)}")
    parser.add_argument("--quick", action="store_true", help="small: to see that it works, not for figures")
    parser.add_argument("--sources", type=int, help="feeds that are polled (1000)")
    parser.add_argument("--rounds", type=int, help="of which the medians are taken (5)")
    parser.add_argument("--many", type=int, metavar="ITEMS", help="stored, compared with --few (100000)")
    parser.add_argument("--few", type=int, metavar="ITEMS", help="(10000)")
    parser.add_argument("--latency", type=float, metavar="SECONDS", help="that every partner takes to answer (0)")
    parser.add_argument("--limit", type=float, metavar="SECONDS", help="after which a process is ended (600)")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md also of some parts only")
    given = vars(parser.parse_args())
    names, quick, write = given.pop("parts"), given.pop("quick"), given.pop("write")
    if unknown := [name for name in names if name not in _PARTS]:
        parser.error(f"no part is named {', '.join(unknown)}; there are {', '.join(_PARTS)}")
    sizes = replace(QUICK if quick else Sizes(), **{key: value for key, value in given.items() if value is not None})
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled
    parts = []
    began = time.monotonic()
    for name in names or _PARTS:
        print(f"{name} ...", flush=True)
        part = _PARTS[name](sizes)
        parts.append(part)
        print(show_part(part), flush=True)
    if write or not (names or quick):
        write_document(parts, sizes, time.monotonic() - began, _DOCS)


if __name__ == "__main__":
    main()
