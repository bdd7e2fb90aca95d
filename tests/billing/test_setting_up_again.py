"""A set-up whose page is loaded again goes on: nothing is begun twice, and no key is sent that may be forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payment_methods.models import MethodSetup, PaymentMethod
from paydesk.billing.payment_methods.set_up import (
    BegunSetup,
    SetupRefused,
    begin_method_setup,
    finish_method_setup,
    go_on_with_setup,
)
from paydesk.gateways.method_setup import FinishedSetup
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.kit import clock
from tests.connected import Connected, connected
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

TAKEN_OFF_AT = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    """Ada, with a card."""
    return connected(simulator, card="good")


def owner(clay: Connected) -> GatewayCustomer:
    """Her record at the company."""
    return GatewayCustomer.objects.get(merchant_id=clay.merchant.id)


def back(setup_id: str) -> str:
    """Say where she comes back to."""
    return f"http://127.0.0.1/setups/{setup_id}/done"


@pytest.fixture
def begun(clay: Connected) -> BegunSetup:
    """She has begun to enter a card."""
    return begin_method_setup(
        merchant=clay.merchant,
        customer_id=owner(clay).customer_id or 0,
        gateway_customer_id=owner(clay).id,
        return_url_of=back,
        now=clock.wall_now(),
    )


def go_on(
    clay: Connected, begun: BegunSetup, *, later: timedelta = timedelta(), stranger: int = 0
) -> BegunSetup:
    """Load the page again."""
    return go_on_with_setup(
        merchant=clay.merchant,
        customer_id=(owner(clay).customer_id or 0) + stranger,
        setup_public_id=begun.public_id,
        return_url_of=back,
        now=clock.wall_now() + later,
    )


def test_loading_again_goes_on_with_the_same_set_up(clay: Connected, begun: BegunSetup) -> None:
    reference = MethodSetup.objects.get(merchant_id=clay.merchant.id).reference
    assert go_on(clay, begun) == begun
    assert MethodSetup.objects.get(merchant_id=clay.merchant.id).reference == reference


def test_a_key_that_may_be_forgotten_is_not_sent_again(clay: Connected, begun: BegunSetup) -> None:
    go_on(clay, begun, later=timedelta(hours=19))
    with pytest.raises(SetupRefused, match="begin again"):
        go_on(clay, begun, later=timedelta(hours=20))


def test_one_that_is_over_is_not_begun_again(clay: Connected, begun: BegunSetup) -> None:
    clay.account.enter_card(MethodSetup.objects.get(merchant_id=clay.merchant.id).reference)
    customer = owner(clay).customer_id or 0
    finish_method_setup(merchant=clay.merchant, customer_id=customer, setup_public_id=begun.public_id)
    with pytest.raises(SetupRefused):
        go_on(clay, begun)


@pytest.fixture
def entered(clay: Connected, begun: BegunSetup) -> MethodSetup:
    """She has entered a card, and nobody has taken it over yet."""
    setup = MethodSetup.objects.get(merchant_id=clay.merchant.id)
    clay.account.enter_card(setup.reference, "good_mastercard")
    return setup


def finish(clay: Connected, setup: MethodSetup) -> PaymentMethod:
    """Come back with the card; gives it as it stands then."""
    finish_method_setup(
        merchant=clay.merchant, customer_id=setup.customer_id, setup_public_id=setup.public_id
    )
    return PaymentMethod.objects.get(merchant_id=clay.merchant.id, last_four="5454")


@pytest.mark.parametrize(
    ("meanwhile", "is_default"),
    [({"is_default": True}, True), ({"removed_at": TAKEN_OFF_AT, "is_default": False}, False)],
)
def test_the_slower_of_two_who_finish_one_set_up_leaves_what_was_done_with_the_card_meanwhile(
    clay: Connected,
    entered: MethodSetup,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: dict[str, Any],
    is_default: bool,
) -> None:
    ask = BillingGateway.finish_method_setup

    def overtaken(gateway: BillingGateway, reference: str) -> FinishedSetup:
        answer = ask(gateway, reference)
        monkeypatch.setattr(BillingGateway, "finish_method_setup", ask)
        card = finish(clay, entered)
        PaymentMethod.objects.filter(merchant_id=card.merchant_id, id=card.id).update(**meanwhile)
        return answer

    monkeypatch.setattr(BillingGateway, "finish_method_setup", overtaken)
    card = finish(clay, entered)
    assert (card.is_default, card.removed_at) == (is_default, meanwhile.get("removed_at"))


def test_a_set_up_does_not_know_that_its_card_has_become_the_default(
    clay: Connected, entered: MethodSetup
) -> None:
    clay.take_over()  # a webhook was quicker, and brought the card
    mine = PaymentMethod.objects.filter(merchant_id=clay.merchant.id)
    mine.update(is_default=False)
    mine.filter(last_four="5454").update(is_default=True)
    assert finish(clay, entered).is_default


def test_that_of_somebody_else_is_not_there(clay: Connected, begun: BegunSetup) -> None:
    with pytest.raises(MethodSetup.DoesNotExist):
        go_on(clay, begun, stranger=1)
