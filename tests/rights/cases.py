"""Agreements as they stand in sources.toml, and what is allowed by them on a day."""

from datetime import UTC, datetime

from aggregator.models import Config, Rights, Site, Source
from aggregator.rights.agreement import Allowance, allowance

DAY = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SITE = Site("Wire", "https://wire.example/", "wire.example", "2026-11-22")


def config_of(timezone: str = "UTC", **agreements: Rights) -> Config:
    """Make a configuration of sources with these agreements, by id."""
    site = Site(SITE.title, SITE.base_url, SITE.id_domain, SITE.id_date, timezone=timezone)
    return Config(site, tuple(Source(name, name.title(), rights=rights) for name, rights in agreements.items()), (), "")


def allow(origin: Rights, carrier: Rights | None = None, now: datetime = DAY) -> Allowance:
    """Say what may be shown of an article of one newsroom, in its own copy or in another's."""
    config = config_of(origin=origin, carrier=carrier or Rights())
    return allowance("origin", "carrier" if carrier else "origin", config, now)
