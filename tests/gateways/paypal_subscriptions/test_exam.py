"""The exam, sat by PayPal Subscriptions at the double, which checks every request against PayPal's published files."""

import pytest

from paydesk.gateways.conformance import Part, parts_for
from paydesk.gateways.paypal.subscriptions import gateway
from tests.gateways.paypal_subscriptions.exam_scene import SubscriptionsScene
from tests.paypal_account import PayPalAccount

pytestmark = pytest.mark.contracts


@pytest.mark.parametrize("part", parts_for(gateway.SubscriptionsGateway), ids=str)
def test_paypal_subscriptions_pass(
    paypal_account: PayPalAccount, part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A hundred payments make a page; a few do here.
    monkeypatch.setattr(gateway, "PAGE", 2)
    part.examine(SubscriptionsScene(paypal_account))
