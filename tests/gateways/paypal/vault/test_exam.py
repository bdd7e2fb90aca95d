"""The exam, sat by PayPal's Vault and Orders on the double."""

import pytest

from paydesk.gateways.conformance import Part, parts_for
from paydesk.gateways.paypal import captures
from paydesk.gateways.paypal.gateway import VaultGateway
from tests.gateways.paypal.vault.exam_scene import PayPalExamScene
from tests.paypal_account import PayPalAccount

pytestmark = pytest.mark.contracts


@pytest.mark.parametrize("part", parts_for(VaultGateway), ids=str)
def test_paypal_passes(paypal_account: PayPalAccount, part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    # Twenty payments make a page; a few do here.
    monkeypatch.setattr(captures, "PAGE", 2)
    part.examine(PayPalExamScene(paypal_account))
