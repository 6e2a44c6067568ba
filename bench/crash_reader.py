"""Reads all that is published, over and over, as readers' programs and web servers do; for `bench.crash`.

Every version of every file is read once, in a thread of its own, and compared with what stood there before: it is
whole, its compressed twin is of the same content, an article has one id and one date for ever, and what was withdrawn
stands nowhere.
"""

import gzip
import json
import os
import re
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Self

from lxml import etree

_ATOM = "{http://www.w3.org/2005/Atom}"
_KEY = re.compile(r"\bk1\d{5}\b")
_PAUSE = 0.003  # seconds between two looks at the folder
_XML = {".rss", ".atom", ".opml", ".svg"}
Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class Shown:
    """An entry of one of our feeds."""

    id: str
    published: datetime
    updated: datetime | None
    keys: frozenset[str]


class Reader:
    """A context manager.

    Attributes:
        wrong: what was found, a line each.
        versions: how many versions of files were read.
        rounds: how often it went through all files.
        ids: the id of each article by its key.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wrong: list[str] = []
        self.versions = 0
        self.rounds = 0
        self.ids: dict[str, str] = {}
        self._keys: dict[str, str] = {}  # by id
        self._published: dict[str, datetime] = {}
        self._updated: dict[tuple[str, str], datetime] = {}  # by file and id
        self._gone: frozenset[str] = frozenset()
        self._seen: dict[str, Stamp] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="reader")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def forbid(self, key: str) -> None:
        """Take it for a fault from now on if an article stands anywhere; all files are read again."""
        self._gone |= {key}
        self._seen = {}

    def _watch(self) -> None:
        while not self._stopped.is_set():
            gone, seen = self._gone, self._seen  # as of before the files are read
            for path, stamp in walk(self.folder):
                if seen.get(path) != stamp:
                    self._read(Path(path), gone)
                    seen[path] = stamp
            self.rounds += 1
            time.sleep(_PAUSE)

    def _read(self, path: Path, gone: frozenset[str]) -> None:
        try:
            before = path.stat().st_mtime_ns
            content = path.read_bytes()
        except FileNotFoundError:
            return
        self.versions += 1
        try:
            if path.suffix == ".gz":
                text = gzip.decompress(content)
                original = path.with_suffix("")
                is_same = not _same_time(original, path, before) or original.read_bytes() == text
                # Written again between the looks at time and content, it bears another time now.
                if not is_same and _same_time(original, path, before):
                    self.wrong.append(f"{path}: not of the same content as its file")
            else:
                text = content
                self._check(path, text)
        except (ValueError, EOFError, OSError, zlib.error, etree.XMLSyntaxError) as error:
            if not isinstance(error, FileNotFoundError):
                self.wrong.append(f"{path}: not whole or not valid: {error}")
            return
        for key in _KEY.findall(text.decode(errors="replace")) if gone else ():
            if key in gone:
                self.wrong.append(f"{path}: {key} is withdrawn and stands there")
                break

    def _check(self, path: Path, content: bytes) -> None:
        """Look whether a file is whole. Raises what its parser does."""
        if path.suffix in _XML:
            etree.fromstring(content)
        elif path.suffix == ".json":
            json.loads(content)
        elif path.suffix == ".html" and not content.rstrip().endswith(b"</html>"):
            raise ValueError("it has no end")
        if path.suffix in (".rss", ".atom", ".json") and ".maps" not in path.parts:
            entries = list(read_entries(path, content))
            if len({entry.id for entry in entries}) < len(entries):
                self.wrong.append(f"{path}: an entry stands there twice")
            for entry in entries:
                self._compare(path, entry)

    def _compare(self, path: Path, entry: Shown) -> None:
        """Hold an entry against what is known of it."""
        name = f"{path}: {entry.id}"
        if len(entry.keys) != 1:
            self.wrong.append(f"{name} holds {len(entry.keys)} articles")
            return
        (key,) = entry.keys
        if self.ids.setdefault(key, entry.id) != entry.id:
            self.wrong.append(f"{name}: the article {key} had the id {self.ids[key]}")
            self.ids[key] = entry.id
        if self._keys.setdefault(entry.id, key) != key:
            self.wrong.append(f"{name} was the article {self._keys[entry.id]} and is {key}")
        if self._published.setdefault(entry.id, entry.published) != entry.published:
            self.wrong.append(f"{name} was of {self._published[entry.id]}, and is of {entry.published}")
            self._published[entry.id] = entry.published
        if entry.updated:
            before = self._updated.setdefault((str(path), entry.id), entry.updated)
            if entry.updated < before:
                self.wrong.append(f"{name} was changed at {before}, and now at {entry.updated}")
            self._updated[str(path), entry.id] = entry.updated


def walk(folder: Path | str) -> Iterator[tuple[str, Stamp]]:
    """Yield the finished files of a folder and of those in it, with what tells their versions apart."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    if entry.is_dir():
                        yield from walk(entry.path)
                    elif not entry.name.startswith(".unfinished-"):
                        status = entry.stat()
                        yield entry.path, (status.st_ino, status.st_mtime_ns, status.st_size)
                except FileNotFoundError:
                    continue
    except FileNotFoundError:
        return


def read_entries(path: Path, content: bytes) -> Iterator[Shown]:
    """Read the entries of one of our feeds; what says that an entry is gone is none."""
    if path.suffix == ".json":
        for item in json.loads(content)["items"]:
            dates = [datetime.fromisoformat(item[name]) for name in ("date_published", "date_modified") if name in item]
            yield Shown(item["id"], _second(dates[0]), dates[-1], _keys_in(item["content_html"]))
    elif path.suffix == ".atom":
        for entry in etree.fromstring(content).iterfind(f"{_ATOM}entry"):
            text = {name: entry.findtext(f"{_ATOM}{name}") or "" for name in ("id", "published", "updated", "content")}
            published, updated = (datetime.fromisoformat(text[name]) for name in ("published", "updated"))
            yield Shown(text["id"], _second(published), updated, _keys_in(text["content"]))
    else:
        for item in etree.fromstring(content).iter("item"):
            body = item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded") or ""
            published = parsedate_to_datetime(item.findtext("pubDate") or "")
            yield Shown(item.findtext("guid") or "", published, None, _keys_in(body))


def _keys_in(text: str) -> frozenset[str]:
    return frozenset(_KEY.findall(text))


def _same_time(original: Path, twin: Path, of_twin: int) -> bool:
    return original.stat().st_mtime_ns == of_twin == twin.stat().st_mtime_ns


def _second(instant: datetime) -> datetime:
    """Cut an instant to what RSS can say."""
    return instant.replace(microsecond=0)
