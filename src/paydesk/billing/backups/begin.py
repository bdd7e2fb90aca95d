"""Begin the one try with a customer's backup, when a payment that was asked for by itself was declined."""

from __future__ import annotations

from datetime import datetime

from paydesk.billing.backups.chosen import chosen_backups
from paydesk.billing.backups.models import BackupTry
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.database.transactions import in_transaction
from paydesk.events.models import Event
from paydesk.gateways.records import DeclineReason
from paydesk.merchants.find import merchant_by_id


def begin_backup(event: Event, now: datetime) -> None:
    """React to payment.failed: the row is there before a worker asks anybody. Doing it twice changes nothing."""
    if merchant_by_id(event.merchant_id).policies.backup_method:
        in_transaction(lambda: _begin(event, now))


def _begin(event: Event, now: datetime) -> None:
    payment = Payment.objects.get(merchant_id=event.merchant_id, public_id=str(event.subject["payment"]))
    declined = latest_try(payment)
    if declined is None or not calls_for_backup(payment, declined):
        return
    chosen = chosen_backups(merchant_id=payment.merchant_id, customer_id=payment.customer_id)
    if chosen.method_of(payment.subscription_id or 0) is not None:
        BackupTry.objects.get_or_create(
            merchant_id=payment.merchant_id,
            payment_id=payment.id,
            defaults={"declined": declined, "created_at": now, "due_at": now},
        )


def calls_for_backup(payment: Payment, declined: Attempt) -> bool:
    """Say whether the latest try of a payment was a clear no to an agreement's payment that nobody stood by.

    Whoever asks for it himself is in front of the page, and chooses there. After a restore it is not known any more who
    had asked. Who told their bank to stop the payments is not charged in another way.
    """
    is_of_agreement = payment.subscription_id is not None and (not payment.is_ours or payment.position)
    if not is_of_agreement or payment.state != Payment.State.FAILED or payment.contradicted_at is not None:
        return False
    by_itself = Attempt.AskedBy.ENGINE if payment.is_ours else Attempt.AskedBy.GATEWAY
    return (
        declined.state == Attempt.State.DECLINED
        and declined.asked_by == by_itself
        and declined.found_at is None
        and declined.decline_reason != DeclineReason.REVOKED
    )


def latest_try(payment: Payment) -> Attempt | None:
    """Give the latest try, whoever made it; one with a backup that surely was never asked for is none."""
    mine = Attempt.objects.filter(merchant_id=payment.merchant_id, payment_id=payment.id)
    never_asked = {"asked_by": Attempt.AskedBy.DUNNING, "state": Attempt.State.ABANDONED}
    return mine.exclude(**never_asked).order_by("-number").first()
