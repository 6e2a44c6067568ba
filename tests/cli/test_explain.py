"""`aggregator explain URL|ID` as an editor types it: the whole chain of why an item is, or is not, in a feed."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from aggregator.cli.main import main
from aggregator.cli.wording import to_json
from aggregator.reports.explain import explain
from aggregator.store.database import Database
from tests.cli.door import aggregator
from tests.newsroom import EVERYTHING, START, Newsroom, Post, cycle, page, paragraphs, rss
from tests.partner import Partner

FEED_ONLY = '[source.extract]\nmode = "feed"\n'
TOPICS = """
[[topic]]
id = "ferries"
title = "Ferries"
include = "ferry OR boats"
[[topic]]
id = "bridges"
title = "Bridges"
include = "bridges AND tunnels"
[[topic]]
id = "dry"
title = "Nothing of the sea"
exclude = "title:ferry"
[[topic]]
id = "spanish"
title = "In Spanish"
languages = ["es"]
[[topic]]
id = "hill"
title = "From the hill"
sources = ["hill"]
"""


def block(name: str, feed: str, mode: str = "full", more: str = FEED_ONLY) -> str:
    return (
        f'[[source]]\nid = "{name}"\nname = "The {name.title()}"\nfeed = "{feed}"\n'
        f'[source.rights]\nmode = "{mode}"\nwords = 40\nlicence = "CC BY 4.0"\nagreement = "mail from the {name}"\n{more}'
    )


def play(newsroom: Newsroom, *steps: Callable[[], object]) -> None:
    """Poll and build, before the first step and after each."""

    async def run() -> None:
        async with newsroom.service() as service:
            await cycle(service)
            for step in steps:
                step()
                await cycle(service)

    asyncio.run(run())


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def command(newsroom: Newsroom, *words: str) -> Done:
    """Run the command by its front door, without the half second that a process takes to start."""
    place = ["--sources", str(newsroom.settings.sources), "--database", newsroom.settings.database]
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["aggregator", "explain", *words, *place])
        with pytest.raises(SystemExit) as end:
            main()
    return Done(int(end.value.code or 0), out.getvalue(), err.getvalue())


def explained(newsroom: Newsroom, name: str) -> dict[str, Any]:
    """Explain at the newsroom's own time; the document that `--json` prints."""
    with Database(newsroom.settings.database) as database, database.snapshot() as connection:
        found = explain(connection, name, newsroom.config, newsroom.clock())
    assert found is not None
    document: dict[str, Any] = json.loads(json.dumps(asdict(found), default=to_json))
    return document


def topic(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in document["topics"] if one["id"] == name)


@pytest.fixture(scope="module")
def coast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Three partners: the valley republishes the port's article, the hill has two parts of a series."""
    newsroom = Newsroom(tmp_path_factory.mktemp("coast"))
    ferry = paragraphs("ferry")
    credit = "<p>Originally published in The Port.</p>"
    with Partner() as partner:
        late = START - timedelta(days=30)
        valley = [Post("v1", "http://www.valley.example/news/ferry/", "Ferry returns", ferry + credit)]
        hill = [
            Post("h1", "https://hill.example/1", "Bread of the hills, Part I", paragraphs("bread")),
            Post("h2", "https://hill.example/2", "Bread of the hills, Part II", paragraphs("bread")),
        ]
        partner.serve("/valley", rss(valley))
        partner.serve("/hill", rss(hill))
        url = partner.serve("/port/ferry", page("The ferry is back", ferry))
        port = [Post("p1", url, "The ferry is back", summary="The ferry.", published_at=START - timedelta(hours=5))]
        blocks = block("valley", partner.url("/valley"), "excerpt") + block("hill", partner.url("/hill"))
        newsroom.edit(blocks + EVERYTHING + TOPICS)

        def port_comes() -> None:
            newsroom.clock.forward(hours=1)
            partner.serve("/port", rss(port))

        def old_comes() -> None:
            newsroom.clock.forward(hours=2)
            old = Post("h0", "https://hill.example/0", "A long winter", paragraphs("winter"), published_at=late)
            partner.serve("/hill", rss([old, *hill]))

        play(newsroom)
        newsroom.edit(blocks + block("port", partner.url("/port"), more="") + EVERYTHING + TOPICS)
        port_comes()
        play(newsroom, old_comes)
        yield newsroom


FERRY = "http://www.valley.example/news/ferry/"


@pytest.mark.parametrize(
    "address",
    [
        FERRY,
        "https://www.valley.example/news/ferry/",
        "http://valley.example/news/ferry",
        "https://valley.example/news/ferry?utm_source=mail#top",
        "valley.example/news/ferry",
    ],
)
def test_any_spelling_of_a_copys_address_finds_the_item(coast: Newsroom, address: str) -> None:
    document = explained(coast, address)
    assert (document["found_by"], document["item"]["title"]) == ("address", "The ferry is back")


def test_an_id_finds_the_item(coast: Newsroom) -> None:
    public_id = explained(coast, FERRY)["item"]["public_id"]
    document = explained(coast, public_id)
    assert (document["found_by"], document["merged_id"], len(document["copies"])) == ("id", "", 2)


def test_the_command_prints_the_chain_for_people_within_80_columns(coast: Newsroom) -> None:
    done = command(coast, FERRY)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    lines = done.stdout.splitlines()
    assert [line for line in lines if len(line) > 80 and " " in line.strip()] == []
    text = " ".join(done.stdout.split())
    for said in (
        "title The ferry is back",
        "found by the address of a copy",
        "state published, first published 2026-11-22 12:00Z",
        "1. valley address http://www.valley.example/news/ferry/",
        "2. port, the text shown",
        'credit original The Port: "Originally published in The Port."',
        "wanted (no full text in the feed): article found",
        "merged: ",
        "near-identical text: 212 of 212 shingles",
        "origin: The Port: ",
        '+4.0 The Port: "Originally published in The Port." (copy 1)',
        "ferries: number 1 of the live feed",
        "joins include: ferry in title",
        "bridges: not in the live feed: include: not true of it: bridges AND tunnels",
        "origin The Port (port): the whole text, without pictures, licence CC BY 4.0 agreement: mail from the port",
        "ferries/index.html",
    ):
        assert said in text, said


def test_the_command_prints_one_json_document(coast: Newsroom) -> None:
    done = aggregator(coast.folder, "explain", FERRY, "--json", "--database", coast.settings.database)
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert document.keys() == explained(coast, FERRY).keys()
    assert document["copies"][0]["source"] == "valley"


def test_each_copy_says_how_its_text_was_had(coast: Newsroom) -> None:
    valley, port = explained(coast, FERRY)["copies"]
    assert (valley["body_from"], valley["page_url"], valley["is_shown"]) == ("feed", "", False)
    assert (port["body_from"], port["page_tries"], port["is_shown"]) == ("page", 1, True)
    assert "article found" in port["page_status"]
    assert (valley["credits"][0]["name"], port["words"] > 200, port["language"]) == ("The Port", True, "en")


def test_decisions_stand_in_order_of_time_with_their_figures(coast: Newsroom) -> None:
    document = explained(coast, FERRY)
    assert [one["at"] for one in document["decisions"]] == sorted(one["at"] for one in document["decisions"])
    assert document["decisions"][0]["kind"] == "origin"
    merged = next(one for one in document["decisions"] if one["kind"] == "merged")
    assert "(1.00)" in merged["evidence"]["because"]
    assert merged["by"] == "program"


def test_the_origin_is_chosen_anew_with_every_signal(coast: Newsroom) -> None:
    origin = explained(coast, FERRY)["origin"]
    assert (origin["choice"]["name"], origin["is_new"]) == ("The Port", False)
    assert [(one["weight"], one["says"]) for one in origin["choice"]["signals"]] == [
        (4.0, '"Originally published in The Port."'),
        (1.0, "published first"),
    ]


def test_a_changed_sources_file_shows_what_the_next_build_will_change(coast: Newsroom) -> None:
    text = coast.settings.sources.read_text(encoding="utf-8")
    try:
        override = f'\n[[override]]\nmatch = "{FERRY}"\naction = "origin"\nvalue = "valley"\nreason = "they told us"\n'
        coast.settings.sources.write_text(text + override, encoding="utf-8")
        done = command(coast, FERRY)
    finally:
        coast.settings.sources.write_text(text, encoding="utf-8")
    said = " ".join(done.stdout.split())
    assert "remark The sources file has changed since the last build." in said
    assert 'The Valley (copy 1): [[override]] "origin": they told us' in said
    assert "Credited is The Port; this takes its place" in said


def test_parts_of_a_series_are_named_with_the_reason(coast: Newsroom) -> None:
    (linked,) = [one for one in explained(coast, "https://hill.example/1")["linked"] if one["kind"] == "series"]
    assert linked["title"] == "Bread of the hills, Part II"
    assert "part 1 and 2" in linked["why"]


def test_each_topic_says_which_clause_let_it_in_or_kept_it_out(coast: Newsroom) -> None:
    document = explained(coast, FERRY)
    assert topic(document, "all")["joins"] == "the topic takes everything"
    assert topic(document, "ferries")["joins"] == "include: ferry in title"
    names = ("ferries.rss", "ferries.atom", "ferries.json", "ferries.opml", "ferries/index.html")
    assert topic(document, "ferries")["files"] == list(names)
    out = {one["id"]: one["why_not"] for one in document["topics"] if not one["joins"]}
    assert out == {
        "bridges": "include: not true of it: bridges AND tunnels",
        "dry": "exclude: ferry in title",
        "spanish": "languages: takes es, not en",
        "hill": "sources: takes hill, not port, valley",
    }
    assert all(topic(document, name)["files"] == [] for name in out)


def test_what_is_asked_anew_agrees_with_what_the_build_did(coast: Newsroom) -> None:
    ids = [public_id for (public_id,) in coast.rows("select public_id from item where state = 'published'")]
    assert len(ids) == 4
    for public_id in ids:
        for one in explained(coast, public_id)["topics"]:
            placed = one["placement"]
            assert one["joins"] == (placed["rule"] if placed and not placed["left_at"] else "")
            for name in one["files"]:
                assert coast.read(name)
            feed = json.loads(coast.read(f"{one['id']}.json"))
            place = next((place for place, item in enumerate(feed["items"], 1) if item["id"] == public_id), None)
            assert one["position"] == place


def test_what_was_old_when_it_came_is_late(coast: Newsroom) -> None:
    old = topic(explained(coast, "https://hill.example/0"), "hill")
    assert (old["placement"]["late"], old["position"], old["files"]) == (True, None, [])
    assert "too old for the live feed when it came" in old["why_not_live"]


def test_what_max_items_leaves_out_is_said(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    posts = [
        Post(f"{hour}", f"https://valley.example/{hour}", f"Number {hour}", paragraphs(f"{hour}"),
             published_at=START - timedelta(hours=hour))
        for hour in range(12)
    ]  # fmt: skip
    newsroom.edit(block("valley", partner.serve("/feed", rss(posts))) + EVERYTHING + "max_items = 10\n")
    play(newsroom)
    assert topic(explained(newsroom, "https://valley.example/9"), "all")["position"] == 10
    out = topic(explained(newsroom, "https://valley.example/10"), "all")
    assert (out["joins"], out["files"]) == ("the topic takes everything", [])
    assert out["why_not_live"] == "the 10 newest items are shown (max_items), and it is none of them"


def test_rights_name_both_agreements_and_what_readers_see(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    body = paragraphs("harvest") + "<p>Originally published in The Port.</p>"
    feed = partner.serve("/valley", rss([Post("1", "https://valley.example/1", "Harvest", body)]))
    port = block("port", partner.serve("/port", rss([])))
    newsroom.edit(block("valley", feed, "excerpt") + port + EVERYTHING)
    play(newsroom)
    rights = explained(newsroom, "https://valley.example/1")["rights"]
    assert [rights[side]["rights"]["agreement"] for side in ("origin", "carrier")] == [
        "mail from the port",
        "mail from the valley",
    ]
    assert (rights["mode"], rights["applied"]["words"], rights["pictures"]) == ("excerpt", 40, "no")
    assert 30 <= rights["shown_words"] <= 40 < rights["words"]
    newsroom.edit(block("valley", feed, "link") + port + EVERYTHING)
    assert "title and link only, 0 of" in command(newsroom, "https://valley.example/1").stdout


def test_a_source_that_is_no_longer_in_the_file_has_the_least_rights(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    feed = partner.serve("/feed", rss([Post("1", "https://valley.example/1", "One", paragraphs("x"))]))
    newsroom.edit(block("valley", feed) + EVERYTHING)
    play(newsroom)
    newsroom.edit(block("hill", partner.url("/hill")) + '[[topic]]\nid = "other"\ntitle = "Other"\n')
    document = explained(newsroom, "https://valley.example/1")
    assert document["copies"][0]["known_source"] is False
    assert document["rights"]["origin"]["is_default"] is True
    assert document["rights"]["shown_words"] <= 60
    assert topic(document, "all")["why_not"] == "the topic is not in sources.toml any more"
    assert topic(document, "other")["why_not_live"] == "the next build places it"
    text = command(newsroom, "https://valley.example/1").stdout
    assert "not in sources.toml (any more)" in text
    assert "nothing on file, so the least" in text


def test_an_id_that_was_merged_away_leads_to_the_one_that_stayed(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    body = paragraphs("rain")
    for name, text in (("port", body), ("valley", paragraphs("fog"))):
        partner.serve(f"/{name}", rss([Post("1", f"https://{name}.example/1", "Rain", text)]))
    newsroom.edit(block("port", partner.url("/port")) + block("valley", partner.url("/valley")) + EVERYTHING)

    def valley_is_the_same_now() -> None:
        newsroom.clock.forward(hours=2)
        partner.serve("/valley", rss([Post("1", "https://valley.example/1", "Rain", body)]))

    play(newsroom, valley_is_the_same_now)
    ((gone, kept),) = newsroom.rows(
        "select gone.public_id, kept.public_id from item gone join item kept on kept.id = gone.merged_into"
    )
    document = explained(newsroom, gone)
    assert (document["item"]["public_id"], document["merged_id"], document["merged"]) == (kept, gone, [gone])
    assert topic(document, "all")["tombstones"] == [gone]
    assert {one["item"] for one in document["decisions"]} == {gone, kept}
    done = command(newsroom, gone)
    assert done.returncode == 0
    assert done.stdout.startswith(f"{kept}\n")
    assert f"{gone} was merged into this item" in " ".join(done.stdout.split())


def test_what_an_editor_decided_bears_their_reason(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    blocks = "".join(
        block(
            name,
            partner.serve(f"/{name}", rss([Post("1", f"https://{name}.example/1", name.title(), paragraphs(name))])),
        )
        for name in ("port", "valley")
    )
    newsroom.edit(blocks + EVERYTHING)
    play(newsroom)
    said = (
        'match = "https://port.example/1"\naction = "same"\nvalue = "https://valley.example/1"\nreason = "one text"\n'
    )
    newsroom.edit(f"{blocks}{EVERYTHING}[[override]]\n{said}")
    play(newsroom)
    document = explained(newsroom, "https://port.example/1")
    merged = next(one for one in document["decisions"] if one["kind"] == "merged")
    assert (merged["by"], merged["other"], len(document["copies"])) == ("editor", document["merged"][0], 2)
    text = " ".join(command(newsroom, "https://port.example/1").stdout.split())
    assert f'merged by editor: {merged["other"]} is the same: [[override]] "same": one text' in text


def test_what_is_alike_and_kept_apart_is_told_from_both_sides(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    letter = paragraphs("letter", 3)
    posts = [
        Post("1", "https://valley.example/1", "Opening hours in Oruro", letter + paragraphs("Oruro", 4)),
        Post("2", "https://valley.example/2", "Opening hours in Tarija", letter + paragraphs("Tarija", 2)),
    ]
    newsroom.edit(block("valley", partner.serve("/feed", rss(posts))) + EVERYTHING)
    play(newsroom)
    for one, other in (("1", "Opening hours in Tarija"), ("2", "Opening hours in Oruro")):
        document = explained(newsroom, f"https://valley.example/{one}")
        (apart,) = document["kept_apart"]
        assert (apart["title"], apart["kind"], apart["state"]) == (other, "apart", "published")
        assert "shingles of the shorter text" in apart["why"]
    assert "Alike, and kept apart" in command(newsroom, "https://valley.example/1").stdout


def test_a_pending_item_says_what_it_waits_for(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    url = partner.url("/1")
    feed = partner.serve("/feed", rss([Post("1", url, "One", summary="One sentence.")]))
    newsroom.edit(block("valley", feed, more="") + EVERYTHING)

    async def poll() -> None:
        async with newsroom.service() as service:
            await service.poll(list(newsroom.config.sources), lambda _: None)

    asyncio.run(poll())
    document = explained(newsroom, url)
    assert document["item"]["state"] == "pending"
    assert document["state_why"] == "waits for the first attempt at its page"
    assert document["rights"] is None
    assert document["remarks"] == ["The item waits for the next build, which decides and places it anew."]
    assert topic(document, "all")["why_not_live"] == "it is pending"
    newsroom.clock.forward(minutes=11)
    assert explained(newsroom, url)["state_why"] == "goes out with the next build"
    done = command(newsroom, url)
    assert done.returncode == 0
    assert "not asked for yet; next attempt 2026-11-22 12:00Z" in " ".join(done.stdout.split())


def test_a_held_item_says_why(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    body = paragraphs("clinic") + "<p>Some call it a miracle cure.</p>"
    feed = partner.serve("/feed", rss([Post("1", "https://valley.example/1", "Clinic", body)]))
    newsroom.edit(block("valley", feed) + EVERYTHING + '[blocklist]\nterms = ["miracle cure"]\n')
    play(newsroom)
    document = explained(newsroom, "https://valley.example/1")
    assert document["item"]["state"] == "held"
    assert "miracle cure" in document["state_why"]
    assert (document["copies"][0]["held"], document["origin"]["choice"]) == ("suspect", None)
    assert [one["kind"] for one in document["decisions"]] == ["held"]
    assert topic(document, "all")["why_not_live"] == "it is held"
    text = command(newsroom, "https://valley.example/1").stdout
    assert "none: every copy is held" in text
    assert "no file" in text


def test_what_only_a_byline_could_let_in_says_so(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    feed = partner.serve("/feed", rss([Post("1", "https://valley.example/1", "One", paragraphs("x"))]))
    newsroom.edit(block("valley", feed).replace("[source.rights]", 'collect = "bylines"\n[source.rights]') + EVERYTHING)
    play(newsroom)
    document = explained(newsroom, "https://valley.example/1")
    assert (document["item"]["state"], document["state_why"]) == (
        "held",
        'collect = "bylines" and no byline source claims it',
    )


def test_what_has_become_too_old_left_by_max_age(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    feed = partner.serve("/feed", rss([Post("1", "https://valley.example/1", "One", paragraphs("x"))]))
    newsroom.edit(block("valley", feed) + EVERYTHING + 'max_age = "2d"\n')
    play(newsroom)
    before = topic(explained(newsroom, "https://valley.example/1"), "all")
    assert (before["position"], before["leaves_at"]) == (1, "2026-11-24T09:00:00+00:00")
    newsroom.clock.forward(hours=60)
    after = topic(explained(newsroom, "https://valley.example/1"), "all")
    assert (after["position"], after["files"]) == (None, [])
    assert after["why_not_live"] == "it is older than max_age, since 2026-11-24 09:00Z"


def test_what_a_changed_rule_took_out_says_when_and_why(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    feed = partner.serve("/feed", rss([Post("1", "https://valley.example/1", "One", paragraphs("x"))]))
    newsroom.edit(block("valley", feed) + EVERYTHING)
    play(newsroom)
    newsroom.edit(block("valley", feed) + EVERYTHING + 'exclude = "one"\n')
    newsroom.clock.forward(hours=1)
    play(newsroom)
    found = topic(explained(newsroom, "https://valley.example/1"), "all")
    assert (found["placement"]["left_why"], found["placement"]["left_at"]) == ("re-routed", "2026-11-22T13:00:00+00:00")
    assert (found["why_not"], found["why_not_live"]) == ("exclude: one in title", "it left: re-routed")


def test_an_origin_without_a_copy_is_found_by_the_address_readers_are_sent_to(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    credit = '<p>Originally published in <a href="https://far.example/harvest/">The Far Paper</a>.</p>'
    feed = partner.serve("/feed", rss([Post("1", "https://valley.example/1", "Harvest", paragraphs("x") + credit)]))
    newsroom.edit(block("valley", feed) + EVERYTHING)
    play(newsroom)
    document = explained(newsroom, "http://www.far.example/harvest")
    assert (document["found_by"], document["url"]) == ("origin", "https://far.example/harvest/")
    assert document["origin"]["choice"]["copy"] is None
    assert document["rights"]["origin"]["is_default"] is True
    assert "none of the copies is its own" in command(newsroom, "https://far.example/harvest/").stdout


def test_an_address_that_a_page_declares_finds_its_item(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    head = '<link rel="canonical" href="https://port.example/rain/">'
    url = partner.serve("/rain", page("Rain", paragraphs("rain"), head))
    feed = partner.serve("/feed", rss([Post("1", url, "Rain", summary="Rain.")]))
    newsroom.edit(block("valley", feed, more="") + EVERYTHING)
    play(newsroom)
    document = explained(newsroom, "https://port.example/rain")
    assert (document["found_by"], document["copies"][0]["url"]) == ("declared", url)


def test_a_page_that_shows_something_else_every_day_leads_to_the_newest_and_names_the_others(
    tmp_path: Path, partner: Partner
) -> None:
    newsroom = Newsroom(tmp_path)
    url = "https://valley.example/today"
    partner.serve("/feed", rss([Post("1", url, "Monday", paragraphs("rain"))]))
    newsroom.edit(block("valley", partner.url("/feed")) + EVERYTHING)

    def next_day() -> None:
        newsroom.clock.forward(hours=24)
        partner.serve("/feed", rss([Post("2", url, "Tuesday", paragraphs("bread"))]))

    play(newsroom, next_day)
    assert len(newsroom.rows("select id from item")) == 2
    document = explained(newsroom, url)
    assert (document["item"]["title"], len(document["same_address"])) == ("Tuesday", 1)
    assert "the address leads to another item, too" in command(newsroom, url).stdout


def test_a_guid_that_came_back_with_another_article_is_said(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    partner.serve("/feed", rss([Post("1", "https://valley.example/rain", "Rain", paragraphs("rain"))]))
    newsroom.edit(block("valley", partner.url("/feed")) + EVERYTHING)

    def guid_is_reused() -> None:
        newsroom.clock.forward(hours=2)
        partner.serve("/feed", rss([Post("1", "https://valley.example/bread", "Bread", paragraphs("bread"))]))

    play(newsroom, guid_is_reused)
    generations = [
        explained(newsroom, f"https://valley.example/{name}")["copies"][0]["generation"] for name in ("rain", "bread")
    ]
    assert generations == [0, 1]
    assert "which named 1 other articles before" in command(newsroom, "https://valley.example/bread").stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("https://valley.example/nothing", "no copy has this address; `aggregator try` shows what would come of it"),
        ("tag:wire.example,2026-11-22:aaaaaaaaaaaaaaaa", "no item has this id"),
        ("ferry", 'is known neither as an address ("https://...") nor as an id ("tag:...")'),
        ("", 'is known neither as an address ("https://...") nor as an id ("tag:...")'),
        ("http://[", 'is known neither as an address ("https://...") nor as an id ("tag:...")'),
    ],
)
def test_what_nobody_knows_gets_one_line_and_exit_code_2(coast: Newsroom, name: str, said: str) -> None:
    done = command(coast, name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f'"{name}"')
    assert done.stderr.endswith(f"{said}\n")
    assert done.stderr.count("\n") == 1


def test_an_empty_database_knows_nothing_and_a_missing_one_is_named(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    newsroom.edit(block("valley", partner.serve("/feed", rss([]))) + EVERYTHING)
    done = command(newsroom, "https://valley.example/1")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "no database yet" in done.stderr
    play(newsroom)
    done = command(newsroom, "https://valley.example/1")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_what_partners_write_cannot_play_with_the_terminal(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    title = "One\u202eowt\u0085 \u009b31m"
    feed = partner.serve("/feed", rss([Post("1", "https://valley.example/1", title, paragraphs("x"))]))
    newsroom.edit(block("valley", feed) + EVERYTHING)
    play(newsroom)
    text = command(newsroom, "https://valley.example/1").stdout
    assert not {"\u202e", "\u0085", "\u009b", "\x1b"} & set(text)
