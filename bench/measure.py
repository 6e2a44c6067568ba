"""Runs a command to its end and prints what it and all its descendants took, as one JSON line.

Run as `python -m bench.measure COMMAND [ARGUMENT ...]`; the command's own output goes to stderr. Worker processes are
children of a server process that outlives the command for a moment, so orphans are adopted and waited for here.
"""

import ctypes
import json
import os
import subprocess
import sys
import time

_PR_SET_CHILD_SUBREAPER = 36  # prctl(2)


def main() -> None:
    """Measure wall seconds, CPU seconds of all processes, peak MiB of the largest."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    started = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
    wall = cpu = peak = 0.0
    while True:
        try:
            pid, status, usage = os.wait4(-1, 0)
        except ChildProcessError:
            break
        if pid == process.pid:
            wall = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
        cpu += usage.ru_utime + usage.ru_stime
        peak = max(peak, usage.ru_maxrss / 1024)
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak}))
    sys.exit(process.returncode)


if __name__ == "__main__":
    main()
