"""Ada at a merchant that collects by itself, and at one whose company collects."""

from __future__ import annotations

from typing import Any

import pytest

from tests.billing.charging.scene import collecting
from tests.connected import connected
from tests.journeys.installation import Installation
from tests.journeys.plans.steps import AtHerDesk
from tests.journeys.portal.customers import Payer
from tests.journeys.stripe.conftest import books, stripe_account, stripe_scene
from tests.simulator import Simulator

__all__ = ["books", "stripe_account", "stripe_scene"]


@pytest.fixture
def ada(simulator: Simulator, installation: Installation, new_context: Any) -> AtHerDesk:
    """Nothing is agreed yet; her one card (4242) is good."""
    return AtHerDesk(clay=collecting(simulator), installation=installation, new_context=new_context)


@pytest.fixture
def payer(simulator: Simulator, installation: Installation, new_context: Any) -> Payer:
    """Her card pays "Studio" every month; the company collects it."""
    clay = connected(simulator, card="good")
    clay.account.subscription(clay.customer, name="Studio")
    clay.take_over()
    return Payer(clay=clay, installation=installation, new_context=new_context)
