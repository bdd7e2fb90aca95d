"""One simulated company for all tests of itself; each test opens accounts of its own."""

from collections.abc import Iterator

import pytest

from tests.simulator import SimulatedAccount, Simulator, start_simulator


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    """The running company."""
    with start_simulator() as running:
        yield running


@pytest.fixture
def account(simulator: Simulator) -> SimulatedAccount:
    """An account that collects, with a name that pages can show."""
    return simulator.account("billing", name="Fernwood Coffee")
