"""PayPal Subscriptions and our own books together: imported, paid once, and what PayPal does by itself is seen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from paydesk.billing.arrangements.changes.cancel_agreement import cancel_agreement
from paydesk.billing.arrangements.changes.pause_agreement import pause_agreement
from paydesk.billing.arrangements.changes.undo_cancel import undo_cancel
from paydesk.billing.arrangements.moving.old_one import standing_of
from paydesk.billing.arrangements.moving.terms import terms_of
from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.retry import retry_payment
from paydesk.billing.payments.settle import look_up_attempt
from paydesk.billing.receipts.issue import issue_receipt
from paydesk.billing.subscriptions.models import Subscription
from paydesk.config.truths.check import check_truths
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight, all_merchant_ids, merchant_by_id
from paydesk.merchants.models import Connection, Merchant
from paydesk.merchants.move_clock import move_clock
from paydesk.merchants.open import ConnectionWanted, connection_uuid, open_connection
from paydesk.sync.import_history import import_history
from tests.connected import work_off
from tests.paypal_account import PayPalAccount

pytestmark = [pytest.mark.contracts, pytest.mark.django_db(transaction=True)]

CAPTURE = ".*/capture"


@pytest.fixture(autouse=True)
def _the_truths_hold() -> Iterator[None]:
    yield
    for merchant_id in all_merchant_ids():
        assert check_truths(merchant_by_id(merchant_id), now=clock.wall_now()) == []


class Books:
    """A merchant connected to the PayPal account, and a customer who owes the last two of four payments."""

    def __init__(self, paypal: PayPalAccount, *, total_cycles: int = 0) -> None:
        self.paypal = paypal
        plan = paypal.plan(name="Clay box", total_cycles=total_cycles)
        self.subscription = paypal.subscription(plan, cycles=4, behind=2)
        row = Merchant.objects.create(
            slug="clay",
            name="Clay",
            mode="test",
            support_email="help@clay.example",
            created_at=clock.wall_now(),
        )
        settings = paypal.settings()
        wanted = ConnectionWanted(
            uuid=connection_uuid(merchant_id=row.id, gateway="paypal-subscriptions", name="PayPal"),
            gateway="paypal-subscriptions",
            name="PayPal",
            credentials=settings.credentials,
            options=settings.options,
            base_url=settings.base_url,
        )
        self.merchant_id = row.id
        self.connection: Connection = open_connection(wanted, merchant=self.merchant, now=clock.wall_now())
        self.take_over()

    @property
    def merchant(self) -> MerchantInSight:
        return merchant_by_id(self.merchant_id)

    def take_over(self) -> None:
        import_history(merchant=self.merchant, connection=self.connection, on_progress=lambda _: None)

    def payments(self) -> list[Payment]:
        return list(Payment.objects.filter(merchant_id=self.merchant_id).order_by("due_at"))

    def owed(self) -> Payment:
        return self.payments()[-1]

    def agreement(self) -> Subscription:
        return Subscription.objects.get(merchant_id=self.merchant_id)

    def press(self) -> Attempt:
        payment = self.owed()
        return retry_payment(
            merchant=self.merchant,
            customer_id=payment.customer_id or 0,
            payment_public_id=payment.public_id,
            method_public_id="",
            asked_by=Attempt.AskedBy.CUSTOMER,
            return_url="",
            now=clock.wall_now(),
        )

    def look_up(self, attempt: Attempt) -> Attempt:
        """Let the resolver look ten minutes later."""
        asked = clock.wall_now() - timedelta(minutes=10)
        mine = Attempt.objects.filter(merchant_id=self.merchant_id, id=attempt.id)
        mine.update(created_at=asked, submitted_at=asked)
        return look_up_attempt(merchant=self.merchant, attempt_id=attempt.id, now=clock.wall_now())

    def charged(self) -> list[str]:
        entries = LedgerEntry.objects.filter(merchant_id=self.merchant_id, kind="charge")
        return sorted(entries.values_list("reference", flat=True))

    def taken(self) -> list[str]:
        """Name what PayPal has taken, by its own books."""
        rows = self.paypal.captured(self.subscription)
        return sorted(f"{self.subscription}:{one['reference']}" for one in rows)

    def deliver(self, *, of: str) -> None:
        """Deliver PayPal's newest event of a kind as a webhook, and work it off."""
        for event in [one for one in self.paypal.events() if one["event_type"] == of][-1:]:
            body = json.dumps(event).encode()
            headers = {"host": "127.0.0.1:8000", **self.paypal.signed(body, at=clock.wall_now())}
            address = f"/m/clay/hooks/{self.connection.uuid}"
            answer = Client().post(address, data=body, content_type="application/json", headers=headers)
            assert answer.status_code < 300
        work_off("inbox")

    def named(self) -> dict[str, object]:
        agreement = self.agreement()
        return {
            "merchant": self.merchant,
            "customer_id": agreement.customer_id or 0,
            "subscription_public_id": agreement.public_id,
            "now": clock.wall_now(),
        }


@pytest.fixture
def books(paypal_account: PayPalAccount) -> Books:
    return Books(paypal_account)


def test_an_import_twice_brings_everything_once(books: Books) -> None:
    books.take_over()
    assert [one.state for one in books.payments()] == ["paid", "paid", "failed"]
    assert (books.owed().owed_minor, books.agreement().state) == (3800, "past_due")
    assert books.charged() == books.taken()


def test_one_charge_pays_both_months_and_its_receipt_has_a_line_for_each(books: Books) -> None:
    books.paypal.set_funding(books.subscription, "good")
    attempt = books.press()

    assert attempt.state == Attempt.State.SUCCEEDED
    assert (books.owed().state, books.owed().owed_minor) == (Payment.State.PAID, 0)
    assert books.charged() == books.taken()
    issued = issue_receipt(merchant=books.merchant, payment_id=books.owed().id, now=clock.wall_now())
    assert len(issued.receipt.snapshot["lines"]) == 2

    books.take_over()
    books.deliver(of="PAYMENT.SALE.COMPLETED")
    assert [one.state for one in books.payments()] == ["paid", "paid", "paid"]
    assert books.agreement().state == "active"
    assert books.charged() == books.taken()


def test_a_plan_that_ran_out_is_still_owed_and_can_be_paid(paypal_account: PayPalAccount) -> None:
    """PayPal captures what is outstanding of an expired subscription too; of a cancelled one it does not."""
    books = Books(paypal_account, total_cycles=4)
    assert (books.agreement().state, books.agreement().payments_total) == ("completed", 4)
    assert (books.owed().state, books.owed().owed_minor) == (Payment.State.FAILED, 3800)

    paypal_account.set_funding(books.subscription, "good")
    assert books.press().state == Attempt.State.SUCCEEDED
    assert books.charged() == books.taken()


def test_a_plan_that_is_moved_with_its_arrears_loses_no_payment(paypal_account: PayPalAccount) -> None:
    """Of six, two are paid and two are owed: with the debt as one payment, two more are to come."""
    books = Books(paypal_account, total_cycles=6)
    standing = standing_of(merchant=books.merchant, source_id=books.agreement().id)

    terms = terms_of(standing.old(), begins_again=False, now=clock.wall_now(), zone="Europe/Berlin")

    assert terms is not None
    assert books.agreement().payments_made == 2
    assert [one.amount_minor for one in terms.payments] == [3800, 1900, 1900]


def test_a_no_is_shown_and_the_debt_stays(books: Books) -> None:
    attempt = books.press()
    assert attempt.state == Attempt.State.DECLINED
    assert (books.owed().state, books.owed().owed_minor) == (Payment.State.FAILED, 3800)
    books.take_over()
    assert len(books.payments()) == 3


@pytest.mark.parametrize(("fault", "ends"), [("lost_after", "succeeded"), ("lost_before", "abandoned")])
def test_a_lost_answer_stays_open_until_a_look_tells_the_truth(books: Books, fault: str, ends: str) -> None:
    books.paypal.set_funding(books.subscription, "good")
    books.paypal.fault(fault, CAPTURE, method="POST")
    attempt = books.press()
    assert attempt.state == Attempt.State.UNKNOWN

    settled = books.look_up(attempt)

    assert settled.state == ends
    assert books.charged() == books.taken()
    if ends == "abandoned":
        assert books.press().state == Attempt.State.SUCCEEDED
    assert books.owed().state == Payment.State.PAID
    assert books.charged() == books.taken()
    assert len(books.taken()) == 3


def test_what_paypal_collects_by_itself_is_seen_by_its_webhooks(books: Books) -> None:
    """The next bill asks for all three months, and pays the debt."""
    books.paypal.set_funding(books.subscription, "good")
    books.paypal.advance(days=25)
    books.deliver(of="PAYMENT.SALE.COMPLETED")

    assert (books.owed().state, books.owed().paid_minor) == (Payment.State.PAID, 5700)
    assert books.charged() == books.taken()


def test_what_fails_is_seen_by_a_webhook_that_names_the_subscription_alone(books: Books) -> None:
    """Until PayPal's last retry nothing is outstanding: then it alone tries again."""
    books.paypal.set_funding(books.subscription, "good")
    books.press()
    books.paypal.set_funding(books.subscription, "declined")
    books.paypal.advance(days=21)
    books.deliver(of="BILLING.SUBSCRIPTION.PAYMENT.FAILED")

    assert (books.owed().state, books.owed().amount_minor, books.owed().capabilities) == (
        "failed",
        1900,
        ["debt_ends"],
    )
    assert books.owed().next_attempt_at is not None
    assert books.agreement().state == "past_due"
    books.paypal.advance(days=11)
    books.deliver(of="BILLING.SUBSCRIPTION.PAYMENT.FAILED")
    assert (books.owed().owed_minor, books.owed().capabilities) == (
        1900,
        ["debt_ends", "retry_collectible"],
    )
    assert len(books.payments()) == 4


def test_a_cancel_at_the_end_is_held_here_and_can_be_undone(books: Books) -> None:
    changed = cancel_agreement(**books.named(), when="at_end")  # type: ignore[arg-type]  # words of one scene
    assert changed.is_confirmed
    assert books.agreement().ends_at == books.agreement().next_payment_at
    assert undo_cancel(**books.named()).is_news  # type: ignore[arg-type]  # words of one scene
    assert books.agreement().ends_at is None

    cancel_agreement(**books.named(), when="now")  # type: ignore[arg-type]  # words of one scene
    assert books.agreement().state == "canceled"
    books.take_over()
    assert (books.owed().state, books.owed().owed_minor) == (Payment.State.CANCELED, 0)


def test_a_pause_ends_on_its_day_though_paypal_keeps_none(books: Books) -> None:
    books.paypal.set_funding(books.subscription, "good")
    books.press()
    until = clock.local_date(clock.wall_now() + timedelta(days=10), zone=books.merchant.time_zone)
    changed = pause_agreement(**books.named(), until=until)  # type: ignore[arg-type]  # words of one scene
    assert changed.is_confirmed
    assert (books.agreement().state, books.agreement().resumes_at) == ("paused", None)

    move_clock(merchant_id=books.merchant_id, by=timedelta(days=10), now=clock.wall_now())
    work_off("events")
    work_off("actions")
    assert (books.agreement().state, books.agreement().goes_on_at) == ("active", None)
