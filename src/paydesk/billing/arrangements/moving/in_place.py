"""Let an agreement that Paydesk collects be charged to a method at another company from now on.

It stays the same agreement, with its payments, its total and its rhythm: what is not paid yet is asked for there.
No company is asked, and a payment is one row with one open attempt, wherever it is charged.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from paydesk.billing.arrangements.changes.change import ChangeRefused, wait_for_payment
from paydesk.billing.arrangements.models import AskedBy
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.arrangements.moving.tell import tell_of_move
from paydesk.billing.arrangements.moving.ways import refusal
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.charging.elsewhere import charge_elsewhere
from paydesk.billing.payments.locks import lock_agreements
from paydesk.billing.payments.models import Attempt
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import in_transaction, locked
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection


def move_in_place(
    *,
    merchant: MerchantInSight,
    agreement: Subscription,
    method: PaymentMethod,
    asked_by: AskedBy,
    refused: type[ChangeRefused],
    now: datetime,
) -> Move:
    """Write it in one transaction. Raises `refused` while a payment is on its way. `now` is wall time."""

    def step() -> Move:
        accounts = Connection.objects.filter(
            merchant_id=merchant.id, id__in=[agreement.connection_id, method.connection_id]
        )
        are_open = all(one.removed_at is None for one in locked(accounts.order_by("id")))
        [row] = lock_agreements(merchant_id=merchant.id, ids=[agreement.id])
        row.connection = agreement.connection
        said = refusal(row, policies=merchant.policies) or name_is_taken(row, method)
        if said or not are_open or row.connection_id != agreement.connection_id:
            raise refused(said or wait_for_payment())
        _require_nothing_on_its_way(row)
        charge_elsewhere(agreement=row, owner=method.gateway_customer, method_id=method.id)
        move = Move.objects.create(
            merchant_id=merchant.id,
            customer_id=row.customer_id or 0,
            source_id=row.id,
            method_id=method.id,
            asked_by=asked_by,
            state=Move.State.DONE,
            created_at=now,
            acts_at=merchant.business_now(),
            settled_at=now,
        )
        tell_of_move(move, "done", now=now)
        return move

    return in_transaction(step)


def name_is_taken(row: Subscription, method: PaymentMethod) -> str | None:
    """Refuse where something else at the method's connection has this name, and keeps it, ended or not."""
    there = Subscription.objects.filter(
        merchant_id=row.merchant_id, connection_id=method.connection_id, reference=row.reference
    )
    is_taken = there.exclude(id=row.id).exists()
    return _("This cannot be moved right now. Please write to us.") if is_taken else None


def _require_nothing_on_its_way(row: Subscription) -> None:
    mine = {"merchant_id": row.merchant_id, "payment__subscription_id": row.id}
    if Attempt.objects.filter(**mine, state__in=Attempt.OPEN).exists():
        raise AssertionError("a payment that is on its way says so")
