"""What tests of several rooms share."""

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.partner import Partner

# A busy machine is no failure.
settings.register_profile("aggregator", deadline=None)
settings.load_profile("aggregator")


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


@pytest.fixture
def partner() -> Iterator[Partner]:
    """A partner's web server on loopback, stopped after the test."""
    with Partner() as playing:
        yield playing
