"""Ada, whose card had not enough money on it, at a merchant that is connected to the simulated company."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connected import connected
from tests.journeys.installation import Installation
from tests.journeys.portal.customers import Payer
from tests.simulator import Simulator


@pytest.fixture
def ada(simulator: Simulator, installation: Installation, new_context: Any) -> Payer:
    """Her card had not enough money on it."""
    return Payer(clay=connected(simulator), installation=installation, new_context=new_context)
