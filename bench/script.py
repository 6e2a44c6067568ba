"""The plain script that others would write in an afternoon: fetch with httpx2, parse with feedparser, keep in sqlite3.

Run as `python -m bench.script FEEDS STORE`; FEEDS holds an address a line. It asks conditionally, twenty at a time,
keeps every entry once, and has no architecture, no second process and no care for anything. What the program does is
measured beside it.
"""

import asyncio
import io
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import feedparser
import httpx2

_TABLES = """
CREATE TABLE IF NOT EXISTS feed (url TEXT PRIMARY KEY, etag TEXT, modified TEXT);
CREATE TABLE IF NOT EXISTS entry (
    feed TEXT, guid TEXT, url TEXT, title TEXT, author TEXT, published TEXT, summary TEXT, content TEXT,
    PRIMARY KEY (feed, guid)
);
"""
_AT_ONCE = 20


def read_xml(body: bytes, content_type: str) -> list[tuple[str, ...]]:
    """Read RSS or Atom."""
    parsed = feedparser.parse(io.BytesIO(body), response_headers={"content-type": content_type}, sanitize_html=False)
    return [
        (
            entry.get("id") or entry.get("link", ""),
            entry.get("link", ""),
            entry.get("title", ""),
            entry.get("author", ""),
            entry.get("published", ""),
            entry.get("summary", ""),
            entry.content[0].value if "content" in entry else "",
        )
        for entry in parsed.entries
    ]


def read_json(body: bytes) -> list[tuple[str, ...]]:
    """Read JSON Feed."""
    keys = ("id", "url", "title", "author", "date_published", "summary", "content_html")
    return [tuple(str(item.get(key, "")) for key in keys) for item in json.loads(body)["items"]]


async def poll(client: httpx2.AsyncClient, store: sqlite3.Connection, url: str) -> str:
    """Ask for one feed and keep what is new."""
    known = store.execute("SELECT etag, modified FROM feed WHERE url = ?", (url,)).fetchone() or ("", "")
    names = ("If-None-Match", "If-Modified-Since")
    response = await client.get(url, headers={name: value for name, value in zip(names, known, strict=True) if value})
    if response.status_code == 304:
        return "not modified"
    response.raise_for_status()
    content_type = response.headers.get("content-type", "")
    body = response.content
    entries = read_json(body) if "json" in content_type else read_xml(body, content_type)
    with store:
        store.executemany(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET url = excluded.url, "
            "title = excluded.title, author = excluded.author, published = excluded.published, "
            "summary = excluded.summary, content = excluded.content",
            [(url, *entry) for entry in entries],
        )
        validators = (response.headers.get("etag", ""), response.headers.get("last-modified", ""))
        store.execute("INSERT OR REPLACE INTO feed VALUES (?, ?, ?)", (url, *validators))
    return f"{len(entries)} entries"


async def main(feeds: list[str], path: str) -> None:
    store = sqlite3.connect(path)
    store.executescript(_TABLES)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=NORMAL")
    slots = asyncio.Semaphore(_AT_ONCE)

    async def one(client: httpx2.AsyncClient, url: str) -> Any:
        async with slots:
            return await poll(client, store, url)

    async with httpx2.AsyncClient(trust_env=False, follow_redirects=True) as client:
        outcomes = await asyncio.gather(*(one(client, url) for url in feeds))
    print(f"{len(outcomes)} feeds, {outcomes.count('not modified')} not modified")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]).read_text().split(), sys.argv[2]))
