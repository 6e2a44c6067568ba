"""Pictures, captions and players of an article, however its page shows them."""

import re

import pytest

from tests.extract.invented import FIRST, LAST, SECOND, THIRD, body

SEEN = "https://valle.example/img/ferry.jpg"
IMG = '<img src="/img/ferry.jpg" alt="The ferry at its pier" width="800" height="500">'
CAPTION = "<figcaption>The ferry at its pier in April. Photo: Nora Illanes</figcaption>"


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(IMG, id="alone between paragraphs"),
        pytest.param(f"<p>{IMG}</p>", id="in a paragraph of its own"),
        pytest.param(f'<p><a href="/img/ferry-large.jpg">{IMG}</a></p>', id="linked to its large version"),
        pytest.param(f'<div class="x1"><div class="x2"><span>{IMG}</span></div></div>', id="deep in wrappers"),
        pytest.param(f'<button class="zoom">{IMG}</button>', id="in a button that shows it larger"),
        pytest.param(
            '<img class="lazy" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-src="/img/ferry.jpg" width="800">',
            id="lazy with data-src",
        ),
        pytest.param('<img src="/img/placeholder.png" data-lazy-src="/img/ferry.jpg">', id="lazy with a placeholder"),
        pytest.param(
            '<img src="/img/spacer.gif" data-sizes-list=\'[{"u":"https://valle.example/img/ferry.jpg","w":800}]\'>',
            id="lazy with its addresses in JSON",
        ),
        pytest.param(
            '<img data-srcset="/img/ferry-small.jpg 300w, /img/ferry.jpg 1200w" data-sizes="auto">',
            id="lazy in several sizes",
        ),
        pytest.param(
            '<img src="/img/ferry-small.jpg" srcset="/img/ferry-small.jpg 300w, /img/ferry.jpg 1200w">',
            id="responsive",
        ),
        pytest.param(
            '<picture><source srcset="/img/ferry.jpg 1200w"><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'
            "</picture>",
            id="a choice whose picture is a placeholder",
        ),
        pytest.param(
            '<picture><source data-srcset="/img/ferry.jpg 1200w"><img class="lazy"></picture>', id="a lazy choice"
        ),
        pytest.param(
            '<div class="pic"><img class="lazy" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'
            '<noscript><img src="/img/ferry.jpg" alt="The ferry"></noscript></div>',
            id="for readers without scripts",
        ),
        pytest.param(
            '<amp-img src="/img/ferry.jpg" width="800" height="500" layout="responsive"></amp-img>', id="of an AMP page"
        ),
        pytest.param(
            '<figure class="wp-block-image size-large"><img src="/img/ferry.jpg" class="wp-image-7"></figure>',
            id="of the WordPress block editor",
        ),
        pytest.param(
            '<article class="media media--type-image"><div class="field field--name-field-media-image">'
            f'<div class="field__item">{IMG}</div></div></article>',
            id="of Drupal",
        ),
        pytest.param(
            f'<div class="separator" style="clear: both"><a href="/img/ferry-large.jpg">{IMG}</a></div>',
            id="of Blogger",
        ),
    ],
)
def test_a_picture_among_the_text_is_kept_once(picture: str) -> None:
    html = body(picture)
    assert re.findall(r'<img[^>]* src="([^"]*)"', html) == [SEEN]
    assert html.index("gearbox could") < html.index("<img") < html.index("Nobody at the meeting")


@pytest.mark.parametrize(
    "figure",
    [
        pytest.param(f"<figure>{IMG}{CAPTION}</figure>", id="a figure"),
        pytest.param(
            f'<figure class="wp-block-image aligncenter">{IMG}'
            '<figcaption class="wp-element-caption">The ferry at its pier in April. Photo: Nora Illanes</figcaption></figure>',
            id="of the WordPress block editor",
        ),
        pytest.param(
            f'<div id="attachment_7" style="width: 810px" class="wp-caption aligncenter">{IMG}'
            '<p class="wp-caption-text">The ferry at its pier in April. Photo: Nora Illanes</p></div>',
            id="of classic WordPress",
        ),
        pytest.param(
            f'<table class="tr-caption-container"><tbody><tr><td><a href="/img/ferry-large.jpg">{IMG}</a></td></tr>'
            '<tr><td class="tr-caption">The ferry at its pier in April. Photo: Nora Illanes</td></tr></tbody></table>',
            id="of Blogger",
        ),
        pytest.param(
            f'<figure class="kg-card kg-image-card kg-card-hascaption">{IMG}'
            "<figcaption><span>The ferry at its pier in April. Photo: Nora Illanes</span></figcaption></figure>",
            id="of Ghost",
        ),
        pytest.param(
            f'<figure class="lz ma"><div role="button" tabindex="0" class="mb mc"><div class="md"><picture>{IMG}</picture>'
            '</div></div><figcaption class="me mf">The ferry at its pier in April. Photo: Nora Illanes</figcaption></figure>',
            id="with class names that say nothing",
        ),
        pytest.param(
            f'<div class="media media-image">{IMG}<div class="field-caption">The ferry at its pier in April.'
            " Photo: Nora Illanes</div></div>",
            id="of Drupal",
        ),
        pytest.param(
            f'<div class="article-image"><div>{IMG}</div><div class="image-text"><span>The ferry at its pier in April.'
            "</span> <span>Photo: Nora Illanes</span></div></div>",
            id="in div and span",
        ),
        pytest.param(
            f'<span class="photo">{IMG}<span class="legend">The ferry at its pier in April. Photo: Nora Illanes</span></span>',
            id="in spans",
        ),
        pytest.param(
            f'<div class="pic">{IMG}</div><div class="caption">The ferry at its pier in April. Photo: Nora Illanes</div>',
            id="in an element of its own after the picture",
        ),
    ],
)
def test_a_caption_stays_with_its_picture_and_is_no_text(figure: str) -> None:
    html = body(figure)
    found = re.findall(r"<figure>(.*?)</figure>", html, re.DOTALL)
    assert len(found) == 1
    caption = re.search(r"<figcaption>(.*)</figcaption>", found[0])
    assert caption
    assert re.sub(r"<[^>]*>|\s+", " ", caption[1]).split() == (
        "The ferry at its pier in April. Photo: Nora Illanes".split()
    )
    assert html.count("Nora Illanes") == 1


def test_every_picture_of_a_gallery_keeps_its_own_caption() -> None:
    html = body(
        '<figure class="wp-block-gallery has-nested-images columns-2">'
        '<figure class="wp-block-image"><img src="/img/one.jpg"><figcaption>The pier</figcaption></figure>'
        '<figure class="wp-block-image"><img src="/img/two.jpg"><figcaption>The two boats</figcaption></figure>'
        "</figure>"
    )
    assert html.index("one.jpg") < html.index("The pier") < html.index("two.jpg") < html.index("The two boats")
    assert html.count("<figure>") == 2


def test_a_classic_gallery_keeps_its_pictures() -> None:
    item = (
        '<dl class="gallery-item"><dt class="gallery-icon"><a href="/g/{0}"><img src="/img/{0}.jpg" width="300"></a></dt>'
        '<dd class="wp-caption-text gallery-caption">Boat number {0}</dd></dl>'
    )
    html = body(f'<div id="gallery-1" class="gallery galleryid-9">{item.format("one")}{item.format("two")}</div>')
    assert "/img/one.jpg" in html
    assert "/img/two.jpg" in html


def test_a_figure_that_holds_no_picture_is_text() -> None:
    html = body("<figure><blockquote><p>Whoever drives is paid in potatoes.</p></blockquote></figure>")
    assert "<blockquote>" in html
    assert "paid in potatoes" in html


@pytest.mark.parametrize(
    "noise",
    [
        pytest.param('<div class="share-bar"><img src="/img/noise.png"></div>', id="of a share bar"),
        pytest.param(
            '<div class="ad"><a href="https://shop.example/"><img src="/img/noise.png"></a></div>', id="an ad"
        ),
        pytest.param('<img src="/img/noise.png" width="24" height="24">', id="an icon"),
        pytest.param('<div><img src="/img/noise.png" width="0" height="0"></div>', id="a counter"),
        pytest.param(
            '<div><a href="/2026/04/bridge/"><img src="/img/noise.png"><h4>The bridge that nobody crosses</h4></a></div>',
            id="of another article",
        ),
        pytest.param(
            '<div><a href="/2026/04/bridge/"><img src="/img/noise.png"> The bridge that nobody crosses</a></div>',
            id="of another article's link",
        ),
    ],
)
def test_a_picture_that_is_not_the_article_s_goes(noise: str) -> None:
    html = body(noise)
    assert "noise.png" not in html
    assert "nobody crosses" not in html


def test_the_picture_over_the_article_leads_it() -> None:
    html = body(before=f'<figure class="featured">{IMG}{CAPTION}</figure>')
    assert html.startswith("<figure>")
    assert html.count("<img") == 1
    assert "Nora Illanes" in html.split("</figure>")[0]


@pytest.mark.parametrize(
    "before",
    [
        '<div class="author-box"><img src="/img/nora.jpg" width="400"></div>',
        '<aside><figure><img src="/img/nora.jpg" width="400"></figure></aside>',
        '<figure><img src="/img/nora.jpg" width="48" height="48"></figure>',
        '<ul><li><figure><img src="/img/nora.jpg" width="400"></figure></li></ul>',
    ],
)
def test_a_portrait_or_an_ornament_over_the_article_does_not_lead_it(before: str) -> None:
    assert "nora.jpg" not in body(before=before)


YOUTUBE = "https://www.youtube.com/watch?v=kx7Pq2TzW_4"


@pytest.mark.parametrize(
    ("player", "address"),
    [
        ('<iframe src="https://www.youtube.com/embed/kx7Pq2TzW_4" title="The crossing"></iframe>', YOUTUBE),
        ('<iframe data-src="https://www.youtube-nocookie.com/embed/kx7Pq2TzW_4"></iframe>', YOUTUBE),
        (
            '<figure class="wp-block-embed is-type-video"><div class="wp-block-embed__wrapper">'
            '<iframe src="https://www.youtube.com/embed/kx7Pq2TzW_4?feature=oembed"></iframe></div></figure>',
            YOUTUBE,
        ),
        ('<figure class="kg-card kg-embed-card"><iframe src="https://www.youtube.com/embed/kx7Pq2TzW_4"></iframe></figure>', YOUTUBE),
        ('<amp-youtube data-videoid="kx7Pq2TzW_4" layout="responsive"></amp-youtube>', YOUTUBE),
        ('<lite-youtube videoid="kx7Pq2TzW_4"></lite-youtube>', YOUTUBE),
        ('<div class="player" data-youtube-id="kx7Pq2TzW_4"></div>', YOUTUBE),
        ('<amp-vimeo data-videoid="92841"></amp-vimeo>', "https://vimeo.com/92841"),
        ('<video controls><source src="/film/crossing.mp4" type="video/mp4"></video>', "https://valle.example/film/crossing.mp4"),
        ('<audio src="/sound/mechanic.mp3"></audio>', "https://valle.example/sound/mechanic.mp3"),
        (
            '<blockquote class="twitter-tweet"><p>The ferry is out of order again.</p>&mdash; Puerto '
            '<a href="https://twitter.com/puerto/status/77001">May 2</a></blockquote>',
            "https://twitter.com/puerto/status/77001",
        ),
        (
            '<div class="fb-post" data-href="https://www.facebook.com/puerto/posts/88002"></div>',
            "https://www.facebook.com/puerto/posts/88002",
        ),
    ],
)  # fmt: skip
def test_a_player_becomes_a_link_to_what_it_plays(player: str, address: str) -> None:
    html = body(player)
    assert f'<a href="{address}"' in html
    assert "<iframe" not in html
    assert html.index("gearbox could") < html.index(address) < html.index("Nobody at the meeting")


def test_a_frame_of_an_advertiser_leaves_nothing() -> None:
    assert "ads.example" not in body('<iframe src="https://ads.example/frame?id=9"></iframe>')


def test_pictures_inside_items_and_quotes_stay_there() -> None:
    html = body(f"<ul><li>The pier, which the flood damaged in three places:<br>{IMG}</li><li>The winch</li></ul>")
    assert re.search(r"<li>.*<img.*</li><li>", html, re.DOTALL)


def test_text_stays_whole_around_pictures() -> None:
    html = body(f"<figure>{IMG}{CAPTION}</figure>")
    for paragraph in (FIRST, SECOND, THIRD, LAST):
        assert paragraph in html
