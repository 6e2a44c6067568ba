"""How this process asks the system for memory: so that it does not slowly take more than it needs."""

import ctypes
import gc
from contextlib import suppress

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # <malloc.h>
_LARGE = 128 << 10  # bytes; what glibc begins with
_MADE_BEFORE_COLLECTING = 10_000  # objects; a few megabytes of them at most. Python's own number is 700


def collect_rarely() -> None:
    """Have Python look less often for dead objects that hold each other.

    It looks whenever 700 have been made that live, which while modules are imported is all the time: a fourteenth of
    what a start costs. Most objects die without it.
    """
    gc.set_threshold(_MADE_BEFORE_COLLECTING)


def return_what_is_free() -> None:
    """Let what is free go back to the system, where the C library is glibc; elsewhere nothing is done.

    glibc gives each thread an arena of its own, and what is free in one serves no other. With a dozen threads that
    added up for months: of a process that needs 125 MB to 20 MB after a day and 30 after two months (`bench.soak`).
    Threads wait no longer: most of them hold the interpreter's lock when they ask. Besides, whenever something large
    is freed, glibc keeps all that is smaller from then on, which a change of sources.toml makes a matter of megabytes.
    """
    with suppress(OSError, AttributeError):
        allocator = ctypes.CDLL(None)
        for setting, value in ((_M_ARENA_MAX, 1), (_M_MMAP_THRESHOLD, _LARGE), (_M_TRIM_THRESHOLD, _LARGE)):
            allocator.mallopt(setting, value)
