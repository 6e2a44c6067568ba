"""Writes where the pages of items that are gone lead to, for web servers: nginx `map` lines and a Caddy snippet.

Both name items by the last part of their id, so the files do not depend on where the site is.
"""

from collections.abc import Collection, Mapping

# Below the output, hidden: read by web servers, served by none.
FOLDER = ".maps"
MOVED = f"{FOLDER}/moved.map"
GONE = f"{FOLDER}/gone.map"
CADDY = f"{FOLDER}/items.caddy"


def render_maps(moved: Mapping[str, str], gone: Collection[str]) -> dict[str, bytes]:
    """Write the maps as files of the output.

    Args:
        moved: items whose page leads to that of another.
        gone: items that had a page and have none.
    """
    pairs, lost = sorted(moved.items()), sorted(gone)
    moved_lines = ["# Items that became part of another one: redirect to its page."]
    moved_lines += [f"{one} {other};" for one, other in pairs]
    gone_lines = ["# Items that are not here any more: answer 410."]
    gone_lines += [f"{one} 1;" for one in lost]
    caddy_lines = ["# item, what became of it, the item it became part of"]
    caddy_lines += [f"{one} moved {other}" for one, other in pairs]
    caddy_lines += [f"{one} gone -" for one in lost]
    return {MOVED: _file(moved_lines), GONE: _file(gone_lines), CADDY: _file(caddy_lines)}


def read_map(content: bytes) -> dict[str, str]:
    """Read `moved.map` or `gone.map`; lines that are none of ours are left out."""
    words = (line.removesuffix(";").split() for line in content.decode("ascii", "replace").splitlines())
    return {pair[0]: pair[1] for pair in words if len(pair) == 2 and pair[0] != "#"}


def _file(lines: Collection[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("ascii")
