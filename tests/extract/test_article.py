"""From a page to its article, over the invented pages of tests/data/pages."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import fromstring

from aggregator.errors import ExtractError
from aggregator.extract.article import extract_page
from aggregator.models import Image, Page

PAGES = Path(__file__).parent.parent / "data" / "pages"
WELL = "https://highland.example/2026/05/a-well-for-quillacollo-alta/?utm_source=feed"
SCHOOL = "https://faro.example/2026/04/escuela/"


def extract(name: str, url: str, **options: str) -> Page:
    return extract_page((PAGES / name).read_bytes(), url, **options)


def words(html: str) -> str:
    return " ".join(fromstring(html).text_content().split())


@pytest.fixture(scope="module")
def well() -> Page:
    return extract("block-editor.html", WELL)


@pytest.fixture(scope="module")
def school() -> Page:
    return extract("classic-es.html", SCHOOL)


@pytest.mark.parametrize(
    "part",
    [
        "<h2>How it will be paid for</h2>",
        '<a href="/2025/11/two-valleys/">in two valleys last year</a>',
        '<img src="/wp-content/uploads/2026/05/meeting.jpg"',
        "<figcaption>The assembly in the school yard. Photo: Rosa Choque</figcaption>",
        "<li>drill to forty metres where the surveyor marks the ground;</li>",
        "<blockquote",
        "<td>1,350</td>",
        'src="https://www.youtube.com/embed/abc123"',
        "there will be water by August",
    ],
)
def test_the_body_keeps_what_belongs_to_it(well: Page, part: str) -> None:
    assert part in well.body_html


def test_the_body_keeps_the_order_of_the_page(well: Page) -> None:
    order = ["forty families", "meeting.jpg", "How it will", "<ol", "<blockquote", "<table", "<iframe", "by August"]
    places = [well.body_html.index(one) for one in order]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "part",
    [
        "<h1",
        "Share",
        "Related",
        "rain.jpg",
        "road that was never",
        "grandmother",
        "Leave a reply",
        "Most read",
        "©",
        'rel="tag"',
    ],
)
def test_the_body_leaves_out_what_is_around_it(well: Page, part: str) -> None:
    assert part not in well.body_html


def test_what_a_page_says_of_itself_is_read(well: Page) -> None:
    assert well.title == "A well for Quillacollo Alta"
    assert well.authors == ("Tim Young",)
    assert well.canonical_url == "https://highland.example/2026/05/a-well-for-quillacollo-alta/"
    assert well.language == "en-GB"
    assert well.licence == "https://creativecommons.org/licenses/by/4.0/"
    assert well.published_at == datetime(2026, 5, 3, 14, 15, tzinfo=UTC)
    picture = "https://highland.example/wp-content/uploads/2026/05/well.jpg"
    assert well.image == Image(picture, "Villagers around the new well", 1200, 800)


def test_a_classic_page_keeps_its_pictures_and_captions(school: Page) -> None:
    assert '<img class="alignnone size-full wp-image-31" src="../../fotos/campana.jpg"' in school.body_html
    assert 'src="/fotos/pupitres.jpg"' in school.body_html
    assert "Los pupitres, camino arriba. Foto: Rosa Choque" in school.body_html
    assert "Cuando el río se llevó" in school.body_html
    assert "cuántas veces descansó" in school.body_html


@pytest.mark.parametrize("part", ["esa campana con mis dos hermanos", "Compartir", "Lo más leído", "bicicleta", "<h1"])
def test_a_classic_page_loses_comments_and_sidebar(school: Page, part: str) -> None:
    assert part not in school.body_html


def test_a_classic_page_says_less_of_itself(school: Page) -> None:
    assert school.title == "La escuela que se mudó de cerro"
    assert school.authors == ("Ana Quispe", "Luis Mamani")
    assert school.language == "es"
    assert school.published_at == datetime(2026, 4, 18, tzinfo=UTC)
    assert (school.licence, school.image) == ("", None)


def test_a_canonical_address_that_is_the_home_page_gives_way_to_og_url(school: Page) -> None:
    assert school.canonical_url == SCHOOL


def test_readers_comments_are_left_out() -> None:
    page = extract("comments-unmarked.html", "https://harbour.example/ferry")
    assert "lighthouse keeper" in page.body_html
    assert "coldest week" not in page.body_html
    assert "harbour master" not in page.body_html


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("home.html", "https://highland.example/"),
        ("home.html", "https://highland.example/news/page/2/"),
        ("login.html", "https://faro.example/nota/12/"),
        ("not-found.html", "https://highland.example/2026/05/gone/"),
        ("block-editor.html", "https://highland.example/"),
    ],
)
def test_a_page_that_is_no_article_has_no_body(name: str, url: str) -> None:
    assert extract(name, url).body_html == ""


def test_a_list_of_headlines_that_does_not_say_so_has_no_body() -> None:
    page = (PAGES / "home.html").read_bytes().replace(b'class="home blog"', b"")
    assert extract_page(page, "https://highland.example/news/").body_html == ""


def test_an_article_under_a_query_of_the_home_address_is_an_article() -> None:
    assert extract("block-editor.html", "https://highland.example/?p=412").body_html != ""


@pytest.mark.parametrize("body", [b"", b" \n", b"<html></html>", b"<html><body></body></html>", b"<p></p>"])
def test_an_empty_page_has_no_body(body: bytes) -> None:
    assert extract_page(body, "https://highland.example/a").body_html == ""


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a PNG picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a JPEG picture"),
        (b"PK\x03\x04\x14\x00", "a ZIP archive"),
        (b'{"a": "b"}', "JSON data"),
        (b'<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>', "an XML document"),
        (b"\x7fELF\x02\x01\x01\x00\x00", "binary data"),
        (b"Nothing but words.", "plain text"),
    ],
)
def test_what_is_no_web_page_is_refused(body: bytes, what: str) -> None:
    with pytest.raises(ExtractError, match=f"^https://highland.example/a: not a web page but {what}") as refused:
        extract_page(body, "https://highland.example/a")
    assert "\n" not in str(refused.value)


ACCENTS = "–según el alcalde– “pan como el de antes”"


def test_latin_1_on_a_page_means_windows_1252() -> None:
    page = extract("latin.html", "https://market.example/nunoa")
    assert page.title == "Mañana abre el mercado de Ñuñoa"
    assert ACCENTS in words(page.body_html)


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("cp1252", "", "text/html; charset=windows-1252"),
        ("utf-8", "iso-8859-1", "text/html; charset=utf-8"),
        ("utf-8", "iso-8859-1", ""),
        ("utf-8", "", ""),
        ("utf-8-sig", "windows-1251", "text/html; charset=koi8-r"),
        ("utf-16", "", "text/html"),
        ("cp1252", "utf-8", ""),
        ("cp1252", "", ""),
        ("cp1252", "punycode", ""),
        ("cp1250", "windows-1250", "text/html"),
        ("utf-8", "no-such-charset", "text/html; charset=nor-this"),
    ],
)
def test_a_page_is_decoded(encoding: str, declared: str, content_type: str) -> None:
    text = (PAGES / "latin.html").read_bytes().decode("cp1252")
    text = text.replace("Ñ", "É").replace("ñ", "é") if encoding == "cp1250" else text
    text = re.sub(r"<meta[^>]*>", f'<meta charset="{declared}">' if declared else "", text)
    page = extract_page(text.encode(encoding), "https://market.example/nunoa", content_type=content_type)
    assert ACCENTS in words(page.body_html)


def test_a_broken_byte_spoils_one_character_only() -> None:
    body = (PAGES / "classic-es.html").read_bytes().replace("río".encode(), b"r\xedo", 1)
    assert "cuántas veces descansó" in extract_page(body, SCHOOL).body_html


def article(head: str, before: str = "", after: str = "") -> bytes:
    text = "The committee met on Sunday in the school yard, and counted every vote by hand, twice, before it got dark."
    paragraphs = f"<div><p>{text} {text}</p><p>{text}</p></div>"
    return f"<html><head>{head}</head><body>{before}{paragraphs}{after}</body></html>".encode()


def json_ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


META = '<meta name="author" content="Ana Quispe">'
LABELLED = '<meta name="twitter:label1" content="Escrito por"><meta name="twitter:data1" content="Ana Quispe">'
TWO = json_ld('{"@type": "Article", "author": ["Ana Quispe", {"name": "Luis Mamani"}]}')
ITSELF = '<meta property="og:site_name" content="El Faro">' + json_ld(
    '{"@type": "Article", "author": {"name": "El Faro"}}'
)


@pytest.mark.parametrize(
    ("head", "before", "authors"),
    [
        pytest.param(META, "", ("Ana Quispe",), id="a meta element"),
        pytest.param('<meta name="author" content="https://social.example/ana">', "", (), id="an address is no name"),
        pytest.param(LABELLED, "", ("Ana Quispe",), id="a label made for link previews"),
        pytest.param(META, '<a rel="author" href="/l">Luis Mamani</a>', ("Luis Mamani",), id="rel=author goes before"),
        pytest.param(TWO, "", ("Ana Quispe", "Luis Mamani"), id="two in JSON-LD"),
        pytest.param(json_ld('{"@type": "Article", "author": ') + META, "", ("Ana Quispe",), id="broken JSON-LD"),
        pytest.param(ITSELF, "", (), id="a site that names itself"),
        pytest.param(json_ld('[{"@type": ["Article"], "author": [[1], null, {"name": 3}]}]'), "", (), id="odd JSON-LD"),
    ],
)
def test_authors_are_read(head: str, before: str, authors: tuple[str, ...]) -> None:
    assert extract_page(article(head, before), "https://a.example/b").authors == authors


@pytest.mark.parametrize(
    ("after", "licence"),
    [
        ('<a rel="license" href="/terms">Terms</a>', "https://a.example/terms"),
        (
            '<p>Text: <a href="https://creativecommons.org/licenses/by-sa/4.0/deed.es">CC BY-SA</a></p>',
            "https://creativecommons.org/licenses/by-sa/4.0/deed.es",
        ),
        ('<figure><img src="a.jpg"><a href="https://creativecommons.org/licenses/by/2.0/">CC BY</a></figure>', ""),
        ('<p>Foto: Rosa Choque, <a href="https://creativecommons.org/licenses/by/2.0/">CC BY</a></p>', ""),
    ],
    ids=["rel license", "Creative Commons", "of a figure", "of a picture"],
)
def test_the_licence_is_the_article_s(after: str, licence: str) -> None:
    assert extract_page(article("", after=after), "https://a.example/b").licence == licence


@pytest.mark.parametrize(
    ("date", "instant"),
    [
        ("2026-05-03T10:00:00+02:00", datetime(2026, 5, 3, 8, tzinfo=UTC)),
        ("2026-05-03", datetime(2026, 5, 3, tzinfo=UTC)),
        ("Sun, 03 May 2026 10:00:00 GMT", datetime(2026, 5, 3, 10, tzinfo=UTC)),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("1970-01-01", None),
    ],
)
def test_dates_are_aware(date: str, instant: datetime | None) -> None:
    page = extract_page(article(f'<meta property="article:published_time" content="{date}">'), "https://a.example/b")
    assert page.published_at == instant


def test_text_that_the_page_does_not_show_is_taken_as_trafilatura_gives_it() -> None:
    text = "The committee met on Sunday in the school yard and counted every vote by hand before dark. " * 8
    head = '<script type="application/ld+json">{"@type": "NewsArticle", "articleBody": "' + text + '"}</script>'
    page = extract_page(f"<html><head>{head}</head><body><p>Loading</p></body></html>".encode(), "https://a.example/b")
    assert "counted every vote by hand" in page.body_html


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for page in (body, b"<html><body><p>" + body):
        try:
            extract_page(page, "https://a.example/b")
        except ExtractError:
            continue
