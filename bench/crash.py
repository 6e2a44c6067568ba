"""Is anything lost, doubled or half written when the program is killed? 200 times SIGKILL, in the midst of its work.

Run as `python -m bench.crash [--kills 200] [--seed N]`, from the repo; it takes ten minutes. `aggregator run` polls
four newsrooms that change all the time (`bench.crash_partners`), is killed at random moments of its first poll, of
polling, fetching pages and building, and while `aggregator withdraw` is at work beside it, and is started again without
a hand. The command is killed, too, and `aggregator migrate` while it upgrades an older store. Meanwhile every version
of every published file is read (`bench.crash_reader`). The store is looked into after each kill; after some forty the
installation comes to rest, what it publishes is compared with what the newsrooms published, and a new one begins.
Exits 1 when something is wrong; then the folder with store, output and logs stays.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from bench.crash_partners import Partners
from bench.crash_trial import AT_ANY_MOMENT, FIRST_POLL, MIGRATING, WITHDRAW, WITHDRAWING, Trial

# How many kills of forty each phase gets; some more are by the way.
_PHASES = {
    FIRST_POLL: 7,
    AT_ANY_MOMENT: 3,
    "polling": 6,
    "fetching pages": 6,
    "building": 6,
    WITHDRAWING: 4,
    WITHDRAW: 3,
    MIGRATING: 5,
}


def main() -> None:
    """Kill as often as asked and print what came of it; exit with 1 if something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.crash")
    parser.add_argument("--kills", type=int, default=200, metavar="N", help="How often to kill, at least.")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="Of chance; the machine adds its own.")
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)
    folder = Path(tempfile.mkdtemp(prefix="crash-"))
    kills: Counter[str] = Counter()
    findings: Counter[str] = Counter()
    figures: Counter[str] = Counter()
    began = time.monotonic()
    while kills.total() < arguments.kills:
        share = min(1.0, (arguments.kills - kills.total()) / sum(_PHASES.values()))
        place = folder / str(figures["installations"] + 1)
        with Partners(dice) as partners:
            trial = Trial(place, dice, partners)
            trial.run({phase: max(1, round(count * share)) for phase, count in _PHASES.items()})
        kills += trial.kills
        findings.update({phase: len(found) for phase, found in trial.found.items()})
        figures["installations"] += 1
        figures["starts of the service"] += trial.starts
        figures["articles published"] += len(partners.articles)
        figures["articles withdrawn"] += len(trial.withdrawn)
        figures["file versions read"] += trial.reader.versions
        print(f"installation {place.name}: {trial.kills.total()} kills", flush=True)
        for phase, found in trial.found.items():
            for line in found:
                print(f"  {phase}: {line}", flush=True)
        if not any(trial.found.values()):
            shutil.rmtree(place)
    _print_table(kills, findings, figures | {"seconds": round(time.monotonic() - began)})
    if findings.total():
        print(f"\nstores, outputs and logs are in {folder}")
        sys.exit(1)
    shutil.rmtree(folder)


def _print_table(kills: Counter[str], findings: Counter[str], figures: Mapping[str, int]) -> None:
    print(f"\n{'killed':28}{'times':>8}{'findings':>10}")
    for phase in _PHASES:
        print(f"{phase:28}{kills[phase]:>8}{findings[phase]:>10}")
    for watcher in sorted(findings.keys() - _PHASES.keys()):
        print(f"{watcher:28}{'':>8}{findings[watcher]:>10}")
    print(f"{'in all':28}{kills.total():>8}{findings.total():>10}\n")
    for name, figure in figures.items():
        print(f"{name:28}{figure:>8}")


if __name__ == "__main__":
    main()
