"""announce(): the hub is told of topics whose files have changed. Told twice is harmless; not told is made up for."""

from datetime import datetime, timedelta

from aggregator.fetch.client import Client
from aggregator.models import Config, TopicFeed
from aggregator.store import topic_states
from aggregator.store.database import Database
from aggregator.websub import tell_hub

_FORMATS = ("rss", "atom", "json")


async def announce(
    config: Config, database: Database, client: Client, now: datetime, settled: timedelta = timedelta()
) -> int:
    """Tell the site's hub, if it has one, which live feeds changed since it was last told; returns how many topics.

    Args:
        settled: leave out what changed within this time: more changes often follow at once.
    Raises:
        FetchError: the hub cannot be told now.
    """
    if not config.site.hub:
        return 0
    changed = await database.read(topic_states.unannounced, now - settled)
    topics = {topic.id: topic for topic in config.topics if topic.id in changed}
    if not topics:
        return 0
    feeds = [
        TopicFeed(name, "", "", "", "", config.site, ()).url(suffix)
        for topic in topics.values()
        for name in (topic.id, *topic.aliases)
        for suffix in _FORMATS
    ]
    await tell_hub(config.site.hub, feeds, client)
    await database.write(topic_states.record_announced, {topic: changed[topic] for topic in topics})
    return len(topics)
