"""Runs a command to its end and prints what it and all its descendants took, as one JSON line.

Run as `python -m bench.measure SECONDS COMMAND [ARGUMENT ...]`; after so many seconds all of it is ended. The command's
own output goes to stderr. Worker processes are children of a server process that outlives the command for a moment, so
orphans are adopted and waited for here.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

_PR_SET_CHILD_SUBREAPER, _PR_SET_PDEATHSIG = 36, 1  # prctl(2)
_TOO_LONG = 124  # the exit code, as of timeout(1)


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds of wall and of CPU of all its processes, peak MiB of its own and of its largest
    descendant.
    """

    wall: float
    cpu: float
    peak: float
    peak_below: float
    status: int


class TookTooLong(Exception):
    """The command was ended."""


def measure(command: Sequence[str], environment: dict[str, str] | None = None, limit: float = 600) -> Cost:
    """Run a command in a process that measures it. Its output is dropped, but for errors when it fails.

    Raises:
        TookTooLong: it was not done after `limit` seconds.
    """
    measured = subprocess.run(
        [sys.executable, "-m", "bench.measure", str(limit), *command],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if measured.returncode == _TOO_LONG:
        raise TookTooLong(f"took more than {limit:g} s")
    cost = Cost(**json.loads(measured.stdout.splitlines()[-1]))
    if cost.status:
        sys.stderr.write("\n".join(measured.stderr.splitlines()[-5:]) + "\n")
    return cost


def die_with_parent() -> None:
    """Have this process told to end when the one that started it has ended, however that came."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def main() -> None:
    """Measure, print, and exit 0; 124 when it took too long."""
    die_with_parent()
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    started = time.perf_counter()
    process = subprocess.Popen(sys.argv[2:], stdout=sys.stderr, start_new_session=True)

    def end(*_: object) -> None:
        os.killpg(process.pid, signal.SIGKILL)  # a session of its own, so nobody else's
        sys.exit(_TOO_LONG)

    signal.signal(signal.SIGALRM, end)
    signal.signal(signal.SIGTERM, end)
    signal.setitimer(signal.ITIMER_REAL, float(sys.argv[1]))
    wall = cpu = peak = peak_below = 0.0
    while True:
        try:
            pid, status, usage = os.wait4(-1, 0)
        except ChildProcessError:
            break
        cpu += usage.ru_utime + usage.ru_stime
        if pid == process.pid:
            wall = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
            peak = usage.ru_maxrss / 1024
        else:
            peak_below = max(peak_below, usage.ru_maxrss / 1024)
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak, "peak_below": peak_below, "status": process.returncode}))


if __name__ == "__main__":
    main()
