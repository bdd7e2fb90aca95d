"""The exam, sat by Stripe on localstripe behind the checking proxy.

Disputes are read as unknown alone, since localstripe has none; test_shapes.py reads Stripe's own example of one.
"""

import pytest

from paydesk.gateways.conformance import Part, parts_for
from paydesk.gateways.stripe import history
from paydesk.gateways.stripe.gateway import StripeGateway
from tests.gateways.stripe.exam_scene import StripeExamScene
from tests.stripe_scene import StripeScene


@pytest.mark.parametrize("part", parts_for(StripeGateway), ids=str)
def test_stripe_passes(stripe_scene: StripeScene, part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    # A hundred invoices make a page; a few do here.
    monkeypatch.setattr(history, "PAGE", 2)
    part.examine(StripeExamScene(stripe_scene))
