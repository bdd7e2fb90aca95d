"""One charge for several payments (R1b): they are held by a payment that covers them, and return if it is not made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.orders.mirror import mirror_order
from paydesk.billing.payments.charging.due_rows import put_back_into_run, take_out_of_run
from paydesk.billing.payments.charging.plan_out import breakdown_of_lines
from paydesk.billing.payments.mirrored.breakdown import Breakdown
from paydesk.billing.payments.models import Payment
from paydesk.billing.payments.restate import restate_payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import locked
from paydesk.gateways.contract import Capability
from paydesk.gateways.records import LineRecord
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection

#: What may be covered: what is still to come, and what is overdue. Nothing that is on its way.
COVERABLE = (Payment.State.SCHEDULED, Payment.State.DUE, Payment.State.FAILED)
#: What may have been given up since: a charge that comes to light later had paid it all the same.
GIVEN_UP = (Payment.State.SKIPPED, Payment.State.CANCELED)
#: What a charge that comes to light later may have paid.
COVERABLE_THEN = (*COVERABLE, *GIVEN_UP)
_RUN = (Payment.State.SCHEDULED, Payment.State.DUE)
_COVERS = UUID("0d8b2a57-6d2e-5c07-8f0e-2f3b9c1d7e55")
_BACKUPS = UUID("5a1f6c3e-94b7-5d18-b3a6-7c0e2d9f4418")


def cover_payments(
    *,
    merchant: MerchantInSight,
    payments: Sequence[Payment],
    waived_minor: int,
    now: datetime,
    tries: int | None = None,
    backup: GatewayCustomer | None = None,
) -> Payment:
    """Make the payment that covers these, which are locked with their agreements and of one account and currency.

    Its attempt is opened in the same transaction. `waived_minor`: what of their finance fees is let off. `now`: wall.
    `tries`: its number, where it is made again after a restore, also of what was given up since; else the next one.
    `backup`: the account, with its connection, at which a backup pays what was declined at theirs.
    """
    coverable = COVERABLE if tries is None else COVERABLE_THEN
    _require_sense(payments, waived_minor, coverable)
    first, agreements = payments[0], agreements_by_id(payments)
    account = (
        (backup.connection_id, backup.id) if backup else (first.connection_id, first.gateway_customer_id)
    )
    owed_minor = sum(one.owed_minor for one in payments) - waived_minor
    begins = name_of_cover([one.reference for one in payments], backup=backup)
    reference = f"{begins}:{_tries(merchant, begins) if tries is None else tries}"
    covering = Payment.objects.create(
        merchant_id=merchant.id,
        connection_id=account[0],
        customer_id=first.customer_id,
        gateway_customer_id=account[1],
        order_id=_order_id(merchant, payments, agreements, reference),
        subscription_id=first.subscription_id if len(agreements) == 1 else None,
        collected_by=Subscription.CollectedBy.PAYDESK,
        reference=reference,
        title=_title(payments, agreements),
        state=Payment.State.DUE,
        amount_minor=owed_minor,
        owed_minor=owed_minor,
        waived_minor=waived_minor,
        covered_references=[one.reference for one in payments],
        currency=first.currency,
        due_at=merchant.business_now(),
        breakdown=breakdown_of_cover(payments, agreements, waived_minor=waived_minor),
        capabilities=[Capability.CHARGE_OFF_SESSION.value],
        observed_at=now,
    )
    held = hold_payments(covering, [one.id for one in payments], coverable)
    if held != len(payments):
        raise AssertionError("a payment changed under its lock")
    return covering


def breakdown_of_cover(
    payments: Sequence[Payment], agreements: Mapping[int, Subscription], *, waived_minor: int
) -> Breakdown:
    """Say what a cover's amount is made of: a line for each payment, less what of their fees is let off."""
    less = [(_("Finance fee that is let off"), waived_minor)] if waived_minor else []
    lines = [(_line_title(one, agreements), one.owed_minor) for one in payments]
    return breakdown_of_lines(lines, less=less)


def release_covered(*, merchant: MerchantInSight, covering: Payment, now: datetime) -> None:
    """Let what was held be again what it was; the payment that held it asks for nothing any more. All are locked.

    `now` is wall time.
    """
    held = Payment.objects.filter(
        merchant_id=merchant.id, covered_by_id=covering.id, state=Payment.State.COVERED
    )
    rows = list(locked(held.order_by("id")))
    late = [row for row in rows if row.state_before_cover == Payment.State.PAID]
    held.exclude(id__in=[row.id for row in late]).update(
        state=F("state_before_cover"), state_before_cover="", covered_by_id=None
    )
    let_be_made(late, now)
    # Of which a part was taken, that is not asked for again by itself: a person looks.
    untouched = [row for row in rows if not row.paid_minor]
    put_back_into_run(
        merchant=merchant, payment_ids=[row.id for row in untouched if row.state_before_cover in _RUN]
    )


def let_be_made(rows: Iterable[Payment], now: datetime) -> None:
    """Say that payments which are held are made: charges of their own came in meanwhile, which nobody was told yet."""
    for row in rows:
        row.state = Payment.State.DUE
        restate_payment(
            payment=row,
            state=Payment.State.PAID,
            now=now,
            paid_at=row.paid_at,
            state_before_cover="",
            covered_by_id=None,
        )


def reference_of(references: Iterable[str], *, tries: int, backup: GatewayCustomer | None = None) -> str:
    """Name what covers these payments by what survives a restore (R3). `tries`: how often they were covered before."""
    return f"{name_of_cover(references, backup=backup)}:{tries}"


def name_of_cover(references: Iterable[str], *, backup: GatewayCustomer | None = None) -> str:
    """Give what the references of all covers of these payments begin with.

    Those of a backup have names of their own, made of its account as well: the key of a charge is made of the reference
    alone, and must be another one than that of a cover which the customer had asked for at another company.
    """
    names = [f"{backup.connection.uuid}:{backup.reference}"] if backup else []
    return str(uuid5(_BACKUPS if backup else _COVERS, "|".join([*names, *sorted(references)])))


def _require_sense(payments: Sequence[Payment], waived_minor: int, coverable: Collection[str]) -> None:
    if (
        len({(one.merchant_id, one.connection_id, one.gateway_customer_id, one.currency) for one in payments})
        != 1
    ):
        raise AssertionError("one charge is of one account and one currency")
    if not all(one.is_ours and one.position and one.state in coverable for one in payments):
        raise AssertionError("only what is still owed to an agreement of ours can be covered")
    if not 0 <= waived_minor <= sum(one.fee_minor for one in payments):
        raise AssertionError("no more is let off than the fee")
    if waived_minor and len({one.subscription_id for one in payments}) != 1:
        raise AssertionError("a fee is let off where one agreement is paid off")
    if sum(one.owed_minor for one in payments) <= waived_minor:
        raise AssertionError("covering asks for money")


def hold_payments(covering: Payment, payment_ids: Sequence[int], coverable: Collection[str]) -> int:
    """Let a payment hold others, which are locked. Give how many are held now, and charged by nothing else."""
    mine = Payment.objects.filter(merchant_id=covering.merchant_id, id__in=payment_ids, state__in=coverable)
    held: int = mine.update(
        state_before_cover=F("state"), state=Payment.State.COVERED, covered_by_id=covering.id
    )
    take_out_of_run(merchant_id=covering.merchant_id, payment_ids=payment_ids)
    return held


def _tries(merchant: MerchantInSight, begins: str) -> int:
    """A cover that was not made stays as a row: the next one of the same payments has a number of its own, anywhere.

    After a restore earlier ones may be lost, and the number of one that was found again is taken all the same.
    """
    known = Payment.objects.filter(
        merchant_id=merchant.id,
        reference__startswith=f"{begins}:",
    ).values_list("reference", flat=True)
    return 1 + max((int(one.rpartition(":")[2]) for one in known), default=-1)


def agreements_by_id(payments: Sequence[Payment]) -> Mapping[int, Subscription]:
    """Give the agreements of payments of one merchant by their ids."""
    ids = {one.subscription_id for one in payments if one.subscription_id is not None}
    rows = Subscription.objects.filter(merchant_id=payments[0].merchant_id, id__in=ids)
    return {row.id: row for row in rows.order_by("id")}


def _order_id(
    merchant: MerchantInSight,
    payments: Sequence[Payment],
    agreements: Mapping[int, Subscription],
    reference: str,
) -> int:
    """One agreement's payments belong to its order; those of several make an order of their own, with a line each."""
    first = payments[0]
    if len(agreements) == 1:
        return first.order_id
    connection = Connection.objects.get(merchant_id=merchant.id, id=first.connection_id)
    order = mirror_order(
        connection=connection,
        customer_id=first.customer_id,
        reference=reference,
        title=_title(payments, agreements),
        number="",
        ordered_at=merchant.business_now(),
        lines=[
            LineRecord(
                title=one.name,
                amount=Money(
                    sum(each.owed_minor for each in payments if each.subscription_id == one.id),
                    first.currency,
                ),
            )
            for one in agreements.values()
        ],
    )
    return order.id


def _title(payments: Sequence[Payment], agreements: Mapping[int, Subscription]) -> str:
    names = ", ".join(dict.fromkeys(one.title for one in payments))
    if len(agreements) > 1 or len(payments) == 1:
        return names[:200]
    words = ngettext("%(name)s: %(count)d payment", "%(name)s: %(count)d payments", len(payments))
    return (words % {"name": names, "count": len(payments)})[:200]


def _line_title(payment: Payment, agreements: Mapping[int, Subscription]) -> str:
    facts = {"name": payment.title, "number": payment.position}
    total = agreements[payment.subscription_id].payments_total if payment.subscription_id else None
    if total is None:
        return _("%(name)s, payment %(number)d") % facts
    return _("%(name)s, payment %(number)d of %(total)d") % (facts | {"total": total})
