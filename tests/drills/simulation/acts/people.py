"""What people do: press, confirm with their bank, change cards, give money back; and what time does meanwhile."""

from __future__ import annotations

from datetime import timedelta

from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.refused import RetryRefused
from paydesk.billing.payments.retry import retry_payment
from tests.drills.simulation.company.objects import Charge
from tests.drills.simulation.workers import act, idle
from tests.drills.simulation.world import ADA, World, start, wish

_PRESSED = (Payment.State.DUE, Payment.State.FAILED, Payment.State.SCHEDULED, Payment.State.PROCESSING)


def agree(world: World) -> None:
    """The merchant's shop starts an agreement, or one that it has started already, since its first ask got lost."""
    door = idle(world, world.doors)
    if door is None or len(world.wanted) >= 2:
        return
    is_new = not world.wanted or world.chance.random() < 0.5
    wanted = wish(world) if is_new else world.chance.choice(world.wanted)
    if is_new:
        world.wanted.append(wanted)
    act(world, door, f"start {wanted.name}", lambda: start(world, wanted))


def press(world: World) -> None:
    """Ada presses pay, on any payment that she may see; twice in two tabs as well."""
    door = idle(world, world.doors)
    rows = list(
        Payment.objects.filter(
            merchant_id=world.rows.merchant_id, customer_id=world.rows.customer_id
        ).order_by("subscription_id", "position", "id")
    )
    open_rows = [row for row in rows if row.state in _PRESSED]
    if door is None or not rows:
        return
    row = world.chance.choice(open_rows if open_rows and world.chance.random() < 0.9 else rows)
    method = world.chance.choice(["", *methods_of(world)])
    act(world, door, f"press {name_of(row)} ({row.state})", lambda: _press(world, row, method))


def name_of(row: Payment) -> str:
    """Name a payment by what stays the same from run to run."""
    return f"{row.title} {row.position or row.reference}"


def _press(world: World, row: Payment, method: str) -> None:
    try:
        retry_payment(
            merchant=world.merchant(),
            customer_id=world.rows.customer_id,
            payment_public_id=row.public_id,
            method_public_id=method,
            asked_by=Attempt.AskedBy.CUSTOMER,
            return_url="https://portal.example/",
            now=world.clock.now,
        )
    except RetryRefused as refused:
        world.notes["refused"] = str(refused)


def methods_of(world: World) -> list[str]:
    """Name her methods as her pages do, those that she took off as well: a tab may be old."""
    mine = PaymentMethod.objects.filter(
        merchant_id=world.rows.merchant_id, customer_id=world.rows.customer_id
    )
    return list(mine.order_by("id").values_list("public_id", flat=True))


def verify(world: World) -> None:
    """Ada comes to her bank's page, sometimes hours later."""
    waiting = [one for one in world.company.charges.values() if one.status == "needs_customer"]
    if waiting:
        charge, is_good = world.chance.choice(waiting), world.chance.random() < 0.7
        world.company.verify(charge, is_good=is_good)
        world.say(f"Ada {'confirms' if is_good else 'does not confirm'} {charge.reference}")


def add_card(world: World) -> None:
    """Ada saves a card at the company."""
    if len(world.company.methods) < 4:
        card = world.chance.choice(("good", "good", "flaky", "slow", "asks"))
        method = world.company.add_method(ADA, card, is_default=world.chance.random() < 0.7)
        world.say(f"Ada saves a card: {card}{', the default' if method.is_default else ''}")


def drop_card(world: World) -> None:
    """Ada takes a card off at the company."""
    saved = [one for one in world.company.methods.values() if not one.is_removed]
    if saved:
        method = world.chance.choice(saved)
        world.company.remove_method(method.reference)
        world.say(f"Ada takes {method.reference} off")


def give_back(world: World) -> None:
    """Staff give money back at the company, or a bank takes it."""
    charge = _with_money(world)
    if charge is None:
        return
    dice = world.chance.random()
    if dice < 0.3:
        world.company.dispute(charge, ends=world.chance.choice(("won", "lost")))
        world.say(f"a bank takes {charge.reference} back")
        return
    part = world.chance.choice((charge.left_minor, max(charge.left_minor // 3, 1)))
    world.company.refund(charge, part, fails_later=dice > 0.85)
    world.say(f"staff refund {part} of {charge.reference}")


def _with_money(world: World) -> Charge | None:
    left = [one for one in world.company.moved() if one.left_minor > 0]
    return world.chance.choice(left) if left else None


def pass_time(world: World) -> None:
    """Time passes: seconds mostly, or until something is due, or a week."""
    dice = world.chance.random()
    if world.chance.random() < world.focus.days_share:
        by = timedelta(days=world.chance.choice((1, 3, 8, 15, 31)))
    elif dice < 0.5:
        by = timedelta(seconds=world.chance.randint(1, 180))
    elif dice < 0.78:
        by = timedelta(minutes=world.chance.randint(3, 90))
    else:
        by = timedelta(hours=world.chance.randint(2, 20))
    world.clock.move(by)
    world.say(f"{by} pass")


def trouble(world: World) -> None:
    """The company is away for a while, or answers badly, or is well again."""
    dice = world.chance.random()
    if dice < 0.3:
        by = timedelta(minutes=world.chance.choice((2, 20, 200, 1_200)))
        world.network.down_until = world.clock.now + by
        world.say(f"the company is away for {by}")
    else:
        world.network.faulty_share = world.chance.choice((0.0, 0.1, 0.3, 0.6, world.focus.faulty_share))
        world.say(f"{world.network.faulty_share:.0%} of calls go wrong")
