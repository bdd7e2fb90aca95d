"""What Ada and the shop change about what is still to come: skipped, moved, paused, ended, and taken back again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from paydesk.billing.arrangements.changes.cancel_agreement import cancel_agreement
from paydesk.billing.arrangements.changes.change import ChangeRefused
from paydesk.billing.arrangements.changes.discount_agreement import discount_agreement
from paydesk.billing.arrangements.changes.move_payment import move_payment
from paydesk.billing.arrangements.changes.pause_agreement import pause_agreement
from paydesk.billing.arrangements.changes.resume_agreement import resume_agreement
from paydesk.billing.arrangements.changes.skip_payment import skip_payment, unskip_payment
from paydesk.billing.arrangements.changes.undo_cancel import undo_cancel
from paydesk.billing.payments.models import Payment
from paydesk.billing.payments.refunds.refund import RefundRefused, refund_payment
from paydesk.billing.subscriptions.models import Subscription
from tests.drills.simulation.acts.people import name_of
from tests.drills.simulation.workers import act, idle
from tests.drills.simulation.world import World

#: How often each wish is had. What is said no to is a wish as well.
_OF_SUBSCRIPTIONS = (1, 2, 2, 4, 3, 9, 2, 5)
_OF_PLANS = (0.3, 0.3, 1, 5, 4, 0.3, 0.3, 8)


def change(world: World) -> None:
    """Change one agreement, or one of its payments."""
    door = idle(world, world.doors)
    agreements = list(Subscription.objects.filter(merchant_id=world.rows.merchant_id).order_by("reference"))
    if door is None or not agreements:
        return
    agreement = world.chance.choice(agreements)
    words, do = _some_wish(world, agreement)
    act(world, door, f"{words} ({agreement.name}, {agreement.state})", partial(_unless_refused, world, do))
    for row in Payment.objects.filter(merchant_id=world.rows.merchant_id, subscription_id=agreement.id):
        if row.state == Payment.State.SKIPPED:
            world.skipped.setdefault(row.reference, world.clock.now)
        elif row.state in (Payment.State.SCHEDULED, Payment.State.DUE):
            world.skipped.pop(row.reference, None)


def refund(world: World) -> None:
    """Staff give a payment back, whole or in part, from here."""
    door = idle(world, world.doors)
    mine = Payment.objects.filter(merchant_id=world.rows.merchant_id, state="paid")
    paid = list(mine.order_by("subscription_id", "position", "reference"))
    if door is None or not paid:
        return
    payment = world.chance.choice(paid)
    minor = world.chance.choice((None, max(payment.amount_minor // 3, 1)))
    do = partial(
        refund_payment,
        merchant=world.merchant(),
        payment_public_id=payment.public_id,
        amount_minor=minor,
        asked_by="staff",
        now=world.clock.now,
    )
    act(world, door, f"refund {minor or 'all'} of {name_of(payment)}", partial(_unless_refused, world, do))


def discount(world: World) -> None:
    """Ada stays for less. Not among the wishes above, whose seeds are kept."""
    door = idle(world, world.doors)
    mine = Subscription.objects.filter(merchant_id=world.rows.merchant_id, payments_total__isnull=True)
    agreements = list(mine.order_by("reference"))
    if door is None or not agreements:
        return
    agreement = world.chance.choice(agreements)
    do = partial(
        discount_agreement,
        merchant=world.merchant(),
        customer_id=world.rows.customer_id,
        subscription_public_id=agreement.public_id,
        now=world.clock.now,
    )
    act(world, door, f"pay less ({agreement.name}, {agreement.state})", partial(_unless_refused, world, do))


def _some_wish(world: World, agreement: Subscription) -> tuple[str, Callable[[], object]]:
    chance = world.chance
    common: dict[str, Any] = {
        "merchant": world.merchant(),
        "customer_id": world.rows.customer_id,
        "now": world.clock.now,
    }
    whole = common | {"subscription_public_id": agreement.public_id}
    rows = list(
        Payment.objects.filter(
            merchant_id=world.rows.merchant_id, subscription_id=agreement.id, position__isnull=False
        ).order_by("position")
    )
    coming = [row for row in rows if row.state == Payment.State.SCHEDULED]
    one = chance.choice(coming[:1] if coming and chance.random() < 0.8 else rows)
    part = common | {"payment_public_id": one.public_id}
    day = world.today() + timedelta(days=chance.randint(1, 40))
    to = (one.due_date or day) + timedelta(days=chance.randint(-10, 14))
    return chance.choices(
        [
            ("cancel now", partial(cancel_agreement, when="now", **whole)),
            ("cancel at the end", partial(cancel_agreement, when="at_end", **whole)),
            ("do not cancel", partial(undo_cancel, **whole)),
            (f"pause until {day}", partial(pause_agreement, until=day, **whole)),
            ("resume", partial(resume_agreement, **whole)),
            (f"skip no. {one.position}", partial(skip_payment, **part)),
            (f"do not skip no. {one.position}", partial(unskip_payment, **part)),
            (f"move no. {one.position} to {to}", partial(move_payment, to=to, **part)),
        ],
        weights=_OF_SUBSCRIPTIONS if agreement.payments_total is None else _OF_PLANS,
    )[0]


def _unless_refused(world: World, do: Callable[[], object]) -> None:
    try:
        do()
    except (ChangeRefused, RefundRefused, Payment.DoesNotExist) as refused:
        world.say(f"refused: {refused}")
