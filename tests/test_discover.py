"""Who blocks us, which feed a page names, and which answers can never become an article."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.discover.pages import explain_page, find_feeds, look_at_page, who_blocks
from aggregator.models import Response

BLOCKED = Path(__file__).parent / "data" / "pages" / "blocked"
URL = "https://paper.example/2026/11/the-ferry/"
PROSE = "The harbour council met on Tuesday night and heard what the ferry would cost to keep until the spring. "
LONG = f"<p>{PROSE}</p>" * 12  # 240 words
SHORT = f"<p>{PROSE}</p>" * 2
NO_SUCH_PAGE = "a page that says that there is none (404)"


def page(body: str, title: str = "The ferry stays | Paper", head: str = "") -> str:
    return f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{title}</title>{head}</head><body>{body}</body></html>"


def answer(
    body: str | bytes, status: int = 200, url: str = URL, content_type: str = "text/html", **headers: str
) -> Response:
    body = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, url, body=body, content_type=content_type, headers=named)


# --- who_blocks: what it must see ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "statuses", "expected"),
    [
        ("cloudflare.html", (403, 503, 200), "a bot wall (Cloudflare)"),
        ("cloudflare-block.html", (403, 429, 200), "a bot wall (Cloudflare)"),
        ("datadome.html", (403, 200), "a bot wall (DataDome)"),
        ("datadome.json", (403,), "a bot wall (DataDome)"),
        ("imperva.html", (403, 200), "a bot wall (Imperva)"),
        ("akamai.html", (403,), "a bot wall (Akamai)"),
        ("aws-waf.html", (405, 202, 200), "a bot wall (AWS WAF)"),
        ("perimeterx.html", (403, 200), "a bot wall (PerimeterX)"),
        ("anubis.html", (200, 403), "a bot wall (Anubis)"),
        ("sucuri.html", (403,), "a bot wall (Sucuri)"),
        ("sucuri-script.html", (307, 200), "a bot wall (Sucuri)"),
        ("wordfence.html", (503, 403), "a bot wall (Wordfence)"),
        ("siteground.html", (202, 200), "a bot wall (SiteGround)"),
        ("imunify.html", (200, 415), "a bot wall (Imunify360)"),
        ("captcha.html", (200, 403, 429), "a bot wall (captcha)"),
        ("wp-login.html", (200, 401), "a login page"),
        ("members.html", (200, 403), "a login page"),
        ("maintenance-wp.html", (503, 200), "a maintenance page"),
        ("maintenance-es.html", (503, 200), "a maintenance page"),
        ("consent.html", (200,), "a consent page"),
        ("parked.html", (200, 403), "a parked domain"),
        ("for-sale.html", (200,), "a parked domain"),
        ("nginx.html", (200, 403), "a hosting default page"),
        ("suspended.html", (200, 403, 503), "a suspended account"),
    ],
)
def test_a_wall_is_called_by_its_name(name: str, statuses: tuple[int, ...], expected: str) -> None:
    for status in statuses:
        assert who_blocks(answer((BLOCKED / name).read_bytes(), status)) == expected


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (403, {"cf_mitigated": "challenge", "server": "cloudflare"}, "a bot wall (Cloudflare)"),
        (202, {"x_amzn_waf_action": "challenge"}, "a bot wall (AWS WAF)"),
        (405, {"x_amzn_waf_action": "captcha"}, "a bot wall (AWS WAF)"),
        (202, {"sg_captcha": "challenge"}, "a bot wall (SiteGround)"),
        (429, {"x_vercel_mitigated": "challenge"}, "a bot wall (Vercel)"),
        (403, {"x_datadome": "protected"}, "a bot wall (DataDome)"),
        (403, {"server": "AkamaiGHost"}, "a bot wall (Akamai)"),
        (403, {"x_sucuri_block": "BP001"}, "a bot wall (Sucuri)"),
        (403, {"server": "ddos-guard"}, "a bot wall (DDoS-Guard)"),
        (401, {"www_authenticate": 'Basic realm="staff"'}, "a login page"),
        (200, {"x_datadome": "protected"}, ""),  # what every answer has that it let pass
        (503, {"server": "AkamaiGHost"}, ""),  # its own "server does not answer"
        (403, {"server": "cloudflare", "cf_ray": "0123-LPB"}, ""),  # the site itself refused
        (403, {}, ""),
        (404, {"server": "cloudflare"}, ""),
        (500, {}, ""),
    ],
)
def test_headers_of_a_refusal_are_enough(status: int, headers: dict[str, str], expected: str) -> None:
    assert who_blocks(answer("", status, **headers)) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://paper.example/wp-login.php?redirect_to=%2Ffeed%2F", "a login page"),
        ("https://consent.google.com/ml?continue=https://news.google.com/", "a consent page"),
        ("https://guce.yahoo.com/consent?brandType=x", "a consent page"),
        ("https://paper.example/cgi-sys/suspendedpage.cgi", "a suspended account"),
        ("https://paper.example/cgi-sys/defaultwebpage.cgi", "a hosting default page"),
        ("https://www.hugedomains.com/domain_profile.cfm?d=paper.example", "a parked domain"),
        ("https://paper.example/2026/11/consent/", ""),
        ("https://paper.example/2026/11/wp-login-php-explained/", ""),
        ("https://consenting.example/story", ""),
        ("https://consent.org/story", ""),
    ],
)
def test_some_addresses_say_it(url: str, expected: str) -> None:
    assert who_blocks(answer(page("<h1>Hello</h1>"), url=url)) == expected


@pytest.mark.parametrize(
    "says",
    [
        "Briefly unavailable for scheduled maintenance. Check back in a minute.",
        "No disponible por mantenimiento programado. Vuelve en un minuto.",
        "Temporariamente indisponível para manutenção programada. Volte já.",
        "Indisponible brièvement pour cause de maintenance planifiée. Revenez vite.",
    ],
)
def test_wordpress_updates_itself_in_many_languages(says: str) -> None:
    assert who_blocks(answer(page(f"<h1>{says}</h1>", title=""), 200)) == "a maintenance page"
    assert who_blocks(answer(says, 503, content_type="text/plain")) == "a maintenance page"


@pytest.mark.parametrize(
    "title",
    [
        "Maintenance mode",
        "Site under maintenance",
        "We are down for maintenance",
        "Mantenimiento",
        "Site en maintenance",
        "Em manutenção",
        "Paper – Under maintenance",
    ],
)
def test_a_page_of_maintenance_is_seen_by_its_title(title: str) -> None:
    assert who_blocks(answer(page("<p>Come back tomorrow.</p>", title))) == "a maintenance page"


# --- who_blocks: what it must leave alone ----------------------------------------------------------------------------

LOGIN_FORM = "<form action='/wp-login.php' method='post'><h2>Log in</h2><input name='log'><input type='password' name='pwd'></form>"
BANNER = "<div class='cookie'><h2>We value your privacy</h2><button>Accept all</button><button>Reject</button></div>"
MARKED = (
    "window._cf_chl_opt geo.captcha-delivery.com anubis_challenge _Incapsula_Resource?SWUDNSAI=31 px-captcha wsidchk"
)
HEADLINES = "".join(f"<h3><a href='/{n}'>Headline of the day number {n}</a></h3>" for n in range(40))

ORDINARY = {
    "an article about captchas": page(f"<article><h1>Are you a robot?</h1>{LONG}<p>captcha g-recaptcha</p></article>", "Are you a robot?"),
    "a short article about captchas": page(f"<h1>Are you a robot?</h1>{SHORT}", "Are you a robot?"),
    "an article about Cloudflare": page(f"<h1>Attention Required! | Cloudflare</h1>{LONG}", "Just a moment... | Paper"),
    "a short article that names the marks": page(f"<h1>How walls look</h1>{SHORT}<pre>{MARKED}</pre>"),
    "a link to the marks": page(f"<h1>Walls</h1>{SHORT}<a href='https://geo.captcha-delivery.com/captcha/'>one</a>"),
    "marks in the data of an article": page(SHORT, head=f"<script type='application/ld+json'>{{\"articleBody\": \"{MARKED}\"}}</script>"),
    "marks in a long article's own script": page(LONG, head=f"<script>var body = '{MARKED}'</script>"),
    "an article behind Cloudflare": page(SHORT, head="<script>a.src='/cdn-cgi/challenge-platform/scripts/jsd/main.js';window.__CF$cv$params={r:'1'}</script>"),
    "an article behind Imperva": page(SHORT + "<script src='/_Incapsula_Resource?SWJIYLWA=719d34d31c8e3a6e6fffd425f7e032f3'></script>"),
    "an article behind DataDome": page(SHORT, head="<script>window.ddjskey='A1';</script><script src='https://js.datadome.co/tags.js'></script>"),
    "an article behind PerimeterX": page(SHORT, head="<script>window._pxAppId='PX1'</script><script src='https://client.px-cloud.net/PX1/main.min.js'></script>"),
    "an article with a newsletter form": page(f"<h1>The ferry</h1>{SHORT}<form><input type='email'><div class='g-recaptcha'></div><button>Sign up</button></form>"),
    "comments for members": page(f"<article><h1>The ferry</h1>{SHORT}</article><p>You must <a href='/wp-login.php'>log in</a> to comment.</p>"),
    "a login box in the sidebar": page(f"<h1>The ferry</h1>{SHORT}<aside>{LOGIN_FORM}</aside>"),
    "a login box in an old sidebar": page(f"<div id='sidebar'><div>{LOGIN_FORM}</div></div><h1>The ferry</h1>{SHORT}"),
    "a login window over a short article": page(f"<div class='td-login modal'><div>{LOGIN_FORM}</div></div><h1>The ferry</h1>{SHORT}"),
    "a login form under a long article": page(f"<h1>Log in</h1>{LONG}{LOGIN_FORM}", "Log in"),
    "a home page with a login form": page(f"<h1>Paper</h1>{HEADLINES}{LOGIN_FORM}", "Paper"),
    "a short article with a login form": page(f"<article><h1>The ferry</h1>{SHORT}{LOGIN_FORM}</article>"),
    "a cookie banner over an article": page(f"{BANNER}<h1>The ferry</h1>{LONG}"),
    "a cookie banner over a short article": page(f"{BANNER}<article><h1>The ferry</h1>{SHORT}</article>"),
    "a cookie banner over a home page": page(f"{BANNER}<h1>Paper</h1>{HEADLINES}", "Paper"),
    "an article about privacy": page(f"<h1>Your privacy, sold</h1>{LONG}{BANNER}", "Your privacy, sold"),
    "an article about maintenance": page(f"<article><h1>Maintenance</h1>{SHORT}</article>", "Maintenance | Paper"),
    "a bridge under maintenance": page(f"<h1>The bridge is closed for maintenance</h1>{SHORT}", "The bridge is closed for maintenance"),
    "an article about a domain": page(f"<h1>This domain is for sale</h1>{LONG}", "This domain is for sale"),
    "an article about nginx": page(f"<article><h1>Welcome to nginx!</h1>{SHORT}</article>", "Welcome to nginx!"),
    "an article about nginx, at length": page(f"<h1>Welcome to nginx!</h1>{LONG}", "Welcome to nginx!"),
    "a heading that nobody closed": page(f"<h1>Maintenance{LONG}", "Maintenance"),
    "a headline in boxes": page(f"<h1><div>Maintenance</div></h1>{LONG}", "Maintenance"),
    "an account suspended": page(f"<article><h1>Account suspended</h1>{SHORT}</article>", "Account suspended"),
    "a contact page": page("<h1>Contact</h1><form><input><div class='g-recaptcha'></div><button>Send</button></form>", "Contact"),
    "an unclosed anchor before the text": page(f"<a name='top'><h1>Are you a robot?</h1>{LONG}<div class='g-recaptcha'></div>"),
    "a page whose beginning is one long script": page(f"<script>{'x=1;' * 20_000}</script><h1>Log in</h1>{LONG}{LOGIN_FORM}", "Log in"),
    "a page drawn by its script": page("<div id='root'></div><script src='/app.js'></script>", "Paper"),
    "an article in Chinese": page("<h1>Are you a robot?</h1>" + "<p>港口委员会今天开会讨论渡轮的费用</p>" * 30 + "<div class='g-recaptcha'></div>"),
    "nothing": "",
}  # fmt: skip
FEEDS = {
    "a feed about walls": f"<?xml version='1.0'?><rss version='2.0'><channel><title>Just a moment...</title><item><title>Account Suspended</title><description>{MARKED} maintenance</description></item></channel></rss>",
    "an Atom feed": f"<?xml version='1.0'?>\n<!-- made by hand -->\n<feed xmlns='http://www.w3.org/2005/Atom'><title>Maintenance</title><entry><summary>{MARKED}</summary></entry></feed>",
    "a JSON feed": f'{{"version": "https://jsonfeed.org/version/1.1", "title": "Maintenance", "items": [{{"content_text": "{MARKED}"}}]}}',
}


@pytest.mark.parametrize("name", [*ORDINARY, *FEEDS])
def test_nobody_blocks(name: str) -> None:
    assert who_blocks(answer((ORDINARY | FEEDS)[name])) == ""


def test_nobody_blocks_on_the_ordinary_pages_we_have() -> None:
    for name in ("block-editor.html", "classic-es.html", "comments-unmarked.html", "home.html", "latin.html"):
        assert who_blocks(answer((BLOCKED.parent / name).read_bytes())) == ""


def test_a_refusal_of_the_site_itself_has_no_name() -> None:
    assert who_blocks(answer(page(f"<h1>403 Forbidden</h1>{SHORT}", "403 Forbidden"), 403, server="cloudflare")) == ""
    assert who_blocks(answer(page("<h1>Service Unavailable</h1>", "503"), 503)) == ""
    apache = "<h1>Service Unavailable</h1><p>Unable to answer due to maintenance downtime or capacity problems.</p>"
    assert who_blocks(answer(page(apache, "503 Service Unavailable"), 503)) == ""


# --- find_feeds ------------------------------------------------------------------------------------------------------


def links(*pairs: tuple[str, str]) -> str:
    return page("", head="".join(f'<link rel="alternate" type="{kind}" href="{href}">' for kind, href in pairs))


RSS, ATOM = "application/rss+xml", "application/atom+xml"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (links((RSS, "/feed/")), ("https://paper.example/feed/",)),
        (links((RSS, "/comments/feed/"), (RSS, "/feed/")), ("https://paper.example/feed/", "https://paper.example/comments/feed/")),
        (links((RSS, "/feed/"), (ATOM, "/feed/"), (RSS, "https://www.paper.example/feed")), ("https://paper.example/feed/",)),
        (links(("application/rss+xml; charset=utf-8", "feed")), ("https://paper.example/2026/11/the-ferry/feed",)),
        (links((RSS, "?feed=rss2&amp;lang=es")), ("https://paper.example/2026/11/the-ferry/?feed=rss2&lang=es",)),
        (links(("application/feed+json", "/feed.json")), ("https://paper.example/feed.json",)),
        (links(("text/xml", "/rss.xml"), ("text/xml", "/sitemap.xml")), ("https://paper.example/rss.xml",)),
        (links(("application/json", "/wp-json/wp/v2/posts/1"), ("text/xml+oembed", "/oembed")), ()),
        (links((RSS, "javascript:alert(1)"), (RSS, "")), ()),
        ("<LINK HREF=/feed REL='Alternate Home' TYPE=APPLICATION/RSS+XML>", ("https://paper.example/feed",)),
        ("<base href='https://cdn.example/x/'><link rel=alternate type=application/rss+xml href=rss>", ("https://cdn.example/x/rss",)),
        ("<link rel=alternate type=application/rss+xml href=/es/2/feed title='Paper » La Balsa Comentarios'><link rel=alternate type=application/rss+xml href=/feed>",
         ("https://paper.example/feed", "https://paper.example/es/2/feed")),
        ("<!-- <link rel=alternate type=application/rss+xml href=/old> --><script>'<link rel=alternate type=application/rss+xml href=/js>'</script>", ()),
        ("<link rel=stylesheet type=application/rss+xml href=/feed><link rel=alternate hreflang=es href=/es/feed/>", ()),
        # links of the text, only where the head names none
        (page("<a href='/rss'>RSS</a> <a href='/about'>us</a>"), ("https://paper.example/rss",)),
        (page("<a href='/rss/news/all.xml'>All</a> <a href='/feeds/x.html'>us</a>"), ("https://paper.example/rss/news/all.xml",)),
        (page("<a href='/news/feed.xml'>1</a><a href='/index.rdf'>2</a><a href='/?feed=rss2'>3</a><a href='/all.atom'>4</a>"),
         ("https://paper.example/news/feed.xml", "https://paper.example/index.rdf", "https://paper.example/?feed=rss2", "https://paper.example/all.atom")),
        (page("<a href='https://feedly.com/i/subscription/feed/https://paper.example/feed'>Feedly</a>"), ()),
        (page("<a href='https://feeds.paper.example/rss'>1</a><a href='https://feeds.feedburner.com/paper/rss'>2</a>"),
         ("https://feeds.paper.example/rss", "https://feeds.feedburner.com/paper/rss")),
        (page("<a href='/2026/11/we-feed-the-world/'>1</a><a href='/sitemap.xml'>2</a><a href='/feedback'>3</a>"), ()),
        (links((RSS, "/feed/")).replace("</body>", "<a href='/rss'>RSS</a></body>"), ("https://paper.example/feed/",)),
        ("", ()),
    ],
)  # fmt: skip
def test_a_page_names_its_feeds(html: str, expected: tuple[str, ...]) -> None:
    assert find_feeds(html, URL) == expected


def test_many_feeds_cost_no_more_than_a_few() -> None:
    assert find_feeds(page("".join(f"<a href='/{n}/feed'>{n}</a>" for n in range(20_000))), URL)[0].endswith("/0/feed")


def test_no_page_names_more_than_twenty_feeds() -> None:
    assert len(find_feeds(links(*((RSS, f"/{n}/feed") for n in range(1000))), URL)) == 20


def test_a_feed_far_down_a_page_is_not_looked_for() -> None:
    assert find_feeds(" " * 200_000 + links((RSS, "/feed/")), URL) == ()


# --- explain_page ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("response", "beginning"),
    [
        (answer(links((RSS, "/feed/"))), "this is an HTML page, no feed; it links to the feed https://paper.example/feed/ : put"),
        (answer(links((RSS, "/feed/")), url="https://paper.example/feed/"), "this is an HTML page, no feed; look for the feed's"),
        (answer(page("")), "this is an HTML page, no feed; look for the feed's address"),
        (answer((BLOCKED / "cloudflare.html").read_bytes()), "a bot wall (Cloudflare) came instead of a feed; ask the partner to let"),
        (answer((BLOCKED / "wp-login.html").read_bytes()), "a login page came instead of a feed; ask"),
        (answer((BLOCKED / "parked.html").read_bytes()), "a parked domain came instead of a feed; ask"),
        (answer(links((RSS, "/ñ/feed/")).encode("cp1252"), content_type="text/html; charset=iso-8859-1"), "this is an HTML page, no feed; it links to the feed https://paper.example/%C3%B1/feed/"),
    ],
)  # fmt: skip
def test_an_editor_reads_what_came_instead_of_a_feed(response: Response, beginning: str) -> None:
    said = explain_page(response)
    assert said.startswith(beginning)
    assert "\n" not in said
    assert not said.endswith(".")


# --- look_at_page ----------------------------------------------------------------------------------------------------


def why_no_article(asked: str, response: Response) -> str:
    who, why = look_at_page(asked, response)
    return who or why


ARTICLE = page(f"<h1>The ferry stays</h1>{LONG}")


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "application/pdf", "a PDF document"),
        (b"%PDF-1.7\n<p>", "text/html", "a PDF document"),
        (b"\n\n%PDF-1.4", "application/octet-stream", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\0\0", "", "a picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "text/html", "a picture"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp", "a picture"),
        (b"\0\0\0\x1cftypavif", "", "a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>", "image/svg+xml", "a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><title>A boat</title></svg>", "image/svg+xml", "a picture"),
        (b"ID3\x03\0\0", "audio/mpeg", "a sound"),
        (b"\0\0\0\x18ftypmp42", "video/mp4", "a film"),
        (b"PK\x03\x04\x14\0", "application/zip", "an archive or an office document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "application/msword", "an office document"),
        (b"{\\rtf1\\ansi", "text/rtf", "an office document"),
        (b"\x1f\x8b\x08\0", "application/gzip", "an archive"),
        (b"\x01\x02\0\x03" * 9, "application/octet-stream", "binary data"),
        (b"\xff" * 9 + b"\0", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "an office document"),
        (b'{"id": 1, "content": {"rendered": "<p>text</p>"}}', "application/json", "JSON data"),
        (b"[{}]", "text/html", "JSON data"),
        (FEEDS["an Atom feed"].encode(), "text/html", "a feed"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><rss version='2.0'>", "text/xml", "a feed"),
        (b"<?xml version='1.0'?><urlset><url/></urlset>", "application/xml", "an XML document"),
        (b"body { color: red }", "text/css", "a script or a style sheet"),
        (b"Only words, nothing else.", "text/plain", "plain text"),
        (b"", "text/html", "an empty answer"),
        (b" \r\n\t ", "text/html", "an empty answer"),
        # these may have an article
        (ARTICLE.encode(), "text/html; charset=utf-8", ""),
        (ARTICLE.encode(), "text/plain", ""),
        (ARTICLE.encode(), "application/octet-stream", ""),
        (ARTICLE.encode(), "application/pdf", ""),
        (ARTICLE.encode(), "", ""),
        (b"\xef\xbb\xbf\r\n" + ARTICLE.encode(), "text/html", ""),
        (ARTICLE.encode("utf-16"), "text/html", ""),
        (b"<?xml version='1.0'?>" + ARTICLE.encode(), "application/xhtml+xml", ""),
        (b"<!-- " + b"x" * 5000 + b" -->" + ARTICLE.encode(), "text/html", ""),
        (b"[caption]" + ARTICLE.encode(), "text/html", ""),
        (b"<svg hidden></svg><p>The ferry stays</p>", "text/html", ""),
        (LONG.encode(), "text/html", ""),
    ],
)  # fmt: skip
def test_only_a_page_can_be_an_article(body: bytes, content_type: str, expected: str) -> None:
    assert why_no_article(URL, answer(body, content_type=content_type)) == expected


@pytest.mark.parametrize(
    ("asked", "came_from", "expected"),
    [
        (URL, "https://paper.example/", "the site's home page"),
        (URL, "https://www.paper.example/index.html", "the site's home page"),
        (URL, "https://paper.example/?utm_source=feed", "the site's home page"),
        (URL, "https://paper.example/es/", "the site's home page"),
        (URL, "https://paper.example/pt-br", "the site's home page"),
        ("https://paper.example/?p=12", "https://paper.example/", "the site's home page"),
        (URL, "https://new.example/", "the site's home page"),
        (URL, "https://paper.example/?s=the+ferry", "a search page"),
        (URL, "https://paper.example/search/?q=ferry", "a search page"),
        (URL, "https://paper.example/404", NO_SUCH_PAGE),
        (URL, "https://paper.example/es/404.html", NO_SUCH_PAGE),
        (URL, "https://paper.example/not-found/", NO_SUCH_PAGE),
        (URL, "https://paper.example/login?next=%2F2026", "a login page"),
        (URL, "https://paper.example/cookie-wall?next=%2F2026", "a consent page"),
        # these may be the article
        (URL, URL, ""),
        (URL, "https://paper.example/2026/11/the-ferry", ""),
        (URL, "https://www.paper.example/2026/11/the-ferry/?utm_source=x", ""),
        ("http://paper.example/?p=12", URL, ""),
        ("https://paper.example/?p=12", "https://paper.example/?p=12", ""),
        (URL, "https://paper.example/?p=12", ""),
        (URL, "https://paper.example/news/", ""),
        (URL, "https://paper.example/2026/11/404-families/", ""),
        (URL, "https://paper.example/2026/11/search/", ""),
        ("https://ferry.example/", "https://www.ferry.example/", ""),
        ("https://ferry.example/", "https://ferry.example/en/", ""),
        ("https://ferry.example/en/", "https://ferry.example/", ""),
        ("https://paper.example/404", "https://paper.example/404/", ""),
        ("https://paper.example/login", "https://paper.example/login/", ""),
    ],
)
def test_a_redirect_may_lead_away_from_the_article(asked: str, came_from: str, expected: str) -> None:
    assert why_no_article(asked, answer(ARTICLE, url=came_from)) == expected


def test_a_page_that_calls_itself_an_article_is_believed_wherever_it_is() -> None:
    declared = page(LONG, head="<meta property='article:published_time' content='2026-11-20'>")
    data = page(LONG, head='<script type="application/ld+json">{"@graph": [{"@type": ["NewsArticle"]}]}</script>')
    for html in (declared, data):
        assert why_no_article(URL, answer(html, url="https://paper.example/")) == ""


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        ("404", ""),
        ("404 Not Found", "404 Not Found"),
        ("Page not found | Paper", "Oops!"),
        ("Page not found – Paper", "Paper"),
        ("Paper", "Oops! That page can’t be found."),
        ("Error 404", "Sorry, the page you were looking for was not found"),
        ("Página no encontrada - El Faro", "El Faro"),
        ("El Faro", "No se encontró la página"),
        ("Página não encontrada", ""),
        ("Page introuvable · Le Phare", "Cette page n’existe pas"),
        ("Erreur 404", "Page non trouvée"),
        ("Paper", "Nothing found"),
    ],
)
def test_a_404_said_with_status_200_is_seen(title: str, heading: str) -> None:
    html = page(f"<h1>{heading}</h1><p>Try the search.</p>{HEADLINES}", title)
    assert why_no_article(URL, answer(html)) == NO_SUCH_PAGE


def test_wordpress_says_in_a_class_that_there_is_no_page() -> None:
    html = page(f"<h1>Hm</h1>{LONG}").replace("<body>", "<body class='error404 wp-theme'>")
    assert why_no_article(URL, answer(html)) == NO_SUCH_PAGE


@pytest.mark.parametrize(
    ("title", "heading", "body"),
    [
        ("404 families | Paper", "404 families", SHORT),
        ("The page that was not found | Paper", "The page that was not found", SHORT),
        ("404 – The lost families of the war | Paper", "404 – The lost families of the war", SHORT),
        ("Not found: the money of the harbour | Paper", "Not found: the money of the harbour", SHORT),
        ("Page not found | Paper", "Page not found", LONG),
        ("Página no encontrada de la historia", "Página no encontrada de la historia", SHORT),
        ("The ferry | Paper", "The ferry", SHORT),
        ("", "", SHORT),
    ],
)
def test_an_article_may_be_called_like_an_error(title: str, heading: str, body: str) -> None:
    assert why_no_article(URL, answer(page(f"<h1>{heading}</h1>{body}", title))) == ""


@pytest.mark.parametrize("name", [*ORDINARY][:-1])
def test_an_ordinary_page_may_be_an_article(name: str) -> None:
    assert why_no_article(URL, answer(ORDINARY[name])) == ""


def test_what_blocks_us_is_no_article() -> None:
    assert why_no_article(URL, answer((BLOCKED / "cloudflare.html").read_bytes())) == "a bot wall (Cloudflare)"
    assert why_no_article(URL, answer((BLOCKED / "consent.html").read_bytes())) == "a consent page"
    assert why_no_article(URL, answer((BLOCKED.parent / "login.html").read_bytes())) == "a login page"
    assert why_no_article(URL, answer((BLOCKED.parent / "not-found.html").read_bytes())) == NO_SUCH_PAGE
    assert why_no_article(URL, answer(b"", 202, x_amzn_waf_action="challenge")) == "a bot wall (AWS WAF)"


# --- hostile input ---------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["<", ">", "</", "<!--", "-->", "'", '"', "=", " ", "&", "&#", "9", ";", "a", "İ", "\0", "\ud800", "class", "title", "<title>",
     "<script>", "<nav>", "</nav>", "<div class=modal>", "</div>", "<h1>", "<a href=/feed>", "<input type=password>", "<rss ", "404", "{", "["]
)  # fmt: skip


def check_all(body: bytes, status: int = 200, content_type: str = "", url: str = URL) -> None:
    response = answer(body, status, url, content_type)
    for said in (who_blocks(response), explain_page(response), why_no_article(URL, response)):
        assert isinstance(said, str)
        assert "\n" not in said
    assert isinstance(find_feeds(body.decode("utf-8", "surrogateescape"), url), tuple)


@given(st.binary(max_size=300), st.sampled_from([200, 202, 401, 403, 503]), st.text(max_size=30))
def test_any_bytes_are_answered_in_words(body: bytes, status: int, content_type: str) -> None:
    check_all(body, status, content_type)


@given(st.lists(PIECES, max_size=60), st.text(max_size=40))
def test_any_markup_is_answered_in_words(pieces: list[str], url: str) -> None:
    check_all("".join(pieces).encode("utf-8", "surrogatepass"), url=url)


@pytest.mark.parametrize(
    "unit",
    ["<", "<a", "<a ", "<b>", "<!--", "<!", "<script>", "<title>", "<h1>", "<nav>", "<a b='", '<a b="', "a ", "a", "&", "&#", "=", "<?",
     "<div class=modal>", "<link rel=alternate type=application/rss+xml href=/feed", "<a href=/feed-feed-feed-", "<input a='\"",
     "class=", "</", "\xff", "<p>x", "<meta charset=punycode>", "<h1>404 ", "<title>the page ", "<rss", "<!-- > "],
)  # fmt: skip
def test_a_page_without_end_costs_no_more_than_its_beginning(unit: str) -> None:
    """Would take minutes if any of it grew faster than length."""
    for start in ("", "<div ", "<a " + "a" * 50_000):
        check_all((start + unit * (250_000 // len(unit))).encode("latin-1"))


def test_numbers_too_long_for_python_stay_as_they_are() -> None:
    check_all(b"<title>&#" + b"9" * 5000 + b";</title><a href='&#" + b"9" * 5000 + b"'>")
    assert who_blocks(answer(f"<title>Account Suspended</title><p>&#{'9' * 5000};")) == "a suspended account"


def test_letters_that_grow_when_made_small_move_nothing() -> None:
    assert find_feeds("İ" * 50 + "<script></script>" + links((RSS, "/feed/")), URL) == ("https://paper.example/feed/",)


@given(st.sampled_from(sorted(ORDINARY)), st.integers(0, 2000))
@settings(max_examples=60)
def test_an_ordinary_page_cut_short_blocks_nobody(name: str, cut: int) -> None:
    html = ORDINARY[name]
    if "<article>" in html[:cut]:
        assert who_blocks(answer(html[:cut])) == ""
