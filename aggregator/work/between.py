"""What cannot wait for the end of a long build is done between two of its steps."""

from collections.abc import Awaitable, Callable

Between = Callable[[], Awaitable[None]]


async def nothing() -> None:
    """Do nothing between two steps."""
