"""Changes to sources.toml by command: what was meant, and not a byte more."""

import difflib
import os
from pathlib import Path

import pytest

from aggregator.editing.blocks import add_blocks, edit_file, remove_block, set_key
from aggregator.errors import ConfigError

FILE = """\
# Our partners.
schema = 1

[site]
title = "Wire"  # ours
base_url = "https://wire.example/"
id_domain = "wire.example"
id_date = "2026-11-22"
contact = "desk@wire.example"

# --- Sources ---

# The oldest of all.
[[source]]
id   = "faro"      # two blanks
name = 'El Faro'
feed = "https://faro.example/feed/"
aliases = [
  "Faro",  # a list over lines
]
[source.rights]
mode = "full"
# words = 80

[[source]]
id = "lago"
name = "Lago"
feed = "https://lago.example/feed/"   # since 2024

# --- Topics ---
[[topic]]
id = "water"
title = "Water"
"""
PORT = {"id": "port", "name": 'The "Port"', "feed": "https://port.example/feed/", "topics": ["water"]}


def changes(before: str, after: str) -> list[str]:
    """The lines that left and those that came."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


def test_a_source_comes_after_the_others() -> None:
    after = add_blocks(FILE, "source", [PORT])
    assert sorted(changes(FILE, after)) == [
        "+ ",
        "+ [[source]]",
        '+ feed = "https://port.example/feed/"',
        '+ id = "port"',
        '+ name = "The \\"Port\\""',
        '+ topics = ["water"]',
    ]
    assert after.index('"port"') < after.index("# --- Topics")


def test_two_sources_keep_their_order_and_their_tables() -> None:
    other = {"id": "x", "name": "X", "feed": "https://x.example/", "rights": {"mode": "full", "licence": "CC BY 4.0"}}
    after = add_blocks(FILE, "source", [PORT, other])
    assert [line for line in changes(FILE, after) if "[" in line or "id" in line] == [
        "+ [[source]]",
        '+ id = "port"',
        '+ topics = ["water"]',
        "+ [[source]]",
        '+ id = "x"',
        "+ [source.rights]",
    ]


def test_the_first_block_of_its_kind_comes_last() -> None:
    override = {"match": "https://faro.example/1", "action": "hide"}
    after = add_blocks(FILE, "override", [override])
    assert after == FILE + '\n[[override]]\nmatch = "https://faro.example/1"\naction = "hide"\n'


def test_what_follows_a_block_without_a_blank_line_stays_with_it() -> None:
    text = FILE.replace("# since 2024\n", "# since 2024\n# topics = []\n")
    after = add_blocks(text, "source", [PORT])
    assert after.index("# topics = []") < after.index('"port"')


def test_nothing_to_add_changes_nothing() -> None:
    assert add_blocks(FILE, "source", []) == FILE


@pytest.mark.parametrize(
    ("index", "gone"),
    [
        (0, ["# The oldest of all.", "[[source]]", 'id   = "faro"      # two blanks', "# words = 80"]),
        (1, ["[[source]]", 'id = "lago"', 'feed = "https://lago.example/feed/"   # since 2024']),
    ],
)
def test_a_source_goes_with_its_tables_and_its_comment(index: int, gone: list[str]) -> None:
    after = remove_block(FILE, "source", index)
    left = changes(FILE, after)
    assert all(line.startswith("- ") for line in left)
    assert "# --- Topics ---" in after
    assert "# --- Sources ---" in after
    assert {f"- {line}" for line in gone} - {"- # words = 80"} <= set(left)


def test_a_value_changes_in_its_place() -> None:
    after = set_key(FILE, "source", 1, "feed", "https://new.example/feed/")
    assert changes(FILE, after) == [
        '- feed = "https://lago.example/feed/"   # since 2024',
        '+ feed = "https://new.example/feed/"   # since 2024',
    ]


def test_a_key_more_stands_with_the_blocks_own() -> None:
    after = set_key(FILE, "source", 0, "enabled", False)
    assert changes(FILE, after) == ["+ enabled = false"]
    assert after.index("enabled") < after.index("[source.rights]")


def test_lines_of_windows_and_a_missing_last_end_stay() -> None:
    text = FILE.rstrip("\n").replace("\n", "\r\n")
    after = add_blocks(text, "topic", [{"id": "a", "title": "A"}])
    assert after == text + '\r\n\r\n[[topic]]\r\nid = "a"\r\ntitle = "A"\r\n'
    assert set_key(text, "source", 0, "enabled", False).count("\r\n") == text.count("\r\n") + 1


@pytest.mark.parametrize("sources", ["source = [ { id = 'a', name = 'A', feed = 'https://a.example/' } ]\n"])
def test_a_file_written_otherwise_is_refused(sources: str) -> None:
    text = sources + FILE[: FILE.index("# --- Sources")]
    with pytest.raises(ConfigError, match="by hand"):
        remove_block(text, "source", 0)
    with pytest.raises(ConfigError, match="by hand"):
        add_blocks(text, "source", [PORT])


def test_a_file_is_replaced_whole_with_its_rights_and_behind_its_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "sources.toml"
    real.write_text(FILE)
    real.chmod(0o640)
    link.symlink_to(real)
    edit_file(link, lambda text: add_blocks(text, "source", [PORT]))
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert '"port"' in real.read_text()
    assert os.listdir(tmp_path) in (["real.toml", "sources.toml"], ["sources.toml", "real.toml"])


def test_a_change_that_would_be_a_mistake_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(FILE)
    with pytest.raises(ConfigError, match='id = "faro" is taken by line 15'):
        edit_file(path, lambda text: add_blocks(text, "source", [PORT | {"id": "faro"}]))
    assert path.read_text() == FILE


def test_a_wrong_file_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(FILE + "x = \n")
    with pytest.raises(ConfigError, match="not valid TOML"):
        edit_file(path, lambda text: add_blocks(text, "source", [PORT]))
    with pytest.raises(ConfigError, match="cannot be changed"):
        edit_file(tmp_path / "none.toml", lambda text: text)
