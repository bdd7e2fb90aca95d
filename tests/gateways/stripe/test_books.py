"""Stripe and our own books together: imported, paid again once, and read again when a webhook says so."""

from datetime import timedelta

import pytest
from django.test import Client

from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.retry import retry_payment
from paydesk.billing.payments.settle import look_up_attempt
from paydesk.billing.subscriptions.models import Subscription
from paydesk.config.schedule import QUEUES
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Connection, Merchant
from paydesk.merchants.open import ConnectionWanted, connection_uuid, open_connection
from paydesk.sync.import_history import import_history
from paydesk.work.queues import claim_of, work_one
from tests.stripe_scene import GOOD, NEEDS_3D_SECURE, Object, PastDue, StripeScene

pytestmark = pytest.mark.django_db(transaction=True)
PAY = "/v1/invoices/[^/]+/pay"


class Books:
    """A merchant connected to the Stripe account, with the history of one customer who owes an invoice."""

    def __init__(self, stripe: StripeScene) -> None:
        self.stripe = stripe
        self.due: PastDue = stripe.past_due()
        row = Merchant.objects.create(
            slug="clay",
            name="Clay",
            mode="test",
            support_email="help@clay.example",
            created_at=clock.wall_now(),
        )
        self.merchant: MerchantInSight = merchant_by_id(row.id)
        settings = stripe.settings()
        wanted = ConnectionWanted(
            uuid=connection_uuid(merchant_id=row.id, gateway="stripe", name="Stripe"),
            gateway="stripe",
            name="Stripe",
            credentials=settings.credentials,
            base_url=settings.base_url,
        )
        self.connection: Connection = open_connection(wanted, merchant=self.merchant, now=clock.wall_now())

    def take_over(self) -> None:
        import_history(merchant=self.merchant, connection=self.connection, on_progress=lambda _: None)

    def owed(self) -> Payment:
        return Payment.objects.get(merchant_id=self.merchant.id, reference=self.due.failed_invoice)

    def press(self, number: str) -> Attempt:
        """Save a card, take it over, and pay with it."""
        card = self.stripe.card(self.due.customer, number)
        self.take_over()
        method = PaymentMethod.objects.get(merchant_id=self.merchant.id, reference=card)
        payment = self.owed()
        return retry_payment(
            merchant=self.merchant,
            customer_id=payment.customer_id or 0,
            payment_public_id=payment.public_id,
            method_public_id=method.public_id,
            asked_by=Attempt.AskedBy.CUSTOMER,
            return_url="http://127.0.0.1/back",
            now=clock.wall_now(),
        )

    def charged(self) -> list[str]:
        entries = LedgerEntry.objects.filter(merchant_id=self.merchant.id, kind="charge")
        return sorted(entries.values_list("reference", flat=True))

    def taken(self) -> list[str]:
        """Name what Stripe has taken, by its own books."""
        charges = self.stripe.charges(self.due.customer)
        return sorted(one["id"] for one in charges if one["status"] == "succeeded")

    def tell(self, kind: str, named: Object) -> int:
        """Send a signed webhook, and work it off."""
        body, headers = self.stripe.signed_event(kind, named)
        address = f"/m/clay/hooks/{self.connection.uuid}"
        answer = Client().post(
            address, data=body, content_type="application/json", headers={"host": "127.0.0.1:8000", **headers}
        )
        [inbox] = [queue for queue in QUEUES if queue.name == "inbox"]
        for one in claim_of(inbox, most=10, now=clock.wall_now()):
            work_one(inbox, one, clock=clock.wall_now)
        return answer.status_code


@pytest.fixture
def books(stripe_scene: StripeScene) -> Books:
    return Books(stripe_scene)


def test_an_import_twice_brings_everything_once(books: Books) -> None:
    books.stripe.make_default(books.due.customer, books.stripe.card(books.due.customer, GOOD))
    books.stripe.charge(books.due.customer)
    books.take_over()
    books.take_over()

    states = Payment.objects.filter(merchant_id=books.merchant.id).values_list("state", flat=True)
    [subscription] = Subscription.objects.filter(merchant_id=books.merchant.id)
    assert sorted(states) == ["failed", "paid", "paid"]
    assert subscription.state == "past_due"
    assert books.charged() == books.taken()


def test_a_failed_invoice_is_paid_with_a_new_card_and_the_subscription_runs_on(books: Books) -> None:
    attempt = books.press(GOOD)

    [subscription] = Subscription.objects.filter(merchant_id=books.merchant.id)
    assert attempt.state == Attempt.State.SUCCEEDED
    assert books.owed().state == Payment.State.PAID
    assert books.charged() == books.taken()
    books.tell("customer.subscription.updated", {"id": subscription.reference, "object": "subscription"})
    subscription = Subscription.objects.get(merchant_id=books.merchant.id, id=subscription.id)
    assert subscription.state == "active"


def test_a_step_at_the_bank_is_passed_by_with_another_card_and_money_moves_once(books: Books) -> None:
    waiting = books.press(NEEDS_3D_SECURE)
    paid = books.press(GOOD)

    first = Attempt.objects.get(merchant_id=books.merchant.id, id=waiting.id)
    assert waiting.state == Attempt.State.NEEDS_CUSTOMER
    assert "/_hosted_invoice/" in waiting.action_url
    assert first.state == Attempt.State.ABANDONED
    assert paid.state == Attempt.State.SUCCEEDED
    assert books.charged() == books.taken()


def test_a_step_at_the_bank_that_was_passed_is_noticed_by_webhook(books: Books) -> None:
    waiting = books.press(NEEDS_3D_SECURE)
    books.stripe.finish_3d_secure(waiting.action_url)

    status = books.tell("invoice.paid", {"id": books.due.failed_invoice, "object": "invoice"})

    settled = Attempt.objects.get(merchant_id=books.merchant.id, id=waiting.id)
    assert status < 300
    assert settled.state == Attempt.State.SUCCEEDED
    assert books.owed().state == Payment.State.PAID
    assert books.charged() == books.taken()


@pytest.mark.parametrize(("fault", "ends"), [("lost_after", "succeeded"), ("lost_before", "abandoned")])
def test_a_lost_answer_stays_open_until_a_look_tells_the_truth(books: Books, fault: str, ends: str) -> None:
    books.stripe.fail_next("POST", PAY, fault)
    attempt = books.press(GOOD)
    assert attempt.state == Attempt.State.UNKNOWN
    asked = clock.wall_now() - timedelta(minutes=10)
    Attempt.objects.filter(merchant_id=books.merchant.id, id=attempt.id).update(
        created_at=asked, submitted_at=asked
    )

    settled = look_up_attempt(merchant=books.merchant, attempt_id=attempt.id, now=clock.wall_now())

    assert settled.state == ends
    assert books.charged() == books.taken()
