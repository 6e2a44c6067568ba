from dataclasses import replace

import pytest
from hypothesis import given
from topic_feeds import FULL, LAKE, URL

from aggregator.models import Enclosure, Image
from aggregator.render.wording import authors, is_mistakable, media_type, tidy, uri


@pytest.mark.parametrize(
    ("given_address", "written"),
    [
        ("https://one.example", "https://one.example/"),
        ("https://one.example?feed=rss2", "https://one.example/?feed=rss2"),
        ("https://one.example/a?b[]=1|2", "https://one.example/a?b%5B%5D=1%7C2"),
        ("https://one.example/a b/%20/é", "https://one.example/a%20b/%20/%C3%A9"),
        ("https://one.example/100%/%zz%41", "https://one.example/100%25/%25zz%41"),
        ("https://one.example/a#b#c", "https://one.example/a#b%23c"),
        ("https://one.example/?q=$a,b;c:@!*~'()", "https://one.example/?q=$a,b;c:@!*~'()"),
        ("https://one.example/?a=1&amp;b=2&amp;amp;c", "https://one.example/?a=1&b=2&c"),
        ("http://[2001:db8::1]:8080/a", "http://[2001:db8::1]:8080/a"),
        ("javascript:alert(1)", ""),
        ("/relative", ""),
        ("", ""),
    ],
)
def test_an_address_is_written_as_a_uri(given_address: str, written: str) -> None:
    assert uri(given_address) == written


@given(URL)
def test_writing_an_address_twice_changes_nothing(address: str) -> None:
    assert uri(uri(address)) == uri(address)


@pytest.mark.parametrize("text", ["<b>", "a </i>", "<!-- x", "R&amp;D", "&#65;", "&copy"])
def test_what_html_reads_differently_is_mistakable(text: str) -> None:
    assert is_mistakable(text)


@pytest.mark.parametrize("text", ["5 < 6", "AT&T", "Q & A", "x > y", "“quoted”", ""])
def test_what_html_reads_the_same_is_not(text: str) -> None:
    assert not is_mistakable(text)


@pytest.mark.parametrize(
    ("people", "publication", "expected"),
    [
        (("Ana Quispe",), "El Faro", ["Ana Quispe (El Faro)"]),
        (("Ana Quispe", "Tomás Rey"), "", ["Ana Quispe", "Tomás Rey"]),
        ((), "El Faro", ["El Faro"]),
        (("El Faro",), "El Faro", ["El Faro"]),
        ((), "", ["El Faro del Lago"]),
        (("ana@faro.example.net (Ana Quispe)",), "", ["(Ana Quispe)"]),
        (("Ana <b>Quispe</b>",), "", ["Ana b Quispe /b"]),
        (("Quispe &amp; Rey",), "", ["Quispe & Rey"]),
        (("Q &amp;lt; A", "R&D2", "AT&T"), "", ["Q & lt; A", "R& D2", "AT&T"]),
        (("Ana\u202e &#x202e;Quispe\u2066&#xFDD0;",), "", ["Ana Quispe"]),
    ],
)
def test_an_author_is_a_person_with_the_publication(
    people: tuple[str, ...], publication: str, expected: list[str]
) -> None:
    feed = tidy(replace(LAKE, items=(replace(FULL, people=people, publication=publication),)))
    assert authors(feed.items[0], feed) == expected


@pytest.mark.parametrize(
    ("declared", "expected"),
    [("audio/mpeg", "audio/mpeg"), ("Image/PNG; q=1", "image/png"), ("video", ""), ("a b/c", ""), ("", "")],
)
def test_a_media_type_is_one_or_nothing(declared: str, expected: str) -> None:
    assert media_type(declared) == expected


def test_addresses_that_feed_readers_refuse_are_left_out() -> None:
    bare = "http://[2001:db8::1]/a.mp3"
    item = replace(FULL, url=bare, image=Image(bare), enclosures=(Enclosure(bare, "audio/mpeg", 9),))
    (written,) = tidy(replace(LAKE, items=(item,))).items
    assert (written.url, written.image, written.enclosures) == ("", None, ())


def test_characters_that_cannot_be_written_are_dropped() -> None:
    feed = tidy(replace(LAKE, title="a\x00b\ud800c\ufffed\x9be\ufffdf"))
    assert feed.title == "abcde?f"
