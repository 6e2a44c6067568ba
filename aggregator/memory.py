"""How this process asks the system for memory: so that it does not slowly take more than it needs."""

import ctypes
from contextlib import suppress

_M_ARENA_MAX = -8  # <malloc.h>


def share_one_arena() -> None:
    """Let all threads get their memory out of one arena, where the C library is glibc; elsewhere nothing is done.

    glibc gives each thread an arena of its own, and what is free in one serves no other. With a dozen threads that
    added up for months: of a process that needs 125 MB to 20 MB after a day and 30 after two months (`bench.soak`).
    Threads wait no longer: most of them hold the interpreter's lock when they ask.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
