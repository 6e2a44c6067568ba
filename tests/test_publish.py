"""Files are replaced whole."""

import gzip
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.errors import PublishError
from aggregator.publish import publish_file, remove_file, sweep_unfinished

SIZE = 200_000  # many times what one read or write takes at once


def files(folder: Path) -> list[str]:
    """List the files in a folder, without the compressed twins."""
    found = (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if not name.endswith(".gz"))


def test_a_file_is_written_with_its_folders(tmp_path: Path) -> None:
    assert publish_file(tmp_path / "a/b/water.rss", b"new") is True
    assert (tmp_path / "a/b/water.rss").read_bytes() == b"new"
    assert files(tmp_path) == ["a/b/water.rss"]


def test_a_changed_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "water.rss"
    publish_file(path, b"a longer old text")
    assert publish_file(path, b"new") is True
    assert path.read_bytes() == b"new"


def test_the_same_bytes_are_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "water.rss"
    publish_file(path, b"same")
    os.utime(path, (1, 1))
    before = path.stat()
    assert publish_file(path, b"same") is False
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_an_empty_file_is_a_file(tmp_path: Path) -> None:
    assert publish_file(tmp_path / "water.rss", b"") is True
    assert publish_file(tmp_path / "water.rss", b"") is False


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o000])
def test_the_web_server_may_read_it_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        publish_file(tmp_path / "water.rss", b"new")
    finally:
        os.umask(before)
    assert (tmp_path / "water.rss").stat().st_mode & 0o777 == 0o644


def test_a_reader_sees_the_old_file_or_the_new_one_and_never_half_of_one(tmp_path: Path) -> None:
    path = tmp_path / "water.rss"
    contents = [letter * SIZE for letter in (b"a", b"b")]
    publish_file(path, contents[0])
    seen: set[bytes] = set()
    started, stop = threading.Event(), threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.add(path.read_bytes())
            started.set()

    reader = threading.Thread(target=read)
    reader.start()
    started.wait()
    try:
        for turn in range(1, 51):
            publish_file(path, contents[turn % 2])
    finally:
        stop.set()
        reader.join()
    assert seen <= set(contents)
    assert files(tmp_path) == ["water.rss"]


def test_a_reader_of_the_old_file_reads_it_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "water.rss"
    publish_file(path, b"a" * SIZE)
    with path.open("rb") as old:
        beginning = old.read(10)
        publish_file(path, b"b" * SIZE)
        assert beginning + old.read() == b"a" * SIZE


def test_a_folder_in_its_place_is_an_error_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "water.rss").mkdir()
    with pytest.raises(PublishError) as caught:
        publish_file(tmp_path / "water.rss", b"new")
    assert str(caught.value) == (
        f"{tmp_path / 'water.rss'}: cannot be written (Is a directory); the old file is still in place; "
        "a folder stands where the file should be: move it away"
    )
    assert files(tmp_path) == []


def test_a_file_in_place_of_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "water").write_bytes(b"old")
    with pytest.raises(PublishError, match="cannot be written"):
        publish_file(tmp_path / "water/index.html", b"new")
    assert (tmp_path / "water").read_bytes() == b"old"


@pytest.mark.parametrize("step", ["fsync", "fchmod", "replace"])
def test_a_failure_at_any_step_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "water.rss"
    publish_file(path, b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(PublishError, match="No space left on device"):
        publish_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert files(tmp_path) == ["water.rss"]


def test_an_interruption_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "water.rss"
    publish_file(path, b"old")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        publish_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert files(tmp_path) == ["water.rss"]


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    publish_file(tmp_path / "water/index.html", b"new")
    (tmp_path / ".unfinished-abc").write_bytes(b"half")
    (tmp_path / "water/.unfinished-def").write_bytes(b"half")
    (tmp_path / "unfinished-symphony.rss").write_bytes(b"whole")
    sweep_unfinished(tmp_path)
    assert files(tmp_path) == ["unfinished-symphony.rss", "water/index.html"]


def test_sweeping_where_nothing_is_does_nothing(tmp_path: Path) -> None:
    sweep_unfinished(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_what_cannot_be_swept_is_named(tmp_path: Path) -> None:
    (tmp_path / ".unfinished-abc").mkdir()
    with pytest.raises(PublishError, match=r"\.unfinished-abc: cannot be removed"):
        sweep_unfinished(tmp_path)


# --- compressed twins ------------------------------------------------------------------------------------------------


def twin(path: Path) -> bytes:
    return gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes())


def test_a_twin_says_the_same_and_bears_the_same_time(tmp_path: Path) -> None:
    path = tmp_path / "water.rss"
    for content in (b"old", b"new"):
        publish_file(path, content, datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
        assert twin(path) == content
        assert path.stat().st_mtime == path.with_name("water.rss.gz").stat().st_mtime == 1795348800


def test_a_twin_that_a_kill_left_behind_its_original_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "water.rss"
    publish_file(path, b"old")
    publish_file(path, b"new", twin=False)
    os.utime(path, (1, 1))
    assert twin(path) == b"old"
    assert publish_file(path, b"new") is False
    assert twin(path) == b"new"
    path.with_name("water.rss.gz").unlink()
    publish_file(path, b"new")
    assert twin(path) == b"new"


def test_a_twin_goes_with_its_original(tmp_path: Path) -> None:
    publish_file(tmp_path / "water/index.html", b"page")
    remove_file(tmp_path / "water/index.html")
    assert list(tmp_path.iterdir()) == []
