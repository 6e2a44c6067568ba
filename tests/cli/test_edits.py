"""Each editing command on files written in many manners: only the lines that it must change differ, byte by byte."""

import difflib
from pathlib import Path

import pytest

from tests.cli.door import aggregator

SITE = """schema = 1
site.title = "Valley Wire"
site.base_url = "https://wire.example/"
site.id_domain = "wire.example"
site.id_date = 2026-11-22
site.contact = "mailto:desk@wire.example"
"""
FARO = '[[source]]\nid = "faro"\nname = "El Faro"\nfeed = "https://faro.example/"\n'
WATER = '[[topic]]\nid="water"\ntitle="Water"\n'
MANNERS = {
    "dotted keys": SITE + FARO + 'rights.mode="full"\nfetch.min_interval="1h" # agreed\n\n' + WATER,
    "an inline table": SITE + FARO + 'rights={mode="full",licence="CC BY 4.0"}   # x\n\n' + WATER,
    "tabs": SITE
    + FARO.replace("\n", "\t# tab\n").replace("id =", "\tid\t=")
    + "\t[source.rights]\n\t\tmode='full'\n\n",
    "lines of Windows": (SITE + "# señal 日本 🐦\n\n" + FARO + "\n" + WATER).replace("\n", "\r\n"),
    "a byte order mark": "\ufeff" + SITE + FARO,
    "no end of the last line": (SITE + FARO).rstrip("\n"),
    "blank lines at the end": SITE + FARO + "\n\n\n",
    "quoted keys": SITE + FARO.replace("[[source]]", '[["source"]]').replace("id =", '"id" ='),
    "headers with blanks": SITE
    + FARO.replace("[[source]]", "[[ source ]]  # the oldest")
    + "[ source . rights ]\nmode='full'\n",
    "headers in texts": SITE
    + FARO
    + 'aliases = [\n  "[[source]]", # no header\n]\nrights.credit = """\n[[source]]\nid = 1\n"""\n',
    "sources parted by a topic": SITE + FARO.replace("aro", "ero") + WATER + "\n" + FARO + "# after it\n\n# the end",
    "the site last": FARO.join(("schema = 1\n", SITE.replace("schema = 1\n", "\n[site]\n").replace("\nsite.", "\n"))),
}
FEED = '+feed = "https://new.example/"'


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize(
    ("words", "gone", "come"),
    [
        ("source move faro https://new.example/", ['-feed = "https://faro.example/"'], [FEED]),
        ("source disable faro", [], ["+enabled = false"]),
        (
            "override add https://faro.example/1 hide",
            [],
            ["+", "+[[override]]", '+match = "https://faro.example/1"', '+action = "hide"', "+date = "],
        ),
    ],
)
def test_nothing_else_changes(tmp_path: Path, manner: str, words: str, gone: list[str], come: list[str]) -> None:
    path = tmp_path / "sources.toml"
    before = MANNERS[manner].encode()
    path.write_bytes(before)
    done = aggregator(tmp_path, *words.split())
    assert done.returncode == 0, done.stderr
    after = path.read_bytes()
    end = b"\r\n" if b"\r\n" in before else b"\n"
    lines = list(difflib.unified_diff(*(whole.decode().split(end.decode()) for whole in (before, after)), n=0))[2:]
    changed = [line for line in lines if not line.startswith("@@")]
    assert [line.split("\t#")[0] for line in changed if line[0] == "-"] == gone
    new = [line.split("\t#")[0] for line in changed if line[0] == "+" and line != "+"]
    assert [line[: len(want)] for line, want in zip(new, filter(lambda line: line != "+", come), strict=True)] == [
        line for line in come if line != "+"
    ]
    assert after.count(b"\n") == after.count(end)
    assert after.startswith(before[: before.index(b"[[")])


@pytest.mark.parametrize("manner", MANNERS)
def test_what_is_added_and_removed_again_leaves_the_file_as_it_was(tmp_path: Path, manner: str) -> None:
    path = tmp_path / "sources.toml"
    before = MANNERS[manner].encode()
    path.write_bytes(before)
    (tmp_path / "one.opml").write_text(
        '<opml><body><outline text="Lago" xmlUrl="https://lago.example/"/></body></opml>'
    )
    assert aggregator(tmp_path, "source", "import", "one.opml").returncode == 0
    assert b'\nid = "lago"' in path.read_bytes()
    assert aggregator(tmp_path, "source", "remove", "lago", "--yes").returncode == 0
    after = path.read_bytes()
    end = b"\r\n" if b"\r\n" in before else b"\n"
    assert after.rstrip(b"\r\n") == before.rstrip(b"\r\n")
    assert after in (before, before + end, before + end + end)


def test_a_source_that_others_name_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(SITE + FARO + WATER + 'sources = ["faro"]\n')
    done = aggregator(tmp_path, "source", "remove", "faro", "--yes")
    assert (done.returncode, path.read_text()) == (2, SITE + FARO + WATER + 'sources = ["faro"]\n')
    assert 'sources.toml is not changed: topic "water": sources' in done.stderr


def test_a_warning_is_new_only_once_whatever_line_it_names(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    hide = '[[override]]\nmatch = "https://faro.example/1"\naction = "hide"\n'
    path.write_text(SITE + FARO + hide + hide.replace("https", "http"))
    assert "says the same" in aggregator(tmp_path, "check").stderr
    done = aggregator(tmp_path, "source", "disable", "faro")
    assert done.stderr == 'sources.toml: source "faro" is polled no more\n'
