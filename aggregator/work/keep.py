"""A candidate becomes a copy: of the item it belongs to already, of another source's item, or of a new one.

Part of the transaction that ends a poll.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection

from aggregator.dedupe.identity import is_same_text, mint_public_id
from aggregator.models import Candidate, Config, Source
from aggregator.release import release_instant, sort_instant
from aggregator.store import copies
from aggregator.store.decisions import record_decision
from aggregator.store.quarantine import Hold
from aggregator.work.change import note_change
from aggregator.work.join import Subject, find_items, join_item, merge_all, note_others
from aggregator.work.scrutiny import LOOK_AGAIN, settle_copy

# refused: a change that is not taken over; same: looked at again without a change.
Kept = Literal["new", "changed", "refused", "same"]
_RECHECK = timedelta(days=1)  # before a page is read again whose excerpt alone changed: perhaps it counts comments
_RECHECKED = timedelta(days=7)  # so long a page is, of which an entry only says that it has changed


def keep_candidate(
    connection: Connection,
    source: Source,
    config: Config,
    candidate: Candidate,
    guids: Collection[str],
    hold: Hold | None,
    hold_why: str,
    *,
    is_past: bool,
    now: datetime,
) -> Kept:
    """Keep a new or changed entry, or one that is looked at again because it is held.

    Args:
        guids: of all entries that the feed holds now.
        hold: what it is to be held for; None lets it pass.
        is_past: it was there before we were, see `release.sort_instant`.
    """
    copy, kept = _take_in(connection, source, config, candidate, guids, bool(hold), is_past=is_past, now=now)
    if kept != "refused":
        settle_copy(connection, copy, hold, hold_why, now)
        if (
            hold
            and hold != "alike"
            and not (copy.held or candidate.page_url)
            and candidate.entry.url
            and source.extract.mode != "feed"
        ):
            copies.want_page(connection, copy.id, candidate.entry.url, "it is held", now + LOOK_AGAIN)
    return kept


def _take_in(
    connection: Connection,
    source: Source,
    config: Config,
    candidate: Candidate,
    guids: Collection[str],
    is_odd: bool,
    *,
    is_past: bool,
    now: datetime,
) -> tuple[copies.KnownCopy, Kept]:
    """Find or make the copy that an entry is, and take over what changed, unless readers are to be spared that."""
    known = copies.find_copy(connection, source.id, candidate.entry.guid, candidate.canonical_url)
    if known is None:
        copy = _keep(connection, source, config, 0, candidate, is_past, now)
    elif known.guid == candidate.entry.guid and _is_another_article(known, candidate):
        copy = _keep(connection, source, config, known.generation + 1, candidate, is_past, now)
    elif known.guid != candidate.entry.guid and (known.guid in guids or not _is_alike(known, candidate)):
        # A page that shows something else every day: its address identifies none of what stood there.
        copy = _keep(connection, source, config, 0, replace(candidate, canonical_url=""), is_past, now)
    elif known.entry_hash == candidate.entry.hash:
        return known, "same"
    elif is_odd and not known.held and copies.has_been_seen(connection, known.item):
        return known, "refused"
    else:
        _change(connection, config, known, candidate, now)
        return known, "changed"
    return copy, "new"


def _is_another_article(known: copies.KnownCopy, candidate: Candidate) -> bool:
    """Tell a guid given to another article from an edit: address, title and body are all different."""
    return (
        bool(known.canonical_url and candidate.canonical_url)
        and known.canonical_url != candidate.canonical_url
        and not _is_alike(known, candidate)
    )


def _is_alike(known: copies.KnownCopy, candidate: Candidate) -> bool:
    return known.title == candidate.entry.title or is_same_text(known.text, candidate.article.text)


def _keep(
    connection: Connection,
    source: Source,
    config: Config,
    generation: int,
    candidate: Candidate,
    is_past: bool,
    now: datetime,
) -> copies.KnownCopy:
    entry = candidate.entry
    article = candidate.article
    subject = Subject(
        source.id, entry.title, article.text, article.hashes, entry.published_at or now, candidate.canonical_url
    )
    found = find_items(connection, subject, config.overrides, now)
    public_id = mint_public_id(config.site, source.id, entry.guid, generation)
    while copies.is_minted(connection, public_id):  # the guid was this source's before, for what has another one now
        generation += 1
        public_id = mint_public_id(config.site, source.id, entry.guid, generation)
    published_at = min(entry.published_at or entry.updated_at or now, now)
    new = copies.NewItem(
        public_id,
        release_at=release_instant(now, page_wanted=bool(candidate.page_url)),
        published_at=published_at,
        sort_at=sort_instant(published_at, now, is_past=is_past),
    )
    if found.same:
        item, why = next(iter(found.same.items()))
        record_decision(connection, item, "merged", {"source": source.id, "because": why}, now)
        item = merge_all(connection, item, found, source.id, now)
        copies.name_unseen(connection, item, new)
    else:
        item = copies.insert_item(connection, new, candidate)
    copy = copies.insert_copy(connection, item, source.id, generation, candidate, now)
    note_others(connection, item, found, now)
    copies.mark_dirty(connection, [item])
    if candidate.page_url:
        copies.want_page(connection, copy.id, candidate.page_url, candidate.page_why, now)
    return copy


def _change(
    connection: Connection, config: Config, known: copies.KnownCopy, candidate: Candidate, now: datetime
) -> None:
    if not candidate.entry.title:  # the page told it
        candidate = replace(candidate, entry=replace(candidate.entry, title=known.title))
    entry = candidate.entry
    # A body from the page is compared when the page has been read again.
    text = known.text if known.body_from == "page" and candidate.page_url else candidate.article.text
    note_change(connection, known, entry.title, text, now)
    copies.update_entry(connection, known, candidate, now)
    is_rewritten = (known.url, known.title, known.feed_html) != (
        entry.url,
        entry.title,
        entry.content_html or entry.summary_html,
    )
    # It has no text in which a change could be seen, as in a sitemap.
    is_rewritten |= not entry.summary_html and not entry.content_html and now - known.appeared_at < _RECHECKED
    if candidate.page_url and is_rewritten:
        is_same = known.body_from == "page" and (known.url, known.title) == (entry.url, entry.title)
        due_at = now + _RECHECK if is_same else now
        copies.want_page(connection, known.id, candidate.page_url, "the entry changed", due_at)
    copies.mark_dirty(connection, [known.item])
    taken = text is candidate.article.text
    subject = Subject(
        known.source, entry.title, text, candidate.article.hashes if taken else (), entry.published_at or now,
        candidate.canonical_url, (), known.id, known.item,
    )  # fmt: skip
    join_item(connection, subject, config.overrides, now)
