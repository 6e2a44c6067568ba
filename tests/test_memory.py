"""Threads share one arena of memory, and dead objects are looked for rarely."""

import gc
import platform
import subprocess
import sys

import pytest

from aggregator.memory import collect_rarely

_COUNT_ARENAS = """
import ctypes, threading
from aggregator.memory import return_what_is_free
if {share}:
    return_what_is_free()
met = threading.Barrier(4)
def take():
    held = bytearray(10_000)
    met.wait()
threads = [threading.Thread(target=take) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
libc = ctypes.CDLL(None)
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has arenas")
@pytest.mark.parametrize("share", [True, False])
def test_threads_return_what_is_free(share: bool) -> None:
    code = _COUNT_ARENAS.format(share=share)
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert (said.count("<heap nr=") == 1) is share


def test_what_lives_on_is_not_looked_through_all_the_time() -> None:
    before = gc.get_threshold()
    try:
        collect_rarely()
        collected = gc.get_stats()[0]["collections"]
        lists: list[list[int]] = [[] for _ in range(5_000)]
        assert len(lists) == 5_000
        assert gc.get_stats()[0]["collections"] - collected <= 1
        assert gc.isenabled()
    finally:
        gc.set_threshold(*before)
