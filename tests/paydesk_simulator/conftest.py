"""What the tests of the simulated company stand on: an account of their own."""

import pytest

from tests.simulator import SimulatedAccount, Simulator


@pytest.fixture
def account(simulator: Simulator) -> SimulatedAccount:
    """An account that collects, with a name that pages can show."""
    return simulator.account("billing", name="Fernwood Coffee")
