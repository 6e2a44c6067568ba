"""Threads share one arena of memory."""

import platform
import subprocess
import sys

import pytest

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
