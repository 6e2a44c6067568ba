"""Values kept: the tables (docs/design.md, "What is kept").

`store/` holds every statement; nobody else builds one. `table=True` classes do not validate, so values are checked
before they come here. Columns are added with the feature that fills them, except Item and Copy, whose columns were all
there from the first migration.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Index, Integer, MetaData, UniqueConstraint, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

# Constraint names must be known before alembic can ever drop one on SQLite.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata


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


def _large_id() -> Any:
    return Field(default=None, sa_column=Column(LargeNumber, primary_key=True))


def _instant(*, index: bool = False) -> Any:
    return Field(sa_column=Column(UTCDateTime, nullable=False, index=index))


def _maybe_instant(*, index: bool = False) -> Any:
    return Field(default=None, sa_column=Column(UTCDateTime, nullable=True, index=index))


def _json() -> Any:
    """Lists and mappings of plain values; never None."""
    return Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class Item(SQLModel, table=True):
    """One article, published once under a frozen public id, gathered from one copy or more."""

    __table_args__ = (Index("ix_item_state_state_why", "state", "state_why"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)  # tag URI; written once, never changed
    state: str  # pending | published | held | withdrawn | merged
    state_why: str = ""
    release_at: datetime | None = _maybe_instant(index=True)  # when a pending item is shown at the latest
    merged_into: int | None = Field(default=None, foreign_key="item.id", index=True)
    first_published_at: datetime | None = _maybe_instant(index=True)
    sort_at: datetime = _instant(index=True)
    title: str
    people: list[str] = _json()
    publication: str = ""
    language: str = ""
    published_at: datetime = _instant()
    updated_at: datetime = _instant()
    origin_source: str | None = None
    origin_name: str = ""
    origin_url: str | None = None
    text_copy: int | None = None  # the copy whose text is shown


class Copy(SQLModel, table=True):
    """An entry we keep: one source's version of an article."""

    __table_args__ = (
        UniqueConstraint("source", "guid", "generation"),
        Index("ix_copy_source_canonical_url", "source", "canonical_url"),
        Index("ix_copy_first_seen_at_source_body_from_item", "first_seen_at", "source", "body_from", "item"),
        Index("ix_copy_held", "held", sqlite_where=text("held != ''"), postgresql_where=text("held != ''")),
    )

    id: int | None = Field(default=None, primary_key=True)
    item: int = Field(foreign_key="item.id", index=True)
    source: str
    guid: str
    generation: int = 0
    url: str
    canonical_url: str = Field(default="", index=True)  # comparison key of the address
    declared_url: str = ""  # the page's rel=canonical, as it stands there
    declared_canonical_url: str = Field(default="", index=True)  # the same as a comparison key
    og_url: str = ""  # the page's og:url, where it differs
    title: str
    summary: str = ""  # plain text
    feed_html: str = ""  # the entry's HTML as it came
    full_html: str = ""  # the page's body as it came, never altered
    clean_html: str = ""  # what is shown: safe, absolute, without the byline's line and learned boilerplate
    whole_html: str = ""  # the same with its boilerplate; empty when there is none
    lines: bytes = b""  # fingerprints of its lines, 8 bytes each, sorted
    removed: list[dict[str, str]] = _json()  # the boilerplate taken out: text and why
    cleaned_with: str = ""  # version of the rules that made clean_html
    text: str = ""
    text_hash: str = Field(default="", index=True)  # content hash of the folded text; empty when too short to compare
    image: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    enclosures: list[dict[str, Any]] = _json()
    categories: list[str] = _json()
    author: str = ""  # as given
    people: list[str] = _json()
    publication: str = ""  # newsroom named in the byline
    publication_url: str = ""
    credits: list[dict[str, str]] = _json()  # what its credit lines say: kind, name, url, said
    language: str = ""
    published_at: datetime | None = _maybe_instant()
    updated_at: datetime | None = _maybe_instant()
    first_seen_at: datetime = _instant(index=True)
    entry_hash: str
    body_from: str = "none"  # feed | page | none: how the body was had
    licence: str = ""  # found on the page
    restrictions: list[str] = _json()  # what the page asks robots not to do: "noarchive"
    held: str = ""  # it is not shown, see `quarantine.Hold`; empty for a copy that may be
    held_why: str = ""


class Block(SQLModel, table=True):
    """A line that a source's articles hold, and in how many of them."""

    source: str = Field(primary_key=True)
    fingerprint: int = Field(sa_column=Column(BigInteger, primary_key=True))  # signed
    copies: int


class Shingle(SQLModel, table=True):
    """A passage of a copy's text, by which near-duplicates are found: one in eight of its shingles."""

    # The rows are the tree of the key itself: with row numbers there would be a second one of the same size.
    __table_args__ = {"sqlite_with_rowid": False}

    hash: int = Field(sa_column=Column(BigInteger, primary_key=True))  # signed
    copy_id: int = Field(primary_key=True, foreign_key="copy.id", index=True)


class Relearn(SQLModel, table=True):
    """A copy whose boilerplate is to be looked for again, since its source's other articles have taught us more."""

    copy_id: int = Field(primary_key=True, foreign_key="copy.id")


class Link(SQLModel, table=True):
    """Two items that belong together and stay two."""

    item: int = Field(primary_key=True, foreign_key="item.id")  # the smaller id of the two
    other: int = Field(primary_key=True, foreign_key="item.id", index=True)
    kind: str = Field(primary_key=True)  # series | story
    evidence: str = ""
    by: str  # "program" or a person


class Report(SQLModel, table=True):
    """A published item as it is compared with others on the same event; kept while its story may go on."""

    item: int = Field(primary_key=True, foreign_key="item.id")
    newsroom: str  # who wrote it
    language: str  # two letters
    at: datetime = _instant()  # when it was published
    seen_at: datetime = _instant(index=True)  # when it went out here
    story: int | None = Field(default=None, index=True)  # the item that began its story; None: not compared yet
    words: dict[str, float] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))  # weight by stem
    names: list[str] = _json()
    rare: list[str] = _json()  # words of its beginning, the rarest first


class ReportWord(SQLModel, table=True):
    """A rare word that a report begins with; reports on one event are found by it."""

    __table_args__ = {"sqlite_with_rowid": False}

    language: str = Field(primary_key=True)
    word: str = Field(primary_key=True)  # a stem
    item: int = Field(primary_key=True, foreign_key="report.item", index=True)


class WordCount(SQLModel, table=True):
    """In how many of the last items of a language a word occurs; the empty word counts the items."""

    __table_args__ = {"sqlite_with_rowid": False}

    language: str = Field(primary_key=True)
    word: str = Field(primary_key=True)  # a stem
    documents: int


class SourceProfile(SQLModel, table=True):
    """What is usual for a source, so that what is not can be held."""

    source: str = Field(primary_key=True)
    profile: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class Version(SQLModel, table=True):
    """What a copy said before it was changed, once readers had seen its item; the last twenty of each copy."""

    id: int | None = _large_id()
    copy_id: int = Field(foreign_key="copy.id", index=True)
    seen_at: datetime = _instant()  # when the change was seen
    title: str
    html: str  # as it came, of the feed or the page
    material: bool  # whether readers were told of the change


class PageState(SQLModel, table=True):
    """A page wanted: the next attempt, or how the last one ended."""

    copy_id: int = Field(primary_key=True, foreign_key="copy.id")
    url: str
    why: str  # for people: "no full text in the feed", "the entry changed"
    due_at: datetime | None = _maybe_instant(index=True)  # None: nothing more to do
    tries: int = 0
    status: str = ""  # outcome of the last attempt, for people


class PageCheck(SQLModel, table=True):
    """Whether an article's page still stands: when it is asked for again, and since when it was seen to be gone."""

    copy_id: int = Field(primary_key=True, foreign_key="copy.id")
    check_at: datetime | None = _maybe_instant(index=True)  # None: nothing more to do
    gone_since: datetime | None = _maybe_instant()
    etag: str = ""
    last_modified: str = ""


class PollState(SQLModel, table=True):
    """What earlier polls of a source taught us."""

    source: str = Field(primary_key=True)
    address: str  # the address in sources.toml these facts belong to; another one there starts afresh
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    next_poll_at: datetime | None = _maybe_instant(index=True)
    polled_at: datetime | None = _maybe_instant()
    failures: int = 0  # in a row
    failure: str = ""  # kind of the last poll's failure; empty when it did not fail
    last_success_at: datetime | None = _maybe_instant()
    last_entry_at: datetime | None = _maybe_instant()  # when an entry was last new
    newest_at: datetime | None = _maybe_instant()  # date of its newest entry
    outcome: str = ""  # "3 new, 1 changed", "not modified", or the error
    remark: str = ""  # what an editor should know although the poll did not fail
    rhythm: list[float] = _json()  # seconds between the last 20 entries
    hints: dict[str, Any] = _json()  # what the feed says about how often to look
    entries: int = 0  # in the feed as last read
    entries_hash: str = Field(default="", index=True)  # content hash of their addresses
    moved_to: str = ""  # where the address leads for good
    moved_at: datetime | None = _maybe_instant()  # since when
    gone_at: datetime | None = _maybe_instant()  # since when the server says that the feed is gone
    hubs: list[str] = _json()  # that the feed names
    self_url: str = ""  # the address under which they know it
    polls: int = 0


class KnownEntries(SQLModel, table=True):
    """The entries that a source's feed held when it was last read, so that only the others need be read."""

    source: str = Field(primary_key=True)
    entries: list[list[Any]] = _json()  # of each its mark, guid, address, date in seconds since 1970, and hash


class PollEvent(SQLModel, table=True):
    """What each of a source's last polls did: a ring, whose oldest event gives its place to the next."""

    source: str = Field(primary_key=True)
    place: int = Field(primary_key=True)
    at: datetime = _instant()
    said: str
    failure: str = ""
    new: int = 0
    changed: int = 0
    bytes: int = 0  # of the body, decoded


class Subscription(SQLModel, table=True):
    """What we want of a hub for one source: to be told of its news at an address made for that."""

    token: str = Field(primary_key=True)  # the end of the address, which nobody can guess
    source: str = Field(index=True)
    hub: str
    feed: str  # the address under which the hub knows the source's feed
    callback: str  # the whole address
    secret: str  # by which what the hub sends is known to be from it
    made_at: datetime = _instant()
    asked_for: str = ""  # subscribe | unsubscribe: what the hub was last asked for
    asked_at: datetime | None = _maybe_instant()
    act_at: datetime = _instant(index=True)  # when the hub is to be asked (again)
    failures: int = 0  # requests without a confirmation, in a row
    said: str = ""  # what came of the last request, for people
    lease_until: datetime | None = _maybe_instant()  # as the hub confirmed it; None: it did not
    is_ending: bool = False  # we want no more of it
    deliveries: int = 0
    delivered_at: datetime | None = _maybe_instant()  # when something last came that the hub had signed
    called_at: datetime | None = _maybe_instant()  # when the source was last made due by that
    is_working: bool = False  # its last news came from the hub, not by polling


class HostState(SQLModel, table=True):
    """A host (or politeness group) that asked to be left alone for a while."""

    host: str = Field(primary_key=True)
    since: datetime = _instant()
    until: datetime = _instant()


class RobotsState(SQLModel, table=True):
    """The robots.txt of an origin, as last read."""

    origin: str = Field(primary_key=True)  # "https://partner.example"
    verdict: str  # rules | allow | deny
    text: str = ""
    etag: str = ""
    last_modified: str = ""
    fetched_at: datetime = _instant()  # under "deny" since when it cannot be read
    due_at: datetime = _instant()
    reason: str = ""  # why it cannot be read


class Decision(SQLModel, table=True):
    """Who or what decided what about an item, with the evidence. Append-only."""

    id: int | None = _large_id()
    item: int = Field(foreign_key="item.id", index=True)
    at: datetime = _instant()
    # What was done: merged, parted, apart, origin, story, held, released, changed, approved, rejected, retitled,
    # withdrawn, refused, lifted, deleted.
    kind: str
    by: str  # "program" or a person
    evidence: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class PauseNote(SQLModel, table=True):
    """An editor stopped or went on publishing everything, a source or a topic. Append-only; the last word counts."""

    __tablename__ = "pause"

    id: int | None = Field(default=None, primary_key=True)
    kind: str  # everything | source | topic
    name: str  # id of the source or topic; empty for everything
    paused: bool  # else resumed
    at: datetime = _instant()
    by: str
    reason: str = ""


class Dirty(SQLModel, table=True):
    """An item changed in a way that outputs may show; inserted by the transaction that changed it."""

    id: int | None = _large_id()
    item: int = Field(foreign_key="item.id", index=True)


class Leaving(SQLModel, table=True):
    """An item whose outputs are written anew before all others: withdrawn, or naming one that was by its title."""

    item: int = Field(primary_key=True, foreign_key="item.id")


class Placement(SQLModel, table=True):
    """An item belongs to a topic, by which rule, since when; kept after it left, for tombstones and explanations."""

    __table_args__ = (
        Index("ix_placement_topic_left_at_sort_at", "topic", "left_at", "sort_at"),
        Index("ix_placement_topic_archive", "topic", "archive"),
    )

    topic: str = Field(primary_key=True)
    item: int = Field(primary_key=True, foreign_key="item.id", index=True)
    rule: str
    since: datetime = _instant()
    sort_at: datetime = _instant()  # the item's, repeated here so that a topic's newest items are one index range
    late: bool = False  # already old when it came: for pages and archives, not for the live feed
    left_at: datetime | None = _maybe_instant()
    left_why: str = ""
    archive: int | None = None  # the archive document in which it stands; None: in none yet


class TopicState(SQLModel, table=True):
    """What was last published of a topic, and when it must be built again."""

    topic: str = Field(primary_key=True)
    content_hash: str = ""
    changed_at: datetime | None = _maybe_instant()  # when the TopicFeed value last became different
    next_change_at: datetime | None = _maybe_instant()  # build then; None: only when an item changes
    left_out: int = 0  # items for which the live feed was too large
    built_at: datetime | None = _maybe_instant()  # when its files were last put in place
    announced_at: datetime | None = _maybe_instant()  # the `changed_at` that the hub was last told of


class ArchiveDocument(SQLModel, table=True):
    """A closed part of a topic's past."""

    topic: str = Field(primary_key=True)
    number: int = Field(primary_key=True)  # 1 is the oldest
    due: bool  # its files are to be written
    content_hash: str = ""
    changed_at: datetime | None = _maybe_instant()  # when its content last became different


class MonthPage(SQLModel, table=True):
    """A month in which a topic has items, or had some: a page of it, or several."""

    topic: str = Field(primary_key=True)
    month: str = Field(primary_key=True)  # "2026-11", where the site is at home
    size: int = 0  # so many items it has, as far as we got
    due: bool  # files are to be written, or removed: all of them, or only the pages between two items' `sort_at`
    due_from: datetime | None = _maybe_instant()  # None: all
    due_to: datetime | None = _maybe_instant()  # None: to the newest


class ItemPage(SQLModel, table=True):
    """The page of an item that has been in a topic, or the address that was its page's."""

    __table_args__ = (
        Index("ix_itempage_due", "due", sqlite_where=text("due != ''"), postgresql_where=text("due != ''")),
    )

    item: int = Field(primary_key=True, foreign_key="item.id")
    status: str  # new | shown | gone: whether its file is in place, as far as we got
    due: str = ""  # page: it is to be written or removed; maps: that is done, the maps are to be written


class Searched(SQLModel, table=True):
    """What readers can find of an item: the text that its rights let them see; blank when it is shown no more."""

    # In the order of `sort_at`, see `store.search`.
    place: int = Field(sa_column=Column(LargeNumber, primary_key=True, autoincrement=False))
    item: int = Field(foreign_key="item.id", unique=True)
    sort_at: datetime = _instant()
    title: str
    body: str
    marks: str  # its topics, sources and languages as words; empty: blank
    shown: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))  # what a hit says of it


class SearchPart(SQLModel, table=True):
    """A part of the search index, `searchwords_<number>`: that of the items from one place to where the next begins."""

    number: int = Field(primary_key=True)
    first: int = Field(sa_column=Column(LargeNumber, unique=True, nullable=False))
    characters: int  # of the texts in it
    due: bool = False  # it is to be written anew: too large, or holding words of what is gone


class SearchDue(SQLModel, table=True):
    """An item of which readers may find something else now."""

    item: int = Field(primary_key=True, foreign_key="item.id")


class Withdrawal(SQLModel, table=True):
    """An article that was taken back: by whom and why, and no word of it."""

    public_id: str = Field(primary_key=True)
    also: list[str] = _json()  # ids of items merged into it
    at: datetime = _instant()
    by: str  # a person, or the source that deleted it
    reason: str
    copies: list[list[str]] = _json()  # source and hidden guid of each copy
    lifted_at: datetime | None = _maybe_instant()
    lifted_by: str = ""
    lifted_why: str = ""
    is_noted: bool = False  # what stands here stands in the file beside the database, too
    is_purged: bool = False  # its text has left the outputs and the database's files


class WithdrawnMark(SQLModel, table=True):
    """A hash by which a withdrawn article is known again; gone when the withdrawal is lifted."""

    __table_args__ = {"sqlite_with_rowid": False}

    hash: int = Field(sa_column=Column(BigInteger, primary_key=True))  # signed
    kind: str = Field(primary_key=True)  # address | title | text
    public_id: str = Field(primary_key=True, foreign_key="withdrawal.public_id", index=True)
    part: int = Field(primary_key=True)  # which of its texts; 0 for the other kinds


class Alert(SQLModel, table=True):
    """Something that needs a person, as long as it lasts and a while longer."""

    kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    about: str = Field(primary_key=True)
    name: str  # of the subject, for people
    text: str  # as it was when it was noticed
    since: datetime = _instant()
    noticed_at: datetime = _instant()
    ended_at: datetime | None = _maybe_instant()  # None: it goes on


class AlertTold(SQLModel, table=True):
    """What was told in one way, and not yet that it has ended."""

    way: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    about: str = Field(primary_key=True)
    told_at: datetime = _instant()


class AlertWayState(SQLModel, table=True):
    """How one way of telling alerts works."""

    __tablename__ = "alertway"

    way: str = Field(primary_key=True)  # file | smtp | webhook
    delivered_at: datetime | None = _maybe_instant()  # the last digest
    tries: int = 0  # in vain, since then
    due_at: datetime | None = _maybe_instant()  # not tried again before
    failing_since: datetime | None = _maybe_instant()
    said: str = ""  # why it failed


class DigestState(SQLModel, table=True):
    """How far a digest has come."""

    digest: str = Field(primary_key=True)
    begins_at: datetime = _instant()  # what was new before is not for it
    period: str = ""  # the last day that is dealt with: "2026-11-22" where the digest is at home
    reached_at: datetime = _instant()  # until then everything has been told, but for what came into a topic later
    told_at: datetime | None = _maybe_instant()  # the last edition that went out
    tries: int = 0  # in vain, since then
    due_at: datetime | None = _maybe_instant()  # not tried again before
    failing_since: datetime | None = _maybe_instant()
    said: str = ""  # why it failed


class Edition(SQLModel, table=True):
    """One edition of a digest: kept before it is handed over, so that it goes out once."""

    digest: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    # intent: it is being handed over; unknown: it was, and nobody said whether it was taken; waiting: it was not taken
    # yet; sent; refused: it will not be; void: nothing was left of it.
    state: str
    message_id: str
    made_at: datetime = _instant()
    settled_at: datetime | None = _maybe_instant()
    refusals: int = 0


class Sent(SQLModel, table=True):
    """An item is in an edition of a digest, and in no other of it."""

    __table_args__ = (Index("ix_sent_digest_period", "digest", "period"),)

    digest: str = Field(primary_key=True)
    item: int = Field(primary_key=True, foreign_key="item.id")
    period: str
    topic: str  # under which it stands
    position: int


class Growth(SQLModel, table=True):
    """How large the database was on a day; of the last sixty days."""

    day: str = Field(primary_key=True)  # "2026-11-22", in UTC
    database_bytes: int = Field(sa_column=Column(BigInteger, nullable=False))


class AcceptedConfig(SQLModel, table=True):
    """The configuration in force (one row), and the tag authority of all ids, which never changes."""

    __tablename__ = "config"

    id: int = Field(default=1, primary_key=True)
    hash: str
    accepted_at: datetime = _instant()
    id_domain: str
    id_date: str
    text: str = ""  # the file itself; empty in a store that was made before it was kept


# The same tables as statements name them: `ITEM.c.public_id`.
ITEM = metadata.tables["item"]
COPY = metadata.tables["copy"]
VERSION = metadata.tables["version"]
PAGE_CHECK = metadata.tables["pagecheck"]
PAGE_STATE = metadata.tables["pagestate"]
SOURCE_PROFILE = metadata.tables["sourceprofile"]
BLOCK = metadata.tables["block"]
LINK = metadata.tables["link"]
REPORT = metadata.tables["report"]
REPORT_WORD = metadata.tables["reportword"]
WORD_COUNT = metadata.tables["wordcount"]
SHINGLE = metadata.tables["shingle"]
RELEARN = metadata.tables["relearn"]
POLL_STATE = metadata.tables["pollstate"]
KNOWN_ENTRIES = metadata.tables["knownentries"]
POLL_EVENT = metadata.tables["pollevent"]
SUBSCRIPTION = metadata.tables["subscription"]
HOST_STATE = metadata.tables["hoststate"]
ROBOTS_STATE = metadata.tables["robotsstate"]
DECISION = metadata.tables["decision"]
PAUSE = metadata.tables["pause"]
DIRTY = metadata.tables["dirty"]
LEAVING = metadata.tables["leaving"]
PLACEMENT = metadata.tables["placement"]
TOPIC_STATE = metadata.tables["topicstate"]
ARCHIVE_DOCUMENT = metadata.tables["archivedocument"]
MONTH_PAGE = metadata.tables["monthpage"]
ITEM_PAGE = metadata.tables["itempage"]
SEARCHED = metadata.tables["searched"]
SEARCH_PART = metadata.tables["searchpart"]
SEARCH_DUE = metadata.tables["searchdue"]
WITHDRAWAL = metadata.tables["withdrawal"]
WITHDRAWN_MARK = metadata.tables["withdrawnmark"]
ALERT = metadata.tables["alert"]
ALERT_TOLD = metadata.tables["alerttold"]
ALERT_WAY = metadata.tables["alertway"]
DIGEST_STATE = metadata.tables["digeststate"]
EDITION = metadata.tables["edition"]
SENT = metadata.tables["sent"]
GROWTH = metadata.tables["growth"]
CONFIG = metadata.tables["config"]
