"""One simulated company for all tests of gateways; each test opens accounts of its own."""

from collections.abc import Iterator

import pytest

from tests.simulator import Simulator, start_simulator


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    """The running company."""
    with start_simulator() as running:
        yield running
