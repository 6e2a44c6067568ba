"""Tells the service manager how the service is: ready, reloading, stopping, alive (sd_notify(3), protocol of systemd).

Without a manager that listens nothing is said. Whether the service is alive is for whoever asks to feed the watchdog.
"""

import asyncio
import os
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

_UNSEEN = 64 * 1024  # characters; what is longer the manager does not take


def notify(*lines: str) -> None:
    """Say something to the service manager, as "READY=1"; a manager that is gone is not waited for."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as manager:
        manager.setblocking(False)
        target = f"\0{address[1:]}" if address.startswith("@") else address
        manager.sendto("\n".join(lines)[:_UNSEEN].encode("utf-8", "replace"), target)


def notify_reloading() -> None:
    """Say that the configuration is read again; "READY=1" ends it."""
    notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")


def watchdog_seconds() -> float | None:
    """Return within how many seconds the manager wants a sign of life; None: it does not."""
    wanted, for_process = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not wanted.isdecimal() or int(wanted) == 0 or (for_process and for_process != str(os.getpid())):
        return None
    return int(wanted) / 1_000_000


async def feed_watchdog(is_alive: Callable[[], Awaitable[bool]]) -> None:
    """Give the manager signs of life for as long as there are some; return at once where it wants none.

    Args:
        is_alive: whether work goes on; while it does not return, or says no, the manager hears nothing.
    """
    seconds = watchdog_seconds()
    if seconds is None:
        return
    while True:
        if await is_alive():
            notify("WATCHDOG=1")
        await asyncio.sleep(seconds / 4)
