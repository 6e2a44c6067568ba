"""sources.toml: what is read from a good file."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from aggregator.errors import ConfigError
from aggregator.models import Byline, Config, ExtractRules, FetchRules, Rights, Site, Source, Topic
from aggregator.sources import check_sources, load_sources

BARE_SITE = """\
schema = 1
[site]
title = "Valley Wire"
base_url = "https://wire.example/"
id_domain = "wire.example"
id_date = "2026-11-22"
"""
SITE = BARE_SITE + 'contact = "mailto:desk@wire.example"\n'
SOURCE = """\
[[source]]
id = "faro"
name = "El Faro"
feed = "https://faro.example/feed/"
"""
VOICES = """\
[[source]]
id = "voices"
name = "Altiplano Voices"
kind = "byline"
[source.byline]
match = ["Altiplano Voices"]
"""
TOPIC = """\
[[topic]]
id = "water"
title = "Water"
"""
GOOD = (
    SITE
    + """\
description = 'News of the valley'
hub = "https://hub.example/"   # tells readers
timezone = "America/La_Paz"

[defaults.fetch]
min_interval = "2h"
headers = { X-Client = "wire", Accept-Language = "es" }
[defaults.rights]
words = 80
images = "yes"

[[source]]
id = "harbour"
name = "The Harbour Chronicle"
site = "https://harbour.example/"
feed = "https://harbour.example/rss.xml"
language = "en"
country = "BO"
role = "republisher"
aliases = [
  "Harbour Chronicle",  # as in bylines
  "Chronicle",
]
topics = ["water"]
priority = 3
collect = "bylines"
fetch.max_interval = "2d"
fetch.timeout = "20s"
extract.mode = "page"
[source.rights]
mode = "full"
words = 200
licence = "CC BY 4.0"
credit = "The Harbour Chronicle"
agreement = "mail of 2026-03-01"

"""
    + VOICES
    + """\
within = ["harbour"]

[[topic]]
id = "water"
title = "Water"
description = "Rain and rivers"
language = "es"
include = \"""
rain OR
river\"""
min_score = 3
exclude = "sport"
sources = ["harbour", "voices"]
languages = ["es", "en"]
max_items = 40
max_age = "90d"
"""
)
HARBOUR = Source(
    id="harbour",
    name="The Harbour Chronicle",
    site="https://harbour.example/",
    feed="https://harbour.example/rss.xml",
    language="en",
    country="BO",
    role="republisher",
    aliases=("Harbour Chronicle", "Chronicle"),
    topics=("water",),
    priority=3,
    collect="bylines",
    fetch=FetchRules(
        min_interval=timedelta(hours=2),
        max_interval=timedelta(days=2),
        timeout=timedelta(seconds=20),
        headers=(("Accept-Language", "es"), ("X-Client", "wire")),
    ),
    extract=ExtractRules(mode="page"),
    rights=Rights(
        "full",
        200,
        images="yes",
        licence="CC BY 4.0",
        credit="The Harbour Chronicle",
        agreement="mail of 2026-03-01",
    ),
)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(GOOD.encode(), id="as it is"),
        pytest.param(b"\xef\xbb\xbf" + GOOD.encode(), id="with a byte order mark"),
        pytest.param(GOOD.replace("\n", "\r\n").encode(), id="with CRLF"),
    ],
)
def test_a_good_file_is_read_whole(tmp_path: Path, written: bytes) -> None:
    path = tmp_path / "sources.toml"
    path.write_bytes(written)
    checked = load_sources(path)
    assert checked.warnings == ()
    assert checked.config == Config(
        site=Site(
            title="Valley Wire",
            base_url="https://wire.example/",
            id_domain="wire.example",
            id_date="2026-11-22",
            description="News of the valley",
            contact="mailto:desk@wire.example",
            hub="https://hub.example/",
            timezone="America/La_Paz",
        ),
        sources=(
            HARBOUR,
            Source(
                id="voices",
                name="Altiplano Voices",
                kind="byline",
                byline=Byline(("Altiplano Voices",), ("harbour",)),
                fetch=FetchRules(min_interval=timedelta(hours=2), headers=HARBOUR.fetch.headers),
                rights=Rights(words=80, images="yes"),
            ),
        ),
        topics=(
            Topic(
                id="water",
                title="Water",
                description="Rain and rivers",
                language="es",
                min_score=3.0,
                include="rain OR\nriver",
                exclude="sport",
                sources=("harbour", "voices"),
                languages=("es", "en"),
                max_items=40,
                max_age=timedelta(days=90),
            ),
        ),
        hash=checked.config.hash,
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(b"\xef\xbb\xbf" + SITE.encode() + b"(\n", "{}:8:1: not valid TOML: neither key", id="with BOM"),
        pytest.param(SITE.encode() + b'contact = "Redacci\xf3n"\n', "{}:8: a character here is not UTF-8; save the file as UTF-8", id="in Latin-1"),
        pytest.param(SITE.encode("utf-16"), "{}:1: a character here is not UTF-8; save the file as UTF-8", id="in UTF-16"),
        pytest.param((SITE + TOPIC + 'include = "(a"\n').replace("\n", "\r\n").encode(), '{}:11:12: topic "water": include', id="with CRLF"),
        pytest.param(None, "{}: no such file; name one with --sources or AGGREGATOR_SOURCES", id="missing"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, written: bytes | None, expected: str) -> None:
    path = tmp_path / "sources.toml"
    if written is not None:
        path.write_bytes(written)
    with pytest.raises(ConfigError) as caught:
        load_sources(path)
    assert len(caught.value.problems) == 1
    assert str(caught.value).startswith(expected.format(path))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_sources(tmp_path)
    assert str(caught.value) == f"{tmp_path}: cannot be read (Is a directory); name another with --sources"


def test_a_file_without_end_is_not_read_to_its_end() -> None:
    with pytest.raises(ConfigError, match="/dev/zero: is larger than 20 MB, so it can be no sources file"):
        load_sources(Path("/dev/zero"))


@pytest.mark.parametrize(("today", "warnings"), [(date(2026, 11, 21), 0), (date(2026, 11, 20), 1)])
def test_an_id_date_to_come_is_a_warning_since_clocks_go_wrong(tmp_path: Path, today: date, warnings: int) -> None:
    path = tmp_path / "s.toml"
    path.write_text(SITE + SOURCE + TOPIC)
    found = load_sources(path, today).warnings
    assert len(found) == warnings
    assert all(':6: [site]: id_date = "2026-11-22" is still to come;' in warning for warning in found)


def test_what_is_left_out_has_its_default() -> None:
    config = check_sources(SITE + SOURCE + TOPIC).config
    assert config.sources == (Source("faro", "El Faro", feed="https://faro.example/feed/"),)
    assert config.topics == (Topic("water", "Water"),)


def test_own_keys_win_over_defaults_one_by_one() -> None:
    defaults = '[defaults.rights]\nmode = "full"\nimages = "yes"\n[defaults.fetch]\ntimeout = "5s"\n'
    own = '[source.rights]\nimages = "no"\n[source.fetch]\nmax_interval = "2d"\n'
    (source,) = check_sources(SITE + defaults + SOURCE + own).config.sources
    assert source.rights == Rights(mode="full", images="no")
    assert source.fetch == FetchRules(timeout=timedelta(seconds=5), max_interval=timedelta(days=2))


def test_own_keys_win_even_when_they_say_what_is_the_default_anyway() -> None:
    defaults = '[defaults.rights]\nmode = "full"\nwords = 80\n'
    (source,) = check_sources(
        SITE + defaults + SOURCE + '[source.rights]\nmode = "excerpt"\nwords = 60\n'
    ).config.sources
    assert source.rights == Rights()


def test_rules_for_a_site_are_read() -> None:
    defaults = '[defaults.extract]\nstrip = [".promo", "aside"]\nstrip_text = ["Follow us*"]\n'
    own = """[source.extract]
body = ' div.story '
title = "h1"
author = "//meta[@name='author']"
date = ""
strip = ["(//form)[1]"]
boilerplate = "off"
"""
    (source,) = check_sources(SITE + defaults + SOURCE + own).config.sources
    assert source.extract == ExtractRules(
        body="div.story",
        title="h1",
        author="//meta[@name='author']",
        strip=("(//form)[1]",),
        strip_text=("Follow us*",),
        boilerplate="off",
    )


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ("5s", timedelta(seconds=5)),
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("7d", timedelta(days=7)),
    ],
)
def test_a_duration_is_read(written: str, length: timedelta) -> None:
    assert check_sources(SITE + TOPIC + f'max_age = "{written}"\n').config.topics[0].max_age == length


def test_texts_become_one_clean_line() -> None:
    text = SITE.replace('"Valley Wire"', '"""\n Valley\n Wire\\u0000 """')
    assert check_sources(text).config.site.title == "Valley Wire"


def test_a_date_may_be_a_date_of_toml_and_a_base_url_may_lack_its_slash() -> None:
    site = check_sources(SITE.replace('"2026-11-22"', "2026-11-22").replace("e/", "e")).config.site
    assert (site.id_date, site.base_url) == ("2026-11-22", "https://wire.example/")


# --- hash and warnings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[site]", "# a comment\n\n[site]"),
        ('title = "Valley Wire"\nbase_url = "https://wire.example/"', 'base_url = "https://wire.example/"\ntitle = "Valley Wire"'),
        ('"Rain and rivers"', "'Rain and rivers'"),
        ('{ X-Client = "wire", Accept-Language = "es" }', '{ Accept-Language = "es", X-Client = "wire" }'),
        ('"2d"', '"48h"'),
        ('id_date = "2026-11-22"', "id_date = 2026-11-22"),
        ("words = 80\n", "words = 80\nmode = 'excerpt'\n"),
        ("wire.example/", "wire.example"),
    ],
)  # fmt: skip
def test_the_hash_is_the_same_for_the_same_values(old: str, new: str) -> None:
    assert old in GOOD
    assert check_sources(GOOD.replace(old, new, 1)).config.hash == check_sources(GOOD).config.hash


CHANGES = [
    ('"Valley Wire"', '"Wire"'),
    ('"https://wire.example/"', '"https://wire.example/news/"'),
    ('id_domain = "wire.example"', 'id_domain = "other.example"'),
    ("2026-11-22", "2026-11-21"),
    ("News of the valley", "News"),
    ("https://hub.example/", "https://hub.example/2"),
    ("America/La_Paz", "America/Lima"),
    ('hub = "', 'language = "es"\nhub = "'),
    ("desk@wire.example", "news@wire.example"),
    ('min_interval = "2h"', 'min_interval = "3h"'),
    ('min_interval = "2h"', 'min_interval = "2h"\npoliteness_group = "platform"'),
    ('min_interval = "2h"', 'min_interval = "2h"\nredirects = "never"'),
    ('X-Client = "wire"', 'X-Client = "valley"'),
    ("X-Client", "X-Reader"),
    ("words = 80", "words = 81"),
    ('"yes"', '"no"'),
    ('id = "harbour"\n', 'id = "harbour"\nenabled = false\n'),
    ('"The Harbour Chronicle"\nsite', '"Harbour"\nsite'),
    ('https://harbour.example/"', 'https://harbour.example/en/"'),
    ("rss.xml", "atom.xml"),
    ('"en"\ncountry', '"pt"\ncountry'),
    ('"BO"', '"PE"'),
    ("min_score = 3\n", ""),
    ("min_score = 3\n", "min_score = 4\n"),
    ('"republisher"', '"mixed"'),
    ('"Harbour Chronicle",', ""),
    ('"Chronicle",', '"The Chronicle",'),
    ('topics = ["water"]\n', ""),
    ("priority = 3", "priority = 4"),
    ('"bylines"', '"all"'),
    ('fetch.max_interval = "2d"', 'fetch.max_interval = "3d"'),
    ('"20s"', '"21s"'),
    ('"page"', '"feed"'),
    ('extract.mode = "page"\n', 'extract.mode = "page"\nextract.body = "div.story"\n'),
    ('extract.mode = "page"\n', 'extract.mode = "page"\nextract.title = "h1"\n'),
    ('extract.mode = "page"\n', 'extract.mode = "page"\nextract.author = ".by"\n'),
    ('extract.mode = "page"\n', 'extract.mode = "page"\nextract.date = "time"\n'),
    ('extract.mode = "page"\n', 'extract.mode = "page"\nextract.strip = [".promo", "//aside"]\n'),
    ('extract.mode = "page"\n', 'extract.mode = "page"\nextract.strip = ["//aside", ".promo"]\n'),
    ('extract.mode = "page"\n', 'extract.mode = "page"\nextract.strip_text = ["Follow us*"]\n'),
    ('extract.mode = "page"\n', 'extract.mode = "page"\nextract.boilerplate = "off"\n'),
    ('mode = "full"', 'mode = "link"'),
    ("words = 200", "words = 201"),
    ("CC BY 4.0", "CC BY-SA 4.0"),
    ('credit = "The', 'credit = "By The'),
    ("mail of", "letter of"),
    ('match = ["Altiplano Voices"]', 'match = ["Altiplano"]'),
    ('within = ["harbour"]\n', ""),
    ('title = "Water"', 'title = "Waters"'),
    ("Rain and rivers", "Rain"),
    ('language = "es"\ninclude', 'language = "qu"\ninclude'),
    ("\nriver", "\nrivers"),
    ('exclude = "sport"', 'exclude = "sports"'),
    ('sources = ["harbour", "voices"]', 'sources = ["harbour"]'),
    ('sources = ["harbour", "voices"]', 'sources = ["voices", "harbour"]'),
    ('["es", "en"]', '["es"]'),
    ("max_items = 40", "max_items = 41"),
    ('"90d"', '"91d"'),
    ('max_age = "90d"\n', ""),
    ('max_age = "90d"\n', 'max_age = "90d"\nstories = "lead"\n'),
    ('max_age = "90d"\n', 'max_age = "90d"\nstories = "off"\n'),
    ("[[topic]]", '[[topic]]\nid = "first"\ntitle = "First"\n[[topic]]'),
]


def test_the_hash_differs_for_every_change() -> None:
    hashes = {check_sources(GOOD).config.hash}
    for number, (old, new) in enumerate(CHANGES, start=2):
        assert old in GOOD
        hashes.add(check_sources(GOOD.replace(old, new, 1)).config.hash)
        assert len(hashes) == number, (old, new)


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        (SITE + SOURCE + TOPIC, []),
        (
            SITE + TOPIC,
            ["s.toml: no [[source]] yet, so there is nothing to do; `aggregator source add ADDRESS` adds one"],
        ),
        (SITE + SOURCE, ["s.toml: no [[topic]] yet, so there is nothing to do"]),
        (
            SITE + SOURCE + SOURCE.replace('"faro"', '"light"') + TOPIC,
            ['s.toml:15: source "light": feed is that of line 11 already; keep one'],
        ),
        (
            BARE_SITE + SOURCE + TOPIC,
            [
                "s.toml:2: [site]: contact is missing, so partners cannot see whom to write to; "
                'add contact = "mailto:..."'
            ],
        ),
        (
            SITE + SOURCE + TOPIC + 'include = "rain OR river valley"\nexclude = "sport and games"\n',
            [
                's.toml:15:17: topic "water": include: AND (or only a space) mixed with OR, without parentheses; '
                "it is read as rain OR (river valley)",
                's.toml:16:18: topic "water": exclude: "and" is looked for as a word; the operator is AND',
            ],
        ),
        (
            SITE + SOURCE + 'collect = "bylines"\n' + TOPIC,
            [
                's.toml:12: source "faro": collect = "bylines" keeps only what a byline source claims, and none looks '
                'here, so nothing is published; add a source with kind = "byline", or this id to the within of one'
            ],
        ),
        (
            SITE + SOURCE + TOPIC + 2 * '[[override]]\nmatch = "https://faro.example/1"\naction = "hide"\n',
            ["s.toml:18: override number 2: it says the same as the override of line 16; keep one"],
        ),
        (
            SITE + SOURCE + TOPIC + "include = '''\nrain or river'''\n",
            [
                's.toml:15: topic "water": include: "or" is looked for as a word; the operator is OR '
                "(character 6 of the expression)",
            ],
        ),
    ],
    ids=[
        "nothing",
        "no source",
        "no topic",
        "one feed twice",
        "no contact",
        "expressions",
        "bylines of nobody",
        "one override twice",
        "an expression over lines",
    ],
)
def test_what_is_allowed_but_hardly_meant_is_a_warning(text: str, warnings: list[str]) -> None:
    assert list(check_sources(text, "s.toml").warnings) == [f"warning: {warning}" for warning in warnings]


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ('{ Authorization = "Bearer s3cret" }', '{ Authorization = "kept out" }'),
        ("{ Authorization = 'Bearer s3cret', Accept = \"x\" }", '{ Authorization = "kept out", Accept = "kept out" }'),
        ('{ Authorization = "Bearer \\u00733cret" }', ""),
        (
            '{ kind = "feed", X = "s3cret" }\n[[source]]\nid = "a"\nname = "a"\nkind = "feed"\nfeed = "https://a.example/"',
            "",
        ),
    ],
)
def test_the_text_that_is_kept_of_a_file_holds_no_password(headers: str, kept: str) -> None:
    config = check_sources(SITE + f"[defaults.fetch]\nheaders = {headers}\n").config
    assert "s3cret" not in config.text
    assert kept in config.text
    assert bool(config.text) is bool(kept)
