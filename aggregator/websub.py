"""Tells a WebSub hub which feeds have changed, so that it fetches them and passes them on (W3C WebSub §6).

How a publisher tells its hub is left open there; this is what hubs have understood since PubSubHubbub 0.4: a form with
`hub.mode=publish` and one `hub.url` for each feed.
"""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

from aggregator.fetch.client import Client

_TIMEOUT = timedelta(seconds=10)
_AT_ONCE = 30  # feeds in one request


async def tell_hub(hub: str, feeds: Sequence[str], client: Client) -> None:
    """Tell a hub that some feeds have changed.

    Args:
        feeds: their addresses.
    Raises:
        FetchError: it cannot be reached, or does not take it; those before may have been told.
    """
    for start in range(0, len(feeds), _AT_ONCE):
        form = [("hub.mode", "publish"), *(("hub.url", feed) for feed in feeds[start : start + _AT_ONCE])]
        await client.post(hub, urlencode(form).encode(), "application/x-www-form-urlencoded", timeout=_TIMEOUT)
