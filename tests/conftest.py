"""What tests of several rooms share."""

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.partner import Partner
from tests.stores import DATABASES, gone_in_the_end, using

# A busy machine is no failure.
settings.register_profile("aggregator", deadline=None)
settings.load_profile("aggregator")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--store", choices=DATABASES, default="sqlite", help="what the stores are of that tests make")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let the tests of the store run over both databases, but for what only SQLite has."""
    only = any(metafunc.definition.iter_markers("sqlite"))
    of_store = metafunc.definition.path.parent.name == "store"
    kinds = ("sqlite",) if only else DATABASES if of_store else (metafunc.config.getoption("--store"),)
    metafunc.parametrize("_kind", kinds, indirect=True, scope="module", ids=None if len(kinds) > 1 else [""])


def pytest_collection_finish() -> None:
    """Keep the collector from looking over and over at what stays until the end: modules and thousands of tests."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _no_certificate_store() -> Iterator[None]:
    """Trust nobody: reading the system's certificates takes longer than most tests that make a client."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", os.devnull)
        patch.setenv("SSL_CERT_DIR", os.devnull)
        yield


@pytest.fixture(scope="module", autouse=True)
def _kind(request: pytest.FixtureRequest) -> Iterator[None]:
    with using(request.param):
        yield


@pytest.fixture(autouse=True)
def _databases_go(_kind: None) -> Iterator[None]:
    with gone_in_the_end():
        yield


@pytest.fixture
def partner() -> Iterator[Partner]:
    """A partner's web server on loopback, stopped after the test."""
    with Partner() as playing:
        yield playing
