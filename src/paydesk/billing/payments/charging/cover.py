"""One charge for several payments (R1b): they are held by a payment that covers them, and return if it is not made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db.models import F

from paydesk.billing.payments.charging.due_rows import put_back_into_run, take_out_of_run
from paydesk.billing.payments.charging.plan_out import breakdown_of_lines
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import locked
from paydesk.gateways.contract import Capability
from paydesk.merchants.find import MerchantInSight

#: What may be covered: what is still to come, and what is overdue. Nothing that is on its way.
COVERABLE = (Payment.State.SCHEDULED, Payment.State.DUE, Payment.State.FAILED)
_RUN = (Payment.State.SCHEDULED, Payment.State.DUE)
_COVERS = UUID("0d8b2a57-6d2e-5c07-8f0e-2f3b9c1d7e55")


def cover_payments(
    *,
    payments: Sequence[Payment],
    order_id: int,
    title: str,
    waived_minor: int,
    waived_title: str,
    now: datetime,
) -> Payment:
    """Make the payment that covers these, which are locked with their agreements and of one account and currency.

    Its attempt is opened in the same transaction. `waived_minor`: what of their finance fees is let off. `now`: wall.
    """
    first = payments[0]
    if len({(one.connection_id, one.gateway_customer_id, one.currency) for one in payments}) != 1:
        raise AssertionError("one charge is of one account and one currency")
    if not all(one.is_ours and one.position and one.state in COVERABLE for one in payments):
        raise AssertionError("only what is still owed to an agreement of ours can be covered")
    owed_minor = sum(one.owed_minor for one in payments) - waived_minor
    if waived_minor < 0 or owed_minor <= 0:
        raise AssertionError("covering asks for money")
    agreements = {one.subscription_id for one in payments}
    covering = Payment.objects.create(
        merchant_id=first.merchant_id,
        connection_id=first.connection_id,
        customer_id=first.customer_id,
        gateway_customer_id=first.gateway_customer_id,
        order_id=order_id,
        subscription_id=first.subscription_id if len(agreements) == 1 else None,
        collected_by=Subscription.CollectedBy.PAYDESK,
        reference=reference_of(payments, tries=_tries(payments)),
        title=title,
        state=Payment.State.DUE,
        amount_minor=owed_minor,
        owed_minor=owed_minor,
        waived_minor=waived_minor,
        currency=first.currency,
        due_at=now,
        breakdown=breakdown_of_lines(
            [(one.title, one.owed_minor) for one in payments],
            less=[(waived_title, waived_minor)] if waived_minor else [],
        ),
        capabilities=[Capability.CHARGE_OFF_SESSION.value],
        observed_at=now,
    )
    ids = [one.id for one in payments]
    held = Payment.objects.filter(merchant_id=first.merchant_id, id__in=ids, state__in=COVERABLE)
    changed = held.update(
        state_before_cover=F("state"), state=Payment.State.COVERED, covered_by_id=covering.id
    )
    if changed != len(ids):
        raise AssertionError("a payment changed under its lock")
    take_out_of_run(merchant_id=first.merchant_id, payment_ids=ids)
    return covering


def release_covered(*, merchant: MerchantInSight, covering: Payment) -> None:
    """Let what was held be again what it was; the payment that held it asks for nothing any more. All are locked."""
    held = Payment.objects.filter(
        merchant_id=merchant.id, covered_by_id=covering.id, state=Payment.State.COVERED
    )
    rows = list(locked(held.order_by("id")).values_list("id", "state_before_cover"))
    held.update(state=F("state_before_cover"), state_before_cover="", covered_by_id=None)
    put_back_into_run(
        merchant=merchant, payment_ids=[payment_id for payment_id, state in rows if state in _RUN]
    )


def reference_of(payments: Sequence[Payment], *, tries: int) -> str:
    """Name what covers these payments by what survives a restore (R3). `tries`: how often they were covered before."""
    return f"{uuid5(_COVERS, '|'.join(sorted(one.reference for one in payments)))}:{tries}"


def _tries(payments: Sequence[Payment]) -> int:
    """A cover that was not made stays as a row: the next one of the same payments has a number of its own."""
    begins = reference_of(payments, tries=0).rpartition(":")[0]
    return Payment.objects.filter(
        merchant_id=payments[0].merchant_id,
        connection_id=payments[0].connection_id,
        reference__startswith=f"{begins}:",
    ).count()
