"""What a wheel carries: everything the program reads beside its own code, and what an operator installs."""

import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    wheel = next(iter(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])))
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_a_wheel_carries_the_whole_program(carried: set[str]) -> None:
    files = [path for path in (ROOT / "aggregator").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    kinds = {path.suffix for path in files}
    assert kinds >= {".py", ".html", ".css", ".svg", ".toml", ".mako"}  # templates, pictures, the demo, migrations
    assert {str(path.relative_to(ROOT)) for path in files} - carried == set()


def test_a_wheel_carries_what_an_operator_installs(carried: set[str]) -> None:
    share = next(name for name in carried if name.endswith("/share/aggregator/sources.toml")).removesuffix(
        "sources.toml"
    )
    assert {f"{share}systemd/{path.name}" for path in (ROOT / "systemd").iterdir()} - carried == set()
