"""Carry a method change out: step by step at the company, then read it again and say what it confirmed.

The change is committed before the company is asked, and each step when it is done; every step says how things shall
be, so a step asked twice is harmless. Whoever holds the row's lease goes on; a killed process leaves it to the worker.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from paydesk.billing.arrangements.differences import difference_of
from paydesk.billing.arrangements.models import OURS, MethodChange
from paydesk.billing.arrangements.needs import needed_by
from paydesk.billing.arrangements.own_method import set_own_method
from paydesk.billing.arrangements.read_again import read_account_again
from paydesk.billing.arrangements.what_pays_what import Account, accounts_of
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.database.transactions import in_transaction, let_go, locked
from paydesk.gateways.contract import Gateway, GatewayRefused, GatewayUnreachable
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock, ids
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Connection
from paydesk.work.claim import Claim, finish, put_back
from paydesk.work.queues import Later, pause_after

#: Longer than one step can wait for the company: whoever comes after it finds nobody on the way.
LEASE = timedelta(minutes=2)
#: A plan is made of what the company said when the customer pressed; after this it may be about another world.
GIVE_UP_AFTER = timedelta(hours=1)
_SOON = timedelta(seconds=10)

#: [verb, the subscription's reference or empty, the method's reference]
Step = Sequence[str]


def open_change(
    *,
    merchant: MerchantInSight,
    owner: GatewayCustomer,
    plan: Callable[[Account], Sequence[Step]],
    method_id: int | None = None,
    removed_method_id: int | None = None,
) -> MethodChange | None:
    """Commit to a change, held by whoever asks; None while another is being carried out.

    `plan` makes the steps of what pays what under the lock; what it raises is raised here, and nothing is opened.
    """

    def write() -> MethodChange | None:
        # The lease begins now, not when the page was pressed: the company has been read in between.
        now = clock.wall_now()
        # Disconnecting takes the same lock, so that no change slips in behind it.
        mine = Connection.objects.filter(merchant_id=merchant.id, id=owner.connection_id)
        if locked(mine).get().removed_at is not None:
            return None
        locked(GatewayCustomer.objects.filter(merchant_id=merchant.id, id=owner.id)).get()
        before = MethodChange.objects.filter(
            merchant_id=merchant.id, gateway_customer_id=owner.id, state=MethodChange.State.OPEN
        )
        if before.filter(lease_until__gt=now).exists():
            return None
        steps = plan(accounts_of(merchant=merchant, owners=[owner], now=now)[0])
        _supersede(before)
        return MethodChange.objects.create(
            merchant_id=merchant.id,
            connection_id=owner.connection_id,
            gateway_customer_id=owner.id,
            customer_id=owner.customer_id or 0,
            method_id=method_id,
            removed_method_id=removed_method_id,
            steps=[list(step) for step in steps],
            created_at=now,
            due_at=now + LEASE,
            lease_until=now + LEASE,
            fence=1,
        )

    return in_transaction(write)


def drop_changes(*, merchant_id: int, connection_id: int) -> None:
    """Give up what is open at a connection that is being closed: nobody can be asked there any more."""
    _supersede(
        MethodChange.objects.filter(
            merchant_id=merchant_id, connection_id=connection_id, state=MethodChange.State.OPEN
        )
    )


def _supersede(changes: QuerySet[MethodChange]) -> None:
    """Whoever holds one of them can no longer settle it."""
    changes.update(state=MethodChange.State.SUPERSEDED, due_at=None, fence=F("fence") + 1)


def carry_out(*, merchant: MerchantInSight, change: MethodChange) -> MethodChange:
    """Carry out a change that was just opened, and give it as it stands; without an answer the worker goes on."""
    taken = Claim(row_id=change.id, merchant_id=merchant.id, fence=change.fence, tries_count=0)
    try:
        _carry_out(merchant, taken)
    except (GatewayUnreachable, GatewayMissing) as silent:
        put_back(MethodChange, taken, due_at=clock.wall_now() + _SOON, trouble=str(silent)[:500])
    return _change(merchant.id, change.id).select_related("method", "removed_method", "connection").get()


def work_method_change(taken: Claim, now: datetime) -> None:
    """Finish what a process left behind, or a company did not answer."""
    if taken.merchant_id is None:
        raise AssertionError("a method change belongs to a merchant")
    mine = _change(taken.merchant_id, taken.row_id)
    if mine.filter(created_at__lt=now - GIVE_UP_AFTER).exists():
        refused = {"state": MethodChange.State.REFUSED, "refusal": MethodChange.Refusal.TOO_LATE}
        finish(MethodChange, taken, **refused)
        return
    try:
        _carry_out(merchant_by_id(taken.merchant_id), taken)
    except (GatewayUnreachable, GatewayMissing) as silent:
        raise Later(now + pause_after(taken.tries_count), str(silent)) from silent


def _carry_out(merchant: MerchantInSight, taken: Claim) -> None:
    mine = _change(merchant.id, taken.row_id)
    change = mine.select_related("connection", "gateway_customer__connection").get()
    if change.state != MethodChange.State.OPEN:
        return
    if change.asks_company:
        gateway = connect(change.connection, merchant=merchant)
        stopped_by = _take_steps(gateway, merchant, change, taken)
        asked_at = _read_again(gateway, change)
    else:
        stopped_by, asked_at = _take_steps(None, merchant, change, taken), clock.wall_now()
    refusal, refused_for = difference_of(change)
    refusal = stopped_by or refusal
    finish(
        MethodChange,
        taken,
        state=MethodChange.State.REFUSED if refusal else MethodChange.State.CONFIRMED,
        refusal=refusal,
        refused_for=refused_for[:200],
        confirmed_at=asked_at,
    )


def _take_steps(
    gateway: Gateway | None, merchant: MerchantInSight, change: MethodChange, taken: Claim
) -> str:
    """Take the steps that are left, each noted when it is done; gives what stopped them, or nothing."""
    for number in range(change.steps_done, len(change.steps)):
        verb, subscription, method = change.steps[number]
        if verb == OURS:
            set_own_method(change=change, reference=subscription, method_reference=method)
        elif stopped_by := _ask_for_step(gateway, merchant, change, number):
            return stopped_by
        held = _change(merchant.id, change.id).filter(fence=taken.fence)
        if not held.update(steps_done=number + 1, lease_until=clock.wall_now() + LEASE):
            raise GatewayUnreachable("another process holds this change")
    return ""


def _ask_for_step(
    gateway: Gateway | None, merchant: MerchantInSight, change: MethodChange, number: int
) -> str:
    if gateway is None:
        raise AssertionError("a step that asks a company has one")
    verb, subscription, method = change.steps[number]
    key = ids.idempotency_key(
        merchant=merchant.uuid, collectible=change.public_id, attempt_number=number, operation=verb
    )
    if verb == "remove" and _is_needed_by_now(gateway, merchant, change):
        return MethodChange.Refusal.STILL_NEEDED
    let_go()
    try:
        _VERBS[verb](gateway, change.gateway_customer.reference, subscription, method, str(key))
    except GatewayRefused:
        return MethodChange.Refusal.REFUSED
    return ""


def _is_needed_by_now(gateway: Gateway, merchant: MerchantInSight, change: MethodChange) -> bool:
    """Taking a method off cannot be undone: the company is read once more, after the steps before it."""
    _read_again(gateway, change)
    account = accounts_of(merchant=merchant, owners=[change.gateway_customer], now=clock.wall_now())[0]
    removed = next((one for one in account.methods if one.id == change.removed_method_id), None)
    return removed is not None and bool(needed_by(account, removed))


def _read_again(gateway: Gateway, change: MethodChange) -> datetime:
    """A company that takes the steps and does not let us look confirms nothing until it does."""
    try:
        return read_account_again(
            connection=change.connection, gateway=gateway, owner=change.gateway_customer
        )
    except GatewayRefused as refused:
        raise GatewayUnreachable(str(refused)) from refused


def _change(merchant_id: int, change_id: int) -> QuerySet[MethodChange]:
    return MethodChange.objects.filter(merchant_id=merchant_id, id=change_id)


def _set_default(gateway: Gateway, customer: str, _subscription: str, method: str, key: str) -> None:
    gateway.set_default_method(customer_reference=customer, method_reference=method, key=key)


def _set_subscription(gateway: Gateway, _customer: str, subscription: str, method: str, key: str) -> None:
    gateway.set_subscription_method(subscription_reference=subscription, method_reference=method, key=key)


def _remove(gateway: Gateway, _customer: str, _subscription: str, method: str, key: str) -> None:
    gateway.remove_method(method_reference=method, key=key)


_VERBS: dict[str, Callable[[Gateway, str, str, str, str], None]] = {
    "default": _set_default,
    "subscription": _set_subscription,
    "remove": _remove,
}
