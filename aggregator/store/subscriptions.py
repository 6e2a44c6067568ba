"""Statements on what hubs were asked for, and what came of it (W3C WebSub)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, insert, or_, select, update

from aggregator.tables import POLL_STATE, SUBSCRIPTION

_COL = SUBSCRIPTION.c
_UNTOLD = timedelta(minutes=10)  # after a delivery, in which a poll brings what it told of


@dataclass(frozen=True)
class Subscription:
    """What one hub was asked for about one source. See `tables.Subscription`."""

    token: str
    source: str
    hub: str
    feed: str
    callback: str
    secret: str
    made_at: datetime
    act_at: datetime
    asked_for: str = ""
    asked_at: datetime | None = None
    failures: int = 0
    said: str = ""
    lease_until: datetime | None = None
    is_ending: bool = False
    deliveries: int = 0
    delivered_at: datetime | None = None
    called_at: datetime | None = None
    is_working: bool = False

    def is_active(self, now: datetime) -> bool:
        """Say whether the hub has promised to tell us."""
        return self.lease_until is not None and self.lease_until > now and not self.is_ending


# It may have forgotten us, so it is asked again. Made once: to build this takes longer than to run it.
_NOTE_MISSED = (
    update(SUBSCRIPTION)
    .where(_COL.source == bindparam("of"), _COL.is_working, _COL.delivered_at < bindparam("before"))
    .values(is_working=False, act_at=bindparam("now"))
    .returning(_COL.token)
)
_COLUMNS = [_COL[field.name] for field in fields(Subscription)]


def load_all(connection: Connection) -> list[Subscription]:
    """Load all, the oldest first."""
    rows = connection.execute(select(*_COLUMNS).order_by(_COL.made_at, _COL.token))
    return [Subscription(*row) for row in rows]


def load_due(connection: Connection, now: datetime, horizon: datetime, most: int) -> list[Subscription]:
    """Load those whose hub is to be asked now, who waits longest first.

    Args:
        horizon: what is due after it was written under another clock, and is due.
    """
    is_due = or_(_COL.act_at <= now, _COL.act_at > horizon)
    rows = connection.execute(select(*_COLUMNS).where(is_due).order_by(_COL.act_at, _COL.token).limit(most))
    return [Subscription(*row) for row in rows]


def find(connection: Connection, token: str) -> Subscription | None:
    """Find the one whose address ends so."""
    row = connection.execute(select(*_COLUMNS).where(_COL.token == token)).first()
    return Subscription(*row) if row else None


def named_hubs(connection: Connection, addresses: Mapping[str, str]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Map those of some sources whose feed names hubs to the address under which these know it, and the hubs.

    Args:
        addresses: of the feeds in sources.toml, by sources' ids.
    """
    state = POLL_STATE.c
    rows = connection.execute(
        select(state.source, state.address, state.self_url, state.hubs).where(
            state.self_url != "", state.gone_at.is_(None)
        )
    )
    return {row.source: (row.self_url, tuple(row.hubs)) for row in rows if addresses.get(row.source) == row.address}


def add(connection: Connection, subscriptions: Sequence[Subscription]) -> None:
    if subscriptions:
        connection.execute(insert(SUBSCRIPTION), [vars(one) for one in subscriptions])


def change(connection: Connection, /, token: str, **values: Any) -> None:
    """Give some columns of one subscription other values."""
    connection.execute(update(SUBSCRIPTION).where(_COL.token == token).values(**values))


def remove(connection: Connection, tokens: Collection[str]) -> None:
    connection.execute(delete(SUBSCRIPTION).where(_COL.token.in_(tokens)))


def put_off(connection: Connection, hub: str, until: datetime) -> None:
    """Ask a hub for nothing before an instant."""
    connection.execute(update(SUBSCRIPTION).where(_COL.hub == hub, _COL.act_at < until).values(act_at=until))


def note_answer(connection: Connection, token: str, said: str) -> None:
    """Write down what came of a request, unless the hub has confirmed it meanwhile."""
    connection.execute(update(SUBSCRIPTION).where(_COL.token == token, _COL.failures > 0).values(said=said))


def note_delivery(connection: Connection, token: str, now: datetime, called_at: datetime | None) -> None:
    """Count something that came and was signed by the hub.

    Args:
        called_at: for when the source is made due by it; None: it is due already.
    """
    values = {
        "deliveries": _COL.deliveries + 1,
        "delivered_at": now,
        "is_working": case((_COL.is_ending, False), else_=True),
    }
    change(connection, token, **values, **({"called_at": called_at} if called_at else {}))


def note_missed(connection: Connection, source: str, now: datetime) -> bool:
    """Note that a poll brought news. Returns whether a hub that told us of news before has not told us of these."""
    missed = connection.execute(_NOTE_MISSED, {"of": source, "before": now - _UNTOLD, "now": now})
    return missed.first() is not None


def working_hubs(connection: Connection) -> list[str]:
    """List the hubs that are relied on, so that sources are polled less often."""
    return list(connection.scalars(select(_COL.hub).where(_COL.is_working).distinct().order_by(_COL.hub)))


def stop_relying(connection: Connection, hub: str, said: str, ask_at: datetime) -> list[str]:
    """Rely on a hub no more, and ask it again at an instant; returns the sources that it told of."""
    statement = update(SUBSCRIPTION).where(_COL.hub == hub, _COL.is_working)
    values = {"is_working": False, "said": said, "act_at": ask_at}
    return sorted(connection.scalars(statement.values(values).returning(_COL.source)))
