"""Learned boilerplate: what a source repeats goes, what is the article's own stays."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.clean.html import clean_html, plain_text
from aggregator.extract import appeals
from aggregator.extract.boilerplate import Removed, fingerprints, strip_boilerplate
from aggregator.extract.lines import cut_lines, fold, read_body

ONE = "<p>The ferry to the lower island will run twice a day from May on, the harbour master told the council.</p>"
TWO = (
    "<p>Fishermen had asked for a third crossing, since the catch must reach the market before ten in the morning.</p>"
)
APPEAL = "<p>We have no owner. Please give what you can to keep Highland Weekly going.</p>"
BACKGROUND = (
    "<p>The old bridge fell in the flood of 2019, and the ministry has promised a new one in each of the four budgets "
    "that were passed since then.</p>"
)


def known(html: str, count: int, title: str = "") -> dict[int, int]:
    """What is known when so many other articles have all of these lines."""
    return dict.fromkeys(fingerprints(html, title), count)


def strip(html: str, repeated: str, count: int = 1, articles: int = 10, title: str = "") -> str:
    return strip_boilerplate(html, title, known(repeated, count, title), articles).html


# --- what goes -------------------------------------------------------------------------------------------------------

GOES_AT_ONCE = [
    ("an appeal in English", "<p>Please consider a monthly gift: it keeps our reporters on the road.</p>"),
    ("an appeal in Spanish", "<p>Este medio vive de sus lectores. Haz una donación y sigue leyendo sin muros.</p>"),
    ("an appeal in Portuguese", "<p>Nosso jornalismo depende de você. Faça uma doação ainda hoje, de qualquer valor.</p>"),
    ("an appeal in French", "<p>Notre rédaction est libre grâce à vous. Faites un don de dix euros par mois.</p>"),
    ("an appeal in German", "<p>Wir haben keinen Verleger im Rücken. Bitte spenden Sie für unsere Arbeit.</p>"),
    ("a sign-up", "<p>Our newsletter brings you the best of the week every Friday before breakfast.</p>"),
    ("a share bar", "<p>Share on Facebook</p>"),
    ("a share bar of links", '<ul><li><a href="http://a.example/">Facebook</a></li><li><a href="http://b.example/">Telegram</a></li></ul>'),
    ("a door to the comments", "<p>You must be logged in to post a comment.</p>"),
    ("two or three words", "<p>Highland Weekly</p>"),
    ("an appeal in a list", "<ul><li>Subscribe to our newsletter</li></ul>"),
    ("an appeal in a quotation", "<blockquote><p>Please donate now.</p></blockquote>"),
    ("a picture that asks", '<figure><img alt="" src="http://a.example/x.png"><figcaption>Donate today</figcaption></figure>'),
]  # fmt: skip


@pytest.mark.parametrize(("block"), [row[1] for row in GOES_AT_ONCE], ids=[row[0] for row in GOES_AT_ONCE])
def test_what_asks_the_reader_goes_when_one_other_article_has_it(block: str) -> None:
    html = f"{ONE}\n{block}\n{TWO}"
    assert strip(html, block) == f"{ONE}\n{TWO}"
    assert strip_boilerplate(html, "", {}, 10).html is html


def test_typography_case_and_figures_make_no_difference() -> None:
    other = "<h3>HELP US!</h3>\n<p>Please give: 25 dollars keep “Highland Weekly” going.</p>"
    html = f'{ONE}\n<h3>Help us</h3>\n<p>Please give: 5 dollars keep "Highland Weekly" going.</p>\n{TWO}'
    assert strip(html, other) == f"{ONE}\n{TWO}"


def test_the_title_within_a_line_makes_no_difference() -> None:
    title = "Ferry runs twice a day | Highland Weekly"
    html = f"{ONE}\n<p>Share “Ferry runs twice a day” with your friends!</p>\n{TWO}"
    seen = known("<p>Share “New well for Oruro” with your friends!</p>", 1, "New well for Oruro")
    assert strip_boilerplate(html, title, seen, 3).html == f"{ONE}\n{TWO}"


def test_the_title_alone_is_not_compared() -> None:
    assert fingerprints("<h2>Ferry runs twice a day</h2>", "Ferry runs twice a day") == frozenset()


def test_a_label_goes_with_the_links_under_it() -> None:
    links = '<ul><li><a href="http://a.example/1">A well for Oruro</a></li><li><a href="http://a.example/2">Late rain</a></li></ul>'
    html = f"{ONE}\n<h3>Read also</h3>\n{links}\n{TWO}"
    found = strip_boilerplate(html, "", known("<h3>Read also</h3>", 1), 5)
    assert found.html == f"{ONE}\n{TWO}"
    assert found.removed[0] == Removed("Read also", "leads elsewhere, in 1 other article")
    assert found.removed[1] == Removed("A well for Oruro", "under “Read also”")


def test_a_label_before_a_link_is_known_whatever_the_link_says() -> None:
    html = f'{ONE}\n<p>Lea también: <a href="http://a.example/1">Un pozo para Oruro</a></p>\n{TWO}'
    other = '<p><strong>Lea también:</strong> <a href="http://a.example/2">Las lluvias llegan tarde</a></p>'
    assert strip(html, other) == f"{ONE}\n{TWO}"


def test_what_an_author_box_says_is_known_whoever_is_named() -> None:
    html = f"{ONE}\n<p>Ana Quispe writes about fishing and trade for Highland Weekly.</p>"
    assert strip(html, "<p>Tim Young writes about fishing and trade for Highland Weekly.</p>") == ONE


def test_after_the_text_a_line_goes_when_one_other_article_has_it() -> None:
    line = "<p>This page was made in Oruro by the people who read it.</p>"
    assert strip(f"{ONE}\n{line}\n<p>ana@highland.example</p>", line) == f"{ONE}\n<p>ana@highland.example</p>"
    assert strip(f"{ONE}\n{line}\n{TWO}", line) == f"{ONE}\n{line}\n{TWO}"


def test_a_link_hung_on_to_a_sentence_goes() -> None:
    spam = ' <a href="http://spam.example/">cheap essay writers</a></p>'
    html = ONE.replace("</p>", spam) + "\n" + TWO
    assert strip(html, TWO.replace("</p>", spam).replace("third", "second")) == f"{ONE}\n{TWO}"


def test_a_line_of_a_paragraph_goes_with_its_break() -> None:
    html = "<p>The ferry runs twice a day from May on, said the master.<br>Follow us on Telegram<br>It costs four pesos.</p>"
    seen = known("<p>Follow us on Telegram</p>", 1)
    assert (
        strip_boilerplate(html, "", seen, 3).html
        == "<p>The ferry runs twice a day from May on, said the master.<br>It costs four pesos.</p>"
    )


def test_a_heading_goes_with_all_of_its_section() -> None:
    html = f"{ONE}\n<h2>Thank you</h2>\n{APPEAL}\n<h2>Crossings</h2>\n{TWO}\n<h2>A word to all</h2>\n{APPEAL}"
    assert strip(html, APPEAL) == f"{ONE}\n<h2>Crossings</h2>\n{TWO}"


def test_a_rule_goes_with_what_it_parted() -> None:
    assert strip(f"{ONE}\n<hr>\n{TWO}\n<hr>\n{APPEAL}", APPEAL) == f"{ONE}\n<hr>\n{TWO}"
    assert strip(f"{ONE}\n<hr>\n{APPEAL}\n<hr>\n{TWO}", APPEAL) == f"{ONE}\n<hr>\n{TWO}"
    assert strip(f"{APPEAL}\n<hr>\n{ONE}", APPEAL) == ONE


def test_an_emptied_list_or_quotation_leaves_nothing_behind() -> None:
    html = f"{ONE}\n<blockquote>{APPEAL}<ul><li>Share on Facebook</li></ul></blockquote>\n{TWO}"
    assert strip(html, f"{APPEAL}<p>Share on Facebook</p>") == f"{ONE}\n{TWO}"


# --- what stays ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "articles", "stays"),
    [(1, 10, True), (3, 10, True), (4, 10, False), (3, 3, False), (3, 4, True), (4, 200, True), (10, 200, False)],
)
def test_a_repeated_paragraph_between_the_text_goes_when_many_have_it(count: int, articles: int, stays: bool) -> None:
    block = (
        "<p>The paper is made by eleven people in a house by the river that once belonged to the customs office.</p>"
    )
    html = f"{ONE}\n{block}\n{TWO}"
    assert strip(html, block, count, articles) == (html if stays else f"{ONE}\n{TWO}")


STAYS = [
    ("background shared by some articles", BACKGROUND, 3),
    ("a spoken sentence", "<p>“We are not going to leave,” she said.</p>", 3),
    ("a heading over the article's own text", "<h2>What happens next</h2>", 9),
    ("a short line with figures", "<p>The river stands at 4.20 metres.</p>", 3),
    ("a picture's credit", "<p>Photo: Ana Quispe</p>", 9),
    ("an agency's credit", "<p>Ana Quispe / Reuters</p>", 9),
    ("a credit to some other newsroom", "<p>Originally published by El Faro del Valle.</p>", 2),
    ("a picture used again", '<figure><img alt="" src="http://a.example/bridge.jpg"></figure>', 3),
    ("a film used again", '<p><a href="http://film.example/1">Video: The bridge</a></p>', 3),
]


@pytest.mark.parametrize(("block", "count"), [row[1:] for row in STAYS], ids=[row[0] for row in STAYS])
def test_honest_lines_stay_though_others_have_them(block: str, count: int) -> None:
    html = f"{ONE}\n{block}\n{TWO}"
    assert strip(html, block, count) == html


def test_a_caption_outside_its_figure_stays() -> None:
    html = f'{ONE}\n<p><img alt="" src="http://a.example/9.jpg"></p>\n<p>Ana Quispe, Oruro</p>\n{TWO}'
    assert strip(html, "<p>Ana Quispe, Oruro</p>", 2) == html


def test_of_a_recipe_the_salt_stays() -> None:
    html = f"{ONE}\n<ul><li>Salt</li><li>Two quinces</li><li>A litre of cider</li><li>One lemon</li></ul>\n{TWO}"
    assert strip(html, "<p>Salt</p><p>One lemon</p>", 3) == html


def test_a_refrain_within_one_article_is_its_own() -> None:
    html = "\n".join([ONE, "<p>And the river rose.</p>", TWO, "<p>And the river rose.</p>"] * 3)
    added = Counter(fingerprints(html, ""))
    others = {one: count - 1 for one, count in added.items()}
    assert strip_boilerplate(html, "", others, 20).html is html


def test_an_article_published_twice_keeps_its_text() -> None:
    html = f"{ONE}\n{TWO}\n{BACKGROUND}"
    assert strip(html, html, 1) == html
    assert strip(html, html, 9) == html
    assert strip(f"{html}\n{APPEAL}", f"{html}\n{APPEAL}", 9) == html


def test_an_article_that_is_an_appeal_stays_whole() -> None:
    html = f"<h2>To our readers</h2>\n{APPEAL}"
    assert strip(html, html, 9) == html


def test_a_short_brief_loses_a_long_appeal() -> None:
    appeal = "\n".join(f"<p>Please donate now, for reason {name}. {'Word ' * 20}</p>" for name in ("ab", "cd", "ef"))
    assert strip(f"{ONE}\n{appeal}", appeal, 4) == ONE


def test_the_editor_has_the_last_word() -> None:
    html = f"{ONE}\n{APPEAL}\n{TWO}\n<p>Made on the Étoile press.</p>"
    seen = known(APPEAL, 5)
    assert strip_boilerplate(html, "", seen, 9, never=("give what you can",)).html == html
    found = strip_boilerplate(html, "", {}, 0, always=("étoile press",))
    assert found.html == f"{ONE}\n{APPEAL}\n{TWO}"
    assert found.removed == (Removed("Made on the Étoile press.", "the editor's phrase"),)


# --- lines and words -------------------------------------------------------------------------------------------------


def test_a_fingerprint_fits_a_signed_column_and_counts_once() -> None:
    found = fingerprints(f"{ONE}\n{TWO}\n{ONE}", "")
    assert len(found) == 2
    assert all(-(2**63) <= one < 2**63 for one in found)
    assert found == fingerprints(f"{TWO}\n{ONE}", "")


def test_what_is_kept_is_the_very_same_text() -> None:
    kept = '<p>A &amp; b <a href="http://a.example/?x=1&amp;y=&gt;" title=\'"q"\'>c</a>\u00a0d<br>e</p>'
    assert strip(f"{kept}\n{APPEAL}\n{ONE}", APPEAL) == f"{kept}\n{ONE}"


def test_phrases_are_written_folded() -> None:
    tables = (appeals._ASKS, appeals._LABELS, appeals._ABOUT, appeals._HINTS)
    phrases = [phrase for table in tables for text in table.values() for phrase in text.split("/")]
    assert [phrase for phrase in phrases if phrase.split() != fold(phrase)] == []
    assert all(table.keys() == {"en", "es", "pt", "fr", "de"} for table in tables)


# --- properties ------------------------------------------------------------------------------------------------------

TEXTS = st.sampled_from(
    [
        "The master spoke",
        "Rain came late to the upper valley this year, and the wells of the three villages stayed dry.",
        "Please donate now",
        "Read also",
        "Ana Quispe writes about rivers",
        "Photo: Tim Young",
        "15 comments",
        "“No,” he said",
        "Originally published by El Faro del Valle",
        "We met eleven people who had walked for two days to see the new bridge being opened there.",
        "Highland Weekly",
        "Salt",
    ]
)
INLINES = st.one_of(
    TEXTS,
    TEXTS.map('<a href="http://a.example/">{}</a>'.format),
    st.tuples(TEXTS, TEXTS).map('{0[0]}. <a href="http://b.example/">{0[1]}</a>'.format),
    st.just('<img src="http://a.example/1.jpg" alt="">'),
    st.lists(TEXTS, min_size=2, max_size=4).map("<br>".join),
)
PARAGRAPHS = INLINES.map("<p>{}</p>".format)
BLOCKS = st.one_of(
    PARAGRAPHS,
    TEXTS.map("<h2>{}</h2>".format),
    TEXTS.map("<h3>{}</h3>".format),
    st.just("<hr>"),
    st.lists(INLINES.map("<li>{}</li>".format), min_size=1, max_size=4).map(lambda one: f"<ul>{''.join(one)}</ul>"),
    st.lists(PARAGRAPHS, min_size=1, max_size=3).map(lambda one: f"<blockquote>{''.join(one)}</blockquote>"),
    TEXTS.map('<figure><img src="http://a.example/2.jpg" alt=""><figcaption>{}</figcaption></figure>'.format),
    st.just("<table><tr><td>a<td>b<tr><td>c<td>d</table>"),
)
BODIES = st.lists(BLOCKS, max_size=12).map(lambda blocks: clean_html("".join(blocks), "http://a.example/"))


def is_part_of(some: list[str], all_of_it: list[str]) -> bool:
    rest = iter(all_of_it)
    return all(one in rest for one in some)


@given(BODIES, st.data())
def test_whatever_is_known_a_body_stays_a_body(html: str, data: st.DataObject) -> None:
    added = sorted(fingerprints(html, ""))
    counts = data.draw(st.lists(st.integers(0, 6), min_size=len(added), max_size=len(added)))
    seen = dict(zip(added, counts, strict=True))
    found = strip_boilerplate(html, "", seen, 8).html
    assert bool(plain_text(found)) == bool(plain_text(html))
    assert strip_boilerplate(html, "", dict(reversed(seen.items())), 8).html == found
    assert strip_boilerplate(found, "", seen, 8).html == found
    assert plain_text(clean_html(found, "http://a.example/")) == plain_text(found)
    assert is_part_of(plain_text(found).split(), plain_text(html).split())
    if not any(counts):
        assert found is html


@given(BODIES, st.data())
def test_cutting_any_lines_leaves_the_others_as_they_were(html: str, data: st.DataObject) -> None:
    body = read_body(html, "")
    gone = {number for number in range(len(body.lines)) if data.draw(st.booleans())}
    left = [line for number, line in enumerate(body.lines) if number not in gone]
    cut = cut_lines(body, gone)
    assert fold(plain_text(cut)) == fold("\n".join(line.text for line in left if line.tag != "figure"))
    assert cut.count("<figure") == sum(line.tag == "figure" for line in left)
    assert [cut.count(f"<{tag}") - cut.count(f"</{tag}>") for tag in ("p", "li", "ul", "blockquote", "a")] == [0] * 5


@given(st.text())
def test_any_text_at_all_can_be_read(html: str) -> None:
    assert strip_boilerplate(html, html, dict.fromkeys(fingerprints(html, html), 5), 5, always=("a",)) is not None
