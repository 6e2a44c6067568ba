"""What a feed with one new entry costs to read: whole, and but for what is known of it. CPU, by ratio.

Run as `python -m bench.known [ROUNDS]`, from the repo. Figures of one run compare with each other only.
"""

import sys
import time
from collections.abc import Callable
from statistics import median

from aggregator.models import KnownEntry
from aggregator.parse.feed import parse_feed, parse_news
from bench.publishers import STYLES, at

_URL = "https://partner.example/feed"
_NOW = at(3000)


def main() -> None:
    """Measure and print a table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    print(f"CPU of reading a feed with full texts and one new entry, medians of {rounds} rounds")
    print(f"{'':12}{'entries':>8}{'kB':>6}{'whole ms':>10}{'cut ms':>9}{'ratio':>8}")
    for count in (20, 50):
        for style in STYLES:
            before, after = style(range(count, 0, -1), 1), style(range(count + 1, 1, -1), 2)
            reading = parse_news(before, _URL, {}, now=_NOW)
            known = {
                mark: KnownEntry(entry.guid, entry.url, entry.published_at, entry.hash)
                for mark, entry in zip(reading.marks, reading.feed.entries, strict=True)
            }
            whole, cut = [], []
            for _ in range(rounds):  # in turn, since the machine is shared
                whole.append(_cpu(lambda body=after: parse_feed(body, _URL, now=_NOW)))
                cut.append(_cpu(lambda body=after, known=known: parse_news(body, _URL, known, now=_NOW)))
            ratio = median(cut) / median(whole)
            print(f"{style.__name__:12}{count:8}{len(after) // 1000:6}", end="")
            print(f"{median(whole) * 1000:10.1f}{median(cut) * 1000:9.1f}{ratio:8.2f}", flush=True)


def _cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
