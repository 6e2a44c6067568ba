"""The mail of a digest: what any mail program can show, whatever the partners wrote."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import feedparser
import lxml.html
import pytest
from test_html import Checker
from topic_feeds import FULL, NOON, SITE

from aggregator.models import Digest, DigestSection, Edition, FeedItem, Image
from aggregator.render.digest import MOST_BYTES, Written, feed_of, message_id_of, write_mail
from aggregator.render.jsonfeed import render_json
from aggregator.render.xmlfeed import render_atom, render_rss

MORNING = Digest(
    "morning",
    ("water", "all"),
    title="The valley in the morning",
    list="morning@lists.example",
    unsubscribe=("mailto:leave@lists.example", "https://lists.example/leave"),
)
AT = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def edition(*items: FeedItem, digest: Digest = MORNING, more: tuple[FeedItem, ...] = ()) -> Edition:
    sections = [DigestSection("Water", "https://wire.example/water/", "en", items)]
    if more:
        sections.append(DigestSection("Everything", "https://wire.example/all/", "en", more))
    return Edition(digest, SITE, "2026-11-23", AT, tuple(sections))


def article(number: int, title: str = "A river rises", **more: object) -> FeedItem:
    plain = replace(
        FULL, id=f"tag:wire.example,2026-11-22:{number}", title=title, sort_at=NOON - timedelta(minutes=number)
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def write(made: Edition) -> tuple[Written, EmailMessage]:
    written = write_mail(made, message_id_of(made.digest.id, made.period, made.site.id_domain), "desk@wire.example")
    assert all(len(line) <= 998 for line in written.mail.split(b"\r\n"))
    assert written.mail.isascii()
    assert b"\n" not in written.mail.replace(b"\r\n", b"")
    Checker(re.sub(b'<!--.*?-->| style="[^"]*"', b"", written.html))
    return written, cast(EmailMessage, message_from_bytes(written.mail, policy=policy.default))


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_one_edition_gives_the_same_bytes_each_time() -> None:
    assert write(edition(article(1)))[0] == write(edition(article(1)))[0]


@pytest.mark.parametrize(
    "title",
    [
        "Water\r\nBcc: all@victim.example\r\n\r\nand more",
        "Water\nX-Spam: no",
        "Agua " + "larguísima " * 60,
        "م" * 400,
        "🚲" * 300,
        "Donaudampfschifffahrts" * 30,
        "\u202eover\u2066 and <b>out</b> & {count} {title}",
        "=?utf-8?q?Bcc=3A?= x",
        "\ud83d lone",
        "",
    ],
)
def test_no_title_gets_out_of_its_place(title: str) -> None:
    made = edition(article(1, title), digest=replace(MORNING, title=title, subject="{title}: {first}"))
    mail = write(made)[1]
    assert {"bcc", "x-spam"}.isdisjoint(key.lower() for key in mail)
    assert len(mail["Subject"]) <= 125
    assert mail["To"] == "morning@lists.example"
    assert mail["Message-ID"] == "<digest.morning.20261123@wire.example.org>"
    assert "<b>out" not in part(mail, "html")


def test_a_list_is_left_in_the_ways_its_manager_gave() -> None:
    mail = write(edition(article(1)))[1]
    assert mail["List-Unsubscribe"] == "<mailto:leave@lists.example>, <https://lists.example/leave>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert 'href="https://lists.example/leave"' in part(mail, "html")
    by_mail = write(edition(article(1), digest=replace(MORNING, unsubscribe=("mailto:leave@lists.example",))))[1]
    assert by_mail["List-Unsubscribe-Post"] is None
    none = write(edition(article(1), digest=replace(MORNING, unsubscribe=())))[1]
    assert none["List-Unsubscribe"] is None
    long = "https://lists.example/" + "l" * 700
    assert (
        write(edition(article(1), digest=replace(MORNING, unsubscribe=(long,))))[1]["List-Unsubscribe"] == f"<{long}>"
    )


def test_who_it_comes_from() -> None:
    assert write(edition(article(1)))[1]["From"] == "The valley in the morning <desk@wire.example>"
    named = replace(MORNING, sender="Ñandú <n@wire.example>", reply_to="ana@wire.example", list_id="m.lists.example")
    mail = write(edition(article(1), digest=named))[1]
    assert (mail["From"], mail["Reply-To"]) == ("Ñandú <n@wire.example>", "ana@wire.example")
    assert mail["List-Id"] == "<m.lists.example>"


@pytest.mark.parametrize(
    ("style", "summary"),
    [("titles", "نص طويل من الكلمات. "), ("excerpts", "A long line of words. "), ("full", "نص طويل ")],
)
def test_a_mail_is_never_cut_and_what_it_shows_is_known(style: str, summary: str) -> None:
    items = [
        article(number, f"Number {number} {summary}", summary=summary * 20, content_html=f"<p>{summary * 80}</p>")
        for number in range(200)
    ]
    made = edition(*items, digest=replace(MORNING, style=style, max_items=200))
    written, mail = write(made)
    html = written.mail.partition(b"text/html")[2]
    assert MOST_BYTES * 0.5 < len(html) < MOST_BYTES + 500
    assert part(mail, "html").count(">Number ") - 1 == len(written.shown)  # and in the preview
    newest = {item.id for item in items[: len(written.shown)]}
    assert written.shown == newest


def test_one_article_that_is_too_large_stands_there_by_its_title() -> None:
    huge = article(1, content_html=f"<p>{'word ' * 40_000}</p>")
    written, mail = write(edition(huge, digest=replace(MORNING, style="full")))
    assert written.shown == {huge.id}
    assert len(written.html) < 20_000
    assert huge.title in part(mail, "html")


def test_pictures_are_shown_where_they_may_be() -> None:
    image = Image("https://faro.example/a.jpg", "The bridge", 1200, 800)
    page = part(write(edition(article(1, image=image), more=(article(2, image=None),)))[1], "html")
    assert [str(one.get("alt")) for one in lxml.html.fromstring(page).iter("img")] == ["The bridge"]
    assert "<img" not in part(
        write(edition(article(1, image=image), digest=replace(MORNING, style="titles")))[1], "html"
    )


def test_nothing_is_asked_of_another_host_but_pictures() -> None:
    page = lxml.html.fromstring(part(write(edition(article(1)))[1], "html"))
    assert [element.tag for element in page.iter("script", "link", "iframe", "form", "input")] == []
    assert all(link[2].startswith(("http:", "https:", "mailto:")) for link in page.iterlinks())


def test_the_words_around_are_spanish_where_the_digest_is() -> None:
    mail = write(edition(article(1), digest=replace(MORNING, language="es", subject="{title}, {date}")))[1]
    assert mail["Subject"] == "The valley in the morning, 23 de noviembre de 2026"
    assert "1 artículo nuevo" in part(mail, "html")
    assert "Por " in part(mail, "plain")


def test_a_feed_has_an_entry_for_each_edition() -> None:
    older = replace(edition(article(3, "Older")), period="2026-11-22", made_at=AT - timedelta(days=1))
    feed = feed_of([edition(article(1), more=(article(2, "A school"),)), older], AT)
    for render in (render_rss, render_atom):
        parsed = feedparser.parse(render(feed))
        assert [entry.title for entry in parsed.entries] == [
            "The valley in the morning: A river rises", "The valley in the morning: Older",
        ]  # fmt: skip
        assert parsed.entries[0].id == f"tag:{SITE.id_domain},{SITE.id_date}:digest/morning/2026-11-23"
        assert "A school</a>" in parsed.entries[0].content[0].value
    assert b"digest/morning.json" in render_json(feed)
