"""Which of a page's own elements are its article's: headings, lists, tables, quotations, and what stands among them."""

import re

import pytest

from tests.extract.invented import FIRST, LAST, SECOND, THIRD, body

LIST = "<li>a gearbox shaft from the port</li><li>two barrels of grease</li><li>the welder for one morning</li>"


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        pytest.param("<h2>Who drives</h2>", "<h2>Who drives</h2>", id="a short heading"),
        pytest.param(
            '<div class="section"><h3>Who drives</h3><p>The first to put her name down was the baker, who has driven'
            " heavier lorries than this one on worse roads than that to the port.</p></div>",
            "<h3>Who drives</h3>",
            id="a heading in a section of its own",
        ),
        pytest.param("<p>Nobody laughed.</p>", "<p>Nobody laughed.</p>", id="a short paragraph"),
        pytest.param("<p><strong>Who drives</strong></p>", "<p><strong>Who drives</strong></p>", id="a line in bold"),
        pytest.param(f"<ol>{LIST}</ol>", f"<ol>{LIST}</ol>", id="an ordered list"),
        pytest.param(f'<ol start="4">{LIST}</ol>', f'<ol start="4">{LIST}</ol>', id="a list that goes on counting"),
        pytest.param(f"<ul>{LIST}</ul>", f"<ul>{LIST}</ul>", id="a list"),
        pytest.param(
            '<ul><li>Further reading:<ul><li><a href="https://port.example/a">The port</a></li>'
            '<li><a href="https://port.example/b">The road</a></li></ul></li><li>The minutes of the meeting</li></ul>',
            '<li>Further reading:<ul><li><a href="https://port.example/a" rel="noopener">The port</a></li>',
            id="a list of links inside an item",
        ),
        pytest.param(
            "<dl><dt>Gearbox</dt><dd>what the mechanic opened on Friday</dd><dt>Winch</dt><dd>still works</dd></dl>",
            "<dl><dt>Gearbox</dt><dd>what the mechanic opened on Friday</dd>",
            id="a list of terms",
        ),
        pytest.param(
            "<pre>08:00  lower pier\n09:30  far shore</pre>",
            "<pre>08:00  lower pier\n09:30  far shore</pre>",
            id="preformatted text",
        ),
        pytest.param(
            "<blockquote><p>I can mend it, but I cannot mend it without the shaft.</p><cite>The mechanic</cite></blockquote>",
            "<blockquote><p>I can mend it, but I cannot mend it without the shaft.</p>",
            id="a quotation",
        ),
        pytest.param(
            '<figure class="wp-block-pullquote"><blockquote><p>I can mend it, but not without the shaft.</p>'
            "<cite>The mechanic</cite></blockquote></figure>",
            "<cite>The mechanic</cite>",
            id="a pullquote with its author",
        ),
        pytest.param(
            "<p>The mechanic's <a href='/2026/04/report/'>report</a>, four pages long, hangs in the office.</p>",
            '<a href="https://valle.example/2026/04/report/" rel="noopener">report</a>',
            id="a link to another article in a sentence",
        ),
    ],
)
def test_what_stands_among_the_text_is_kept(part: str, expected: str) -> None:
    html = body(part)
    assert expected in html
    assert html.index("gearbox could") < html.index(expected) < html.index("Nobody at the meeting")


TABLE = (
    "<tr><th>Part</th><th>Price</th><th>Ordered</th></tr><tr><td>Shaft</td><td>910</td><td></td></tr>"
    "<tr><td>Bearings</td><td></td><td>yes</td></tr><tr><td>Grease</td><td>75</td><td>yes</td></tr>"
)


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(f"<table>{TABLE}</table>", id="as it is"),
        pytest.param(f'<div class="scroll-x"><div><table>{TABLE}</table></div></div>', id="in wrappers"),
        pytest.param(f'<figure class="wp-block-table"><table>{TABLE}</table></figure>', id="in a figure"),
    ],
)
def test_a_table_keeps_all_its_cells(table: str) -> None:
    html = body(table)
    assert "<tr><td>Shaft</td><td>910</td><td></td></tr>" in html
    assert "<tr><td>Bearings</td><td></td><td>yes</td></tr>" in html


@pytest.mark.parametrize(
    ("part", "gone"),
    [
        pytest.param(
            '<div class="related-posts"><h3>More on the lake</h3><p>The pier was rebuilt in the spring of last year after'
            ' <a href="/2025/pier/">eleven weeks of work by the whole village</a>.</p></div>',
            "The pier was rebuilt",
            id="a box of related articles",
        ),
        pytest.param(
            '<p><strong>Read more:</strong> <a href="/2026/04/bridge/">The bridge that nobody crosses any more</a></p>',
            "The bridge that nobody",
            id="a label and its link",
        ),
        pytest.param(
            "<div class='newsletter-signup'><p>Get the news of the valley in a letter every Friday, for nothing.</p></div>",
            "every Friday",
            id="a sign-up",
        ),
        pytest.param(
            "<h3>Around the valley</h3><ul><li><a href='/2026/04/bridge/'>The bridge that nobody crosses any more</a></li>"
            "<li><a href='/2026/04/wool/'>Wool prices fall for a third month</a></li>"
            "<li><a href='/2026/04/clinic/'>The clinic opens on Saturdays again</a></li></ul>",
            "Wool prices",
            id="a list of headlines",
        ),
        pytest.param(
            "<h3>Around the valley</h3><ul><li><a href='/2026/04/bridge/'>The bridge that nobody crosses any more</a></li>"
            "<li><a href='/2026/04/wool/'>Wool prices fall for a third month</a></li>"
            "<li><a href='/2026/04/clinic/'>The clinic opens on Saturdays again</a></li></ul>",
            "Around the valley",
            id="the heading over a list of headlines",
        ),
        pytest.param(
            '<div id="comments" class="comments-area"><ol class="commentlist"><li><p>I have a lorry and I would drive it to'
            " the port on any day but Thursday, if anybody had asked me before the meeting and not after.</p></li></ol></div>",
            "any day but Thursday",
            id="readers' comments",
        ),
        pytest.param("<script>var shaft = 'ordered';</script><style>p { color: red }</style>", "ordered", id="a script"),
    ],
)  # fmt: skip
def test_what_is_no_text_goes(part: str, gone: str) -> None:
    html = body(part)
    assert gone not in html
    for paragraph in (FIRST, SECOND, THIRD, LAST):
        assert paragraph in html


CARD = (
    '<div class="c1"><h4><em>Lake</em> <a href="/2026/04/{0}/">The {0} that nobody has seen for years</a></h4>'
    "<p>What the village says of the {0}, and what the council found when it went to look for itself.</p></div>"
)


def test_teasers_of_other_articles_under_the_text_go() -> None:
    html = body("".join(CARD.format(one) for one in ("bell", "well", "mill", "road")), FIRST.replace("ferry", "launch"))
    assert "when it went to look" not in html
    assert "launch" in html


def test_a_link_alone_on_a_line_may_be_a_recommendation_of_the_author() -> None:
    assert "what it cost" in body('<p><a href="https://port.example/x">The road to the port, and what it cost</a></p>')


@pytest.mark.parametrize(
    ("end", "gone"),
    [
        ("<p>Nora Illanes writes about the lake and those who live on it.</p>", "those who live"),
        ("<p>Updated on May 3, 2026 at 10:40 am</p>", "Updated"),
        ('<p><a href="/2026/04/bridge/">The bridge that nobody crosses any more</a></p>', "nobody crosses"),
    ],
)
def test_what_follows_the_last_paragraph_and_is_no_text_goes(end: str, gone: str) -> None:
    html = body(end=end, head='<meta name="author" content="Nora Illanes">')
    assert gone not in html
    assert LAST in html


def test_lines_of_date_and_time_at_the_edges_go_and_inside_the_text_stay() -> None:
    assert "Updated" not in body(before="<div class='entry-content'><p>Updated on May 3, 2026 at 10:40 am</p></div>")
    assert "<p>May 3, 2026</p>" in body("<p>May 3, 2026</p>")


def test_a_wrapper_around_everything_may_be_named_like_a_box() -> None:
    html = body(f"<div class='social-story'>{FIRST.replace('ferry', 'launch')}{SECOND}{THIRD}{LAST}</div>")
    assert "launch" in html


def test_paragraphs_that_say_the_same_all_stay() -> None:
    html = body(
        "<p>The quarry did not answer.</p>",
        THIRD.replace("Nobody", "Hardly anybody"),
        "<p>The quarry did not answer.</p>",
    )
    assert html.count("The quarry did not answer.") == 2


def test_nothing_unsafe_and_no_relative_address_is_left() -> None:
    html = body(
        '<p onclick="x()">The <a href="javascript:x()">list</a> and the <a href="../rules">rules</a> hang there.</p>'
    )
    assert not re.search(r"javascript:|onclick|<script", html)
    assert 'href="https://valle.example/2026/05/rules"' in html
