"""`aggregator source import` and `export` with lists as eight other programs write them; the newsrooms are inventions."""

from pathlib import Path

import pytest
from lxml import etree

from tests.cli.door import aggregator
from tests.newsroom import SITE

LISTS = Path(__file__).parents[1] / "data" / "opml"
LEFT_OUT = {
    "freshrss": ["left out: https://council.example/news.html: it is no feed: its list reads it by html+xpath"],
    "liferea": ["left out: |/usr/local/bin/press: its address is none of the web"],
    "inoreader": ["left out: https://port.example/rss: its address is none of the web, or holds a password"],
}


def said(opml: bytes) -> dict[str, tuple[str, str, str, str, frozenset[str]]]:
    """What a list says of each feed: name, site, language, description and all folders that it stands in."""
    found: dict[str, tuple[str, str, str, str, frozenset[str]]] = {}
    for outline in etree.fromstring(opml).iter("outline"):
        if url := outline.get("xmlUrl"):
            folders = frozenset(str(one.get("text")) for one in outline.iterancestors("outline"))
            folders |= found[url][4] if url in found else frozenset()
            name = (outline.get("title") or outline.get("text") or "").strip()
            site, language, about = (outline.get(key, "") for key in ("htmlUrl", "language", "description"))
            found[url] = (name, site, language, about, folders)
    return found


@pytest.mark.parametrize("program", sorted(path.stem for path in LISTS.glob("*.opml")))
def test_what_another_program_exports_comes_out_again(tmp_path: Path, program: str) -> None:
    (tmp_path / "sources.toml").write_text(SITE)
    done = aggregator(tmp_path, "source", "import", str(LISTS / f"{program}.opml"))
    assert done.returncode == 0, done.stderr
    left = [line for line in done.stderr.splitlines() if line.startswith("left out: ")]
    expected = LEFT_OUT.get(program, [])
    assert [line[: len(want)] for line, want in zip(left, expected, strict=True)] == expected
    came = said((LISTS / f"{program}.opml").read_bytes())
    for one in ("https://council.example/news.html", "|/usr/local/bin/press", "https://marta:secret@port.example/rss"):
        came.pop(one, None)
    if program == "newsboat":  # a feed without a name is called by its host
        came["https://hill.example/rss"] = ("hill.example", *came["https://hill.example/rss"][1:])
    if program == "netnewswire":
        came["http://port.example/rss"] = came.pop("feed://port.example/rss")
    exported = aggregator(tmp_path, "source", "export")
    assert said(exported.stdout.encode()) == came
    assert aggregator(tmp_path, "check").returncode == 0


def test_a_password_in_an_address_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(SITE)
    done = aggregator(tmp_path, "source", "import", str(LISTS / "inoreader.opml"))
    assert "secret" not in done.stderr + (tmp_path / "sources.toml").read_text()


def test_names_in_other_scripts_give_ids_that_tell_something(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(SITE)
    aggregator(tmp_path, "source", "import", str(LISTS / "inoreader.opml"))
    lines = (tmp_path / "sources.toml").read_text().splitlines()
    assert 'id = "topic"' in lines
    assert 'id = "kohan-example"' in lines


def test_a_search_is_no_folder(tmp_path: Path) -> None:
    search = '[[search]]\nid = "water"\ntitle = "Water"\nquery = "lake"\n'
    (tmp_path / "sources.toml").write_text(SITE + search)
    done = aggregator(tmp_path, "source", "import", str(LISTS / "feedly.opml"))
    assert done.returncode == 0, done.stderr
    path = tmp_path / "sources.toml"
    assert 'id = "water-2"' in path.read_text()
    path.write_text(path.read_text().replace('query = "lake"', 'query = "lake"\nsources = ["el-altiplano"]'))
    assert aggregator(tmp_path, "source", "export").stdout.count('<outline text="Water"') == 1


def test_a_topic_that_takes_only_some_articles_of_a_source_is_no_folder(tmp_path: Path) -> None:
    source = '[[source]]\nid = "faro"\nname = "El Faro"\nfeed = "https://faro.example/"\n'
    topic = '[[topic]]\nid = "water"\ntitle = "Water"\ninclude = "lake"\nsources = ["faro"]\n'
    (tmp_path / "sources.toml").write_text(SITE + source + topic)
    assert "Water" not in aggregator(tmp_path, "source", "export").stdout


@pytest.mark.parametrize("size", [0, 60_000_000])
def test_a_file_that_is_no_list_changes_nothing(tmp_path: Path, size: int) -> None:
    (tmp_path / "sources.toml").write_text(SITE)
    with (tmp_path / "list.opml").open("wb") as file:
        file.truncate(size)
    done = aggregator(tmp_path, "source", "import", "list.opml")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("list.opml: is ")
    assert (tmp_path / "sources.toml").read_text() == SITE


def test_a_list_that_would_make_the_file_too_large_is_refused(tmp_path: Path) -> None:
    full = f"{SITE}# {'x' * (19_999_990 - len(SITE))}\n"
    (tmp_path / "sources.toml").write_text(full)
    done = aggregator(tmp_path, "source", "import", str(LISTS / "newsboat.opml"))
    assert (done.returncode, done.stderr) == (2, "sources.toml is not changed: it would be larger than 20 MB\n")
    assert (tmp_path / "sources.toml").read_text() == full


def test_a_feed_that_is_there_already_joins_a_new_folder(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(
        SITE + '[[source]]\nid = "faro"\nname = "El Faro"\nfeed = "https://faro.example/"\n'
    )
    outlines = "".join(f'<outline xmlUrl="https://{name}.example/" text="{name}"/>' for name in ("faro", "lago"))
    (tmp_path / "list.opml").write_text(f'<opml><body><outline text="Floods">{outlines}</outline></body></opml>')
    assert "1 there already" in aggregator(tmp_path, "source", "import", "list.opml").stderr
    assert 'sources = ["faro", "lago"]' in (tmp_path / "sources.toml").read_text()
    before = (tmp_path / "sources.toml").read_text()
    aggregator(tmp_path, "source", "import", "list.opml")
    assert (tmp_path / "sources.toml").read_text() == before
