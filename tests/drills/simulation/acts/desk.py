"""What Ada does at her desk with what is still to come: several payments with one charge, and the rest at once."""

from __future__ import annotations

from paydesk.billing.arrangements.models import Quote
from paydesk.billing.arrangements.pay_together import pay_quote
from paydesk.billing.arrangements.quotes import (
    QuoteRefused,
    next_payments,
    quote_pay_off,
    quote_several,
)
from paydesk.billing.payments.refused import RetryRefused
from paydesk.billing.subscriptions.models import Subscription
from tests.drills.simulation.acts.people import methods_of
from tests.drills.simulation.workers import act, idle
from tests.drills.simulation.world import World


def quote(world: World) -> None:
    """Ada looks what several payments cost, or all that remain; she may press a while later, or never."""
    agreement = _some_agreement(world)
    if agreement is None:
        return
    count = world.chance.randint(2, 4)
    is_off = world.chance.random() < 0.5
    try:
        made = _quote_off(world, agreement) if is_off else _quote_several(world, agreement, count)
    except QuoteRefused:
        return
    world.quotes.append(made.public_id)
    world.say(f"Ada sees {made.amount_minor} for {len(made.lines)} payments of {agreement.name}")
    if world.chance.random() < 0.6:
        pay(world)


def pay(world: World) -> None:
    """Ada presses pay on one of the last offers, twice perhaps, or hours later."""
    door = idle(world, world.doors)
    if door is None or not world.quotes:
        return
    public_id = world.chance.choice(world.quotes[-2:])
    number = world.quotes.index(public_id) + 1
    method = world.chance.choice(["", *methods_of(world)])
    act(world, door, f"pay offer {number}", lambda: _pay(world, public_id, method))


def _pay(world: World, public_id: str, method: str) -> None:
    try:
        pay_quote(
            merchant=world.merchant(),
            customer_id=world.rows.customer_id,
            quote_public_id=public_id,
            method_public_id=method,
            return_url="https://portal.example/",
            now=world.clock.now,
        )
    except (RetryRefused, Quote.DoesNotExist) as refused:
        world.notes["refused"] = str(refused)


def _some_agreement(world: World) -> Subscription | None:
    mine = Subscription.objects.filter(merchant_id=world.rows.merchant_id).order_by("reference")
    found = list(mine)
    return world.chance.choice(found) if found else None


def _quote_off(world: World, agreement: Subscription) -> Quote:
    return quote_pay_off(
        merchant=world.merchant(),
        customer_id=world.rows.customer_id,
        subscription_public_id=agreement.public_id,
        now=world.clock.now,
    )


def _quote_several(world: World, agreement: Subscription, count: int) -> Quote:
    merchant, now = world.merchant(), world.clock.now
    rows = next_payments(
        merchant=merchant,
        customer_id=world.rows.customer_id,
        subscription_public_id=agreement.public_id,
        count=count,
        now=now,
    )
    return quote_several(
        merchant=merchant,
        customer_id=world.rows.customer_id,
        payment_public_ids=[row.public_id for row in rows],
        now=now,
    )
