"""Speaks with WebSub hubs (W3C WebSub): tells ours which feeds have changed, so that it fetches them and passes them
on; asks others to tell us of partners' news, and knows by its signature what comes from them.

How a publisher tells its hub is left open by the standard; this is what hubs have understood since PubSubHubbub 0.4: a
form with `hub.mode=publish` and one `hub.url` for each feed. The standard's "topic" is called a feed here.
"""

import hmac
from collections.abc import Sequence
from datetime import timedelta
from typing import Literal
from urllib.parse import urlencode

from aggregator.errors import FetchError
from aggregator.fetch.client import Client

Wish = Literal["subscribe", "unsubscribe"]
LEASE = timedelta(days=10)  # that we ask for; the hub decides
_TIMEOUT = timedelta(seconds=10)
_AT_ONCE = 30  # feeds in one request
_MOST_SAID = 1 << 20  # bytes of a hub's web page
_FORM = "application/x-www-form-urlencoded"
_HASHES = frozenset({"sha1", "sha256", "sha384", "sha512"})


async def tell_hub(hub: str, feeds: Sequence[str], client: Client) -> None:
    """Tell a hub that some feeds have changed.

    Args:
        feeds: their addresses.
    Raises:
        FetchError: it cannot be reached, or does not take it; those before may have been told.
    """
    for start in range(0, len(feeds), _AT_ONCE):
        form = [("hub.mode", "publish"), *(("hub.url", feed) for feed in feeds[start : start + _AT_ONCE])]
        await client.post(hub, urlencode(form).encode(), _FORM, timeout=_TIMEOUT)


async def ask_hub(hub: str, wish: Wish, feed: str, callback: str, secret: str, client: Client) -> None:
    """Ask a hub to tell us of a feed's news, or to do so no more. It answers by a question at the callback (§5).

    Raises:
        FetchError: it cannot be reached, or does not take it.
    """
    form = [("hub.mode", wish), ("hub.topic", feed), ("hub.callback", callback)]
    if wish == "subscribe":
        form += [("hub.secret", secret), ("hub.lease_seconds", str(round(LEASE.total_seconds())))]
    await client.post(hub, urlencode(form).encode(), _FORM, timeout=_TIMEOUT, follows=True)


async def check_hub(hub: str, client: Client) -> None:
    """Raise FetchError unless a hub answers at all: what it says to who asks nothing is of no interest."""
    try:
        await client.get(hub, timeout=_TIMEOUT, accept="*/*", max_body_bytes=_MOST_SAID)
    except FetchError as error:
        if error.status is None or error.status >= 500:
            raise


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Say whether a body is from who knows the secret, by its `X-Hub-Signature` (§7.1)."""
    method, _, given = signature.strip().partition("=")
    if method.lower() not in _HASHES:
        return False
    expected = hmac.digest(secret.encode(), body, method.lower()).hex()
    return hmac.compare_digest(expected.encode(), given.strip().lower().encode())
