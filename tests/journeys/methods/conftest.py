"""Ada at a merchant that is connected to the simulated company: in good order, or with a payment that has failed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connected import connected
from tests.journeys.installation import Installation
from tests.journeys.portal.customers import Payer
from tests.simulator import Simulator


@pytest.fixture
def ada(simulator: Simulator, installation: Installation, new_context: Any) -> Payer:
    """Her usual card pays "Studio", a card of its own (4343) pays "Kiln"."""
    clay = connected(simulator, card="good")
    own = clay.account.method(clay.customer, "good_amex")
    clay.account.subscription(clay.customer, name="Studio")
    clay.account.subscription(clay.customer, name="Kiln", method=own)
    clay.take_over()
    return Payer(clay=clay, installation=installation, new_context=new_context)


@pytest.fixture
def owing(simulator: Simulator, installation: Installation, new_context: Any) -> Payer:
    """Her one card (0604) has not enough money on it, and EUR 49.00 is overdue."""
    return Payer(clay=connected(simulator), installation=installation, new_context=new_context)
