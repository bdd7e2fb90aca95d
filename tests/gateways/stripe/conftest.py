"""The Stripe account that these tests run against."""

import pytest

from paydesk.gateways.stripe.gateway import StripeGateway
from tests.stripe_scene import StripeScene, stripe_account, stripe_scene

__all__ = ["gateway", "stripe_account", "stripe_scene"]


@pytest.fixture
def gateway(stripe_scene: StripeScene) -> StripeGateway:
    """Our gateway, connected to that account."""
    return StripeGateway(stripe_scene.settings())
