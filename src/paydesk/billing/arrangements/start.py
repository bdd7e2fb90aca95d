"""Start a payment plan or subscription that Paydesk collects. Starting the same one twice gives the one there is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from paydesk.billing.arrangements.wanted import AgreementWanted as AgreementWanted
from paydesk.billing.arrangements.wanted import agreement_row
from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.ledger.write import write_entry
from paydesk.billing.orders.mirror import mirror_order
from paydesk.billing.payments.charging.due_rows import take_out_of_run
from paydesk.billing.payments.charging.follow import follow_payments
from paydesk.billing.payments.charging.plan_out import Planned, write_payments
from paydesk.billing.payments.models import Payment
from paydesk.billing.payments.restate import restate_payment
from paydesk.billing.subscriptions.composition import Part, PlanTerms, TermsRefused, parts_of
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.named import agreements_named, already_there, refusal
from paydesk.billing.subscriptions.schedule import Rhythm, RhythmRefused
from paydesk.database.transactions import in_transaction
from paydesk.gateways.contract import Capability
from paydesk.gateways.records import LineRecord, SettledBy
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit.money import Money, MoneyError
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection

#: More payments than any plan has; a slip of the pen must not make a million rows.
PAYMENTS_MAX = 600


class StartRefused(Exception):
    """Nothing was started. The words are for staff."""


def start_agreement(*, merchant: MerchantInSight, wanted: AgreementWanted, now: datetime) -> Subscription:
    """Give the agreement, with all payments of a plan and the first of a subscription. `now` is wall time.

    Raises StartRefused. Nothing is charged here: the charge run does that when the day has come.
    """
    planned = planned_of(wanted)
    if wanted.owner.merchant_id != merchant.id:
        raise AssertionError("an account of another merchant")
    require_gateway(merchant=merchant, connection=wanted.owner.connection)
    return in_transaction(lambda: start_inside(merchant=merchant, wanted=wanted, planned=planned, now=now))


def planned_of(wanted: AgreementWanted) -> list[Planned]:
    """Give the payments that are known from the beginning; raises StartRefused when the terms make no sense."""
    try:
        rhythm = Rhythm(unit=wanted.interval_unit, count=wanted.interval_count, anchor=wanted.first_day)
        if not wanted.name.strip():
            raise StartRefused("It needs a name, as customers shall read it.")
        if wanted.payments_count is None:
            return [_first_of_subscription(wanted)]
        if wanted.payments_count > PAYMENTS_MAX:
            raise StartRefused(f"A plan has {PAYMENTS_MAX} payments at most.")
        parts = parts_of(
            PlanTerms(
                price=wanted.price,
                payments_count=wanted.payments_count,
                deposit=wanted.deposit,
                fee=wanted.fee,
            )
        )
        return _plan(wanted, rhythm, parts)
    except (TermsRefused, RhythmRefused, MoneyError) as refused:
        raise StartRefused(str(refused)) from refused


def start_inside(
    *, merchant: MerchantInSight, wanted: AgreementWanted, planned: Sequence[Planned], now: datetime
) -> Subscription:
    """The same inside the caller's transaction, with what `planned_of` gave. Raises StartRefused."""
    if wanted.reference and (known := _there_already(wanted)) is not None:
        return known
    subscription = _write(merchant, wanted, planned, now)
    rows = write_payments(merchant=merchant, subscription=subscription, planned=planned, now=now)
    _mark_paid_before(merchant, rows[: wanted.paid_before], now)
    follow_payments(merchant=merchant, subscription_id=subscription.id, now=now)
    return Subscription.objects.get(merchant_id=merchant.id, id=subscription.id)


def _there_already(wanted: AgreementWanted) -> Subscription | None:
    """Give the one that has the name; raises StartRefused when it is somebody else's, or is collected elsewhere."""
    connection = wanted.owner.connection
    named = agreements_named(connection=connection, references=[wanted.reference]).get(wanted.reference, ())
    known = already_there(named, connection_id=connection.id)
    if known is None and (words := refusal(named, connection_id=connection.id)):
        raise StartRefused(words)
    return known


def _first_of_subscription(wanted: AgreementWanted) -> Planned:
    if wanted.deposit or wanted.fee or wanted.paid_before:
        raise StartRefused(
            "Deposit, fee and payments made before belong to a plan, which has a number of payments."
        )
    if wanted.price.minor < 1:
        raise StartRefused("A payment is of one minor unit at least.")
    return Planned(position=1, day=wanted.first_day, amount_minor=wanted.price.minor)


def _plan(wanted: AgreementWanted, rhythm: Rhythm, parts: Sequence[Part]) -> list[Planned]:
    if wanted.has_trial:
        raise StartRefused(
            "A trial belongs to a subscription; let the first payment of a plan be later instead."
        )
    days = [rhythm.day(index) for index in range(wanted.payments_count or 0)]
    if wanted.deposit:
        days = [wanted.deposit_day or wanted.first_day, *days]
    if days != sorted(days):
        raise StartRefused("The deposit is paid before the first regular payment, or on the same day.")
    if not 0 <= wanted.paid_before < len(parts):
        raise StartRefused(f"Of {len(parts)} payments, so many cannot have been made: {wanted.paid_before}.")
    return [
        Planned(position=position, day=day, amount_minor=part.amount.minor, fee_minor=part.fee.minor)
        for position, (day, part) in enumerate(zip(days, parts, strict=True), start=1)
    ]


def require_gateway(*, merchant: MerchantInSight, connection: Connection) -> None:
    """Raise StartRefused when payments cannot be collected through a connection."""
    if connection.merchant_id != merchant.id:
        raise AssertionError("an account of another merchant")
    try:
        offered = connect(connection, merchant=merchant).capabilities()
    except GatewayMissing as missing:
        raise StartRefused(str(missing)) from missing
    if connection.removed_at is not None or Capability.CHARGE_OFF_SESSION not in offered:
        raise StartRefused(f"{connection.name} cannot charge a saved method by itself.")


def _write(
    merchant: MerchantInSight, wanted: AgreementWanted, planned: Sequence[Planned], now: datetime
) -> Subscription:
    row = agreement_row(merchant=merchant, wanted=wanted, planned=planned, now=now)
    order = mirror_order(
        connection=wanted.owner.connection,
        customer_id=wanted.owner.customer_id,
        reference=row.reference,
        title=wanted.name,
        number="",
        ordered_at=row.started_at,
        lines=[LineRecord(title=wanted.name, amount=wanted.price)],
    )
    row.order_id = order.id
    row.save(force_insert=True)
    return row


def paid_before_at(merchant: MerchantInSight, row: Payment) -> datetime:
    """Say when a payment counts as paid that was made before Paydesk collected: on its day, but not in the future."""
    return min(row.due_at, merchant.business_now())


def _mark_paid_before(merchant: MerchantInSight, rows: Sequence[Payment], now: datetime) -> None:
    """What was paid to whoever collected before is paid from outside all that we see."""
    for row in rows:
        paid_at = paid_before_at(merchant, row)
        write_entry(
            merchant_id=merchant.id,
            connection_id=row.connection_id,
            payment_id=row.id,
            kind=LedgerEntry.Kind.EXTERNAL,
            reference=row.reference,
            amount=Money(row.amount_minor, row.currency),
            occurred_at=paid_at,
        )
        restate_payment(
            payment=row,
            state=Payment.State.PAID,
            now=now,
            is_news=False,
            paid_at=paid_at,
            owed_minor=0,
            settled_by=SettledBy.EXTERNAL.value,
        )
    take_out_of_run(merchant_id=merchant.id, payment_ids=[row.id for row in rows])
