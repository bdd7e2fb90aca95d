"""Ada at the company from which she wants to be moved."""

from __future__ import annotations

import pytest

from tests.billing.moving.removal import Removal, removal
from tests.simulator import Simulator


@pytest.fixture
def ada(simulator: Simulator) -> Removal:
    """Ada's studio costs EUR 19.00 a month at a company that keeps dates."""
    return removal(simulator)


@pytest.fixture
def kiln(ada: Removal) -> Removal:
    """Paydesk charges Ada's kiln hours to her card at the old company as well."""
    ada.start_kiln()
    return ada
