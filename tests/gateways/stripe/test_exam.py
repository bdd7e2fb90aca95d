"""The exam, sat by Stripe on localstripe behind the checking proxy.

One thing of it Stripe itself cannot do, so it is examined for charges of our own alone: end the 3-D Secure step of an
invoice while the invoice stays open. It need not be ended: an invoice is paid once, whichever card is confirmed.
Disputes are read as unknown alone, since localstripe has none; test_shapes.py reads Stripe's own example of one.
"""

import pytest

from paydesk.gateways.conformance import Part, parts_for
from paydesk.gateways.conformance_money import a_charge_that_waits_can_be_called_off
from paydesk.gateways.stripe import history
from paydesk.gateways.stripe.gateway import StripeGateway
from tests.gateways.stripe.exam_scene import StripeExamScene
from tests.stripe_scene import StripeScene

OWN_CHARGES_ONLY = {a_charge_that_waits_can_be_called_off}


@pytest.mark.parametrize("part", parts_for(StripeGateway), ids=str)
def test_stripe_passes(stripe_scene: StripeScene, part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    # A hundred invoices make a page; a few do here.
    monkeypatch.setattr(history, "PAGE", 2)
    scene = StripeExamScene(stripe_scene)
    scene.asks_for_own_charges_only = part.examine in OWN_CHARGES_ONLY

    part.examine(scene)
