"""A customer whom PayPal's vault keeps by our id alone: a record there, a card, what it pays, what is left without."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from paydesk.billing.arrangements.models import MethodChange
from paydesk.billing.arrangements.start import AgreementWanted, start_agreement
from paydesk.billing.arrangements.switch_method import switch_method
from paydesk.billing.arrangements.what_pays_what import what_pays_what
from paydesk.billing.customers.models import Customer, GatewayCustomer
from paydesk.billing.payment_methods.models import MethodSetup, PaymentMethod
from paydesk.billing.payment_methods.open_account import account_for
from paydesk.billing.payment_methods.set_up import SetupRefused, begin_method_setup, finish_method_setup
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.retry import retry_payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.contract import Gateway, GatewayUnreachable
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from paydesk.merchants.open import ConnectionWanted, connection_uuid, open_connection
from paydesk.sync.reread import reread_customer
from tests import builders
from tests.connected import work_off
from tests.paypal_account import PayPalAccount

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.contracts]


@dataclass(frozen=True, kw_only=True)
class Studio:
    """A merchant that collects by itself at PayPal, and Ada, of whom PayPal knows nothing yet."""

    merchant: MerchantInSight
    connection: Connection
    account: PayPalAccount
    ada: Customer

    @property
    def gateway(self) -> Gateway:
        return connect(self.connection, merchant=self.merchant)

    def owner(self) -> GatewayCustomer:
        return account_for(merchant=self.merchant, customer_id=self.ada.id, connection=self.connection)

    def save_card(self) -> PaymentMethod:
        """Do as Ada does who enters a card."""
        begun = begin_method_setup(
            merchant=self.merchant,
            customer_id=self.ada.id,
            gateway_customer_id=self.owner().id,
            return_url_of=lambda setup: f"http://127.0.0.1/setups/{setup}/done",
            now=clock.wall_now(),
        )
        setup = MethodSetup.objects.get(merchant_id=self.merchant.id, public_id=begun.public_id)
        self.account.enter_card(setup.reference.partition(":")[0])
        finished = finish_method_setup(
            merchant=self.merchant, customer_id=self.ada.id, setup_public_id=begun.public_id
        )
        assert finished.method
        return finished.method

    def subscribe(self) -> Subscription:
        wanted = AgreementWanted(
            owner=GatewayCustomer.objects.select_related("connection").get(id=self.owner().id),
            name="Kiln sharing",
            price=Money(3000, "EUR"),
            interval_unit="month",
            interval_count=1,
            first_day=clock.local_date(self.merchant.business_now(), zone=self.merchant.time_zone),
        )
        return start_agreement(merchant=self.merchant, wanted=wanted, now=clock.wall_now())

    def let_pay(self, method: PaymentMethod, subscription: Subscription) -> MethodChange:
        return switch_method(
            merchant=self.merchant,
            customer_id=self.ada.id,
            method_public_id=method.public_id,
            subscription_public_ids=[subscription.public_id],
            makes_default=False,
            now=clock.wall_now(),
        )

    def run(self) -> None:
        """Let the charge run do what is due."""
        for queue in ("events", "charges", "events"):
            work_off(queue)

    def pay_now(self, card: PaymentMethod) -> Attempt:
        """Press as Ada, on what has failed."""
        payment = Payment.objects.get(merchant_id=self.merchant.id, state=Payment.State.FAILED)
        return retry_payment(
            merchant=self.merchant,
            customer_id=self.ada.id,
            payment_public_id=payment.public_id,
            method_public_id=card.public_id,
            asked_by=Attempt.AskedBy.CUSTOMER,
            return_url="http://127.0.0.1/back",
            now=clock.wall_now(),
        )

    def states(self) -> list[str]:
        found = Payment.objects.filter(merchant_id=self.merchant.id).order_by("position", "id")
        return [payment.state for payment in found]


@pytest.fixture
def studio(paypal_account: PayPalAccount) -> Studio:
    paypal_account.lag()
    merchant = builders.merchant("clay")
    wanted = ConnectionWanted(
        uuid=connection_uuid(merchant_id=merchant.id, gateway="paypal", name="PayPal"),
        gateway="paypal",
        name="PayPal",
        credentials=paypal_account.credentials,
        options={"webhook_ca": paypal_account.double.root_certificate},
        base_url=paypal_account.url,
    )
    return Studio(
        merchant=merchant,
        connection=open_connection(wanted, merchant=merchant, now=clock.wall_now()),
        account=paypal_account,
        ada=builders.customer(merchant),
    )


def test_a_customer_gets_one_record_at_a_company_that_keeps_none(studio: Studio) -> None:
    first = studio.owner()

    assert studio.owner() == first
    assert (first.customer_id, first.connection_id) == (studio.ada.id, studio.connection.id)
    assert first.reference


def test_a_customer_of_another_merchant_or_of_a_closed_connection_gets_none(studio: Studio) -> None:
    stranger = builders.customer(builders.merchant("other"), name="Bo", address="bo@example.com")
    with pytest.raises(Customer.DoesNotExist):
        account_for(merchant=studio.merchant, customer_id=stranger.id, connection=studio.connection)

    studio.connection.removed_at = clock.wall_now()
    with pytest.raises(SetupRefused):
        studio.owner()


def test_a_card_is_saved_chosen_and_charged_on_its_day(studio: Studio) -> None:
    agreement = studio.subscribe()
    studio.run()
    assert studio.states() == ["failed", "scheduled"], "nothing pays it yet"

    card = studio.save_card()
    [account] = what_pays_what(merchant=studio.merchant, customer_id=studio.ada.id, now=clock.wall_now())
    assert (account.can_add, account.can_choose, account.can_set_default) == (True, True, False)
    assert studio.let_pay(card, agreement).state == MethodChange.State.CONFIRMED
    attempt = studio.pay_now(card)

    assert attempt.state == Attempt.State.SUCCEEDED
    assert studio.states() == ["paid", "scheduled"]
    [taken] = studio.account.captured(studio.owner().reference)
    assert (taken["minor"], taken["reference"]) == (3000, attempt.reference)


def test_the_next_one_is_charged_to_the_chosen_card_without_anybody(studio: Studio) -> None:
    agreement, card = studio.subscribe(), studio.save_card()
    studio.let_pay(card, agreement)

    studio.run()

    assert studio.states() == ["paid", "scheduled"]


def test_an_answer_that_was_lost_is_found_by_the_order_and_nothing_is_charged_twice(studio: Studio) -> None:
    agreement, card = studio.subscribe(), studio.save_card()
    studio.let_pay(card, agreement)
    with studio.account.losing_answers(".*/capture"):
        studio.run()
    assert studio.states() == ["processing", "scheduled"]

    Attempt.objects.filter(merchant_id=studio.merchant.id).update(due_at=clock.wall_now())
    work_off("attempts")
    studio.run()

    assert studio.states() == ["paid", "scheduled"]
    assert len(studio.account.captured(studio.owner().reference)) == 1


def test_without_its_last_method_a_customer_is_still_one_who_can_save_another(studio: Studio) -> None:
    card = studio.save_card()
    studio.gateway.remove_method(method_reference=card.reference, key="taken-off")

    owner = reread_customer(
        connection=studio.connection, gateway=studio.gateway, reference=studio.owner().reference
    )

    assert owner.customer_id == studio.ada.id
    assert not PaymentMethod.objects.filter(gateway_customer_id=owner.id, removed_at__isnull=True).exists()
    assert studio.save_card().reference != card.reference


def test_a_company_that_is_silent_about_a_customer_takes_nothing_off(studio: Studio) -> None:
    studio.save_card()
    studio.account.fault("503", "/v3/vault/.*", times=0)

    with pytest.raises(GatewayUnreachable):
        reread_customer(
            connection=studio.connection, gateway=studio.gateway, reference=studio.owner().reference
        )

    assert PaymentMethod.objects.filter(removed_at__isnull=True).count() == 1
