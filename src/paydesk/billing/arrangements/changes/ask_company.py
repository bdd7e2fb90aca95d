"""Ask the company that collects a subscription to change it, then read it again: what it says then is so, no more.

The wish is committed before the company is asked, and held by whoever asks; a killed process leaves it to the worker.
Each wish says how the subscription shall be, so that one which is asked twice is harmless.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from paydesk.billing.arrangements.carry_out import GIVE_UP_AFTER, LEASE
from paydesk.billing.arrangements.changes.change import Changed, ChangeRefused, being_moved
from paydesk.billing.arrangements.changes.settle_wish import hold_no_more, settle_wish
from paydesk.billing.arrangements.changes.wishes import VERBS, is_so, refusal_of, sentence_of
from paydesk.billing.arrangements.models import AskedBy, CancelNote, ScheduledAction
from paydesk.billing.subscriptions.discount import NO_DISCOUNT, Discount
from paydesk.billing.subscriptions.mirror import mirror_subscription
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import in_transaction, in_turn, let_go, locked
from paydesk.gateways.contract import Gateway, GatewayRefused, GatewayUnreachable, NotOffered
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock, ids
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Connection
from paydesk.work.claim import Claim, put_back
from paydesk.work.queues import Later, pause_after

State = ScheduledAction.State
_SOON = timedelta(seconds=10)


def ask_company(
    *,
    merchant: MerchantInSight,
    agreement: Subscription,
    kind: ScheduledAction.Kind,
    until: datetime | None = None,
    discount: Discount = NO_DISCOUNT,
    asked_by: AskedBy,
    refused: type[ChangeRefused],
    note: Callable[[], CancelNote] | None = None,
) -> Changed:
    """Ask, and give the subscription as the company says that it is; raises `refused` when nothing was changed.

    Without an answer the wish is given open, and the worker goes on with it. `note`: writes what was said about it.
    """
    gateway = read_first(merchant, agreement, refused)

    def write() -> Changed:
        return _open(merchant, agreement.id, kind, until, discount, asked_by, refused, note)

    opened = in_transaction(write)
    if not opened.is_news or opened.action is None:
        return opened
    action = opened.action
    taken = Claim(row_id=action.id, merchant_id=merchant.id, fence=action.fence, tries_count=0)
    try:
        carry_out_wish(gateway, merchant, taken, is_read=True)
    except GatewayUnreachable as silent:
        put_back(ScheduledAction, taken, due_at=clock.wall_now() + _SOON, trouble=str(silent)[:500])
    action = _action(merchant.id, action.id).get()
    if action.state == State.REFUSED:
        raise refused(sentence_of(action))
    return Changed(subscription=_mine(merchant.id, agreement.id).get(), is_news=True, action=action)


def work_company_action(taken: Claim, action: ScheduledAction, now: datetime) -> None:
    """Finish what a process left behind, or a company did not answer. Raises Later."""
    merchant = merchant_by_id(action.merchant_id)
    if action.created_at < now - GIVE_UP_AFTER:
        _give_up(merchant, taken, action)
        return
    try:
        agreement = _mine(merchant.id, action.subscription_id).select_related("connection").get()
        carry_out_wish(connect(agreement.connection, merchant=merchant), merchant, taken, is_read=False)
    except (GatewayUnreachable, GatewayMissing) as silent:
        raise Later(now + pause_after(taken.tries_count), str(silent)) from silent


def _give_up(merchant: MerchantInSight, taken: Claim, action: ScheduledAction) -> None:
    """What was asked may have been done though nobody heard of it: it is read once more, and then believed."""
    mine = _mine(merchant.id, action.subscription_id)
    try:
        connection = mine.select_related("connection").get().connection
        asked_at = _read(connect(connection, merchant=merchant), merchant, action.subscription_id)
    except (GatewayUnreachable, GatewayMissing):
        asked_at = None
    is_done = asked_at is not None and is_so(mine.get(), action.kind)
    refusal = "" if is_done else ScheduledAction.Refusal.TOO_LATE
    in_transaction(lambda: settle_wish(merchant, taken, action, refusal, asked_at))


def drop_actions(*, merchant_id: int, connection_id: int) -> None:
    """Give up what is open at a connection that is being closed: nobody can be asked there any more."""
    drop(
        ScheduledAction.objects.filter(
            merchant_id=merchant_id,
            subscription__connection_id=connection_id,
            subscription__collected_by=Subscription.CollectedBy.GATEWAY,
            state=State.OPEN,
        )
    )
    # What was to happen there is no longer promised: the page says that it cannot be changed here any more.
    hold_no_more(Subscription.objects.filter(merchant_id=merchant_id, connection_id=connection_id))


def read_first(merchant: MerchantInSight, agreement: Subscription, refused: type[ChangeRefused]) -> Gateway:
    """Read it at the company before anything is decided; raises `refused` when the company is silent."""
    try:
        if agreement.connection.removed_at is not None:
            raise GatewayMissing(agreement.connection.gateway)
        gateway = connect(agreement.connection, merchant=merchant)
        _read(gateway, merchant, agreement.id)
    except (GatewayUnreachable, GatewayMissing) as silent:
        raise refused(
            _(
                "The payment company does not answer right now. Nothing was changed. Try again in a few minutes."
            )
        ) from silent
    return gateway


def _open(
    merchant: MerchantInSight,
    subscription_id: int,
    kind: ScheduledAction.Kind,
    until: datetime | None,
    discount: Discount,
    asked_by: AskedBy,
    refused: type[ChangeRefused],
    note: Callable[[], CancelNote] | None,
) -> Changed:
    # The lease begins now, not when the page was pressed: the company has been read in between.
    now = clock.wall_now()
    agreement = locked_with_account(merchant, subscription_id, refused)
    if is_so(agreement, kind):
        return Changed(subscription=agreement, is_news=False)
    open_ones = open_wishes(merchant.id, agreement.id)
    # What is set for later asks for nothing yet.
    held = open_ones.filter(Q(kind=kind, acts_at__isnull=True) | Q(lease_until__gt=now)).first()
    if held is not None and held.kind == kind and held.acts_at is None:
        return Changed(subscription=agreement, is_news=False, action=held)
    if held is not None:
        raise refused(wait_for_change())
    if said := refusal_of(agreement, kind):
        raise refused(said)
    # A date that is held is promised still: it is over when this is so, and held again if it comes to nothing.
    drop(open_ones)
    action = ScheduledAction.objects.create(
        merchant_id=merchant.id,
        subscription_id=agreement.id,
        kind=kind,
        asked_by=asked_by,
        until=until,
        discount_percent=discount.percent,
        discount_payments=discount.count,
        created_at=now,
        due_at=now + LEASE,
        lease_until=now + LEASE,
        fence=1,
        note=note() if note else None,
    )
    return Changed(subscription=agreement, is_news=True, action=action)


def locked_with_account(
    merchant: MerchantInSight, subscription_id: int, refused: type[ChangeRefused]
) -> Subscription:
    """Lock it behind its connection. Disconnecting takes the same lock, so that no wish slips in behind it."""
    rows = _mine(merchant.id, subscription_id)
    account = Connection.objects.filter(merchant_id=merchant.id, id=rows.values_list("connection_id")[:1])
    if locked(account).get().removed_at is not None:
        raise refused(_("This cannot be changed right now. Please write to us."))
    agreement = locked(rows).get()
    if agreement.moving_since is not None:
        raise refused(being_moved())
    return agreement


def open_wishes(merchant_id: int, subscription_id: int) -> QuerySet[ScheduledAction]:
    """Give what is to happen to it, and has not: one at most."""
    return ScheduledAction.objects.filter(
        merchant_id=merchant_id, subscription_id=subscription_id, state=State.OPEN
    )


def drop(wishes: QuerySet[ScheduledAction]) -> None:
    """Let these never happen, whoever holds them."""
    wishes.update(state=State.DROPPED, due_at=None, fence=F("fence") + 1)


def wait_for_change() -> str:
    """Say that somebody is asking the company this moment."""
    return _("Another change is being made right now. Wait a moment, then look again.")


def carry_out_wish(gateway: Gateway, merchant: MerchantInSight, taken: Claim, *, is_read: bool) -> None:
    """Ask the company for it, unless it is so already or another holds the wish by now, and settle it.

    `is_read`: it was read a moment ago; else what was asked before may have been done.
    """
    action = _action(merchant.id, taken.row_id).select_related("note").get()
    if action.state != State.OPEN:
        return
    if not is_read:
        _read(gateway, merchant, action.subscription_id)
    refusal = ""
    agreement = _mine(merchant.id, action.subscription_id).get()
    if not is_so(agreement, action.kind):
        mine = _action(merchant.id, action.id).filter(fence=taken.fence, state=State.OPEN)
        if not in_turn(lambda: mine.update(lease_until=clock.wall_now() + LEASE)):
            return
        refusal = _ask(gateway, merchant, agreement, action)
    asked_at = _read(gateway, merchant, agreement.id)
    if is_so(_mine(merchant.id, agreement.id).get(), action.kind):
        refusal = ""
    else:
        refusal = refusal or ScheduledAction.Refusal.NOT_SO
    in_transaction(lambda: settle_wish(merchant, taken, action, refusal, asked_at))


def _ask(
    gateway: Gateway, merchant: MerchantInSight, agreement: Subscription, action: ScheduledAction
) -> str:
    key = ids.idempotency_key(
        merchant=merchant.uuid, collectible=action.public_id, attempt_number=0, operation=action.kind
    )
    let_go()
    try:
        VERBS[action.kind](gateway, agreement.reference, action, str(key))
    except (GatewayRefused, NotOffered):
        return ScheduledAction.Refusal.REFUSED
    return ""


def _read(gateway: Gateway, merchant: MerchantInSight, subscription_id: int) -> datetime:
    """Mirror it as the company has it now, and give when it was asked. Raises GatewayUnreachable."""
    agreement = _mine(merchant.id, subscription_id).select_related("connection", "gateway_customer").get()
    asked_at = clock.wall_now()
    let_go()
    try:
        record = gateway.read_subscription(agreement.reference)
    except GatewayRefused as refused:
        raise GatewayUnreachable(str(refused)) from refused
    owner = agreement.gateway_customer
    if record is None or owner is None:
        raise GatewayUnreachable("the company does not know the subscription")
    in_transaction(
        lambda: mirror_subscription(
            connection=agreement.connection,
            owner=owner,
            record=record,
            capabilities=gateway.capabilities(record),
            observed_at=asked_at,
            now=clock.wall_now(),
        )
    )
    return asked_at


def _action(merchant_id: int, action_id: int) -> QuerySet[ScheduledAction]:
    return ScheduledAction.objects.filter(merchant_id=merchant_id, id=action_id)


def _mine(merchant_id: int, subscription_id: int) -> QuerySet[Subscription]:
    return Subscription.objects.filter(merchant_id=merchant_id, id=subscription_id)
