"""Addresses: made absolute, compared, and nothing that a reader cannot follow."""

import pytest
from httpx2 import URL, InvalidURL
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.urls import canonicalize, host_of, is_safe_for, resolve, resolve_for_readers

BASE = "https://faro.example/2026/11/feed/"

# name, link, absolute address
RESOLVED = [
    ("an absolute address stays as it is", "https://faro.example/a?utm_source=rss#top", None),
    ("http stays http", "http://faro.example/a", None),
    ("a tracker stays in what is published", "https://faro.example/a?fbclid=1", None),
    ("spaces around it go", "  https://faro.example/a\n", "https://faro.example/a"),
    ("a path from the root", "/a/b", "https://faro.example/a/b"),
    ("a path from here", "b", "https://faro.example/2026/11/feed/b"),
    ("a path upwards", "../b", "https://faro.example/2026/11/b"),
    ("a path above the root", "../../../../b", "https://faro.example/b"),
    ("a query alone", "?p=12", "https://faro.example/2026/11/feed/?p=12"),
    ("a fragment alone", "#more", "https://faro.example/2026/11/feed/#more"),
    ("another host", "//cdn.example/b.jpg", "https://cdn.example/b.jpg"),
    ("a port", "https://faro.example:8443/a", None),
    ("the usual port says nothing", "https://faro.example:443/a", "https://faro.example/a"),
    ("an IPv4 address", "http://192.0.2.7/a", None),
    ("an IPv6 address", "http://[2001:db8::7]/a", None),
    ("a host in other letters", "https://ñandú.example/a", "https://xn--and-6ma2c.example/a"),
    ("a host in capitals", "HTTPS://Faro.EXAMPLE/A", "https://faro.example/A"),
    ("letters of a path are escaped", "/maíz y pan", "https://faro.example/ma%C3%ADz%20y%20pan"),
    ("escapes of a path stay", "/ma%c3%adz%2Fpan", "https://faro.example/ma%c3%adz%2Fpan"),
    ("an empty link", "", ""),
    ("nothing but spaces", " \n ", ""),
    ("a script", "javascript:alert(1)", ""),
    ("a script in capitals with spaces", "  JavaScript:alert(1)", ""),
    ("a script broken by a line", "java\nscript:alert(1)", ""),
    ("data", "data:text/html,<script>alert(1)</script>", ""),
    ("mail", "mailto:desk@faro.example", ""),
    ("a file", "file:///etc/passwd", ""),
    ("another protocol", "ftp://faro.example/a", ""),
    ("a name before the host", "https://faro.example@evil.example/", ""),
    ("a password", "https://me:secret@faro.example/a", ""),
    ("no host, so that of the base", "https:///a", "https://faro.example/a"),
    ("a host of dots", "https://./a", ""),
    ("a host with a space", "https://faro example/a", ""),
    ("a host with a quote", "https://faro\".example/a", ""),
    ("an international host without letters", "https://xn--0..0/a", ""),
    ("an international host with junk", "https://xn--x.*8/a", ""),
    ("a broken IPv6 address", "http://[2001:db8::7/a", ""),
    ("a port out of range", "https://faro.example:70000/a", ""),
    ("a port that is none", "https://faro.example:eighty/a", ""),
    ("far too long", "https://faro.example/" + "a" * 2000, ""),
    ("too long once escaped", "https://faro.example/" + "ñ" * 700, ""),
]  # fmt: skip


@pytest.mark.parametrize(("link", "absolute"), [pytest.param(*values, id=name) for name, *values in RESOLVED])
def test_resolve(link: str, absolute: str | None) -> None:
    assert resolve(BASE, link) == (link if absolute is None else absolute)


@pytest.mark.parametrize("base", ["", "faro.example", "mailto:desk@faro.example", "http://[", "https://xn--0..0/"])
def test_a_base_that_is_none_resolves_nothing_relative(base: str) -> None:
    assert resolve(base, "/a") == ""


# Addresses of one page in each row.
SAME = [
    ("scheme", "http://faro.example/a", "https://faro.example/a"),
    ("www", "https://www.faro.example/a", "https://faro.example/a"),
    ("trailing slash", "https://faro.example/a/", "https://faro.example/a"),
    ("slashes at the end", "https://faro.example/a//", "https://faro.example/a"),
    ("the home page", "https://faro.example", "https://faro.example/"),
    ("fragment", "https://faro.example/a#comments", "https://faro.example/a"),
    ("host in capitals", "https://FARO.example/a", "https://faro.example/a"),
    ("dot after the host", "https://faro.example./a", "https://faro.example/a"),
    ("usual ports", "http://faro.example:80/a", "https://faro.example:443/a"),
    ("amp in the path", "https://faro.example/a/amp/", "https://faro.example/a"),
    ("amp in the query", "https://faro.example/a?amp=1", "https://faro.example/a?amp"),
    ("campaign", "https://faro.example/a?utm_source=rss&utm_medium=x&UTM_Campaign=y", "https://faro.example/a"),
    ("clicks", "https://faro.example/a?fbclid=1&gclid=2&mc_cid=3&_ga=4&igshid=5", "https://faro.example/a"),
    ("a tracker among others", "https://faro.example/a?p=12&utm_source=rss&b=1", "https://faro.example/a?p=12&b=1"),
    ("an empty query", "https://faro.example/a?", "https://faro.example/a"),
    ("empty parts of a query", "https://faro.example/a?&&b=1&", "https://faro.example/a?b=1"),
    ("needless escapes", "https://faro.example/%61%2Db%7E", "https://faro.example/a-b~"),
    ("escapes in small letters", "https://faro.example/ma%c3%adz", "https://faro.example/ma%C3%ADz"),
    ("letters and their escapes", "https://faro.example/maíz", "https://faro.example/ma%C3%ADz"),
    ("dots in the path", "https://faro.example/b/../a/./c", "https://faro.example/a/c"),
    ("escaped dots in the path", "https://faro.example/b/%2e%2E/a", "https://faro.example/a"),
    ("letters of a host and their code", "https://ñandú.example/a", "https://xn--and-6ma2c.example/a"),
    ("IPv6 written at length", "http://[2001:DB8::7]/a", "https://[2001:db8::7]/a"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), [pytest.param(*values, id=name) for name, *values in SAME])
def test_one_page_has_one_canonical_url(one: str, other: str) -> None:
    assert canonicalize(one) == canonicalize(other) != ""


DIFFERENT = [
    ("identity in the query", "https://faro.example/?p=12", "https://faro.example/?p=13"),
    ("identity and home page", "https://faro.example/?p=12", "https://faro.example/"),
    ("path", "https://faro.example/a", "https://faro.example/b"),
    ("capitals in the path", "https://faro.example/a", "https://faro.example/A"),
    ("two slashes within the path", "https://faro.example/a//b", "https://faro.example/a/b"),
    ("an escaped slash", "https://faro.example/a%2Fb", "https://faro.example/a/b"),
    ("an escaped question mark", "https://faro.example/a%3Fb=1", "https://faro.example/a?b=1"),
    ("an empty value", "https://faro.example/a?b=", "https://faro.example/a"),
    ("a value", "https://faro.example/a?cid=1", "https://faro.example/a?cid=2"),
    ("names that trackers use in part", "https://faro.example/a?at=1", "https://faro.example/a"),
    ("amp that is a word", "https://faro.example/champ", "https://faro.example/ch"),
    ("amp with a value", "https://faro.example/a?amp=2", "https://faro.example/a"),
    ("the order of a query", "https://faro.example/a?b=1&c=2", "https://faro.example/a?c=2&b=1"),
    ("host", "https://faro.example/a", "https://harbour.example/a"),
    ("subdomain", "https://es.faro.example/a", "https://faro.example/a"),
    ("port", "https://faro.example:8080/a", "https://faro.example/a"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), [pytest.param(*values, id=name) for name, *values in DIFFERENT])
def test_different_pages_have_different_canonical_urls(one: str, other: str) -> None:
    assert canonicalize(one) != canonicalize(other)


def test_an_identity_in_the_query_is_kept() -> None:
    assert canonicalize("http://www.faro.example/?p=12&utm_source=rss") == "https://faro.example?p=12"


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "/a", "https://me:secret@faro.example/", "http://xn--0..0/"]
)
def test_what_is_no_address_has_no_canonical_url(url: str) -> None:
    assert canonicalize(url) == ""


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Faro.example:8443/a", "faro.example"),
        ("http://[2001:db8::7]/a", "2001:db8::7"),
        ("https://xn--and-6ma2c.example/", "ñandú.example"),
        ("/a/b", ""),
        ("", ""),
        ("http://[::1", ""),
        ("http://xn--0..0/", ""),
    ],
)
def test_host_of(url: str, host: str) -> None:
    assert host_of(url) == host


LINKS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "/", "//", "http://", "https://www.", "https://faro.example/", "http://xn--", "http://["]),
    st.text("ahtpsw.:/?#[]@!$&'()*+,;=%012eEfxn-_~ \\ñ中\u200b", max_size=25) | st.text(max_size=25),
    st.sampled_from(["", "/amp", "?utm_source=x", "?p=1&utm_source=x", "#a", "/%2e%2e/b", ":80"]),
)


@given(LINKS, LINKS)
@example("http://xn--.", "a")
@example("", "https://www.www.faro.example/%2e%2e/amp/")
def test_any_link_gives_an_address_or_nothing(base: str, link: str) -> None:
    absolute = resolve(base, link)
    assert absolute == "" or absolute.startswith(("http://", "https://"))
    assert resolve("", absolute) == absolute
    host_of(link)


@given(LINKS)
@example("https://www.-")
@example("https://www.www.faro.example/")
@example("https://faro.example/b/%2e%2e/a")
@example("http://.")
def test_canonicalizing_twice_changes_nothing_more(url: str) -> None:
    canonical = canonicalize(url)
    assert canonicalize(canonical) == canonical
    assert canonicalize(resolve("", url)) == canonical


PLAIN_LINKS = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "https"]),
    st.from_regex(r"(www\.)?[a-z0-9-]{1,6}(\.[a-z0-9-]{1,4}){1,3}", fullmatch=True),
    st.sampled_from(["", ":80", ":443", ":08", ":8080", ":59999", ":65536"]),
    st.text("/.a%&~", max_size=8).map("/{}".format),
    st.sampled_from(["", "?", "#", "?a='", "?utm_source=x&p=1", "#a"]),
)


@given(PLAIN_LINKS)
@example("https://xn--x.example/a")
@example("https://1.2.03.4/a")
@example("https://1.2.3.256/a")
@example("https://faro.example/a/../b")
def test_an_address_that_need_not_be_parsed_is_what_a_parser_makes_of_it(link: str) -> None:
    try:
        host, parsed = URL(link).host, str(URL(link))
    except InvalidURL:
        host = parsed = ""
    absolute = resolve("", link)
    assert absolute in ("", parsed)
    assert not absolute or host_of(absolute) == host.removeprefix("www.")


@pytest.mark.parametrize(
    ("secret_of", "url", "expected"),
    [
        ("https://faro.example/feed", "https://faro.example/a", True),
        ("https://faro.example/feed", "https://www.faro.example/a", True),
        ("http://faro.example/feed", "https://faro.example/a", True),
        ("https://faro.example/feed", "http://faro.example/a", False),
        ("https://faro.example/feed", "https://faro.example:8443/a", False),
        ("http://faro.example:8080/feed", "http://faro.example/a", False),
        ("https://faro.example/feed", "https://faro.example.evil.example/a", False),
        ("https://faro.example/feed", "nonsense", False),
    ],
)
def test_a_secret_goes_to_its_own_server_only(secret_of: str, url: str, expected: bool) -> None:
    assert is_safe_for(secret_of, url) is expected


@pytest.mark.parametrize(
    "link",
    "http://192.168.1.1/reboot http://127.0.0.1/ http://localhost:8080/ http://[::1]/ http://2130706433/ http://127.1/ "
    "http://0x7f000001/ http://printer.local/ http://router.lan/ http://169.254.169.254/ http://[::ffff:10.0.0.1]/".split(),
)
def test_no_reader_is_led_into_his_own_network(link: str) -> None:
    assert resolve_for_readers("https://faro.example/a", link) == ""
    assert resolve_for_readers("http://127.0.0.1:8000/a", link) == resolve("", link)


def test_readers_are_led_anywhere_else() -> None:
    for link in ("https://8.8.8.8/a", "https://local.example/", "https://faro.example/", "http://1and1.example/"):
        assert resolve_for_readers("https://faro.example/a", link) == link
