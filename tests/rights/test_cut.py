"""What leaves: cut to its rights, credited first, carriers last."""

import re
from dataclasses import replace
from typing import Any

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import PublishError
from aggregator.models import Enclosure, FeedItem, Image, Images, Link, Rights, RightsMode
from aggregator.plaintext import clean_text
from aggregator.rights.cut import UncutItem, cut
from tests.rights.cases import DAY, allow

AUDIO = Enclosure("https://faro.example/a.mp3", "audio/mpeg", 3000)
PICTURES = (
    Enclosure("https://faro.example/a.jpg", "image/jpeg"),
    Enclosure("https://faro.example/b", "Image/PNG"),
    Enclosure("https://faro.example/c.JPEG?w=300"),
    Enclosure("https://faro.example/d.webp", "application/octet-stream"),
)
ITEM = UncutItem(
    id="tag:wire.example,2026-11-22:a",
    url="https://faro.example/well",
    title="The new well",
    people=("Ana Quispe", "Luis Mamani"),
    publication="El Faro",
    publication_url="https://faro.example/",
    published_at=DAY,
    updated_at=DAY,
    sort_at=DAY,
    html="<p>The well is new.</p><p>It is deep.</p>",
    whole_html="",
    text="The well is new.\n\nIt is deep.",
    language="en",
    image=Image("https://faro.example/well.jpg", "A well"),
    enclosures=(AUDIO,),
    categories=("water",),
    carriers=(),
    source=None,
    carrier="",
    licence="",
    is_corrected=False,
)
FULL = Rights(mode="full", images="yes")
CREDIT = '<p>By Ana Quispe, Luis Mamani, <a href="https://faro.example/well">El Faro</a></p>'
READ_ON = '<p>Read the whole article at <a href="https://faro.example/well">El Faro</a></p>'
CARRIERS = (Link("The Harbour", "https://harbour.example/1"), Link("Notebook", "https://notebook.example/2"))
CARRIERS_NAMES = (
    '<a href="https://harbour.example/1">The Harbour</a>, <a href="https://notebook.example/2">Notebook</a></p>'
)


def body(rights: Rights = FULL, **changes: Any) -> str:
    return cut(replace(ITEM, **changes), allow(rights)).content_html


# --- the body --------------------------------------------------------------------------------------------------------


def test_full_is_the_whole_text_below_its_credit() -> None:
    assert body() == CREDIT + ITEM.html


def test_an_excerpt_is_the_first_words_and_a_link_to_the_rest() -> None:
    assert body(Rights(words=4)) == f"{CREDIT}<p>The well is new. …</p>{READ_ON}"


def test_a_short_text_is_its_own_excerpt() -> None:
    assert body(Rights()) == f"{CREDIT}<p>The well is new.</p><p>It is deep.</p>{READ_ON}"


def test_a_link_is_nothing_but_credit_and_link() -> None:
    item = cut(ITEM, allow(Rights(mode="link")))
    assert item.content_html == CREDIT + READ_ON
    assert item.summary == ""


@pytest.mark.parametrize("mode", ["full", "excerpt", "link"])
def test_without_any_text_there_are_credit_and_link(mode: RightsMode) -> None:
    assert body(Rights(mode=mode), html="", text="") == CREDIT + READ_ON


def test_a_full_right_without_a_body_shows_what_text_there_is() -> None:
    assert body(html="", text="Only a summary.") == f"{CREDIT}<p>Only a summary.</p>{READ_ON}"


def test_everything_in_its_order() -> None:
    rights = Rights(mode="full", images="yes", credit="© El Faro", licence="CC BY 4.0")
    item = cut(replace(ITEM, carriers=CARRIERS, is_corrected=True), allow(rights))
    assert item.content_html == (
        f"{CREDIT}{ITEM.html}<p><em>© El Faro</em></p><p><em>Corrected 2026-11-22</em></p>"
        f"<p>Also carried by {CARRIERS_NAMES}"
    )
    assert (item.licence, item.rights_mode, item.corrected) == ("CC BY 4.0", "full", True)
    assert "agreement" not in vars(item)


@pytest.mark.parametrize(
    ("people", "line"),
    [
        ((), "<p>By {}</p>"),
        (("Ana Quispe",), "<p>By Ana Quispe, {}</p>"),
        (("El Faro",), "<p>By {}</p>"),
        (("Ana Quispe", "El Faro"), "<p>By Ana Quispe, {}</p>"),
    ],
)
def test_the_first_line_says_who_wrote_it_and_leads_to_the_original(people: tuple[str, ...], line: str) -> None:
    assert body(people=people).startswith(line.format('<a href="https://faro.example/well">El Faro</a>'))


def test_a_newsroom_whose_own_address_is_not_known_is_named_and_its_carrier_linked() -> None:
    html = body(Rights(mode="link"), carrier="The Harbour", url="https://harbour.example/1", carriers=CARRIERS)
    assert html == (
        "<p>By Ana Quispe, Luis Mamani, El Faro</p>"
        '<p>Read the whole article at <a href="https://harbour.example/1">The Harbour</a></p>'
        f"<p>Carried by {CARRIERS_NAMES}"
    )


WORDS = {
    "en": ("By ", "Read the whole article at ", "Corrected 2026", "Also carried by ", "Carried by "),
    "es": ("Por ", "Leer el artículo completo en ", "Corregido 2026", "También publicado por ", "Publicado por "),
    "pt": ("Por ", "Ler o artigo completo em ", "Corrigido 2026", "Também publicado por ", "Publicado por "),
    "fr": ("Par ", "Lire l’article entier sur ", "Corrigé 2026", "Également publié par ", "Publié par "),
}


@pytest.mark.parametrize(
    ("language", "words"), [*WORDS.items(), ("es-BO", WORDS["es"]), ("PT", WORDS["pt"]), ("qu", WORDS["en"]), ("", WORDS["en"])]
)  # fmt: skip
def test_the_lines_are_in_the_language_of_the_item(language: str, words: tuple[str, ...]) -> None:
    by, read_on, corrected, also_carried, carried = words
    html = body(Rights(), language=language, carriers=CARRIERS, is_corrected=True)
    assert html.startswith(f"<p>{by}Ana")
    assert f"<p>{read_on}<a" in html
    assert f"<em>{corrected}" in html
    assert f"<p>{also_carried}<a" in html
    assert f"<p>{carried}<a" in body(Rights(), language=language, carriers=CARRIERS, carrier="The Harbour")


@pytest.mark.parametrize("changes", [{"publication": ""}, {"url": ""}, {"publication": "", "url": ""}])
def test_what_credits_nobody_does_not_leave(changes: dict[str, str]) -> None:
    with pytest.raises(PublishError, match="2026-11-22:a: nobody to credit"):
        cut(replace(ITEM, **changes), allow(FULL))


# --- pictures and media ----------------------------------------------------------------------------------------------

IMG = '<img src="https://faro.example/a.jpg" alt="A well">'
PICTURES_REMOVED = [
    ("a picture alone", IMG, ""),
    ("a picture in a paragraph of its own", f"<p>a</p><p>{IMG}</p><p>b</p>", "<p>a</p><p>b</p>"),
    ("a picture within a sentence", f"<p>a {IMG} b</p>", "<p>a  b</p>"),
    ("a picture at the end of a sentence", f"<p>a<br>{IMG}</p>", "<p>a<br></p>"),
    ("a linked picture", f'<p><a href="https://faro.example/a.jpg">{IMG}</a></p><p>b</p>', "<p>b</p>"),
    ("a figure with its caption", f"<figure>{IMG}<figcaption>A well.</figcaption></figure><p>b</p>", "<p>b</p>"),
    ("figures in each other", f"<figure><figure>{IMG}<figcaption>x</figcaption></figure></figure><p>b</p>", "<p>b</p>"),
    ("text between pictures", f"{IMG}a &lt; b{IMG}", "a &lt; b"),
    ("text before everything", f"a &lt;b&gt; &amp; c<p>{IMG}</p>", "a &lt;b&gt; &amp; c"),
    ("text that looks like a tag", "&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ("a figure with a table", f"<figure>{IMG}<table><tr><td>1</td></tr></table></figure>", "<figure><table><tr><td>1</td></tr></table></figure>"),
    ("a figure of a quotation", "<figure><blockquote>a</blockquote></figure>", "<figure><blockquote>a</blockquote></figure>"),
    ("no picture", "<p>a &amp; b</p>", "<p>a &amp; b</p>"),
]  # fmt: skip


@pytest.mark.parametrize(("html", "left"), [pytest.param(*values, id=name) for name, *values in PICTURES_REMOVED])
def test_without_a_right_to_pictures_they_go_with_their_captions(html: str, left: str) -> None:
    assert body(Rights(mode="full"), html=html) == CREDIT + left
    assert body(html=html) == CREDIT + html


def test_pictures_beside_the_text_go_too() -> None:
    with_pictures = replace(ITEM, enclosures=(AUDIO, *PICTURES))
    assert cut(with_pictures, allow(FULL)).image == ITEM.image
    assert cut(with_pictures, allow(FULL)).enclosures == (AUDIO, *PICTURES)
    assert cut(with_pictures, allow(Rights(mode="full"))).image is None
    assert cut(with_pictures, allow(Rights(mode="full"))).enclosures == (AUDIO,)


@pytest.mark.parametrize("mode", ["excerpt", "link"])
def test_media_go_out_with_a_full_text_only(mode: RightsMode) -> None:
    item = cut(replace(ITEM, enclosures=(AUDIO, *PICTURES)), allow(Rights(mode=mode, images="yes")))
    assert item.enclosures == ()
    assert item.image == (ITEM.image if mode == "excerpt" else None)


# --- less and less ----------------------------------------------------------------------------------------------------

MODES: tuple[RightsMode, ...] = ("link", "excerpt", "paragraphs", "full")
PICTURES_ALLOWED: tuple[Images, ...] = ("no", "credited", "yes")
RIGHTS = st.builds(
    Rights,
    mode=st.sampled_from(MODES),
    words=st.integers(1, 200),
    paragraphs=st.integers(1, 4),
    images=st.sampled_from(PICTURES_ALLOWED),
)
TEXTS = st.lists(st.integers(1, 60), max_size=4)  # lengths of paragraphs in words


def numbered(lengths: list[int]) -> UncutItem:
    """Make an item of paragraphs of these lengths, whose words are w0, w1, w2 ... with a picture after each."""
    words = iter(range(sum(lengths)))
    paragraphs = [" ".join(f"w{next(words)}" for _ in range(length)) for length in lengths]
    html = "".join(f"<p>{paragraph}.</p><figure>{IMG}</figure>" for paragraph in paragraphs)
    return replace(ITEM, html=html, text="\n\n".join(f"{paragraph}." for paragraph in paragraphs), enclosures=PICTURES)


def shown(item: UncutItem, rights: Rights) -> tuple[set[str], int]:
    """Return the numbered words that are shown anywhere, and how many pictures."""
    return gather(cut(item, allow(rights)))


def gather(feed_item: FeedItem) -> tuple[set[str], int]:
    everything = f"{feed_item.summary} {feed_item.content_html}"
    pictures = everything.count("<img") + len(feed_item.enclosures) + (feed_item.image is not None)
    return set(re.findall(r"\bw\d+", everything)), pictures


@given(RIGHTS, RIGHTS, TEXTS)
def test_the_narrower_rights_show_nothing_that_either_forbids(a: Rights, b: Rights, lengths: list[int]) -> None:
    item = numbered(lengths)
    words, pictures = gather(cut(item, allow(a, b)))
    assert (words, pictures) == gather(cut(item, allow(b, a)))
    for rights in (a, b):
        allowed_words, allowed_pictures = shown(item, rights)
        assert words <= allowed_words
        assert pictures <= allowed_pictures


@given(st.integers(1, 120), TEXTS)
def test_an_excerpt_shows_no_word_beyond_those_allowed(allowed: int, lengths: list[int]) -> None:
    words, _ = shown(numbered(lengths), Rights(words=allowed))
    assert words <= {f"w{number}" for number in range(allowed)}


@given(TEXTS)
def test_a_link_shows_no_word(lengths: list[int]) -> None:
    assert shown(numbered(lengths), Rights(mode="link", images="yes"))[0] == set()


# --- hostile values --------------------------------------------------------------------------------------------------

HOSTILE = """<script>alert("1")</script>'"><img src=x onerror=alert(1)> & co"""


def test_names_and_addresses_are_text_wherever_they_stand() -> None:
    html = body(
        Rights(credit=HOSTILE, words=100),
        people=(f"{HOSTILE} jr",),
        publication=HOSTILE,
        url='https://faro.example/"><script>',
        text=HOSTILE,
        html="",
        carriers=(Link(HOSTILE, 'https://harbour.example/"onclick="alert(1)'),),
    )
    page = lxml.html.fragment_fromstring(html, create_parent="div")
    assert {element.tag for element in page.iter()} == {"div", "p", "a", "em"}
    assert {name for element in page.iter() for name in element.attrib} == {"href"}
    assert page.text_content().count(HOSTILE) == 6


@given(st.text(min_size=1).map(clean_text).filter(bool), st.text().map(clean_text))
def test_any_name_leaves_as_text(publication: str, text: str) -> None:
    html = body(Rights(words=500), publication=publication, people=(), text=text, html="")
    page = lxml.html.fragment_fromstring(html, create_parent="div")
    assert {element.tag for element in page.iter()} <= {"div", "p", "a"}
    assert page.xpath("./p/a")[0].text_content() == publication
