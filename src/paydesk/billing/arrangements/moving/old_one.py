"""Read the old agreement at its company, with its bills, and say how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from paydesk.billing.arrangements.coming.course import RUNNING
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.arrangements.moving.terms import Debt, Old
from paydesk.billing.payments.mirrored.collectible import is_as_it_was, mirror_collectible
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.mirror import mirror_subscription
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.database.transactions import in_transaction, let_go
from paydesk.gateways.contract import Capability, Gateway, GatewayRefused, GatewayUnreachable
from paydesk.gateways.records import CollectibleRecord, SubscriptionRecord, SubscriptionState, all_pages
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight

Fence = Move.Fence
_OVERDUE = [Payment.State.FAILED, Payment.State.DUE]
_TAKEN = [Payment.State.PAID, Payment.State.PROCESSING]
#: It collects nothing as it is.
_RESTING = {SubscriptionState.PAUSED.value, SubscriptionState.UNPAID.value}


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The old agreement with its bills as they are in the books; `paid_count`: those that are paid or being paid."""

    agreement: Subscription
    debts: Sequence[Debt]
    paid_count: int

    @property
    def owed_minor(self) -> int:
        """Give what is overdue and would be owed no more once it has ended."""
        return sum(debt.owed_minor for debt in self.debts)

    def old(self) -> Old:
        """Give what the new agreement is reckoned from."""
        one = self.agreement
        return Old(
            amount_minor=one.amount_minor,
            interval_unit=one.interval_unit,
            interval_count=one.interval_count,
            started_at=one.started_at,
            next_at=one.next_payment_at,
            next_minor=one.next_amount_minor,
            payments_total=one.payments_total,
            payments_made=one.payments_made,
            discount_percent=one.discount_percent,
            discount_ends_at=one.discount_ends_at,
            debts=self.debts,
        )


def read_old_one(*, merchant: MerchantInSight, source: Subscription) -> tuple[Standing, datetime]:
    """Ask its company, mirror what it says, and give that with the time of asking. `source` has its connection.

    Raises GatewayUnreachable, GatewayMissing.
    """
    gateway = company_of(merchant=merchant, source=source)
    asked_at = clock.wall_now()
    owner = source.gateway_customer
    let_go()
    try:
        record = gateway.read_subscription(source.reference)
        bills = (
            all_pages(lambda cursor: gateway.list_history(owner.reference, cursor=cursor)) if owner else []
        )
    except GatewayRefused as refused:
        raise GatewayUnreachable(str(refused)) from refused
    if record is None or owner is None:
        raise GatewayUnreachable("the company does not know the subscription")
    its_own = [one for one in bills if one.subscription_reference == source.reference]
    in_transaction(lambda: _write(gateway, source, record, its_own, asked_at))
    return standing_of(merchant=merchant, source_id=source.id), asked_at


def company_of(*, merchant: MerchantInSight, source: Subscription) -> Gateway:
    """Give the gateway of its connection, which is at hand. Raises GatewayMissing, once that was closed as well."""
    if source.connection.removed_at is not None:
        raise GatewayMissing(f"The connection {source.connection.name!r} was closed.")
    return connect(source.connection, merchant=merchant)


def standing_of(*, merchant: MerchantInSight, source_id: int) -> Standing:
    """Give it as the books have it; asks nobody."""
    agreement = Subscription.objects.select_related("connection", "gateway_customer").get(
        merchant_id=merchant.id, id=source_id
    )
    bills = Payment.objects.filter(merchant_id=merchant.id, subscription_id=agreement.id)
    can_wait = choose_fence(agreement, owes=True) in (Fence.PAUSE, Fence.NOTHING)
    debts = [
        Debt(
            public_id=one.public_id,
            billed_minor=one.amount_minor,
            owed_minor=one.owed_minor,
            due_at=one.due_at,
        )
        for one in bills.filter(state__in=_OVERDUE, owed_minor__gt=0).order_by("due_at", "id")
        if Capability.DEBT_ENDS.value in one.capabilities
    ]
    return Standing(
        agreement=agreement,
        # Where the company cannot be held off it, what is overdue stays there: it could be taken on both sides.
        debts=debts if can_wait else [],
        paid_count=bills.filter(state__in=_TAKEN).count(),
    )


def choose_fence(agreement: Subscription, *, owes: bool) -> Move.Fence | None:
    """Say how its company is kept from collecting it; None: it cannot be.

    A date for its end keeps what is paid ahead. What is overdue rests only while it is paused.
    """
    if agreement.state in _RESTING:
        return Fence.NOTHING
    if agreement.state not in RUNNING:
        return None
    can = agreement.capabilities
    has_date = Capability.SCHEDULE_CANCEL.value in can and agreement.next_payment_at is not None
    if has_date and not owes:
        return Fence.SCHEDULE_CANCEL
    return Fence.PAUSE if Capability.PAUSE.value in can else None


def has_needed(agreement: Subscription) -> bool:
    """Say whether it can be ended, and what it costs from now on is known: not where taxes or use are added."""
    return {Capability.CANCEL_NOW.value, Capability.KNOWN_AMOUNTS.value} <= set(agreement.capabilities)


def is_fenced(agreement: Subscription, kind: str) -> bool:
    """Say whether its company collects nothing for it any more, as it was asked."""
    if agreement.state in ENDED:
        return True
    if kind == Fence.SCHEDULE_CANCEL:
        return agreement.cancels_at is not None
    return agreement.state in _RESTING


def is_released(agreement: Subscription, kind: str) -> bool:
    """Say whether it goes on as if nobody had held it."""
    if kind == Fence.SCHEDULE_CANCEL:
        return agreement.state not in ENDED and agreement.cancels_at is None
    return kind != Fence.PAUSE or agreement.state in RUNNING


def _write(
    gateway: Gateway,
    source: Subscription,
    record: SubscriptionRecord,
    bills: Sequence[CollectibleRecord],
    asked_at: datetime,
) -> None:
    owner, now = source.gateway_customer, clock.wall_now()
    if owner is None:
        raise AssertionError("a subscription of a company is of one of its customers")
    mirror_subscription(
        connection=source.connection,
        owner=owner,
        record=record,
        capabilities=gateway.capabilities(record),
        observed_at=asked_at,
        now=now,
    )
    for bill in bills:
        if not is_as_it_was(connection=source.connection, record=bill, observed_at=asked_at):
            mirror_collectible(
                connection=source.connection,
                owner=owner,
                record=bill,
                capabilities=gateway.capabilities(bill),
                observed_at=asked_at,
                now=now,
                is_news=True,
            )
