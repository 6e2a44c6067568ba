"""clean_html and plain_text: what goes, what stays, and what may never come out."""

import re
from html.parser import HTMLParser
from pathlib import Path

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from aggregator.clean.html import clean_html, plain_text

DATA = Path(__file__).parent / "data" / "clean"
BASE = "https://paper.example/2026/11/story/"
ORDINARY = {"lang", "dir", "title", "cite", "datetime", "start", "reversed", "type", "colspan", "rowspan"}
TAGS_ALLOWED = (
    "abbr b blockquote br caption cite code dd del dl dt em figcaption figure h2 h3 h4 h5 h6 hr i ins li ol p pre q s "
    "strong sub sup table tbody td tfoot th thead time tr u ul"
).split()
ALLOWED = {tag: set(ORDINARY) for tag in TAGS_ALLOWED} | {
    "a": {"href", "title", "rel"},
    "img": {"src", "alt", "width", "height", "title"},
}
HTML5 = nh3.Cleaner(
    tags=set(ALLOWED),
    attributes=ALLOWED,
    link_rel=None,
    url_schemes={"http", "https", "mailto"},
)


class Reader(HTMLParser):
    """Reads HTML with a parser that is neither of the two that made it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.other: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data):
        self.other.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def assert_safe(html: str) -> None:
    read = Reader(html)
    assert not read.other
    tree = etree.fromstring(f"<div>{html}</div>", etree.HTMLParser(huge_tree=True))
    seen = [(str(element.tag), dict(element.attrib)) for element in tree.iter() if element.tag not in ("html", "body")]
    for tag, attributes in read.tags + seen[1:]:
        assert tag in ALLOWED, f"<{tag}> in {html}"
        assert set(attributes) <= ALLOWED[tag], f"{attributes} in {html}"
        for name in ("href", "src", "cite"):
            if name in attributes:
                assert re.match(
                    r"https?://[^/\s]|mailto:[^\s]+@" if name == "href" else r"https?://[^/\s]", attributes[name]
                )
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", html)
    # An HTML5 parser finds nothing to move or repair, so a browser reads it just as it is written.
    assert HTML5.clean(html) == html


# --- safety ----------------------------------------------------------------------------------------------------------

ATTACKS = [
    # scripts, plain and disguised
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\x00>alert(1)</script>",
    "<script/src=data:,alert(1)>",
    "<<script>alert(1)//<</script>",
    "</script><script>alert(1)</script>",
    "<script>/*</script><img src=x onerror=alert(1)>*/",
    '<script type="text/template"><img src=x onerror=alert(1)></script>',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\ufeff<script>alert(1)</script>",
    # handlers
    "<img src=x onerror=alert(1)>",
    "<img src=x:alert(1) onerror=eval(src)>",
    "<img/src='x'/onerror='alert(1)'>",
    '<img src="a.png"onload="alert(1)">',
    "<img src=`x`onerror=alert(1)>",
    "<img alt='\"><script>alert(1)</script>' src=/a.png>",
    "<img title='`><svg onload=alert(1)>' src=/a.png>",
    "<p onmouseover=alert(1) on\nclick=alert(1)>x</p>",
    "<body onload=alert(1)><p>x",
    "<b onfocus=alert(1) tabindex=1 autofocus>x</b>",
    "<details open ontoggle=alert(1)><summary>s</summary>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<video src=/v.mp4 onerror=alert(1)><source onerror=alert(1)></video>",
    "<audio src=x onloadstart=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)><option>x</select>",
    # schemes
    "<a href=javascript:alert(1)>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='&#x6A;&#x61;&#x76;&#x61;&#x73;&#x63;&#x72;&#x69;&#x70;&#x74;&colon;alert(1)'>x</a>",
    "<a href='&#0000106&#0000097&#0000118&#0000097script:alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='\u2028javascript:alert(1)'>x</a>",
    "<a href='javascript://paper.example/%0aalert(1)'>x</a>",
    "<a href='javascript&colon;alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='>x</a>",
    "<a href='blob:https://paper.example/1'>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='view-source:https://paper.example/'>x</a>",
    "<a href='feed:javascript:alert(1)'>x</a>",
    "<a href='https://user:secret@paper.example/'>x</a>",
    "<a href='mailto:a@b.example\"onclick=alert(1)'>x</a>",
    "<a href='https://paper.example/\"onclick=\"alert(1)'>x</a>",
    "<img src='javascript:alert(1)'>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<img srcset='javascript:alert(1) 1x, data:image/png,x 2x'>",
    "<img data-src='javascript:alert(1)'>",
    "<blockquote cite='javascript:alert(1)'>x</blockquote>",
    "<q cite=data:,x>x</q>",
    "<a href=//evil.example\\@paper.example>x</a>",
    "<a xlink:href='javascript:alert(1)'>x</a>",
    "<a href='https://paper.example/' ping='https://evil.example/' target=_blank>x</a>",
    # frames, plug-ins, documents in documents
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<iframe src=data:text/html,x></iframe>",
    "<iframe src='https://player.example/\"><script>alert(1)</script>' title='\"><b>x'></iframe>",
    "<iframe src='https://w.soundcloud.com/player/?url=javascript:alert(1)'></iframe>",
    "<iframe src='https://www.facebook.com/plugins/video.php?href=javascript:alert(1)'></iframe>",
    "<object data=javascript:alert(1)><param name=src value=x></object>",
    "<embed src=javascript:alert(1)>",
    "<embed src=/x.swf allowscriptaccess=always>",
    "<applet code=x></applet>",
    "<frameset onload=alert(1)><frame src=javascript:alert(1)></frameset>",
    "<portal src=https://evil.example/>",
    # style and document
    "<style>@import 'https://evil.example/x.css'</style>",
    "<style><img src=x onerror=alert(1)></style>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<p style='width:expression(alert(1))'>x</p>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=javascript:/><a href=alert(1)>x</a>",
    "<base href=https://evil.example/><a href=page>x</a>",
    "<form action=javascript:alert(1)><button formaction=javascript:alert(1)>x</button></form>",
    "<p id=x name=y class=z>x</p>",
    "<a id=location href=https://paper.example/>x</a>",
    # foreign content and mutation
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<svg><foreignObject><iframe srcdoc=x></foreignObject></svg>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<svg><![CDATA[><img src=x onerror=alert(1)>]]></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
    "<math href=javascript:alert(1)><mi>x</mi></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<noembed><img title='</noembed><script>alert(1)</script>'></noembed>",
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'></textarea>",
    "<title><img title='</title><img src=x onerror=alert(1)>'></title>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "<template><script>alert(1)</script></template>",
    "<plaintext><script>alert(1)</script>",
    "<listing>&lt;img src=1 onerror=alert(1)&gt;</listing>",
    "<table><td><svg><desc><td><img src=x onerror=alert(1)></table>",
    "<a><table><a href=javascript:alert(1)>x</table></a>",
    "<select><iframe></select><img src=x onerror=alert(1)>",
    "<p><a href='https://a.example/'><p><a href=javascript:alert(1)>x",
    "<pre>\n<img src=x onerror=alert(1)>&lt;script&gt;</pre>",
    "<b><i></b><script>alert(1)</script></i>",
    # comments and declarations
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<!-- --!><script>alert(1)</script> -->",
    "<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><p>&x;</p>",
    "<?xml version='1.0'?><?xml-stylesheet href='javascript:alert(1)'?><p>x</p>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<a href='https://paper.example/' <script>alert(1)</script>>x</a>",
    '<p ="\'><script>alert(1)</script>">x</p>',
    "<x-tag onclick=alert(1)>x</x-tag><a:b c:d=e>y</a:b>",
    "<div " + "a" * 5000 + "=1 onclick=alert(1)>x</div>",
    "<p>\ud800&#xD800;&#0;&#x1;&#xFFFE;\x85\x92x</p>",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_leaves_nothing_but_harmless_html(attack):
    for html in (attack, f"<p>before</p>{attack}<p>after</p>", f"<table><tr><td><ul><li>{attack}"):
        cleaned = clean_html(html, BASE)
        assert_safe(cleaned)
        assert clean_html(cleaned, BASE) == cleaned


TAGS = (
    "p div b strong i em span font a a a ul ol li dl dt dd table thead tbody tfoot tr td th caption blockquote figure "
    "figcaption img img br br hr h1 h2 pre code q sup abbr time del picture source noscript iframe video object embed "
    "details svg math form script style template title select textarea body html frameset center o:p ruby xmp"
).split()
ATTRIBUTES = (
    "",
    " href=/x",
    " href='javascript:x'",
    " href='#f'",
    " src=/a.png",
    " srcset='/a 300w, /b 1x'",
    " style='display:none'",
    " style='font-size:0'",
    " style='font-weight:bold'",
    " dir=rtl lang=es",
    " class=wp-caption",
    " class=wp-caption-text",
    " class=emoji alt=x",
    " title='a<b>\"c'",
    " colspan=2",
    " src=https://www.youtube.com/embed/abc",
    " datetime=2026",
    " onclick=x",
)
TEXTS = (
    "word",
    "y ",
    " z",
    "\n",
    "\u00a0",
    "&nbsp; ",
    "&lt;b&gt;",
    "&amp;",
    "[&#8230;]",
    "Continue reading",
    "The post <a href=/>x</a> appeared first on y.",
    "<a href=/x>Read more</a>",
    "https://a.example/x?y=1&z=2",
    "\u200b",
    "&#1;",
    "<!-- c -->",
    "<",
    "</",
    "\r\n",
)
MARKUP = st.lists(
    st.one_of(
        st.builds("<{}{}{}>".format, st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES), st.sampled_from(ATTRIBUTES)),
        st.builds("</{}>".format, st.sampled_from(TAGS)),
        st.sampled_from(TEXTS),
    ),
    max_size=25,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(MARKUP)
def test_any_markup_comes_out_safe_and_clean_html_stays_as_it_is(html):
    cleaned = clean_html(html, BASE)
    assert_safe(cleaned)
    assert clean_html(cleaned, BASE) == cleaned


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=200), st.sampled_from([BASE, ""]))
def test_any_string_comes_out_safe(text, base):
    cleaned = clean_html(text, base)
    assert_safe(cleaned)
    assert clean_html(cleaned, base) == cleaned
    plain_text(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_address_comes_out_absolute_and_stays_as_it_is(address):
    html = f'<a href="{address}">x</a><img src="{address}">'
    cleaned = clean_html(html, BASE)
    assert_safe(cleaned)
    assert clean_html(cleaned, BASE) == cleaned


KEPT_TAGS = st.sampled_from(
    "p div b i a ul li blockquote table tr td h2 section span center q dl dd figure nobr".split()
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(st.builds("<{}>".format, KEPT_TAGS), st.builds("</{}>".format, KEPT_TAGS), st.just(" word ")),
        max_size=30,
    )
)
def test_no_word_is_lost_however_tags_are_nested(pieces):
    html = "".join(pieces)
    assert plain_text(clean_html(html, BASE)).count("word") == html.count("word")


# --- hostile size and depth ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tag", ["div", "b", "span", "ul><li", "table><tr><td", "blockquote", "a href=/x", "x-y", "font"]
)
def test_text_survives_a_hundred_thousand_nested_tags(tag):
    cleaned = clean_html("<p>first</p>" + f"<{tag}>" * 100_000 + "deep<p>deeper</p>", BASE)
    assert plain_text(cleaned).split() == ["first", "deep", "deeper"]
    assert_safe(cleaned)


def test_beyond_ten_thousand_addresses_text_stays():
    cleaned = clean_html("<a href=/x>word</a> " * 10_001, BASE)
    assert plain_text(cleaned).count("word") == 10_001
    assert cleaned.count("<a ") == 10_000


def test_of_a_million_tags_the_first_hundred_thousand_count():
    cleaned = clean_html("<p>first<p>" + "<li>word" * 300_000 + "<p>last", BASE)
    assert cleaned.count("word") == 99_999
    assert "last" not in cleaned
    assert plain_text(clean_html("<p>first<p>" + "<b></b>" * 300_000 + "<p>last", BASE)).split() == ["first", "last"]


@pytest.mark.parametrize(
    "html",
    [
        f"<a href='/{'x' * 1500}'>" + "<p>word</p>" * 5000,
        f"<abbr title='{'x ' * 5000}'>" + "word<br><br>" * 5000,
        "<q>" * 90 + "word<br><br>" * 5000,
    ],
)
def test_a_small_body_does_not_become_a_large_one(html):
    cleaned = clean_html(html, BASE)
    assert cleaned.count("word") == 5000
    assert len(cleaned) < 4 * len(html) + 100_000


def test_attributes_of_millions_of_characters_are_read_and_dropped():
    for name in ("style", "class", "title", "onclick", "href", "src", "srcset", "data-x"):
        value = {"style": "/*" * 1_000_000, "srcset": "/a.png 1w, " * 100_000}.get(name, "a " * 1_000_000)
        assert plain_text(clean_html(f'<a {name}="{value}">x</a><img {name}="{value}">', BASE)) == "x"


def test_nesting_hidden_in_attributes_cannot_bring_the_depth_back():
    cleaned = clean_html('<div title="<b>">' * 5000 + "deep" + "<script>alert(1)</script>", BASE)
    assert "deep" in cleaned
    assert "alert" not in cleaned
    assert_safe(cleaned)


@pytest.mark.parametrize("depth", [30, 90, 99, 100, 101, 250, 260])
def test_text_survives_at_every_depth(depth):
    html = "<div>" * depth + "deep" + "</div>" * depth + "<p>after</p>"
    assert plain_text(clean_html(html, BASE)).split() == ["deep", "after"]
    assert plain_text(html).split() == ["deep", "after"]


@pytest.mark.parametrize(
    "html",
    [
        "<" * 100_000,
        "<a " * 50_000,
        "<!--" * 50_000,
        "<br> " * 50_000,
        "<b>&nbsp;</b>" * 20_000,
        "<p>" + "… " * 50_000 + "x",
        "<img srcset='" + "a" * 100_000 + " b'>",
        "<p style='" + "/*" * 100_000 + "'>x",
        "<p style='font:" + " 1" * 50_000 + "x'>x",
        "<p><a href=/x>" + "- " * 50_000 + "</a>",
        "<table><tr><td>1<td>2<tr><td>" * 45,
    ],
    ids=lambda html: html[:12],
)
def test_long_repetitions_end(html):
    clean_html(html, BASE)
    plain_text(html)


# --- what stays ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["block-editor", "word-processor"])
def test_a_page_is_cleaned_as_written_down(name):
    html = (DATA / f"{name}.html").read_text("utf-8")
    assert clean_html(html, "https://alder.example/ferry/") + "\n" == (DATA / f"{name}.clean.html").read_text("utf-8")


def cleaned(html: str) -> str:
    return clean_html(html, BASE).replace(' rel="noopener"', "")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        # blocks and lines
        ("bare <i>text</i>", "<p>bare <i>text</i></p>"),
        ("one<br><br>two<br>three<br>", "<p>one</p>\n<p>two<br>three</p>"),
        ("<p> </p><p>&nbsp;<br></p><div><b></b></div>x", "<p>x</p>"),
        ("<p>a<b> bold </b>b</p>", "<p>a <b>bold</b> b</p>"),
        ("<b>one</b><b>word</b> <b>more</b>", "<p><b>oneword more</b></p>"),
        ("<a href=/a>one </a><a href=/a>link</a>", '<p><a href="https://paper.example/a">one</a> <a href="https://paper.example/a">link</a></p>'),
        ("<div>a<div>b</div>c</div>", "<p>a</p>\n<p>b</p>\n<p>c</p>"),
        ("<h1>T</h1><h3>U</h3>", "<h2>T</h2>\n<h3>U</h3>"),
        ("<h2><b></b></h2>", ""),
        ("<hr><p>a</p><hr><hr>b<hr>", "<p>a</p>\n<hr>\n<p>b</p>"),
        ("<p>Ja&nbsp;!</p>", "<p>Ja&nbsp;!</p>"),
        ("<strike>a</strike> <tt>b</tt> <small>c</small>", "<p><s>a</s> <code>b</code> c</p>"),
        ("<b style='font-weight:normal'>a</b> <span style='font-weight:700'>b</span>", "<p>a <strong>b</strong></p>"),
        ("<pre>\n  a\n    b &lt;c&gt;</pre>", "<pre>  a\n    b &lt;c&gt;</pre>"),
        ("<details><summary>More</summary>text</details>", "<p>More</p>\n<p>text</p>"),
        ("<p>2 &lt; 3 &amp; 4 &gt; 1 &amp;lt;</p>", "<p>2 &lt; 3 &amp; 4 &gt; 1 &amp;lt;</p>"),
        ("<p dir=rtl lang=he>x</p>", '<p lang="he" dir="rtl">x</p>'),
        ("<div dir=rtl><p>x</p><ul><li>y</li></ul></div>", '<p dir="rtl">x</p>\n<ul dir="rtl"><li>y</li></ul>'),
        ("<p lang='x\"y' dir=up>x</p>", "<p>x</p>"),
        ("<blockquote cite=/q><p>a</p></blockquote>", '<blockquote cite="https://paper.example/q"><p>a</p></blockquote>'),
        ("<time datetime='2026-11-22T10:00Z'>today</time>", '<p><time datetime="2026-11-22T10:00Z">today</time></p>'),
        ("<abbr title='World Health'>WH</abbr>", '<p><abbr title="World Health">WH</abbr></p>'),
        # lists and tables
        ("<ul><li>a<li><p>b</p><li></ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("<ol start=3 type=i reversed><li value=9>a</ol>", '<ol start="3" type="i" reversed=""><li>a</li></ol>'),
        ("<ul><li><p>a</p><p>b</p></ul>", "<ul><li><p>a</p><p>b</p></li></ul>"),
        ("<ul></ul><ol><li> </li></ol>x", "<p>x</p>"),
        ("<dl><dt>a<dd>b</dd><dd>c</dl>", "<dl><dt>a</dt><dd>b</dd><dd>c</dd></dl>"),
        (
            "<table><caption>C</caption><tr><th colspan=2>a<tr><td>1<td onclick=x rowspan=2>2</table>",
            '<table><caption>C</caption><tbody><tr><th colspan="2">a</th></tr>'
            '<tr><td>1</td><td rowspan="2">2</td></tr></tbody></table>',
        ),
        ("<table><tr><td>a<td>b</table>", "<p>a</p>\n<p>b</p>"),
        ("<table><tr><td><table><tr><td>1<td>2<tr><td>3<td>4</table><td>x<tr><td>y</table>",
         "<table><tbody><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></tbody></table>\n<p>x</p>\n<p>y</p>"),
        # links
        ("<a href='../x?a=1&amp;b=2#c'>x</a>", '<p><a href="https://paper.example/2026/11/x?a=1&amp;b=2#c">x</a></p>'),
        ("<a href=//other.example/>x</a>", '<p><a href="https://other.example/">x</a></p>'),
        ("<a href='#note'>1</a>", f'<p><a href="{BASE}#note">1</a></p>'),
        ("<a href='mailto:desk@paper.example'>x</a>", '<p><a href="mailto:desk@paper.example">x</a></p>'),
        ("<a href='MailTo:desk@paper.example?cc=x@y.example&body=z'>x</a>", '<p><a href="mailto:desk@paper.example">x</a></p>'),
        ("<a href='mailto:a@paper.example,b@paper.example'>x</a>", "<p>x</p>"),
        ("<a href='mailto:?body=z'>x</a>", "<p>x</p>"),
        ("<a href='#'>x</a>", "<p>x</p>"),
        ("<a href=' #TOP '>x</a>", "<p>x</p>"),
        ("<a href=''>x</a>", "<p>x</p>"),
        ("<a href='javascript:void(0)'>x</a>", "<p>x</p>"),
        ("<a href='tel:123'>x</a> <a name=y>z</a> <a href=/empty></a>", "<p>x z</p>"),
        ("<a href='/cdn-cgi/l/email-protection#abc'>write to us</a>", "<p>write to us</p>"),
        ("<a href=/x><h2>T</h2><p>t</p></a>", '<h2><a href="https://paper.example/x">T</a></h2>\n'
         '<p><a href="https://paper.example/x">t</a></p>'),
        ("<a href=/x target=_blank onclick=y title=' T  t '>x</a>", '<p><a href="https://paper.example/x" title="T t">x</a></p>'),
        ("<div>\nhttps://video.example/w?a=1&amp;b=2\n</div>",
         '<p><a href="https://video.example/w?a=1&amp;b=2">https://video.example/w?a=1&amp;b=2</a></p>'),
    ],
)  # fmt: skip
def test_structure_is_made_plain(html, expected):
    assert cleaned(html) == expected


def test_links_keep_their_credit():
    assert clean_html("<a rel='nofollow noreferrer' href=/x>x</a>", BASE) == (
        '<p><a href="https://paper.example/x" rel="noopener">x</a></p>'
    )


def test_without_an_address_of_the_page_relative_links_go_and_their_text_stays():
    assert clean_html("<a href=/x>x</a> <a href=https://y.example/>y</a><img src=z.png>", "") == (
        '<p>x <a href="https://y.example/" rel="noopener">y</a></p>'
    )


@pytest.mark.parametrize(
    ("html", "picture"),
    [
        ("<img src=/a.jpg>", "https://paper.example/a.jpg"),
        ("<img src=data:image/gif,x data-src=/b.jpg>", "https://paper.example/b.jpg"),
        ("<img src=/blank.gif data-lazy-src=/b.jpg>", "https://paper.example/b.jpg"),
        ("<img src=/blank.gif data-original=/b.jpg>", "https://paper.example/b.jpg"),
        ("<img src=/a.jpg srcset='/a-300.jpg 300w, /a-1500.jpg 1500w, /a-3000.jpg 3000w'>", "https://paper.example/a-1500.jpg"),
        ("<img src=/a.jpg srcset='/a-2000.jpg 2000w,/a-3000.jpg 3000w'>", "https://paper.example/a-2000.jpg"),
        ("<img src=/a.jpg srcset='/a.jpg, /a2.jpg 2x, /a3.jpg 3x'>", "https://paper.example/a2.jpg"),
        ("<img srcset='https://i.example/x?resize=300,200 300w, https://i.example/x?resize=900,600 900w'>", "https://i.example/x?resize=900,600"),
        ("<img srcset='data:image/gif;base64,AAAA 900w, /b.jpg 300w'>", "https://paper.example/b.jpg"),
        ("<img src=/s.gif data-srcset='/b.jpg 800w'>", "https://paper.example/b.jpg"),
        ("<picture><source srcset='/a.webp 800w'><img src=/a.jpg></picture>", "https://paper.example/a.jpg"),
        ("<picture><source srcset='/a-400.webp 400w, /a.webp 800w'><img alt=x></picture>", "https://paper.example/a.webp"),
        ("<img class=lazy data-src=/b.jpg><noscript><img src=/b-full.jpg></noscript>", "https://paper.example/b.jpg"),
        ("<img class=lazy src=data:image/gif,x><noscript><img src=/b.jpg></noscript>", "https://paper.example/b.jpg"),
        ("<div><a href=/b><img data-src=/b.jpg></a></div><noscript><img src=/b.jpg></noscript>", "https://paper.example/b.jpg"),
    ],
)  # fmt: skip
def test_lazy_and_responsive_pictures_become_one_plain_picture(html, picture):
    assert re.findall(r'src="([^"]*)"', clean_html(html, BASE)) == [picture]


@pytest.mark.parametrize(
    "html",
    [
        "<img src=/p.gif width=1 height=1>",
        "<img src=/p.gif width=0>",
        "<img src=/p.gif height='1px'>",
        "<img src=/p.gif width=01 height=' 1.0 PX '>",
        "<img src=/p.gif height=0%>",
        "<img src=/p.gif style='width: 1px; height: 1px'>",
        "<img src=/p.gif style='width:.5px'>",
        "<img src=/p.gif style='w\\69 dth:1px'>",
        "<img src=/p.gif style='max-height:0em'>",
        "<img src=https://paper.example/assets/pixel.gif?u=7>",
        "<img src='https://paper.example/?republication-pixel=true&post=7'>",
        "<img src=https://letters.example/track/open.php?u=7>",
        "<img src='data:image/png;base64,iVBORw0KGgo='>",
        "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>",
        "<img src=/p.gif style='display:none'>",
        "<img src=https://pixel.wp.com/g.gif?x=1>",
        "<img src=https://counter.theconversation.com/content/1/count.gif width=100>",
        "<img src=https://www.facebook.com/tr?id=1>",
        "<img src=https://ad.doubleclick.net/x>",
        "<img src=http://feeds.feedburner.com/~r/paper/~4/x>",
        "<img>",
        "<img src=''>",
        "<img src=cid:1>",
    ],
)
def test_counting_and_empty_pictures_go(html):
    assert clean_html(html, BASE) == ""


def test_a_picture_keeps_its_size_and_words():
    assert clean_html("<img src=/a.jpg width=640px height=480 alt=' The  pier ' class=x sizes=100vw>", BASE) == (
        '<p><img alt="The pier" src="https://paper.example/a.jpg" width="640" height="480"></p>'
    )


@pytest.mark.parametrize(
    "html",
    [
        "<img class=wp-smiley alt=😀 src=/x.png>",
        "<img class='emoji' draggable=false alt=😀 src=https://twemoji.example/1f600.svg>",
        "<img alt=😀 src=https://s.w.org/images/core/emoji/15/72x72/1f600.png width=1>",
    ],
)
def test_emoji_pictures_become_their_characters(html):
    assert clean_html(f"Hi {html}!", BASE) == "<p>Hi 😀!</p>"


@pytest.mark.parametrize(
    "html",
    [
        "<figure><img src=/a.jpg><figcaption>Words</figcaption></figure>",
        "<figure><figcaption>Words</figcaption><div><img src=/a.jpg></div></figure>",
        "<div class='wp-caption x' style='width:9px'><img src=/a.jpg><p class=wp-caption-text>Words</p></div>",
        "<table class=tr-caption-container><tr><td><img src=/a.jpg><tr><td class=tr-caption>Words</table>",
        "<figure><figure><img src=/a.jpg><figcaption>Words</figcaption></figure></figure>",
    ],
)  # fmt: skip
def test_a_picture_and_its_caption_are_a_figure(html):
    assert clean_html(html, BASE) == (
        '<figure><img alt="" src="https://paper.example/a.jpg"><figcaption>Words</figcaption></figure>'
    )


def test_the_caption_of_a_picture_that_goes_stays_as_a_paragraph():
    assert clean_html("<figure><img><figcaption>Words</figcaption></figure>", BASE) == "<p>Words</p>"


@pytest.mark.parametrize(
    ("html", "label", "page"),
    [
        ("<iframe src=https://www.youtube.com/embed/a-B_1?rel=0 title='A talk'>", "Video: A talk", "https://www.youtube.com/watch?v=a-B_1"),
        ("<iframe src=//www.youtube-nocookie.com/embed/a title='YouTube video player'>", "Video: youtube.com", "https://www.youtube.com/watch?v=a"),
        ("<iframe src='https://www.youtube.com/embed/videoseries?list=PL1'>", "Video: youtube.com", "https://www.youtube.com/playlist?list=PL1"),
        ("<iframe src=about:blank data-src=https://www.youtube.com/embed/a>", "Video: youtube.com", "https://www.youtube.com/watch?v=a"),
        ("<iframe src='https://player.vimeo.com/video/12?dnt=1'>", "Video: vimeo.com", "https://vimeo.com/12"),
        ("<iframe src='https://player.vimeo.com/video/12?h=ab3&dnt=1'>", "Video: vimeo.com", "https://vimeo.com/12/ab3"),
        ("<iframe src=https://www.dailymotion.com/embed/video/x1>", "Video: dailymotion.com", "https://www.dailymotion.com/video/x1"),
        ("<iframe src='https://w.soundcloud.com/player/?url=https%3A//soundcloud.com/a/b&color=x'>",
         "Audio: soundcloud.com", "https://soundcloud.com/a/b"),
        ("<iframe src=https://open.spotify.com/embed/episode/1x?utm=2>", "Audio: open.spotify.com", "https://open.spotify.com/episode/1x"),
        ("<iframe src='https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Fwww.facebook.com%2Fp%2Fvideos%2F1'>",
         "Video: facebook.com", "https://www.facebook.com/p/videos/1"),
        ("<iframe src='https://platform.twitter.com/embed/Tweet.html?x=1&id=55'>", "Post: twitter.com", "https://twitter.com/i/web/status/55"),
        ("<iframe src=https://www.instagram.com/p/Ab_1/embed/captioned/>", "Post: instagram.com", "https://www.instagram.com/p/Ab_1/"),
        ("<iframe src=https://www.tiktok.com/embed/v2/71>", "Video: tiktok.com", "https://www.tiktok.com/@_/video/71"),
        ("<iframe src=https://tube.example/videos/embed/9c-1 title=Talk>", "Video: Talk", "https://tube.example/videos/watch/9c-1"),
        ("<iframe src=https://archive.org/embed/some-tape>", "Video: archive.org", "https://archive.org/details/some-tape"),
        ("<object><embed src='https://www.youtube.com/v/abc&hl=en'></object>", "Video: youtube.com", "https://www.youtube.com/watch?v=abc"),
        ("<iframe src=/map/1 title='A &lt;map&gt;'>", "A &lt;map&gt;", "https://paper.example/map/1"),
        ("<iframe src=https://charts.example/7/>", "charts.example", "https://charts.example/7/"),
        ("<video src=/v/night%20ferry.mp4>no video</video>", "Video: night ferry.mp4", "https://paper.example/v/night%20ferry.mp4"),
        ("<audio controls><source src=/a.mp3><a href=/a.mp3>a</a></audio>", "Audio: a.mp3", "https://paper.example/a.mp3"),
    ],
)  # fmt: skip
def test_players_become_links_to_their_page(html, label, page):
    assert cleaned(f"<figure><div>{html}</div></figure>") == f'<p><a href="{page}">{label}</a></p>'


@pytest.mark.parametrize(
    "html",
    [
        "<iframe src=https://securepubads.g.doubleclick.net/x>",
        "<iframe src=https://www.facebook.com/plugins/like.php?href=x>",
        "<iframe src=https://platform.twitter.com/widgets/follow_button.html>",
        "<iframe src=https://www.youtube.com/embed/x style='display:none'>",
        "<iframe src=https://count.example/x width=1 height=1>",
        "<embed src=/x.swf>",
        "<video></video>",
    ],
)
def test_idle_frames_and_unknown_plugins_go(html):
    assert clean_html(html, BASE) == ""


def test_a_quoted_post_keeps_its_words_and_link():
    html = (
        "<blockquote class=twitter-tweet><p lang=en>The ferry stays.</p>&mdash; Alder (@alder) "
        "<a href=https://twitter.com/alder/status/1?ref_src=x>May 1</a></blockquote><script src=//platform></script>"
    )
    assert cleaned(html) == (
        '<blockquote><p lang="en">The ferry stays.</p><p>— Alder (@alder) '
        '<a href="https://twitter.com/alder/status/1?ref_src=x">May 1</a></p></blockquote>'
    )


# --- what goes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "attributes",
    [
        "style='display:none'",
        "style='color:red; DISPLAY : None !important'",
        "style='display:/* x */none'",
        "style='visibility:hidden'",
        "style='font-size:0'",
        "style='font-size: 0px;'",
        "style='font-size:1px'",
        "style='font: 0/0 a'",
        "style='position:absolute;left:-9999px'",
        "style='position:absolute;top:-999em'",
        "style='text-indent:-9999px' aria-hidden=true",
        "style='clip: rect(1px, 1px, 1px, 1px)'",
        "style='position:absolute;clip:rect(433px,auto,auto,433px)'",  # put there by those who broke into the site
        "style='clip-path:inset(50%)'",
        "style='position:fixed;top:-200vh'",
        "style='d\\69splay:none'",
        "style='display\\3a none;display:no\\6e e'",
        "style='content-visibility:hidden'",
        "style='mso-hide:all'",
        "style='opacity:0'",
        "style='opacity: .00 !important'",
        "style='color:transparent'",
        "style='color:rgba(0, 0, 0, 0)'",
        "style='height:0;overflow:hidden'",
        "style='width:1px; height:1px; overflow:auto'",
        "style='max-height:0px;overflow-y:scroll'",
        "style='transform: scale(0)'",
        "style='font-size:.05em'",
        "style='font-size:5%'",
        "hidden",
        "hidden=''",
        "class='sharedaddy sd-sharing-enabled'",
        "class=sd-sharing",
        "id=jp-post-flair",
        "class=jp-relatedposts",
        "class=addtoany_share_save_container",
        "class='wp-block-jetpack-subscriptions x'",
        "class=mailpoet_form",
        "class=screen-reader-text",
    ],
)
def test_what_the_reader_never_saw_and_what_hangs_around_the_post_goes(attributes):
    assert clean_html(f"<p>a</p><div {attributes}><p>junk <b>junk</b></p></div><p>b</p>", BASE) == "<p>a</p>\n<p>b</p>"


@pytest.mark.parametrize(
    "style",
    [
        "display:block",
        "margin-left:-15px",
        "left:-100%",
        "font-size:0.8em",
        "font-size:10px",
        "font: 400 16px/1.5 Arial",
        "opacity:0;transition:opacity 1s",  # themes fade paragraphs in
        "opacity:0;transform:translateY(9px)",
        "opacity:0' data-w-id='1",
        "color:transparent;-webkit-background-clip:text",
        "max-height:0;padding-bottom:56%;overflow:hidden",
        "height:0;padding-bottom:56%",
    ],
)
def test_ordinary_styles_hide_nothing(style):
    assert clean_html(f"<div style='{style}'>seen</div>", BASE) == "<p>seen</p>"


def test_what_a_style_element_of_the_body_hides_goes():
    html = (
        "<style>/* x */ .seen{color:red} .q-9, p#q8 { position:absolute; left:-9999px } @media print { .wide{display:none} }"
        "img.late{opacity:0} .a .b{display:none}</style>"
        "<p class=seen>a</p><p class='x Q-9'>gone</p><div id=q8>gone</div><p class=wide>b</p><img class=late src=/c.png>"
        "<p class=b>d</p><noscript><style>.e{display:none}</style></noscript><p class=e>e</p>"
    )
    assert plain_text(clean_html(html, BASE)).split() == ["a", "b", "d", "e"]
    assert "/c.png" in clean_html(html, BASE)


def test_text_of_no_size_goes_while_what_has_a_size_again_stays():
    html = "<div style='font-size:0'>gone <img src=/a.jpg><span style='font-size:16px'>seen</span> gone</div>"
    assert clean_html(html, BASE) == '<p><img alt="" src="https://paper.example/a.jpg">seen</p>'


@pytest.mark.parametrize(
    "tail",
    [
        "<p>The post <a href=/x>X &amp; Y</a> appeared first on <a href=/>Paper</a>.</p>",
        "<p>The post X appeared first on Paper.</p><hr>",
        "<p>La entrada <a href=/x>X</a> se publicó primero en <a href=/>Diario</a>.</p>",
        "<p>La entrada <a href=/x>X</a> apareció primero en <a href=/>Diario</a>.</p>",
        "<p>O post <a href=/x>X</a> apareceu primeiro em <a href=/>Jornal</a>.</p>",
        "<p>L’article <a href=/x>X</a> est apparu en premier sur <a href=/>Journal</a>.</p>",
        "<p><a href=/x>Continue reading<span class=screen-reader-text> “X”</span> &rarr;</a></p>",
        " <a href=/x class=more-link>(more…)</a>",
        " <a href=/x>Leer más »</a>",
        "<p><a href=/x>Read more</a></p><p>The post <a href=/x>X</a> appeared first on <a href=/>Paper</a>.</p>",
    ],
)
def test_the_closing_lines_of_wordpress_go(tail):
    assert clean_html(f"The ferry stays.{tail}", BASE) == "<p>The ferry stays.</p>"


@pytest.mark.parametrize(
    "html",
    [
        "The ferry stays [&#8230;]",
        "<p>The ferry stays [...]</p>",
        "<p>The ferry stays&#8230; [&hellip;]</p>\n<p>The post <a href=/x>X</a> appeared first on Paper.</p>",
        "The ferry stays [&#8230;] The post X appeared first on Paper.",
        "The ferry stays [&#8230;] The post <a href=/x>X</a> appeared first on <a href=/>Paper</a>.",
        "The ferry stays [&#8230;] <a href=/x>Continue reading X</a>",
    ],
)
def test_an_excerpt_ends_in_a_plain_mark_of_omission(html):
    assert clean_html(html, BASE) == "<p>The ferry stays …</p>"


@pytest.mark.parametrize(
    "html",
    [
        "<p>The post office appeared first in the list.</p>",
        "<p>Read more at the library, says Ana.</p>",
        "<p>He wrote […] and left.</p>",
        "<p>The post <b>X</b> appeared first on Paper.</p>\n<p>It did.</p>",
    ],
)
def test_sentences_that_only_look_like_closing_lines_stay(html):
    assert clean_html(html, BASE) == html


# --- plain text ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a  b\n c</p><p>d</p>", "a b c\n\nd"),
        ("<h2>T</h2>\n<p>a<br>b</p>", "T\n\na\nb"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul><p>d</p>", "a\nb\nc\n\nd"),
        ("<p>5 &lt; 6 &amp; &nbsp;&eacute;</p>", "5 < 6 & é"),
        ('<figure><img alt="no" src="https://a.example/"><figcaption>no</figcaption></figure><p>yes</p>', "yes"),
        ("<table><tbody><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></tbody></table>", "a b\n1 2"),
        ("<p>He said <q>no</q>.</p>", "He said “no”."),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("<p>un<b>break</b>able</p>", "unbreakable"),
        ("plain", "plain"),
        ("", ""),
        ("<script>x</script><style>y</style>z<!-- c -->", "z"),
    ],
)
def test_plain_text_parts_paragraphs_items_and_rows(html, text):
    assert plain_text(html) == text
