"""What the service manager hears, over a real socket; and the units that it reads."""

import asyncio
import configparser
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.systemd import feed_watchdog, notify, notify_reloading, watchdog_seconds
from tests.newsroom import EVERYTHING, Newsroom

UNITS = Path(__file__).parent.parent / "systemd"


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listening


def heard(manager: socket.socket) -> str:
    return manager.recv(4096).decode()


def test_a_manager_hears_what_is_said(manager: socket.socket) -> None:
    notify("READY=1", "STATUS=polling 3 sources")
    assert heard(manager) == "READY=1\nSTATUS=polling 3 sources"
    notify_reloading()
    assert heard(manager).startswith("RELOADING=1\nMONOTONIC_USEC=")


def test_a_name_without_a_file_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0aggregator-test-{os.getpid()}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@aggregator-test-{os.getpid()}")
        notify("READY=1")
        assert listening.recv(100) == b"READY=1"


def test_nobody_who_listens_is_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    notify("READY=1")


@pytest.mark.parametrize(
    ("wanted", "process", "seconds"),
    [("120000000", "", 120.0), ("5000000", "own", 5.0), ("120000000", "1", None), ("", "", None), ("soon", "", None), ("0", "", None)],
)  # fmt: skip
def test_the_watchdog_is_for_whom_it_was_set(
    monkeypatch: pytest.MonkeyPatch, wanted: str, process: str, seconds: float | None
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", wanted)
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if process == "own" else process)
    assert watchdog_seconds() == seconds


def test_the_watchdog_is_fed_only_while_work_goes_on(manager: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "4000")
    signs = iter([True, False, True, False])
    asked: list[bool] = []

    async def is_alive() -> bool:
        asked.append(next(signs, False))
        if len(asked) == 6:
            raise asyncio.CancelledError
        return asked[-1]

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(feed_watchdog(is_alive))
    assert [heard(manager), heard(manager)] == ["WATCHDOG=1"] * 2
    manager.setblocking(False)
    with pytest.raises(BlockingIOError):
        manager.recv(100)


def test_a_service_is_ready_alive_and_stops(
    manager: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "400000")
    newsroom = Newsroom(tmp_path)
    newsroom.edit(EVERYTHING)

    async def run() -> list[str]:
        stop = asyncio.Event()
        async with newsroom.service() as service:
            running = asyncio.create_task(service.run(stop, lambda _: None))
            said = [await asyncio.to_thread(heard, manager), await asyncio.to_thread(heard, manager)]
            service._beats["poll"] -= 1000  # as if a step of polling had hung for so long
            assert not await service.is_alive()
            stop.set()
            await running
        return [*said, await asyncio.to_thread(heard, manager)]

    ready, alive, stopping = asyncio.run(run())
    assert ready == "READY=1\nSTATUS=polling 0 sources, publishing 1 topics"
    assert (alive, stopping) == ("WATCHDOG=1", "STOPPING=1")


@pytest.mark.parametrize("unit", sorted(UNITS.glob("*.service")), ids=lambda path: path.stem)
def test_a_unit_shuts_the_rest_of_the_machine_out(unit: Path) -> None:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[method-assign, assignment]
    read.read(unit)
    service = read["Service"]
    assert service["User"] == "aggregator"
    for key in ("NoNewPrivileges", "ProtectHome", "PrivateDevices", "PrivateUsers", "MemoryDenyWriteExecute"):
        assert service[key] == "yes", key
    assert service["ProtectSystem"] == "strict"
    assert service["IPAddressDeny"]
    assert service["MemoryMax"]
    assert service["ExecStart"].startswith("/opt/aggregator/.venv/bin/aggregator ")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("unit", sorted(UNITS.glob("*.service")), ids=lambda path: path.stem)
def test_systemd_finds_a_unit_secure(unit: Path) -> None:
    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=13", str(unit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout[-300:] + said.stderr


def test_the_hourly_run_leaves_a_running_service_alone() -> None:
    unit = (UNITS / "aggregator-run.service").read_text(encoding="utf-8")
    assert "\nConflicts=" not in unit  # it would stop the service, and nobody would start it again
    assert "\nSuccessExitStatus=4\n" in unit
