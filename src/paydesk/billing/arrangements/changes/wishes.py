"""What may be wanted of a company that collects a subscription: how it is asked, and how one sees that it is so."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from paydesk.billing.arrangements.changes.change import has_ended
from paydesk.billing.arrangements.coming.course import RUNNING
from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.gateways.contract import Capability, Gateway
from paydesk.gateways.records import SubscriptionState

Kind = ScheduledAction.Kind
#: What the subscription's own capabilities must have for it.
NEEDED: dict[str, Capability] = {
    Kind.PAUSE: Capability.PAUSE,
    Kind.RESUME: Capability.RESUME,
    Kind.CANCEL: Capability.CANCEL_NOW,
    Kind.SCHEDULE_CANCEL: Capability.SCHEDULE_CANCEL,
    Kind.UNDO_CANCEL: Capability.UNDO_CANCEL,
    Kind.DISCOUNT: Capability.DISCOUNT,
}
#: What it is called in the event.
WHAT: dict[str, str] = {
    Kind.PAUSE: "paused",
    Kind.RESUME: "resumed",
    Kind.CANCEL: "canceled",
    Kind.SCHEDULE_CANCEL: "cancel_scheduled",
    Kind.UNDO_CANCEL: "cancel_undone",
    Kind.DISCOUNT: "discounted",
}


def is_so(agreement: Subscription, kind: str) -> bool:
    """Say whether the company has it as it is wanted."""
    is_running = agreement.state in RUNNING
    return {
        Kind.PAUSE: agreement.state == SubscriptionState.PAUSED,
        Kind.RESUME: is_running,
        Kind.CANCEL: agreement.state == SubscriptionState.CANCELED,
        Kind.SCHEDULE_CANCEL: agreement.state == SubscriptionState.CANCELED or agreement.ends_at is not None,
        Kind.UNDO_CANCEL: agreement.ends_at is None and agreement.state not in ENDED,
        Kind.DISCOUNT: agreement.discount_percent > 0,
    }[Kind(kind)]


def refusal_of(agreement: Subscription, kind: str) -> str | None:
    """Say why the company would not do it, by what it said last, or None."""
    if agreement.state in ENDED:
        return has_ended()
    if agreement.held_end_at is not None and kind in (Kind.PAUSE, Kind.RESUME, Kind.DISCOUNT):
        return _("It is about to end. Take that back first.")
    if NEEDED[kind].value not in agreement.capabilities:
        return _("The payment company does not do this for it. Please write to us.")
    return None


def sentence_of(action: ScheduledAction) -> str:
    """Say to the customer what the company did not do; empty when it did it, or has not answered yet."""
    return (
        {
            ScheduledAction.Refusal.REFUSED: _(
                "The payment company did not accept this. Nothing was changed."
            ),
            ScheduledAction.Refusal.NOT_SO: _(
                "The payment company has not changed it. This is how it stands now."
            ),
            ScheduledAction.Refusal.TOO_LATE: _(
                "The payment company did not answer in time, and nothing more is tried. This is how it stood last."
            ),
        }.get(ScheduledAction.Refusal(action.refusal), "")
        if action.refusal
        else ""
    )


def _pause(gateway: Gateway, subscription: str, wish: ScheduledAction, key: str) -> None:
    # Where the company keeps no day, it is held here once it has paused.
    until = wish.until if Capability.PAUSE_UNTIL in gateway.capabilities() else None
    gateway.pause(subscription_reference=subscription, until=until, key=key)


def _resume(gateway: Gateway, subscription: str, _wish: ScheduledAction, key: str) -> None:
    gateway.resume(subscription_reference=subscription, key=key)


def _cancel_now(gateway: Gateway, subscription: str, _wish: ScheduledAction, key: str) -> None:
    gateway.cancel_now(subscription_reference=subscription, key=key)


def _schedule_cancel(gateway: Gateway, subscription: str, _wish: ScheduledAction, key: str) -> None:
    gateway.schedule_cancel(subscription_reference=subscription, key=key)


def _undo_cancel(gateway: Gateway, subscription: str, _wish: ScheduledAction, key: str) -> None:
    gateway.undo_cancel(subscription_reference=subscription, key=key)


def _discount(gateway: Gateway, subscription: str, wish: ScheduledAction, key: str) -> None:
    gateway.discount(
        subscription_reference=subscription,
        percent=wish.discount_percent,
        payments=wish.discount_payments,
        key=key,
    )


VERBS: dict[str, Callable[[Gateway, str, ScheduledAction, str], None]] = {
    Kind.PAUSE: _pause,
    Kind.RESUME: _resume,
    Kind.CANCEL: _cancel_now,
    Kind.SCHEDULE_CANCEL: _schedule_cancel,
    Kind.UNDO_CANCEL: _undo_cancel,
    Kind.DISCOUNT: _discount,
}
