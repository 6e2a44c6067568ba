"""The configurations of docs/serving.md, run as they stand, and the built-in server beside them."""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aggregator.publish import publish_file
from aggregator.render.addressmaps import render_maps
from aggregator.render.html import render_notice
from aggregator.server import bind, serve
from aggregator.web import SECURITY, create_app

SERVING = (Path(__file__).parents[1] / "docs" / "serving.md").read_text(encoding="utf-8")
HERE, MOVED, LAST, GONE = ("here" + "a" * 12, "moved" + "b" * 11, "last" + "c" * 12, "gone" + "d" * 12)
PAGE = b"<!doctype html><title>A page</title>" + b"<p>Text.</p>" * 30


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "public"
    files = {
        "index.html": PAGE,
        "water/index.html": PAGE,
        "water.rss": b"<rss/>",
        "water.atom": b"<feed/>",
        "water.json": b"{}",
        "static/style.css": b"p {}",
        "static/gone.html": render_notice("gone"),
        "static/missing.html": render_notice("missing"),
        f"item/{HERE}/index.html": PAGE,
        f"item/{LAST}/index.html": PAGE,
    }
    for name, content in (files | render_maps({MOVED: LAST}, [GONE])).items():
        publish_file(folder / name, content)
    for path in (folder.parent, folder.parent.parent):
        path.chmod(0o755)  # a server that was started by root reads as somebody else
    return folder


async def search(request: Request) -> Response:
    """Stand for what the service answers by itself."""
    return Response(f"asked: {request.url.query}", headers=SECURITY | {"cache-control": "no-store"})


@contextmanager
def built_in(output: Path) -> Iterator[int]:
    listening = bind("127.0.0.1", 0)
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    app = create_app(output, [Route("/search", search)])
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve(app, listening, stop)))
    thread.start()
    port = int(listening.getsockname()[1])
    try:
        wait_for(port, thread.is_alive)
        yield port
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


@contextmanager
def nginx(output: Path) -> Iterator[int]:
    port, folder = free_port(), output.parent
    site = example("nginx", output).replace("listen 80", f"listen 127.0.0.1:{port}")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.getuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(
        f"{user}daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{site}}}\n"
    )
    with serviced(config, output), running(["nginx", "-e", f"{folder}/error.log", "-c", str(config)], port, {}):
        yield port


@contextmanager
def caddy(output: Path) -> Iterator[int]:
    port, folder = free_port(), output.parent
    site = example("caddy", output).replace("news.example.org", f"http://127.0.0.1:{port}")
    config = folder / "Caddyfile"
    config.write_text(f"{{\n\tadmin off\n\tauto_https off\n}}\n{site}")
    environment = {"XDG_DATA_HOME": f"{folder}/data", "XDG_CONFIG_HOME": f"{folder}/config"}
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(config)]
    with serviced(config, output), running(command, port, environment):
        yield port


@contextmanager
def serviced(config: Path, output: Path) -> Iterator[None]:
    """Run a service behind a web server."""
    with built_in(output) as port:
        config.write_text(config.read_text().replace("127.0.0.1:8000", f"127.0.0.1:{port}"))
        yield


def example(language: str, output: Path) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", SERVING, re.MULTILINE | re.DOTALL)
    return str(found).replace("/var/lib/aggregator/public", str(output))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        wait_for(port, lambda: process.poll() is None)
        yield
    finally:
        process.terminate()
        said, _ = process.communicate()
        print(said.decode())  # shown with a test that fails


def wait_for(port: int, is_alive: Callable[[], bool]) -> None:
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert is_alive(), "the server has ended"


SERVERS: dict[str, Callable[[Path], AbstractContextManager[int]]] = {
    "built-in": built_in,
    "nginx": nginx,
    "caddy": caddy,
}


@pytest.fixture(scope="module", params=SERVERS)
def ask(request: pytest.FixtureRequest, output: Path) -> Iterator[Callable[..., Answer]]:
    """Send real requests to a server that serves the output."""
    if request.param != "built-in" and shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")

    def get(path: str, method: str = "GET") -> Answer:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request(method, path)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        answer = Answer(response.status, headers, response.read())
        connection.close()
        return answer

    with SERVERS[request.param](output) as port:
        yield get


@pytest.mark.parametrize("path", ["/", "/water/", f"/item/{HERE}/", f"/item/{HERE}/index.html"])
def test_pages_are_served(ask: Callable[..., Answer], path: str) -> None:
    answer = ask(path)
    assert (answer.status, answer.body) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert answer.headers["cache-control"] == "public, max-age=30"


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/water.rss", "application/rss+xml; charset=utf-8"),
        ("/water.atom", "application/atom+xml; charset=utf-8"),
        ("/water.json", "application/feed+json; charset=utf-8"),
    ],
)
def test_feeds_have_their_types_and_may_be_read_by_any_site(
    ask: Callable[..., Answer], path: str, content_type: str
) -> None:
    answer = ask(path)
    assert (answer.status, answer.headers["content-type"]) == (200, content_type)
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", [f"/item/{MOVED}/", f"/item/{MOVED}/index.html"])
def test_a_merged_item_leads_to_the_one_that_stayed(ask: Callable[..., Answer], path: str, method: str) -> None:
    answer = ask(path, method)
    assert answer.status == 301
    assert answer.headers["location"] == f"/item/{LAST}/"
    assert ask(answer.headers["location"], method).status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", [f"/item/{GONE}/", f"/item/{GONE}/index.html"])
def test_what_is_gone_says_so(ask: Callable[..., Answer], path: str, method: str) -> None:
    answer = ask(path, method)
    assert answer.status == 410
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert (b"not here any more" in answer.body) == (method == "GET")
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("item", [HERE, MOVED, GONE])
def test_an_address_without_its_slash_ends_in_the_same_place(ask: Callable[..., Answer], item: str) -> None:
    path, answer = "", ask(f"/item/{item}")
    while answer.status in (301, 308):
        path = answer.headers["location"]
        answer = ask(path)
    assert (answer.status, path) in {
        (200, f"/item/{HERE}/"),
        (200, f"/item/{LAST}/"),
        (410, f"/item/{GONE}/"),
        (410, ""),
    }


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/item/",
        f"/item/{'z' * 16}/",
        "/item/UP/",
        f"/item/{GONE}/x",
        "/.maps/",
        "/.maps/moved.map",
        "/.maps/gone.map",
    ],
)
def test_what_never_was_is_not_found(ask: Callable[..., Answer], path: str) -> None:
    answer = ask(path)
    assert answer.status == 404
    assert b"There is no such page" in answer.body
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_a_search_goes_to_the_service(ask: Callable[..., Answer]) -> None:
    answer = ask("/search?q=agua+limpia&topic=water")
    assert (answer.status, answer.body) == (200, b"asked: q=agua+limpia&topic=water")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"] == SECURITY["content-security-policy"]


def test_the_maps_may_be_empty(tmp_path: Path) -> None:
    output = tmp_path / "public"
    for name, content in render_maps({}, ()).items():
        publish_file(output / name, content)
    for name, server in SERVERS.items():
        if name == "built-in" or shutil.which(name):
            with server(output) as port:
                connection = HTTPConnection("127.0.0.1", port, timeout=10)
                connection.request("GET", f"/item/{GONE}/")
                assert connection.getresponse().status == 404
                connection.close()
