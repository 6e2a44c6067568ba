"""A PostgreSQL of our own for tests: one private server a process, reached through a socket in a folder that goes."""

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest

from aggregator.store.database import Database

_FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "shared_buffers": "32MB",
         "max_wal_size": "2GB", "autovacuum": "off", "listen_addresses": "", "log_min_messages": "fatal"}  # fmt: skip
_numbers = count(1)


def make_postgres_store(*, migrated: bool = True) -> str:
    """Make an empty store of the newest schema, or a database without any; returns its address."""
    name = f"store{next(_numbers)}"
    template = _template() if migrated else "template0"
    administer(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    return address_of(name)


def drop_postgres_store(address: str) -> None:
    name = address.removeprefix("postgresql://").split("/")[1].split("?")[0]
    administer(f"DROP DATABASE {name} WITH (FORCE)")


@cache
def _template() -> str:
    administer("CREATE DATABASE template_store TEMPLATE template0")
    with Database(address_of("template_store")) as database:
        database.migrate()
    return "template_store"


def administer(statement: str) -> None:
    with psycopg.connect(address_of("postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())


def address_of(name: str) -> str:
    return f"postgresql://aggregator@/{name}?host={_server()}"


@cache
def _server() -> Path:
    """Start the server; returns the folder of its socket. It ends with this process, however that ends."""
    programs = find_programs()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("no PostgreSQL is installed, and CI is set: these tests may not be left out")
        pytest.skip("no PostgreSQL is installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="aggregator-pg-", dir="/tmp"))
    user = _somebody()
    if user:  # initdb refuses root
        os.chown(folder, user.pw_uid, user.pw_gid)
    as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    data = folder / "data"
    words = "--auth=trust --username=aggregator --encoding=UTF8 --locale=C --no-sync".split()
    subprocess.run(
        [programs / "initdb", "-D", data, *words], check=True, cwd=folder, stdout=subprocess.DEVNULL, **as_user
    )
    options = [f"-c{name}={value}" for name, value in {**_FAST, "unix_socket_directories": str(folder)}.items()]
    server = subprocess.Popen(
        ["setpriv", "--pdeathsig", "INT", programs / "postgres", "-D", data, *options], cwd=folder, **as_user
    )

    def stop() -> None:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    for _ in range(300):
        ready = subprocess.run(
            [programs / "pg_isready", "-q", "-h", folder, "-U", "aggregator", "-d", "postgres"], check=False
        )
        if ready.returncode == 0:
            return folder
        if server.poll() is not None:
            break
        time.sleep(0.05)  # for a server that is not ours to be woken by
    raise RuntimeError("the PostgreSQL of the tests did not start")


def find_programs() -> Path | None:
    """Find where the newest PostgreSQL has its programs."""
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("postgres")
    return known[-1].parent if known else Path(on_path).parent if on_path else None


def _somebody() -> pwd.struct_passwd | None:
    """Return whom the server runs as where this process is root's."""
    return pwd.getpwnam("nobody") if os.getuid() == 0 else None
