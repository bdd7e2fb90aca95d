"""A merchant that was added, connected to Stripe and imported with the real commands, and a customer who owes."""

from __future__ import annotations

import pytest

from tests.journeys.installation import Installation
from tests.journeys.stripe.books import Books, Commands
from tests.stripe_scene import StripeScene, stripe_account, stripe_scene

__all__ = ["stripe_account", "stripe_scene"]


@pytest.fixture
def books(stripe_scene: StripeScene, installation: Installation) -> Books:
    """Ada has paid one invoice of her subscription and owes the next: her card was declined."""
    due = stripe_scene.past_due()
    paydesk = Commands(installation.environment)
    paydesk.run("merchant", "harbor", "--name=Harbor Coffee Roasters", "--mode=test",
                "--support-email=help@harbor.example", "--time-zone=Europe/Berlin")  # fmt: skip
    told = paydesk.connect_stripe(stripe_scene)
    assert "Connected to" in told
    assert "Done." in paydesk.run("import", "--merchant=harbor", "--connection=Stripe")
    return Books(stripe=stripe_scene, due=due, installation=installation, told=told)
