"""A merchant whose database is put back."""

from __future__ import annotations

import pytest

from tests.simulator import Simulator
from tests.sync.compare.studio import Studio, studio


@pytest.fixture
def clay(simulator: Simulator) -> Studio:
    """Ada has one subscription, whose first payment is due."""
    scene = studio(simulator)
    scene.start()
    return scene
