"""What a feed says it has deleted."""

import json

import pytest

from tests.feeds import atom, parse, rss

AT = 'xmlns:at="http://purl.org/atompub/tombstones/1.0"'


@pytest.mark.parametrize(
    ("said", "deleted"),
    [
        (f'<at:deleted-entry {AT} ref="tag:x,2026:1" when="2026-11-22T12:00:00Z"/>', ("tag:x,2026:1",)),
        (f"<at:deleted-entry {AT} when='2026-11-22T12:00:00Z' ref='a&amp;b'></at:deleted-entry>", ("a&b",)),
        (f'<at:deleted-entry {AT} ref="1"><at:comment>Asked for by its author</at:comment></at:deleted-entry>', ("1",)),
        (f'<at:deleted-entry {AT} ref="1"><at:comment>Merged into 2</at:comment></at:deleted-entry>', ()),
        (f'<at:deleted-entry {AT} ref="1"/><at:deleted-entry {AT} ref="2"/>', ("1", "2")),
        (f'<at:deleted-entry {AT} when="2026-11-22T12:00:00Z"/>', ()),
        (f'<at:deleted-entry {AT} ref="{"x" * 2000}"/>', ()),
        (f'<!-- <at:deleted-entry {AT} ref="1"/> -->', ()),
        ("", ()),
    ],
)
def test_atom_names_deleted_entries(said: str, deleted: tuple[str, ...]) -> None:
    assert parse(atom("<id>9</id><title>t</title>", feed=said)).deleted == deleted


def test_rss_may_name_them_too_and_an_article_that_quotes_one_deletes_nothing() -> None:
    tombstone = f'<at:deleted-entry {AT} ref="1" when="2026-11-22T12:00:00Z"/>'
    assert parse(rss("<guid>9</guid><title>t</title>", channel=tombstone)).deleted == ("1",)
    quoting = f"<guid>9</guid><title>t</title><description><![CDATA[{tombstone}]]></description>"
    assert parse(rss(quoting)).deleted == ()
    assert parse(rss(f"<guid>9</guid><title>t</title>{tombstone}")).deleted == ()


def test_json_feed_names_them_as_our_own_do() -> None:
    tombstones = [{"id": "1", "when": "2026-11-22T12:00:00Z"}, {"id": "2", "merged_into": "3"}, {"id": 4}, {}, "5"]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "t",
        "items": [{"id": "9", "title": "t"}],
        "_tombstones": tombstones,
    }
    assert parse(json.dumps(document)).deleted == ("1",)
