"""Partners on WordPress through the whole program: fed by what it really sends, only the articles come out.

One evening is played for all tests: five sites of different make, two feeds that are none, several polls. Beside each
post of data/wordpress/ stands the body that it should become.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from lxml.html import HtmlElement, fromstring, tostring

from aggregator.service import Service
from tests.newsroom import EVERYTHING, START, Newsroom, cycle, paragraphs
from tests.wordpress import DATA, STRINGS, WordPress, WordPressPost

EN = partial(WordPress, locale="en_US", title="Valley Post")
ES = partial(WordPress, locale="es_ES", title="El Farol")
SITES: dict[str, partial[WordPress]] = {
    "full": partial(EN, full=True, theme="block", pretty=True),
    "excerpts": partial(EN, full=False, theme="block", pretty=True),
    "bare": partial(EN, full=False, theme="classic", pretty=False, seo=False),
    "enteros": partial(ES, full=True, theme="block", pretty=False, gzip=False),
    "extractos": partial(ES, full=False, theme="classic", pretty=True, gzip=False),
}


def post(number: int, slug: str, title: str, author: str, content: str = "", **more: str) -> WordPressPost:
    at = START - timedelta(hours=number)
    content = content or (DATA / f"{slug}.html").read_text(encoding="utf-8")
    return WordPressPost(number, slug, title, content, author, at, at, **more)


NOTICE = post(4, "notice", "Harvest notice", "admin", paragraphs("harvest"))
AVISO = post(3, "aviso", "Aviso de cosecha", "admin", paragraphs("cosecha"))
METERS = post(1, "water-meters", "Water meters reach the upper valley", "Lucía Ferrer")
FERRY = post(2, "ferry", "A day without the ferry", "Cosmo Whitlock")
POSTS = {
    "en_US": (
        replace(METERS, picture="2026/11/valley", picture_alt="The valley from the ridge"),
        FERRY,
        post(3, "seed-library", "Four hundred jars and a drawer", "admin"),
        NOTICE,
        post(5, "protected", "Minutes for members", "Lucía Ferrer", "<p>Only members read this.</p>", password="dill"),
    ),
    "es_ES": (
        post(1, "tarifa", "El barrio aprueba su tarifa", "Ximena Urquidi"),
        post(2, "minga", "Un puente en dos días", "admin"),
        AVISO,
        post(4, "protected", "Acta para socios", "Ximena Urquidi", "<p>Solo para socios.</p>", password="eneldo"),
    ),
}
LATER = tuple(
    replace(
        NOTICE,
        number=20 + n,
        slug=f"late-{n}",
        title=f"Late news {n}",
        content=paragraphs(f"late{n}"),
        published_at=START + timedelta(days=2, minutes=n),
        modified_at=START + timedelta(days=2, minutes=n),
    )
    for n in range(12)
)


@dataclass
class Evening:
    """What was seen of it.

    Attributes:
        copies: what was kept after the first poll, by source and title.
        published: items of all.json after the first poll.
        files: all that was published then.
        said: what each poll said, by source, poll after poll.
        answered: path and status of each request of a poll, by site.
    """

    addresses: dict[str, str]
    copies: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    published: list[dict[str, Any]] = field(default_factory=list)
    files: str = ""
    said: list[dict[str, str]] = field(default_factory=list)
    answered: list[dict[str, list[tuple[str, int]]]] = field(default_factory=list)


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    newsroom = Newsroom(tmp_path_factory.mktemp("wordpress"))
    with ExitStack() as open_sites:
        sites = {name: open_sites.enter_context(make()) for name, make in SITES.items()}
        for site in sites.values():
            site.publish(*POSTS[site.locale])
        feeds = {name: (site.feed_url, site.title) for name, site in sites.items()}
        feeds["extractos"] = (f"{sites['extractos'].address}/feed", "El Farol")  # as people type it
        feeds["home"] = (f"{sites['bare'].address}/feed/", "Nobody")
        feeds["nowhere"] = (f"{sites['full'].address}/category/nowhere/feed/", "Nobody")
        blocks = (
            f'[[source]]\nid = "{name}"\nname = "{title}"\nfeed = "{url}"\n'
            'rights = {mode = "full", images = "yes"}\nextract.boilerplate = "off"\n'
            for name, (url, title) in feeds.items()
        )
        newsroom.edit("\n".join(blocks) + EVERYTHING)
        evening = Evening({name: site.address for name, site in sites.items()})
        asyncio.run(play(newsroom, sites, evening))
        yield evening


async def play(newsroom: Newsroom, sites: dict[str, WordPress], evening: Evening) -> None:
    async def poll(service: Service) -> None:
        for site in sites.values():
            site.requests.clear()
            site.answered.clear()
        evening.said.append(
            dict(zip([source.id for source in newsroom.config.sources], await cycle(service), strict=True))
        )
        evening.answered.append(
            {
                name: [(seen.path, status) for seen, status in zip(site.requests, site.answered, strict=True)]
                for name, site in sites.items()
            }
        )
        newsroom.clock.forward(days=1)

    async with newsroom.service() as service:
        await poll(service)
        columns = "source", "title", "clean_html", "text", "people", "publication", "image", "body_from", "url"
        for row in newsroom.rows(f"SELECT {', '.join(columns)} FROM copy"):
            evening.copies[row[:2]] = dict(zip(columns, row, strict=True))
        evening.published += json.loads(newsroom.read("all.json"))["items"]
        evening.files = "".join(newsroom.read(name).decode() for name in ("all.rss", "all.atom", "all/index.html"))
        await poll(service)
        await poll(service)
        sites["full"].publish(*LATER)
        await poll(service)
        sites["full"].trash(LATER[-1].number)
        await poll(service)


GOLDEN = {"en_US": (METERS, POSTS["en_US"][2]), "es_ES": POSTS["es_ES"][:2]}
PAGES = ("excerpts", "bare", "extractos")  # their bodies come from their pages
SIDES = ("paragraphs", "headings", "lists", "quotes", "tables", "pictures", "links", "blocks")


def sides(html: str) -> dict[str, list[Any]]:
    """Take a clean body apart, so that each fault is seen by itself."""
    body = fromstring(f"<div>{html}</div>")
    assert isinstance(body, HtmlElement)
    for link in list(body.iter("a")):
        link.attrib.pop("rel", None)
        if link.find("img") is not None:  # to the same picture in another size
            link.drop_tag()
    for block in list(body):
        if block.tag == "p" and block.find("img") is not None and not block.text_content().strip():
            block.tag = "figure"

    def written(*tags: str) -> list[str]:
        return [str(tostring(block, encoding="unicode", with_tail=False)) for block in body if block.tag in tags]

    return {
        "paragraphs": written("p"),
        "headings": written("h2", "h3", "h4", "h5", "h6"),
        "lists": written("ul", "ol", "dl"),
        "quotes": written("blockquote"),
        "tables": written("table"),
        "pictures": [(dict(img.attrib), caption_of(img)) for img in body.iter("img")],
        "links": [(link.text_content(), link.get("href")) for link in body.iter("a")],
        "blocks": [block.tag for block in body],
    }


def caption_of(img: HtmlElement) -> str:
    parent = img.getparent()
    return parent.findtext("figcaption", "") if parent is not None else ""


def bodies() -> list[Any]:
    return [
        pytest.param(name, one, side, id=f"{name}-{one.slug}-{side}")
        for name, make in SITES.items()
        for one in GOLDEN[make.keywords["locale"]]
        for side in SIDES
    ]


@pytest.mark.parametrize(("name", "one", "side"), bodies())
def test_a_body_comes_out_whole_and_in_order(evening: Evening, name: str, one: WordPressPost, side: str) -> None:
    copy = evening.copies[name, one.title]
    golden = (DATA / f"{one.slug}.clean.html").read_text(encoding="utf-8")
    golden = golden.replace("{{ site }}", evening.addresses[name]).replace("{{ link }}", copy["url"])
    if name == "bare" and one == METERS:  # a theme that shows the featured picture below the headline
        picture = f"{evening.addresses[name]}/wp-content/uploads/2026/11/valley-1200x675.jpg"
        golden = (
            f'<figure><img alt="The valley from the ridge" src="{picture}" width="1200" height="675"></figure>{golden}'
        )
    assert sides(copy["clean_html"])[side] == sides(golden)[side]


@pytest.mark.parametrize("name", ["full", "excerpts", "bare"])
@pytest.mark.parametrize(
    "address",
    [
        pytest.param("https://twitter.com/osricferry/status/1985551234567890123", id="twitter"),
        pytest.param("https://www.instagram.com/p/Cdemo123/", id="instagram"),
        pytest.param("https://www.tiktok.com/@deckhand/video/7300000000000000001", id="tiktok"),
        pytest.param("https://other-shore.example/no-boat/", id="another WordPress"),
        pytest.param("/wp-content/uploads/2026/11/horn.mp3", id="audio"),
        pytest.param("/wp-content/uploads/2026/11/quay.mp4", id="video"),
        pytest.param("https://ferry.example/timetable", id="button"),
    ],
)
def test_what_is_embedded_becomes_a_link_that_says_what_it_is(evening: Evening, name: str, address: str) -> None:
    body = fromstring(evening.copies[name, FERRY.title]["clean_html"])
    address = address if address.startswith("https:") else evening.addresses[name] + address
    links = [link for link in body.iter("a") if link.get("href", "").partition("?")[0] == address]
    assert links
    assert all(re.search(r"\w{3}", link.text_content()) for link in links)


@pytest.mark.parametrize("name", ["full", "excerpts", "bare"])
def test_the_text_goes_on_between_embeds(evening: Evening, name: str) -> None:
    body = fromstring(f"<div>{evening.copies[name, FERRY.title]['clean_html']}</div>")
    own = [block.text_content() for block in fromstring(f"<div>{FERRY.content}</div>").findall("p")]
    assert [block.text_content() for block in body.findall("p") if block.text_content() in own] == own


# What stands around posts. What an editor writes could hold the shorter ones.
FURNITURE = (
    "continue protected_why skip posted_on leave_comment previous next post_navigation share share_on like "
    "loading about see_all subscribe says awaiting leave_reply cancel_reply notes send recent_posts recent_comments "
    "more_posts powered first_comment second_comment biography"
).split()


@pytest.mark.parametrize("name", SITES)
@pytest.mark.parametrize("kind", FURNITURE)
def test_nothing_that_stands_around_a_post_comes_into_it(evening: Evening, name: str, kind: str) -> None:
    said = STRINGS[SITES[name].keywords["locale"]][kind]
    assert [title for (source, title), copy in evening.copies.items() if source == name and said in copy["text"]] == []


@pytest.mark.parametrize("name", SITES)
def test_no_other_article_and_no_signature_comes_into_a_body(evening: Evening, name: str) -> None:
    titles = {title for source, title in evening.copies if source == name}
    for title in titles:
        text = evening.copies[name, title]["text"]
        assert not [other for other in titles if other in text]
        assert "appeared first on" not in text
        assert "se publicó primero en" not in text
        assert "gravatar" not in evening.copies[name, title]["clean_html"]


@pytest.mark.parametrize("name", SITES)
def test_emoji_are_characters_and_nothing_leads_to_wordpress_itself(evening: Evening, name: str) -> None:
    html = "".join(copy["clean_html"] for (source, _), copy in evening.copies.items() if source == name)
    assert "🚰" in html or "🧀" in html
    assert not re.search(r"s\.w\.org|wp-json|wp-login|wp-admin|xmlrpc|share=|replytocom|#respond", html)


@pytest.mark.parametrize("name", SITES)
def test_a_protected_post_shows_nothing_but_its_title(evening: Evening, name: str) -> None:
    (copy,) = (copy for (source, title), copy in evening.copies.items() if source == name and title.startswith("Prote"))
    say = STRINGS[SITES[name].keywords["locale"]]
    assert copy["clean_html"] in ("", f"<p>{say['no_excerpt']}</p>")


@pytest.mark.parametrize("name", SITES)
def test_bodies_come_from_feeds_only_where_these_have_them(evening: Evening, name: str) -> None:
    origins = {
        copy["body_from"]
        for (source, title), copy in evening.copies.items()
        if source == name and not title.startswith("Prote")
    }
    assert origins == ({"page"} if name in ("excerpts", "bare", "extractos") else {"feed"})


def test_a_featured_picture_stands_for_its_article(evening: Evening) -> None:
    image = json.loads(evening.copies["excerpts", METERS.title]["image"])
    assert image["url"] == f"{evening.addresses['excerpts']}/wp-content/uploads/2026/11/valley.jpg"


@pytest.mark.parametrize("one", [METERS, FERRY, GOLDEN["es_ES"][0]], ids=lambda one: one.slug)
def test_what_is_published_is_the_body_with_its_credit(evening: Evening, one: WordPressPost) -> None:
    shown = [copy["clean_html"] for (_, title), copy in evening.copies.items() if title == one.title]
    items = [item for item in evening.published if item["title"] == one.title]
    assert items
    for item in items:  # one, or as many as there are differing texts
        assert re.match(r"<p>(By|Por) \w+", item["content_html"])
        assert any(body in item["content_html"] for body in shown)


def test_what_a_newsroom_without_rights_on_file_wrote_is_an_excerpt(evening: Evening) -> None:
    items = [item for item in evening.published if item["title"] == "Un puente en dos días"]
    assert items
    for item in items:
        assert item["content_html"].startswith("<p>Por Jacinto Arancibia, Amigos del Camino</p><p>El puente")
        assert "El ingeniero llegó el viernes" not in item["content_html"]
        assert "<img" not in item["content_html"]


def test_no_form_signature_or_comment_is_published(evening: Evening) -> None:
    assert METERS.title in evening.files
    for language in STRINGS.values():
        for kind in ("protected_why", "first_comment", "second_comment", "subscribe", "share", "leave_reply"):
            assert language[kind] not in evening.files
    assert not re.search(r"appeared first on|se publicó primero en|s\.w\.org|sharedaddy", evening.files)


# --- credits ---------------------------------------------------------------------------------------------------------


def test_articles_are_credited_to_people_and_newsrooms(evening: Evening) -> None:
    names = {(item["title"], author["name"]) for item in evening.published for author in item["authors"]}
    assert {name for name in names if not name[0].startswith("Prote")} == {
        ("Water meters reach the upper valley", "Lucía Ferrer (Valley Post)"),
        ("A day without the ferry", "Cosmo Whitlock (Valley Post)"),
        ("Four hundred jars and a drawer", "Odile Marchetti (Friends of the Seed)"),
        ("Harvest notice", "Valley Post"),
        ("El barrio aprueba su tarifa", "Ximena Urquidi (El Farol)"),
        ("Un puente en dos días", "Jacinto Arancibia (Amigos del Camino)"),
        ("Aviso de cosecha", "El Farol"),
    }


@pytest.mark.parametrize("name", SITES)
def test_every_site_names_the_same_people(evening: Evening, name: str) -> None:
    expected = {
        METERS.title: ["Lucía Ferrer"],
        FERRY.title: ["Cosmo Whitlock"],
        "Four hundred jars and a drawer": ["Odile Marchetti"],
        NOTICE.title: [],
        "El barrio aprueba su tarifa": ["Ximena Urquidi"],
        "Un puente en dos días": ["Jacinto Arancibia"],
        AVISO.title: [],
    }
    found = {title: json.loads(copy["people"]) for (source, title), copy in evening.copies.items() if source == name}
    assert {title: people for title, people in found.items() if title in expected} == {
        title: people for title, people in expected.items() if title in found
    }


# --- polls -----------------------------------------------------------------------------------------------------------


def test_nobody_is_asked_for_more_than_feed_robots_and_pages(evening: Evening) -> None:
    for name, make in SITES.items():
        posts = len(POSTS[make.keywords["locale"]])
        pages = posts if name in ("excerpts", "bare", "extractos") else 1  # that of the protected post
        asked = [
            path for path, _ in evening.answered[0][name] if path not in ("/feed", "/feed/", "/category/nowhere/feed/")
        ]
        assert len(set(asked)) == len(asked)
        assert len(asked) == pages + 1 + (make.keywords["pretty"] is False)
        assert not any("comments" in path or "wp-" in path for path in asked)


def test_a_second_poll_earns_a_304(evening: Evening) -> None:
    assert evening.answered[1]["enteros"] == [("/?feed=rss2", 304)]
    assert evening.answered[1]["extractos"] == [("/feed", 301), ("/feed/", 304)]


def test_behind_gzip_it_is_the_third(evening: Evening) -> None:
    for name, path in (("excerpts", "/feed/"), ("bare", "/?feed=rss2")):
        assert [(path, 200), (path, 304)] == [
            one for answered in evening.answered[1:3] for one in answered[name] if one[0] == path
        ][-2:]
        assert evening.said[1][name] == evening.said[2][name] == "not modified"


def test_pages_are_not_asked_for_again(evening: Evening) -> None:
    for answered in evening.answered[1:]:
        assert not [path for path, _ in answered["excerpts"] if path.startswith("/2026/") and "protected" not in path]


def test_a_busy_day_is_paged_back(evening: Evening) -> None:
    paths = [path for path, _ in evening.answered[3]["full"] if "category" not in path]
    assert evening.said[3]["full"] == "12 new"
    assert paths == ["/feed/", "/feed/?paged=2"]


def test_a_post_taken_away_goes_on_being_kept(evening: Evening) -> None:
    assert evening.answered[4]["full"][0] == ("/feed/", 200)
    assert evening.said[4]["full"] == "nothing new in 10 entries"


def test_the_home_page_in_place_of_a_feed_names_the_real_one(evening: Evening) -> None:
    assert f"{evening.addresses['bare']}/?feed=rss2" in evening.said[0]["home"]
    assert "comments" not in evening.said[0]["home"]


def test_a_category_that_is_none_is_an_alarm(evening: Evening) -> None:
    assert evening.said[0]["nowhere"] == "the feed holds no entries"
