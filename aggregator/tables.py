"""Values kept: the tables (docs/design.md, "What is kept").

`store/` holds every statement; nobody else builds one. Values are checked before they come here. Columns of lists and
mappings are never NULL.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

# Constraint names must be known before alembic can ever drop one on SQLite.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class DamagedValue(ValueError):
    """What stands in a column is nothing that was ever written there."""


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant: refuses naive values, and gives UTC back where SQLite would give a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a stored time must be aware: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        read = super().result_processor(dialect, coltype)

        def read_or_refuse(value: Any) -> Any:
            try:
                return read(value) if read else value
            except (ValueError, TypeError) as error:
                raise DamagedValue("a damaged time") from error

        return read_or_refuse


def read_json(value: str) -> Any:
    """Read what a column of lists or mappings holds. Raises DamagedValue."""
    try:
        return json.loads(value)
    except ValueError as error:
        raise DamagedValue("a damaged list of values") from error


# A number that outgrows 32 bits in years. SQLite's own integers hold 64, but only under their plain name do they count
# by themselves.
LargeNumber = BigInteger().with_variant(Integer(), "sqlite")

# One article, published once under a frozen public id, gathered from one copy or more.
ITEM = Table(
    "item",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("public_id", String, nullable=False, unique=True),  # tag URI; written once, never changed
    Column("state", String, nullable=False),  # pending | published | held | withdrawn | merged
    Column("state_why", String, nullable=False, default=""),
    Column("release_at", UTCDateTime, index=True),  # when a pending item is shown at the latest
    Column("merged_into", Integer, ForeignKey("item.id"), index=True),
    Column("first_published_at", UTCDateTime, index=True),
    Column("sort_at", UTCDateTime, nullable=False, index=True),
    Column("title", String, nullable=False),
    Column("people", JSON, nullable=False),
    Column("publication", String, nullable=False, default=""),
    Column("language", String, nullable=False, default=""),
    Column("published_at", UTCDateTime, nullable=False),
    Column("updated_at", UTCDateTime, nullable=False),
    Column("origin_source", String),
    Column("origin_name", String, nullable=False, default=""),
    Column("origin_url", String),
    Column("text_copy", Integer),  # the copy whose text is shown
    Index("ix_item_state_state_why", "state", "state_why"),
)

# An entry we keep: one source's version of an article.
COPY = Table(
    "copy",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item", Integer, ForeignKey("item.id"), nullable=False, index=True),
    Column("source", String, nullable=False),
    Column("guid", String, nullable=False),
    Column("generation", Integer, nullable=False, default=0),
    Column("url", String, nullable=False),
    Column("canonical_url", String, nullable=False, index=True, default=""),  # comparison key of the address
    Column("declared_url", String, nullable=False, default=""),  # the page's rel=canonical, as it stands there
    Column("declared_canonical_url", String, nullable=False, index=True, default=""),  # the same as a comparison key
    Column("og_url", String, nullable=False, default=""),  # the page's og:url, where it differs
    Column("title", String, nullable=False),
    Column("summary", String, nullable=False, default=""),  # plain text
    Column("feed_html", String, nullable=False, default=""),  # the entry's HTML as it came
    Column("full_html", String, nullable=False, default=""),  # the page's body as it came, never altered
    # what is shown: safe, absolute, without the byline's line and learned boilerplate
    Column("clean_html", String, nullable=False, default=""),
    Column("whole_html", String, nullable=False, default=""),  # the same with its boilerplate; empty when there is none
    Column("lines", LargeBinary, nullable=False, default=b""),  # fingerprints of its lines, 8 bytes each, sorted
    Column("removed", JSON, nullable=False),  # the boilerplate taken out: text and why
    Column("cleaned_with", String, nullable=False, default=""),  # version of the rules that made clean_html
    Column("text", String, nullable=False, default=""),
    # content hash of the folded text; empty when too short to compare
    Column("text_hash", String, nullable=False, index=True, default=""),
    Column("image", JSON(none_as_null=True)),
    Column("enclosures", JSON, nullable=False),
    Column("categories", JSON, nullable=False),
    Column("author", String, nullable=False, default=""),  # as given
    Column("people", JSON, nullable=False),
    Column("publication", String, nullable=False, default=""),  # newsroom named in the byline
    Column("publication_url", String, nullable=False, default=""),
    Column("credits", JSON, nullable=False),  # what its credit lines say: kind, name, url, said
    Column("language", String, nullable=False, default=""),
    Column("published_at", UTCDateTime),
    Column("updated_at", UTCDateTime),
    Column("first_seen_at", UTCDateTime, nullable=False, index=True),
    Column("entry_hash", String, nullable=False),
    Column("body_from", String, nullable=False, default="none"),  # feed | page | none: how the body was had
    Column("licence", String, nullable=False, default=""),  # found on the page
    Column("restrictions", JSON, nullable=False),  # what the page asks robots not to do: "noarchive"
    # it is not shown, see `quarantine.Hold`; empty for a copy that may be
    Column("held", String, nullable=False, default=""),
    Column("held_why", String, nullable=False, default=""),
    UniqueConstraint("source", "guid", "generation"),
    Index("ix_copy_source_canonical_url", "source", "canonical_url"),
    Index("ix_copy_first_seen_at_source_body_from_item", "first_seen_at", "source", "body_from", "item"),
    Index("ix_copy_held", "held", sqlite_where=text("held != ''"), postgresql_where=text("held != ''")),
)

# A line that a source's articles hold, and in how many of them.
BLOCK = Table(
    "block",
    metadata,
    Column("source", String, primary_key=True),
    Column("fingerprint", BigInteger, primary_key=True),  # signed
    Column("copies", Integer, nullable=False),
)

# A passage of a copy's text, by which near-duplicates are found: one in eight of its shingles.
SHINGLE = Table(
    "shingle",
    metadata,
    Column("hash", BigInteger, primary_key=True),  # signed
    Column("copy_id", Integer, ForeignKey("copy.id"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

# A copy whose boilerplate is to be looked for again, since its source's other articles have taught us more.
RELEARN = Table(
    "relearn",
    metadata,
    Column("copy_id", Integer, ForeignKey("copy.id"), primary_key=True),
)

# Two items that belong together and stay two.
LINK = Table(
    "link",
    metadata,
    Column("item", Integer, ForeignKey("item.id"), primary_key=True),  # the smaller id of the two
    Column("other", Integer, ForeignKey("item.id"), primary_key=True, index=True),
    Column("kind", String, primary_key=True),  # series | story
    Column("evidence", String, nullable=False, default=""),
    Column("by", String, nullable=False),  # "program" or a person
)

# A published item as it is compared with others on the same event; kept while its story may go on.
REPORT = Table(
    "report",
    metadata,
    Column("item", Integer, ForeignKey("item.id"), primary_key=True),
    Column("newsroom", String, nullable=False),  # who wrote it
    Column("language", String, nullable=False),  # two letters
    Column("at", UTCDateTime, nullable=False),  # when it was published
    Column("seen_at", UTCDateTime, nullable=False, index=True),  # when it went out here
    Column("story", Integer, index=True),  # the item that began its story; None: not compared yet
    Column("words", JSON, nullable=False),  # weight by stem
    Column("names", JSON, nullable=False),
    Column("rare", JSON, nullable=False),  # words of its beginning, the rarest first
)

# A rare word that a report begins with; reports on one event are found by it.
REPORT_WORD = Table(
    "reportword",
    metadata,
    Column("language", String, primary_key=True),
    Column("word", String, primary_key=True),  # a stem
    Column("item", Integer, ForeignKey("report.item"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

# In how many of the last items of a language a word occurs; the empty word counts the items.
WORD_COUNT = Table(
    "wordcount",
    metadata,
    Column("language", String, primary_key=True),
    Column("word", String, primary_key=True),  # a stem
    Column("documents", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# What is usual for a source, so that what is not can be held.
SOURCE_PROFILE = Table(
    "sourceprofile",
    metadata,
    Column("source", String, primary_key=True),
    Column("profile", JSON, nullable=False),
)

# What a copy said before it was changed, once readers had seen its item; the last twenty of each copy.
VERSION = Table(
    "version",
    metadata,
    Column("id", LargeNumber, primary_key=True),
    Column("copy_id", Integer, ForeignKey("copy.id"), nullable=False, index=True),
    Column("seen_at", UTCDateTime, nullable=False),  # when the change was seen
    Column("title", String, nullable=False),
    Column("html", String, nullable=False),  # as it came, of the feed or the page
    Column("material", Boolean, nullable=False),  # whether readers were told of the change
)

# A page wanted: the next attempt, or how the last one ended.
PAGE_STATE = Table(
    "pagestate",
    metadata,
    Column("copy_id", Integer, ForeignKey("copy.id"), primary_key=True),
    Column("url", String, nullable=False),
    Column("why", String, nullable=False),  # for people: "no full text in the feed", "the entry changed"
    Column("due_at", UTCDateTime, index=True),  # None: nothing more to do
    Column("tries", Integer, nullable=False, default=0),
    Column("status", String, nullable=False, default=""),  # outcome of the last attempt, for people
)

# Whether an article's page still stands: when it is asked for again, and since when it was seen to be gone.
PAGE_CHECK = Table(
    "pagecheck",
    metadata,
    Column("copy_id", Integer, ForeignKey("copy.id"), primary_key=True),
    Column("check_at", UTCDateTime, index=True),  # None: nothing more to do
    Column("gone_since", UTCDateTime),
    Column("etag", String, nullable=False, default=""),
    Column("last_modified", String, nullable=False, default=""),
)

# What earlier polls of a source taught us.
POLL_STATE = Table(
    "pollstate",
    metadata,
    Column("source", String, primary_key=True),
    # the address in sources.toml these facts belong to; another one there starts afresh
    Column("address", String, nullable=False),
    Column("etag", String, nullable=False, default=""),
    Column("last_modified", String, nullable=False, default=""),
    Column("body_hash", String, nullable=False, default=""),
    Column("next_poll_at", UTCDateTime, index=True),
    Column("polled_at", UTCDateTime),
    Column("failures", Integer, nullable=False, default=0),  # in a row
    # kind of the last poll's failure; empty when it did not fail
    Column("failure", String, nullable=False, default=""),
    Column("last_success_at", UTCDateTime),
    Column("last_entry_at", UTCDateTime),  # when an entry was last new
    Column("newest_at", UTCDateTime),  # date of its newest entry
    Column("outcome", String, nullable=False, default=""),  # "3 new, 1 changed", "not modified", or the error
    Column("remark", String, nullable=False, default=""),  # what an editor should know although the poll did not fail
    Column("rhythm", JSON, nullable=False),  # seconds between the last 20 entries
    Column("hints", JSON, nullable=False),  # what the feed says about how often to look
    Column("entries", Integer, nullable=False, default=0),  # in the feed as last read
    Column("entries_hash", String, nullable=False, index=True, default=""),  # content hash of their addresses
    Column("moved_to", String, nullable=False, default=""),  # where the address leads for good
    Column("moved_at", UTCDateTime),  # since when
    Column("gone_at", UTCDateTime),  # since when the server says that the feed is gone
    Column("hubs", JSON, nullable=False),  # that the feed names
    Column("self_url", String, nullable=False, default=""),  # the address under which they know it
    Column("polls", Integer, nullable=False, default=0),
)

# The entries that a source's feed held when it was last read, so that only the others need be read.
KNOWN_ENTRIES = Table(
    "knownentries",
    metadata,
    Column("source", String, primary_key=True),
    Column("entries", JSON, nullable=False),  # of each its mark, guid, address, date in seconds since 1970, and hash
)

# What each of a source's last polls did: a ring, whose oldest event gives its place to the next.
POLL_EVENT = Table(
    "pollevent",
    metadata,
    Column("source", String, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("at", UTCDateTime, nullable=False),
    Column("said", String, nullable=False),
    Column("failure", String, nullable=False, default=""),
    Column("new", Integer, nullable=False, default=0),
    Column("changed", Integer, nullable=False, default=0),
    Column("bytes", Integer, nullable=False, default=0),  # of the body, decoded
)

# What we want of a hub for one source: to be told of its news at an address made for that.
SUBSCRIPTION = Table(
    "subscription",
    metadata,
    Column("token", String, primary_key=True),  # the end of the address, which nobody can guess
    Column("source", String, nullable=False, index=True),
    Column("hub", String, nullable=False),
    Column("feed", String, nullable=False),  # the address under which the hub knows the source's feed
    Column("callback", String, nullable=False),  # the whole address
    Column("secret", String, nullable=False),  # by which what the hub sends is known to be from it
    Column("made_at", UTCDateTime, nullable=False),
    Column("asked_for", String, nullable=False, default=""),  # subscribe | unsubscribe: what the hub was last asked for
    Column("asked_at", UTCDateTime),
    Column("act_at", UTCDateTime, nullable=False, index=True),  # when the hub is to be asked (again)
    Column("failures", Integer, nullable=False, default=0),  # requests without a confirmation, in a row
    Column("said", String, nullable=False, default=""),  # what came of the last request, for people
    Column("lease_until", UTCDateTime),  # as the hub confirmed it; None: it did not
    Column("is_ending", Boolean, nullable=False, default=False),  # we want no more of it
    Column("deliveries", Integer, nullable=False, default=0),
    Column("delivered_at", UTCDateTime),  # when something last came that the hub had signed
    Column("called_at", UTCDateTime),  # when the source was last made due by that
    Column("is_working", Boolean, nullable=False, default=False),  # its last news came from the hub, not by polling
)

# A host (or politeness group) that asked to be left alone for a while.
HOST_STATE = Table(
    "hoststate",
    metadata,
    Column("host", String, primary_key=True),
    Column("since", UTCDateTime, nullable=False),
    Column("until", UTCDateTime, nullable=False),
)

# The robots.txt of an origin, as last read.
ROBOTS_STATE = Table(
    "robotsstate",
    metadata,
    Column("origin", String, primary_key=True),  # "https://partner.example"
    Column("verdict", String, nullable=False),  # rules | allow | deny
    Column("text", String, nullable=False, default=""),
    Column("etag", String, nullable=False, default=""),
    Column("last_modified", String, nullable=False, default=""),
    Column("fetched_at", UTCDateTime, nullable=False),  # under "deny" since when it cannot be read
    Column("due_at", UTCDateTime, nullable=False),
    Column("reason", String, nullable=False, default=""),  # why it cannot be read
)

# Who or what decided what about an item, with the evidence. Append-only.
DECISION = Table(
    "decision",
    metadata,
    Column("id", LargeNumber, primary_key=True),
    Column("item", Integer, ForeignKey("item.id"), nullable=False, index=True),
    Column("at", UTCDateTime, nullable=False),
    # What was done: merged, parted, apart, origin, story, held, released, changed, approved, rejected, retitled,
    # withdrawn, refused, lifted, deleted.
    Column("kind", String, nullable=False),
    Column("by", String, nullable=False),  # "program" or a person
    Column("evidence", JSON, nullable=False),
)

# An editor stopped or went on publishing everything, a source or a topic. Append-only; the last word counts.
PAUSE = Table(
    "pause",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),  # everything | source | topic
    Column("name", String, nullable=False),  # id of the source or topic; empty for everything
    Column("paused", Boolean, nullable=False),  # else resumed
    Column("at", UTCDateTime, nullable=False),
    Column("by", String, nullable=False),
    Column("reason", String, nullable=False, default=""),
)

# An item changed in a way that outputs may show; inserted by the transaction that changed it.
DIRTY = Table(
    "dirty",
    metadata,
    Column("id", LargeNumber, primary_key=True),
    Column("item", Integer, ForeignKey("item.id"), nullable=False, index=True),
)

# An item whose outputs are written anew before all others: withdrawn, or naming one that was by its title.
LEAVING = Table(
    "leaving",
    metadata,
    Column("item", Integer, ForeignKey("item.id"), primary_key=True),
)

# An item belongs to a topic, by which rule, since when; kept after it left, for tombstones and explanations.
PLACEMENT = Table(
    "placement",
    metadata,
    Column("topic", String, primary_key=True),
    Column("item", Integer, ForeignKey("item.id"), primary_key=True, index=True),
    Column("rule", String, nullable=False),
    Column("since", UTCDateTime, nullable=False),
    # the item's, repeated here so that a topic's newest items are one index range
    Column("sort_at", UTCDateTime, nullable=False),
    # already old when it came: for pages and archives, not for the live feed
    Column("late", Boolean, nullable=False, default=False),
    Column("left_at", UTCDateTime),
    Column("left_why", String, nullable=False, default=""),
    Column("archive", Integer),  # the archive document in which it stands; None: in none yet
    Index("ix_placement_topic_left_at_sort_at", "topic", "left_at", "sort_at"),
    Index("ix_placement_topic_archive", "topic", "archive"),
)

# What was last published of a topic, and when it must be built again.
TOPIC_STATE = Table(
    "topicstate",
    metadata,
    Column("topic", String, primary_key=True),
    Column("content_hash", String, nullable=False, default=""),
    Column("changed_at", UTCDateTime),  # when the TopicFeed value last became different
    Column("next_change_at", UTCDateTime),  # build then; None: only when an item changes
    Column("left_out", Integer, nullable=False, default=0),  # items for which the live feed was too large
    Column("built_at", UTCDateTime),  # when its files were last put in place
    Column("announced_at", UTCDateTime),  # the `changed_at` that the hub was last told of
)

# A closed part of a topic's past.
ARCHIVE_DOCUMENT = Table(
    "archivedocument",
    metadata,
    Column("topic", String, primary_key=True),
    Column("number", Integer, primary_key=True),  # 1 is the oldest
    Column("due", Boolean, nullable=False),  # its files are to be written
    Column("content_hash", String, nullable=False, default=""),
    Column("changed_at", UTCDateTime),  # when its content last became different
)

# A month in which a topic has items, or had some: a page of it, or several.
MONTH_PAGE = Table(
    "monthpage",
    metadata,
    Column("topic", String, primary_key=True),
    Column("month", String, primary_key=True),  # "2026-11", where the site is at home
    Column("size", Integer, nullable=False, default=0),  # so many items it has, as far as we got
    # files are to be written, or removed: all of them, or only the pages between two items' `sort_at`
    Column("due", Boolean, nullable=False),
    Column("due_from", UTCDateTime),  # None: all
    Column("due_to", UTCDateTime),  # None: to the newest
)

# The page of an item that has been in a topic, or the address that was its page's.
ITEM_PAGE = Table(
    "itempage",
    metadata,
    Column("item", Integer, ForeignKey("item.id"), primary_key=True),
    Column("status", String, nullable=False),  # new | shown | gone: whether its file is in place, as far as we got
    # page: it is to be written or removed; maps: that is done, the maps are to be written
    Column("due", String, nullable=False, default=""),
    Index("ix_itempage_due", "due", sqlite_where=text("due != ''"), postgresql_where=text("due != ''")),
)

# What readers can find of an item: the text that its rights let them see; blank when it is shown no more.
SEARCHED = Table(
    "searched",
    metadata,
    # In the order of `sort_at`, see `store.search`.
    Column("place", LargeNumber, primary_key=True, autoincrement=False),
    Column("item", Integer, ForeignKey("item.id"), nullable=False, unique=True),
    Column("sort_at", UTCDateTime, nullable=False),
    Column("title", String, nullable=False),
    Column("body", String, nullable=False),
    Column("marks", String, nullable=False),  # its topics, sources and languages as words; empty: blank
    Column("shown", JSON, nullable=False),  # what a hit says of it
)

# A part of the search index, `searchwords_<number>`: that of the items from one place to where the next begins.
SEARCH_PART = Table(
    "searchpart",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("first", LargeNumber, nullable=False, unique=True),
    Column("characters", Integer, nullable=False),  # of the texts in it
    # it is to be written anew: too large, or holding words of what is gone
    Column("due", Boolean, nullable=False, default=False),
)

# An item of which readers may find something else now.
SEARCH_DUE = Table(
    "searchdue",
    metadata,
    Column("item", Integer, ForeignKey("item.id"), primary_key=True),
)

# An article that was taken back: by whom and why, and no word of it.
WITHDRAWAL = Table(
    "withdrawal",
    metadata,
    Column("public_id", String, primary_key=True),
    Column("also", JSON, nullable=False),  # ids of items merged into it
    Column("at", UTCDateTime, nullable=False),
    Column("by", String, nullable=False),  # a person, or the source that deleted it
    Column("reason", String, nullable=False),
    Column("copies", JSON, nullable=False),  # source and hidden guid of each copy
    Column("lifted_at", UTCDateTime),
    Column("lifted_by", String, nullable=False, default=""),
    Column("lifted_why", String, nullable=False, default=""),
    # what stands here stands in the file beside the database, too
    Column("is_noted", Boolean, nullable=False, default=False),
    # its text has left the outputs and the database's files
    Column("is_purged", Boolean, nullable=False, default=False),
)

# A hash by which a withdrawn article is known again; gone when the withdrawal is lifted.
WITHDRAWN_MARK = Table(
    "withdrawnmark",
    metadata,
    Column("hash", BigInteger, primary_key=True),  # signed
    Column("kind", String, primary_key=True),  # address | title | text
    Column("public_id", String, ForeignKey("withdrawal.public_id"), primary_key=True, index=True),
    Column("part", Integer, primary_key=True),  # which of its texts; 0 for the other kinds
    sqlite_with_rowid=False,
)

# Something that needs a person, as long as it lasts and a while longer.
ALERT = Table(
    "alert",
    metadata,
    Column("kind", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("about", String, primary_key=True),
    Column("name", String, nullable=False),  # of the subject, for people
    Column("text", String, nullable=False),  # as it was when it was noticed
    Column("since", UTCDateTime, nullable=False),
    Column("noticed_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),  # None: it goes on
)

# What was told in one way, and not yet that it has ended.
ALERT_TOLD = Table(
    "alerttold",
    metadata,
    Column("way", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("about", String, primary_key=True),
    Column("told_at", UTCDateTime, nullable=False),
)

# How one way of telling alerts works.
ALERT_WAY = Table(
    "alertway",
    metadata,
    Column("way", String, primary_key=True),  # file | smtp | webhook
    Column("delivered_at", UTCDateTime),  # the last digest
    Column("tries", Integer, nullable=False, default=0),  # in vain, since then
    Column("due_at", UTCDateTime),  # not tried again before
    Column("failing_since", UTCDateTime),
    Column("said", String, nullable=False, default=""),  # why it failed
)

# How far a digest has come.
DIGEST_STATE = Table(
    "digeststate",
    metadata,
    Column("digest", String, primary_key=True),
    Column("begins_at", UTCDateTime, nullable=False),  # what was new before is not for it
    # the last day that is dealt with: "2026-11-22" where the digest is at home
    Column("period", String, nullable=False, default=""),
    # until then everything has been told, but for what came into a topic later
    Column("reached_at", UTCDateTime, nullable=False),
    Column("told_at", UTCDateTime),  # the last edition that went out
    Column("tries", Integer, nullable=False, default=0),  # in vain, since then
    Column("due_at", UTCDateTime),  # not tried again before
    Column("failing_since", UTCDateTime),
    Column("said", String, nullable=False, default=""),  # why it failed
)

# One edition of a digest: kept before it is handed over, so that it goes out once.
EDITION = Table(
    "edition",
    metadata,
    Column("digest", String, primary_key=True),
    Column("period", String, primary_key=True),
    # intent: it is being handed over; unknown: it was, and nobody said whether it was taken; waiting: it was not taken
    # yet; sent; refused: it will not be; void: nothing was left of it.
    Column("state", String, nullable=False),
    Column("message_id", String, nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    Column("settled_at", UTCDateTime),
    Column("refusals", Integer, nullable=False, default=0),
)

# An item is in an edition of a digest, and in no other of it.
SENT = Table(
    "sent",
    metadata,
    Column("digest", String, primary_key=True),
    Column("item", Integer, ForeignKey("item.id"), primary_key=True),
    Column("period", String, nullable=False),
    Column("topic", String, nullable=False),  # under which it stands
    Column("position", Integer, nullable=False),
    Index("ix_sent_digest_period", "digest", "period"),
)

# How large the database was on a day; of the last sixty days.
GROWTH = Table(
    "growth",
    metadata,
    Column("day", String, primary_key=True),  # "2026-11-22", in UTC
    Column("database_bytes", BigInteger, nullable=False),
)

# The configuration in force (one row), and the tag authority of all ids, which never changes.
CONFIG = Table(
    "config",
    metadata,
    Column("id", Integer, primary_key=True, default=1),
    Column("hash", String, nullable=False),
    Column("accepted_at", UTCDateTime, nullable=False),
    Column("id_domain", String, nullable=False),
    Column("id_date", String, nullable=False),
    # the file itself; empty in a store that was made before it was kept
    Column("text", String, nullable=False, default=""),
)
