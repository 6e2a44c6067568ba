"""Parts `cold`, `new` and `unchanged`: one poll of all feeds of a farm, by us and by others, as whole processes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.farm import ENTRIES, Farm, open_farm
from bench.measure import Cost, TookTooLong, measure
from bench.results import Contender, Part
from bench.rivals import BARE, OURS, SCRIPT, Rival, Stall, find_rivals
from bench.sizes import Sizes

_PEERS = {"reader", "newsboat", "sfeed", "rss2email"}


def cold(sizes: Sizes) -> Part:
    part = Part(
        "cold",
        "The first poll",
        f"{sizes.sources} feeds of {ENTRIES} whole articles, nothing known before. "
        "The program also compares every article with all others, decides whose it is, and cleans it.",
    )
    with _contest(sizes, part, {OURS, SCRIPT, *_PEERS}) as (farm, stalls):
        _race(part, stalls, farm, sizes, lambda stall: stall.empty(farm))
    part.aim("CPU, times the plain script", OURS, SCRIPT, 1.15)
    part.aim("CPU, times reader", OURS, "reader", 0.75)
    part.aim("wall time on idle cores, times the plain script", OURS, SCRIPT, 0.65, "wall")
    return part


def new(sizes: Sizes) -> Part:
    part = Part(
        "new",
        "One new entry in each feed",
        f"{sizes.sources} feeds, each with one entry more than at the last poll and {ENTRIES - 1} that are known.",
    )
    with _contest(sizes, part, {OURS, SCRIPT, *_PEERS}) as (farm, stalls):
        _prime(part, stalls, farm, sizes)
        _race(part, stalls, farm, sizes, lambda stall: None, before_round=farm.publish)
    part.aim("CPU, times the plain script", OURS, SCRIPT, 0.45)
    part.aim("CPU, times reader", OURS, "reader", 0.3)
    part.aim("CPU, times newsboat", OURS, "newsboat", 0.5)
    return part


def unchanged(sizes: Sizes) -> Part:
    part = Part(
        "unchanged",
        "Nothing new",
        f"{sizes.sources} feeds that answer 304 to who asks conditionally (sfeed does not). "
        "Bare GETs are made with the same client library, httpx2, as its manual has it.",
    )
    with _contest(sizes, part, {OURS, SCRIPT, BARE, *_PEERS}) as (farm, stalls):
        _prime(part, stalls, farm, sizes)
        _race(part, stalls, farm, sizes, lambda stall: None)
    part.aim("CPU, times bare conditional GETs", OURS, BARE, 1.25)
    part.aim("CPU, times reader", OURS, "reader", 0.65)
    return part


@contextmanager
def _contest(sizes: Sizes, part: Part, names: set[str]) -> Iterator[tuple[Farm, list[Stall]]]:
    rivals, missing = find_rivals(names)
    part.lines += missing
    with TemporaryDirectory() as folder, open_farm(sizes.sources, latency=sizes.latency) as farm:
        stalls = [_open_stall(rival, Path(folder), farm) for rival in rivals]
        part.contenders = [Contender(stall.rival.name) for stall in stalls]
        yield farm, stalls


def _open_stall(rival: Rival, folder: Path, farm: Farm) -> Stall:
    stall = Stall(rival, folder / rival.name.replace(" ", "-"))
    stall.empty(farm)
    return stall


def _prime(part: Part, stalls: list[Stall], farm: Farm, sizes: Sizes) -> None:
    for stall in list(stalls):
        print(f"  {stall.rival.name}: first poll", flush=True)
        if _poll(part, stall, farm, sizes) is None:
            stalls.remove(stall)


def _race(
    part: Part,
    stalls: list[Stall],
    farm: Farm,
    sizes: Sizes,
    before: Callable[[Stall], None],
    before_round: Callable[[], None] = lambda: None,
) -> None:
    """Let all poll by turns, in every second round the other way about; who takes too long once is out."""
    for number in range(sizes.rounds):
        before_round()
        for stall in list(stalls)[:: -1 if number % 2 else 1]:
            before(stall)
            stall.rival.before(stall.folder, farm)
            asked = _requests(farm)
            cost = _poll(part, stall, farm, sizes)
            if cost is None:
                stalls.remove(stall)
                continue
            contender = next(one for one in part.contenders if one.name == stall.rival.name)
            contender.costs.append(cost)
            contender.requests.append(_requests(farm) - asked)
            print(f"  round {number + 1}: {stall.rival.name}: {cost.cpu:.2f} s CPU, {cost.wall:.2f} s", flush=True)


def _poll(part: Part, stall: Stall, farm: Farm, sizes: Sizes) -> Cost | None:
    try:
        cost = measure(stall.rival.command(stall.folder), stall.environment(), sizes.limit)
    except TookTooLong as error:
        part.lines.append(f"{stall.rival.name} {error} and is left out")
        return None
    note = f"{stall.rival.name} ended with exit code {cost.status}"
    if cost.status and not any(line.startswith(note) for line in part.lines):
        part.lines.append(f"{note}: it cannot read all of the feeds")
    return cost


def _requests(farm: Farm) -> int:
    return sum(count for status, count in farm.seen().items() if status.isdigit())
