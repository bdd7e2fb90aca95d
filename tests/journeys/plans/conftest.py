"""Ada at a merchant that collects by itself: her card is at a vault, and the worker charges it on its days."""

from __future__ import annotations

from typing import Any

import pytest

from tests.billing.charging.scene import collecting
from tests.journeys.installation import Installation
from tests.journeys.plans.steps import AtHerDesk
from tests.simulator import Simulator


@pytest.fixture
def ada(simulator: Simulator, installation: Installation, new_context: Any) -> AtHerDesk:
    """Nothing is agreed yet; her one card (4242) is good."""
    return AtHerDesk(clay=collecting(simulator), installation=installation, new_context=new_context)
