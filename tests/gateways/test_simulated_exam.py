"""The exam, sat by both kinds of the simulated company."""

import pytest

from paydesk.gateways.conformance import Part, parts_for
from paydesk.gateways.simulated.gateway import BillingGateway, VaultGateway
from tests.gateways.exam_scene import SimulatedScene
from tests.simulator import Simulator


@pytest.mark.parametrize("part", parts_for(BillingGateway), ids=str)
def test_the_billing_account_passes(simulator: Simulator, part: Part) -> None:
    part.examine(SimulatedScene(simulator, BillingGateway, kind="billing"))


@pytest.mark.parametrize("part", parts_for(VaultGateway), ids=str)
def test_the_vault_account_passes(simulator: Simulator, part: Part) -> None:
    part.examine(SimulatedScene(simulator, VaultGateway, kind="vault"))
