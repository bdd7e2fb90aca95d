"""A merchant that was added, connected to Stripe and imported with the real commands, and a customer who owes."""

from __future__ import annotations

import pytest

from tests.journeys.commands import Commands
from tests.journeys.installation import Installation
from tests.journeys.stripe.books import Books
from tests.stripe_scene import StripeScene, stripe_account, stripe_scene

__all__ = ["stripe_account", "stripe_scene"]


@pytest.fixture
def books(stripe_scene: StripeScene, installation: Installation) -> Books:
    """Ada has paid one invoice of her subscription and owes the next: her card was declined."""
    due = stripe_scene.past_due()
    paydesk = Commands(installation)
    paydesk.open_merchant()
    address = paydesk.connect("stripe", stripe_scene.settings(), name="Stripe")
    paydesk.take_over("Stripe")
    return Books(stripe=stripe_scene, due=due, installation=installation, webhooks_go_to=address)
