"""One person who is two customers at one company: each bill is paid, and each new card saved, for its own record."""

from dataclasses import dataclass

import pytest

from paydesk.billing.customers.models import Customer, GatewayCustomer
from paydesk.billing.payment_methods.models import MethodSetup, PaymentMethod
from paydesk.billing.payment_methods.set_up import (
    BegunSetup,
    SetupRefused,
    begin_method_setup,
    finish_method_setup,
)
from paydesk.billing.payments.choices import retry_choices
from paydesk.billing.payments.models import Payment
from paydesk.billing.payments.refused import RetryRefused
from paydesk.kit import clock
from tests.connected import Connected, connected
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True, kw_only=True)
class TwiceAda:
    """Ada's first record and bill are the scene's own; the second record has the same address and a bill as well."""

    clay: Connected
    second: str
    bill: str

    def payment(self) -> Payment:
        """Give the bill of the second record as it stands."""
        return self.clay.bill(self.bill)

    def save_card(self, record: str, card: str = "good") -> str:
        """Save a card for one of the records; gives our public id."""
        reference = self.clay.account.method(record, card)
        self.clay.take_over()
        return PaymentMethod.objects.get(reference=reference).public_id

    def begin_setup(self, *, gateway_customer_id: int | None) -> BegunSetup:
        """Begin to enter a new card for the second bill."""
        payment = self.payment()
        return begin_method_setup(
            merchant=self.clay.merchant,
            customer_id=payment.customer_id or 0,
            gateway_customer_id=gateway_customer_id,
            payment_public_id=payment.public_id,
            return_url_of=lambda _: "http://127.0.0.1/back",
            now=clock.wall_now(),
        )


@pytest.fixture
def ada(simulator: Simulator) -> TwiceAda:
    clay = connected(simulator)
    second = clay.account.customer()
    clay.account.method(second, "insufficient_funds", default=True)
    bill = clay.account.bill(second, title="Second bill")["id"]
    clay.take_over()
    assert (Customer.objects.count(), GatewayCustomer.objects.count()) == (1, 2)
    return TwiceAda(clay=clay, second=second, bill=bill)


def test_a_card_of_the_one_record_does_not_pay_for_the_other(ada: TwiceAda) -> None:
    card = ada.save_card(ada.clay.customer)
    with pytest.raises(RetryRefused, match="no longer there"):
        ada.clay.press(card, payment=ada.payment())
    assert ada.clay.moved() == []


def test_only_cards_that_can_pay_the_bill_are_offered(ada: TwiceAda) -> None:
    ada.save_card(ada.clay.customer)
    card = ada.save_card(ada.second)
    choices = retry_choices(
        merchant=ada.clay.merchant,
        customer_id=ada.payment().customer_id or 0,
        payment_public_id=ada.payment().public_id,
    )

    assert card in [method.public_id for method in choices.methods]
    assert {method.gateway_customer.reference for method in choices.methods} == {ada.second}


def test_a_card_of_the_second_record_pays_its_bill(ada: TwiceAda) -> None:
    card = ada.save_card(ada.second)

    assert ada.clay.press(card, payment=ada.payment()).state == "succeeded"
    assert ada.payment().state == "paid"
    assert ada.clay.charged() == ada.clay.moved()


def test_a_new_card_for_nobodys_record_is_refused(ada: TwiceAda) -> None:
    with pytest.raises(SetupRefused, match="no account"):
        ada.begin_setup(gateway_customer_id=None)


def test_a_new_card_for_the_second_bill_is_saved_for_its_record_and_pays_it(ada: TwiceAda) -> None:
    begun = ada.begin_setup(gateway_customer_id=ada.payment().gateway_customer_id)
    setup = MethodSetup.objects.select_related("gateway_customer").get(public_id=begun.public_id)
    assert setup.gateway_customer.reference == ada.second

    ada.clay.account.enter_card(setup.reference)
    finished = finish_method_setup(
        merchant=ada.clay.merchant, customer_id=setup.customer_id, setup_public_id=begun.public_id
    )
    assert finished.method is not None
    assert ada.clay.press(finished.method.public_id, payment=ada.payment()).state == "succeeded"
