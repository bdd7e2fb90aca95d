"""What was asked for at the old company before an agreement was moved in place stays there, with what comes of it."""

from __future__ import annotations

import pytest

from paydesk.billing.arrangements.pay_together import pay_quote
from paydesk.billing.arrangements.quotes import quote_pay_off
from paydesk.billing.payments.models import Attempt, DueCharge, Payment, Refund
from paydesk.billing.payments.refunds.refund import refund_payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from tests.billing.moving.removal import Removal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kiln")]


def _pay_off(ada: Removal, method: str) -> Attempt:
    quote = quote_pay_off(
        merchant=ada.shop,
        customer_id=ada.kiln.customer_id or 0,
        subscription_public_id=ada.kiln.public_id,
        now=clock.wall_now(),
    )
    return pay_quote(
        merchant=ada.shop,
        customer_id=quote.customer_id,
        quote_public_id=quote.public_id,
        method_public_id=method,
        return_url="http://127.0.0.1/back",
        now=clock.wall_now(),
    )


def _expire_old_card(ada: Removal) -> None:
    ada.old.account.method(ada.old.customer, "expired_card", default=True)
    ada.old.take_over()


def test_a_charge_that_was_declined_there_is_still_read_there(ada: Removal) -> None:
    _expire_old_card(ada)
    ada.pass_time(days=31)
    ada.move_kiln()

    ada.old.take_over()

    tried = Attempt.objects.get(merchant_id=ada.shop.id, payment__position=2)
    assert (tried.connection_id, tried.state) == (ada.old.connection.id, "declined")
    overdue = Payment.objects.get(merchant_id=ada.shop.id, position=2)
    assert (overdue.connection_id, overdue.state) == (ada.there.id, "failed")


def test_money_that_came_there_late_is_kept_told_of_and_given_back_there(ada: Removal) -> None:
    mine = {"merchant_id": ada.shop.id}
    # As it stands when the bank had said no, and the company has the money all the same.
    first = Payment.objects.get(**mine, subscription_id=ada.kiln.id, position=1)
    Attempt.objects.filter(**mine, payment_id=first.id).update(state="declined")
    Payment.objects.filter(**mine, id=first.id).update(
        state="failed", paid_minor=0, owed_minor=3000, paid_at=None
    )
    Subscription.objects.filter(**mine, id=ada.kiln.id).update(payments_made=0, paid_minor=0)
    ada.move_kiln()

    ada.old.take_over()

    late = Payment.objects.get(**mine, id=first.id)
    assert (late.state, late.paid_minor, late.connection_id) == ("paid", 3000, ada.there.id)
    assert (late.contradicted_at is not None, ada.charged()) == (True, [])
    assert not DueCharge.objects.filter(**mine, payment_id=first.id, due_at__isnull=False).exists()

    refund_payment(
        merchant=ada.shop,
        payment_public_id=late.public_id,
        amount_minor=None,
        asked_by="grace",
        now=clock.wall_now(),
    )
    ada.old.take_over()
    [refund] = Refund.objects.filter(**mine)
    assert (refund.state, refund.connection_id) == ("succeeded", ada.old.connection.id)
    assert [row["amount_minor"] for row in ada.old.account.journal() if row["kind"] == "refund"] == [-3000]
    assert Payment.objects.get(**mine, id=first.id).refunded_minor == 3000


def test_what_was_to_be_paid_off_there_can_be_paid_off_here(ada: Removal) -> None:
    _expire_old_card(ada)
    assert _pay_off(ada, "").state == "declined"
    ada.move_kiln()

    assert _pay_off(ada, ada.card.public_id).state == "succeeded"

    assert (ada.charged(), ada.kiln.state, ada.is_true()) == ([9000], "completed", True)
