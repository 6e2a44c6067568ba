"""A PostgreSQL of its own for `bench.fleet`, on a socket in a temporary folder; it can be killed and comes up again."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

_CHANGED = {"listen_addresses": "", "log_min_messages": "fatal", "max_connections": "200", "shared_buffers": "256MB"}


class Server:
    """A context manager.

    Attributes:
        address: of the store.
    """

    def __init__(self) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]))
        if not programs:
            raise SystemExit("no PostgreSQL is installed (Debian: apt-get install postgresql)")
        self._programs = programs[-1]
        self._folder = Path(tempfile.mkdtemp(prefix="aggregator-bench-pg-", dir="/tmp"))
        self._as_user: dict[str, object] = {}
        if os.getuid() == 0:  # initdb refuses root
            user = pwd.getpwnam("nobody")
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            self._as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.address = f"postgresql://aggregator@/news?host={self._folder}"

    def __enter__(self) -> "Server":
        words = "--auth=trust --username=aggregator --encoding=UTF8 --locale=C".split()
        self._run([self._programs / "initdb", "-D", self._folder / "data", *words]).wait()
        self._start()
        with psycopg.connect(self.address.replace("/news?", "/postgres?"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE news TEMPLATE template0")
        return self

    def __exit__(self, *_: object) -> None:
        self._server.send_signal(signal.SIGINT)
        self._server.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def crash(self) -> None:
        """Kill all of it at once, as a loss of power would, and start it again."""
        children = subprocess.run(
            ["ps", "--ppid", str(self._server.pid), "-o", "pid="], capture_output=True, text=True, check=False
        )
        for pid in [self._server.pid, *map(int, children.stdout.split())]:
            os.kill(pid, signal.SIGKILL)
        self._server.wait()
        self._start()

    def load(self) -> tuple[float, float, float]:
        """Return so far: transactions, seconds of CPU, bytes of the write-ahead log."""
        with psycopg.connect(self.address) as connection:
            row = connection.execute(
                "SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()), "
                "pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"
            ).fetchone()
        assert row
        return float(row[0]), self._cpu(), float(row[1])

    def _cpu(self) -> float:
        ticks = os.sysconf("SC_CLK_TCK")
        total = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has just ended
            if str(self._server.pid) in (fields[1], path.parent.name):
                total += sum(map(int, fields[11:15]))  # those that have ended, too
        return total / ticks

    def _start(self) -> None:
        options = [f"-c{name}={value}" for name, value in {**_CHANGED, "unix_socket_directories": self._folder}.items()]
        server = [self._programs / "postgres", "-D", self._folder / "data", *options]
        self._server = self._run(["setpriv", "--pdeathsig", "INT", *server])
        ready = [self._programs / "pg_isready", "-q", "-h", self._folder, "-U", "aggregator", "-d", "postgres"]
        while subprocess.run(ready, check=False).returncode:
            if self._server.poll() is not None:
                self._server = self._run(
                    ["setpriv", "--pdeathsig", "INT", *server]
                )  # memory of the one that was killed
            time.sleep(0.1)

    def _run(self, command: list[object]) -> "subprocess.Popen[bytes]":
        words = [str(word) for word in command]
        return subprocess.Popen(
            words, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._as_user
        )  # type: ignore[call-overload, no-any-return]
