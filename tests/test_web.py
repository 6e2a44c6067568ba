import asyncio
import gzip
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as some
from starlette.applications import Starlette

from aggregator.models import TopicFeed
from aggregator.publish import publish_file
from aggregator.render.jsonfeed import render_json
from aggregator.render.xmlfeed import render_atom, render_rss
from aggregator.web import create_app
from tests.render.topic_feeds import LAKE

PAGE = b"<!doctype html><title>Bolivia</title>" + b"<p>The lake is rising.</p>" * 40
FEED = b'<?xml version="1.0"?><rss version="2.0"><channel>' + b"<item/>" * 200 + b"</channel></rss>"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
MODIFIED = 1_795_000_000
SECRET = b"nobody may read this"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def ask(app: Starlette, target: str, method: str = "GET", **headers: str | list[str]) -> Answer:
    """Send one request straight to the app, its target byte for byte; `if_none_match` is the header If-None-Match."""
    return asyncio.run(_ask(app, target.encode("ascii"), method, headers))


async def _ask(app: Starlette, target: bytes, method: str, headers: dict[str, Any]) -> Answer:
    raw_path, _, query = target.partition(b"?")
    lines = [
        (name.replace("_", "-").encode(), value.encode())
        for name, values in headers.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(raw_path.decode()),
        "raw_path": raw_path,
        "query_string": query,
        "root_path": "",
        "headers": lines,
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
    }
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    received = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
    assert len(dict(received)) == len(received), "a header is sent twice"
    return Answer(sent[0]["status"], dict(received), b"".join(message.get("body", b"") for message in sent[1:]))


def put(path: Path, content: bytes) -> None:
    publish_file(path, content)
    os.utime(path, (MODIFIED, MODIFIED))


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An output directory with something of everything, and a secret outside of it."""
    public = tmp_path / "public"
    put(public / "index.html", PAGE)
    put(public / "bolivia" / "index.html", PAGE)
    put(public / "bolivia.rss", FEED)
    put(public / "bolivia.atom", FEED)
    put(public / "bolivia.json", b'{"items": []}')
    put(public / "all.opml", FEED)
    put(public / "static" / "style.css", b"p { color: inherit }\n" * 30)
    put(public / "map.png", PICTURE)
    put(public / "data.bin", b"0")
    (tmp_path / "secret.txt").write_bytes(SECRET)
    return public


@pytest.fixture
def app(output: Path) -> Starlette:
    return create_app(output)


# --- what is served --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/bolivia/", "text/html; charset=utf-8"),
        ("/bolivia/index.html", "text/html; charset=utf-8"),
        ("/bolivia/?from=reader", "text/html; charset=utf-8"),
        ("/bolivia.rss", "application/rss+xml; charset=utf-8"),
        ("/bolivi%61.rss", "application/rss+xml; charset=utf-8"),
        ("/bolivia.atom", "application/atom+xml; charset=utf-8"),
        ("/bolivia.json", "application/feed+json; charset=utf-8"),
        ("/all.opml", "text/x-opml; charset=utf-8"),
        ("/static/style.css", "text/css; charset=utf-8"),
        ("/map.png", "image/png"),
        ("/data.bin", "application/octet-stream"),
    ],
)
def test_a_published_file_is_served_whole_with_its_type(
    app: Starlette, output: Path, target: str, content_type: str
) -> None:
    answer = ask(app, target)
    path = target.partition("?")[0].replace("%61", "a")
    assert answer.status == 200
    assert answer.body == (output / (path + "index.html" if path.endswith("/") else path).lstrip("/")).read_bytes()
    assert answer.headers["content-type"] == content_type
    assert answer.headers["content-length"] == str(len(answer.body))


def test_caches_may_keep_a_file_for_half_a_minute(app: Starlette) -> None:
    assert ask(app, "/bolivia.rss").headers["cache-control"] == "public, max-age=30"


@pytest.mark.parametrize(
    ("target", "is_open"),
    [("/bolivia.rss", True), ("/bolivia.atom", True), ("/bolivia.json", True), ("/", False), ("/map.png", False)],
)
def test_feeds_may_be_read_by_the_scripts_of_any_site(app: Starlette, target: str, is_open: bool) -> None:
    assert ask(app, target).headers.get("access-control-allow-origin") == ("*" if is_open else None)


@pytest.mark.parametrize("target", ["/", "/bolivia.rss", "/bolivia", "/nowhere"])
def test_every_answer_tells_the_browser_to_be_careful(app: Starlette, target: str) -> None:
    headers = ask(app, target).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; img-src http: https:; style-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"


@pytest.mark.parametrize("target", ["/", "/bolivia.rss", "/map.png", "/bolivia", "/nowhere"])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_head_is_get_without_the_body(app: Starlette, target: str, coding: str) -> None:
    get, head = (ask(app, target, method, accept_encoding=coding) for method in ("GET", "HEAD"))
    assert (head.status, head.headers) == (get.status, get.headers)
    assert head.body == b""


def test_a_directory_without_its_slash_is_redirected_for_good(app: Starlette) -> None:
    answer = ask(app, "/bolivia")
    assert (answer.status, answer.headers["location"]) == (308, "/bolivia/")
    assert ask(app, "/bolivia?a=1&b").headers["location"] == "/bolivia/?a=1&b"


# --- conditional requests --------------------------------------------------------------------------------------------


def test_the_entity_tag_follows_the_content_and_nothing_else(app: Starlette, output: Path) -> None:
    first = ask(app, "/bolivia.rss").headers
    os.utime(output / "bolivia.rss", (MODIFIED + 60, MODIFIED + 60))
    touched = ask(app, "/bolivia.rss").headers
    put(output / "bolivia.rss", FEED.replace(b"<item/>", b"<item></item>", 1))
    changed = ask(app, "/bolivia.rss").headers
    assert first["etag"] == touched["etag"] != changed["etag"]
    assert first["last-modified"] == formatdate(MODIFIED, usegmt=True) != touched["last-modified"]


def test_the_entity_tag_survives_a_restart_and_is_strong(output: Path) -> None:
    tags = {ask(create_app(output), "/bolivia.rss").headers["etag"] for _ in range(2)}
    assert len(tags) == 1
    assert tags.pop().startswith('"')


UNCHANGED: dict[str, Callable[[str], str | list[str]]] = {
    "the tag itself": lambda tag: f'"{tag}"',
    "weakened by a compressing proxy": lambda tag: f'W/"{tag}"',
    "among others": lambda tag: f'"x", W/"y,z" ,"{tag}"',
    "in a second line": lambda tag: ['"x"', f'"{tag}"'],
    "of the packed form": lambda tag: f'"{tag}-gzip"',
    "anything": lambda tag: " * ",
}
CHANGED: dict[str, Callable[[str], str | list[str]]] = {
    "another tag": lambda tag: '"x"',
    "without its quotes": lambda tag: tag,
    "a star among others": lambda tag: '"x", *',
    "a star in quotes": lambda tag: '"*"',
    "in capitals": lambda tag: f'"{tag.upper()}"',
    "nothing": lambda tag: "",
}


@pytest.mark.parametrize("held", UNCHANGED.values(), ids=UNCHANGED.keys())
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_client_that_has_the_file_gets_304(
    app: Starlette, held: Callable[[str], str | list[str]], method: str
) -> None:
    full = ask(app, "/bolivia.rss")
    answer = ask(app, "/bolivia.rss", method, if_none_match=held(full.headers["etag"].strip('"')))
    assert (answer.status, answer.body) == (304, b"")
    kept = {name: value for name, value in full.headers.items() if name not in ("content-type", "content-length")}
    assert answer.headers | {"etag": ""} == kept | {"etag": ""}


@pytest.mark.parametrize("held", CHANGED.values(), ids=CHANGED.keys())
def test_a_client_that_has_something_else_gets_the_file(app: Starlette, held: Callable[[str], str | list[str]]) -> None:
    tag = ask(app, "/bolivia.rss").headers["etag"].strip('"')
    since = formatdate(MODIFIED, usegmt=True)  # does not count beside If-None-Match
    assert ask(app, "/bolivia.rss", if_none_match=held(tag), if_modified_since=since).status == 200


def test_a_304_names_the_tag_that_the_client_holds(app: Starlette) -> None:
    plain, packed = (ask(app, "/bolivia.rss", accept_encoding=coding).headers["etag"] for coding in ("", "gzip"))
    for coding in ("", "gzip"):
        for tag in (plain, packed):
            answer = ask(app, "/bolivia.rss", accept_encoding=coding, if_none_match=tag)
            assert (answer.status, answer.headers["etag"]) == (304, tag)


@pytest.mark.parametrize(
    ("since", "status"),
    [
        (formatdate(MODIFIED, usegmt=True), 304),
        (formatdate(MODIFIED + 1, usegmt=True), 304),
        (formatdate(MODIFIED - 1, usegmt=True), 200),
        ("yesterday", 200),
        ("Mon, 99 Nov 99999 99:99:99 GMT", 200),
        ("", 200),
        ([formatdate(MODIFIED, usegmt=True)] * 2, 200),
    ],
)
def test_if_modified_since_is_compared_with_the_file(app: Starlette, since: str | list[str], status: int) -> None:
    assert ask(app, "/bolivia.rss", if_modified_since=since).status == status


# --- compression -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("deflate;q=1, GZIP ; q=0.5", True),
        (["br", "x-gzip"], True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("*;q=0.000", False),
        ("gzip;q=lots", False),
        ("identity", False),
        ("br", False),
        ("", False),
        ([], False),
    ],
)
def test_a_feed_is_packed_for_those_who_accept_it(app: Starlette, accepted: str | list[str], is_packed: bool) -> None:
    answer = ask(app, "/bolivia.rss", accept_encoding=accepted)
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers.get("content-encoding") == ("gzip" if is_packed else None)
    assert answer.headers["content-length"] == str(len(answer.body))
    assert (gzip.decompress(answer.body) if is_packed else answer.body) == FEED


def test_the_packed_form_has_an_entity_tag_of_its_own(app: Starlette) -> None:
    plain, packed = (ask(app, "/bolivia.rss", accept_encoding=coding).headers["etag"] for coding in ("", "gzip"))
    assert plain != packed


@pytest.mark.parametrize("target", ["/map.png", "/data.bin", "/bolivia.json"])
def test_what_packing_does_not_shorten_is_sent_plain(app: Starlette, target: str) -> None:
    answer = ask(app, target, accept_encoding="gzip")
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers


# --- files that change -----------------------------------------------------------------------------------------------


def test_a_replaced_file_is_served_at_once(app: Starlette, output: Path) -> None:
    for number in range(20):
        content = b"<rss>%d</rss>" % (number % 10)
        put(output / "bolivia.rss", content)  # the same time and size as before
        assert ask(app, "/bolivia.rss").body == content


def test_a_removed_file_is_gone_at_once(app: Starlette, output: Path) -> None:
    assert ask(app, "/bolivia.rss").status == 200
    (output / "bolivia.rss").unlink()
    assert ask(app, "/bolivia.rss").status == 404


def test_many_who_ask_at_once_get_the_same_whole_file(app: Starlette) -> None:
    async def all_at_once() -> list[Answer]:
        asking = [_ask(app, b"/bolivia.rss", "GET", {"accept-encoding": "gzip"}) for _ in range(50)]
        return await asyncio.gather(*asking)

    assert {gzip.decompress(answer.body) for answer in asyncio.run(all_at_once())} == {FEED}


def test_memory_is_bounded_and_what_does_not_fit_is_served_all_the_same(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.web._MEMORY_BYTES", 100)
    app = create_app(output)
    for _ in range(2):
        for target in ("/", "/bolivia.rss", "/data.bin"):
            assert ask(app, target).status == 200


# --- what is not served ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "/nowhere",
        "/nowhere/",
        "/bolivia.rss/",
        "/bolivia.rss/index.html",
        "/static",
        "/static/",
        "//",
        "//bolivia",
        "//bolivia/",
        "/bolivia//",
        "/./bolivia/",
        "/bolivia/.",
        "/bolivia/../bolivia.rss",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/%2E%2E%2Fsecret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "/%252e%252e/secret.txt",
        "/%c0%ae%c0%ae/secret.txt",
        "/bolivia/%2e%2e/%2e%2e/secret.txt",
        "/bolivia%2findex.html",
        "/bolivia%2f",
        "/%2fetc/passwd",
        "//etc/passwd",
        "/bolivia.rss%00",
        "/%00",
        "/bolivia.rss%00.png",
        "/bolivia%0a",
        "/%0d%0aSet-Cookie:%20a=b",
        "/%ff%fe",
        "/%",
        "/%zz",
        "/" + "a" * 300,
        "/" + "a" * 60_000,
        "/" + "a/" * 30_000,
        "/" + "bolivia/../" * 5_000,
        "/BOLIVIA.RSS",
    ],
)
def test_an_address_that_names_no_published_file_is_not_found(app: Starlette, target: str) -> None:
    answer = ask(app, target)
    assert answer.status == 404
    assert b"There is no such page" in answer.body
    assert SECRET not in answer.body
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", [".unfinished-x1y2", ".htpasswd", ".git/config", "bolivia/.unfinished-x1y2"])
def test_hidden_and_half_written_files_are_never_served(app: Starlette, output: Path, name: str) -> None:
    (output / name).parent.mkdir(exist_ok=True)
    (output / name).write_bytes(SECRET)
    (output / "innocent.txt").symlink_to(output / name)
    assert ask(app, f"/{name}").status == 404
    assert ask(app, f"/{name.replace('.', '%2e')}").status == 404
    assert ask(app, "/innocent.txt").status == 404


def test_a_link_leads_to_nothing_outside_of_the_output(app: Starlette, output: Path, tmp_path: Path) -> None:
    (output / "file.txt").symlink_to(tmp_path / "secret.txt")
    (output / "up").symlink_to(tmp_path)
    (output / "loop").symlink_to(output / "loop")
    (tmp_path / "public-too").mkdir()
    (tmp_path / "public-too" / "index.html").write_bytes(SECRET)
    (output / "twin").symlink_to(tmp_path / "public-too")
    for target in ("/file.txt", "/up/secret.txt", "/up/public/index.html/", "/loop", "/twin", "/twin/", "/up"):
        assert ask(app, target).status == 404, target


def test_a_link_within_the_output_and_one_to_the_output_are_followed(output: Path, tmp_path: Path) -> None:
    (output / "latest.rss").symlink_to(output / "bolivia.rss")
    (tmp_path / "live").symlink_to(output)
    assert ask(create_app(tmp_path / "live"), "/latest.rss").body == FEED


def test_what_is_no_plain_file_is_not_opened(app: Starlette, output: Path) -> None:
    os.mkfifo(output / "pipe.txt")  # opening it would wait for ever
    assert ask(app, "/pipe.txt").status == 404


def test_a_file_that_cannot_be_read_is_reported_to_the_operator(
    output: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("aggregator.web.open", refuse, raising=False)  # root may read anything, whatever the mode says
    assert ask(create_app(output), "/bolivia.rss").status == 404
    assert "bolivia.rss: Permission denied" in caplog.text


@pytest.mark.parametrize("target", ["/", "/bolivia.rss", "/nowhere"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "BREW"])
def test_other_methods_are_refused(app: Starlette, method: str, target: str) -> None:
    answer = ask(app, target, method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert b"can only be read" in answer.body


@pytest.mark.parametrize("is_there", [True, False])
@pytest.mark.parametrize("target", ["/", "/bolivia.rss"])
def test_before_the_first_publication_a_page_says_so(tmp_path: Path, is_there: bool, target: str) -> None:
    if is_there:
        (tmp_path / "public").mkdir()
    answer = ask(create_app(tmp_path / "public"), target)
    assert answer.status == 404
    assert b"Nothing has been published yet" in answer.body


def test_what_is_published_after_the_start_is_served(tmp_path: Path) -> None:
    app = create_app(tmp_path / "public")
    assert ask(app, "/").status == 404
    put(tmp_path / "public" / "index.html", PAGE)
    assert ask(app, "/").body == PAGE


@given(
    some.lists(
        some.sampled_from(["..", ".", "/", "%2e", "%2f", "%5c", "%00", "%25", "\\", "a", "secret.txt", "public", "~"]),
        max_size=8,
    )
)
def test_no_address_reaches_the_secret(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    folder = tmp_path_factory.getbasetemp() / "reach"
    if not folder.exists():
        put(folder / "public" / "a" / "index.html", PAGE)
        (folder / "secret.txt").write_bytes(SECRET)
    assert SECRET not in ask(create_app(folder / "public"), "/" + "".join(parts)).body


# --- hubs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("suffix", "render"), [("rss", render_rss), ("atom", render_atom), ("json", render_json)])
def test_a_feed_names_its_hub_and_itself_in_a_header(
    output: Path, app: Starlette, suffix: str, render: Callable[[TopicFeed], bytes]
) -> None:
    put(output / f"lake.{suffix}", render(LAKE))
    expected = f'<https://hub.example.org/>; rel="hub", <https://wire.example.org/lake.{suffix}>; rel="self"'
    assert ask(app, f"/lake.{suffix}").headers["link"] == expected
    put(output / f"lake.{suffix}", render(replace(LAKE, site=replace(LAKE.site, hub=""))))
    assert "link" not in ask(app, f"/lake.{suffix}").headers
