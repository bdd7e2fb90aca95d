"""Customers whose desk shows every state: several currencies and long names, one plain plan, nothing at all."""

from __future__ import annotations

from datetime import timedelta

from paydesk.billing.arrangements.changes.pause_agreement import pause_agreement
from paydesk.billing.arrangements.changes.skip_payment import skip_payment
from paydesk.billing.arrangements.models import Quote
from paydesk.billing.arrangements.quotes import quote_pay_off, quote_several
from paydesk.billing.customers.models import Customer
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Connection
from tests import builders
from tests.journeys.portal.gallery import LONG, LONG_TITLE, Shown
from tests.portal.desk.plans import agreement, cover, payments_of, plan, put, today, vault


def three_currencies(shop: MerchantInSight) -> Shown:
    """Plans in yen and dinar with long names, one overdue, one moved; subscriptions of Paydesk's and of a gateway."""
    who = builders.customer(shop, LONG, f"{'a-very-long-address' * 3}@a-long-company-name.example")
    account = vault(shop)
    builders.method(who, account, is_default=True)
    yen = plan(who, account, 12_345_678, 3, currency="JPY", name=LONG_TITLE)
    dinar = plan(who, account, 12_340, 10, currency="KWD", name="Tasting evenings")
    machine = _machine(who, account, shop)
    kiln = agreement(who, account, Money(3000, "EUR"), name="Kiln sharing")
    agreement(who, account, Money(1900, "EUR"), name="Beans, weekly", interval_unit="week")
    billing = builders.connection(shop)
    builders.method(who, billing, is_default=True, brand="mastercard", last_four="5454")
    theirs = builders.subscription(builders.order(who, billing))
    paused = agreement(who, account, Money(900, "EUR"), name="Glaze library")
    Subscription.objects.filter(merchant_id=shop.id, id=paused.id).update(
        state="paused", resumes_at=builders.days(40)
    )
    late = payments_of(dinar)[0]
    put(late, state="failed", due_at=builders.days(-2), due_date=today(shop) - timedelta(days=2))
    builders.attempt(late, "declined", origin="paydesk", asked_by="engine")
    Subscription.objects.filter(merchant_id=shop.id, id=dinar.id).update(state="past_due")
    return Shown(
        who=who,
        paths=[
            "/",
            "/upcoming",
            "/subscriptions",
            *(f"/subscriptions/{one.public_id}" for one in (yen, dinar, machine, kiln, theirs, paused)),
            *_payments(machine, late),
        ],
    )


def one_plan(shop: MerchantInSight) -> Shown:
    """What most people have: one plan, some of it paid, nothing wrong."""
    who, account = builders.customer(shop), vault(shop)
    builders.method(who, account, is_default=True)
    mine = _machine(who, account, shop)
    return Shown(who=who, paths=["/", "/upcoming", f"/subscriptions/{mine.public_id}"])


def nothing_comes(shop: MerchantInSight) -> Shown:
    """A plan that is paid off, and nothing else."""
    who, account = builders.customer(shop, "Nora"), vault(shop)
    mine = plan(who, account, 30000, 3)
    paid = payments_of(mine)
    for one in paid:
        put(one, state="paid", paid_at=builders.days(-3), owed_minor=0)
    Subscription.objects.filter(merchant_id=shop.id).update(
        state="completed", payments_made=3, paid_minor=30000, ended_at=builders.days(-3), next_payment_at=None
    )
    return Shown(who=who, paths=["/", "/upcoming", f"/subscriptions/{mine.public_id}"])


def paying_ahead(shop: MerchantInSight) -> Shown:
    """A plan with a fee, whose rest and whose next payments are quoted; one quote has expired, yen are long."""
    who, account = builders.customer(shop, LONG), vault(shop)
    builders.method(who, account, is_default=True)
    builders.method(who, account, brand="mastercard", last_four="5454", expires_year=2020)
    mine = plan(who, account, 90000, 6, fee=Money(2400, "EUR"))
    yen = plan(who, account, 74_074_068, 6, currency="JPY", name=LONG_TITLE)
    club = agreement(who, account, Money(1234, "KWD"), name="Tasting evenings", interval_unit="week")
    quotes = [quoted_rest(mine), quoted_next(mine, 3), quoted_next(yen, 4), quoted_rest(mine)]
    Quote.objects.filter(merchant_id=shop.id, id=quotes[-1].id).update(expires_at=builders.days(-0.01))
    return Shown(
        who=who,
        paths=[
            f"/subscriptions/{mine.public_id}",
            f"/subscriptions/{club.public_id}",
            *(f"/subscriptions/{one.public_id}/several" for one in (mine, yen, club)),
            *(f"/quotes/{one.public_id}" for one in quotes),
        ],
    )


def quoted_rest(of: Subscription) -> Quote:
    """Ask what all that remains comes to."""
    return quote_pay_off(
        merchant=merchant_by_id(of.merchant_id),
        customer_id=of.customer_id or 0,
        subscription_public_id=of.public_id,
        now=clock.wall_now(),
    )


def quoted_next(of: Subscription, count: int) -> Quote:
    """Ask what the next few come to."""
    return quote_several(
        merchant=merchant_by_id(of.merchant_id),
        customer_id=of.customer_id or 0,
        payment_public_ids=[one.public_id for one in payments_of(of)[:count]],
        now=clock.wall_now(),
    )


def _machine(who: Customer, account: Connection, shop: MerchantInSight) -> Subscription:
    """EUR 900.00 and a fee in twelve: three made together, one by itself, one on its way, one moved."""
    mine = plan(who, account, 90000, 12, fee=Money(2400, "EUR"), name="Espresso machine")
    rows = _begun(mine, days=140)
    covering = cover(rows[:3], state="paid", paid_at=builders.days(-120))
    builders.attempt(covering, origin="paydesk", asked_by="customer")
    put(rows[3], state="paid", paid_at=builders.days(-39), owed_minor=0)
    builders.attempt(rows[3], origin="paydesk", asked_by="engine")
    put(rows[4], state="processing")
    builders.attempt(rows[4], "unknown", origin="paydesk", asked_by="engine")
    moved = rows[5].due_at + timedelta(days=5)
    put(rows[5], due_at=moved, due_date=moved.date())
    paid = sum(one.amount_minor for one in rows[:4])
    Subscription.objects.filter(merchant_id=shop.id, id=mine.id).update(
        payments_made=4, paid_minor=paid, next_payment_at=moved
    )
    return mine


def _begun(of: Subscription, *, days: int) -> list[Payment]:
    """Let it have begun so many days earlier; the worker that runs beside has its payments on the days of before."""
    for one in payments_of(of):
        earlier = one.due_at - timedelta(days=days)
        put(one, due_at=earlier, due_date=earlier.date(), planned_date=earlier.date())
    return payments_of(of)


def _payments(machine: Subscription, late: Payment) -> list[str]:
    """One that is covered, the one that covers it, one that is checked, one that is to come, one that is overdue."""
    rows = payments_of(machine)
    covering = Payment.objects.get(merchant_id=machine.merchant_id, id=rows[0].covered_by_id or 0)
    return [f"/payments/{one.public_id}" for one in (rows[0], covering, rows[4], rows[5], late)]


def changing(shop: MerchantInSight) -> Shown:
    """Every change before it is made, what was refused, and what was done; at Paydesk's and at a company's."""
    who, account = builders.customer(shop, LONG), vault(shop)
    builders.method(who, account, is_default=True)
    mine = plan(who, account, 12_345_678 * 6, 6, currency="JPY", name=LONG_TITLE)
    club = agreement(who, account, Money(1234, "KWD"), name="Tasting evenings")
    still = agreement(who, account, Money(3000, "EUR"), name="Kiln sharing")
    skip_payment(
        merchant=merchant_by_id(shop.id),
        customer_id=who.id,
        payment_public_id=payments_of(still)[0].public_id,
        now=clock.wall_now(),
    )
    pausing = agreement(who, account, Money(900, "EUR"), name="Glaze library")
    pause_agreement(
        merchant=merchant_by_id(shop.id),
        customer_id=who.id,
        subscription_public_id=pausing.public_id,
        until=today(shop) + timedelta(days=60),
        now=clock.wall_now(),
    )
    theirs = builders.subscription(
        builders.order(who, builders.connection(shop)), capabilities=["pause", "resume"]
    )
    day = (today(shop) + timedelta(days=13)).isoformat()
    far = (today(shop) + timedelta(days=45)).isoformat()
    return Shown(
        who=who,
        paths=[
            *(f"/subscriptions/{one.public_id}" for one in (mine, club, still, pausing, theirs)),
            f"/subscriptions/{mine.public_id}/move",
            f"/subscriptions/{mine.public_id}/move?day={day}",
            f"/subscriptions/{mine.public_id}/move?day=2020-02-30",
            f"/subscriptions/{club.public_id}/skip",
            f"/subscriptions/{still.public_id}/skip",
            f"/subscriptions/{still.public_id}/unskip?payment={payments_of(still)[0].public_id}",
            f"/subscriptions/{mine.public_id}/pause",
            f"/subscriptions/{mine.public_id}/pause?until={far}",
            f"/subscriptions/{club.public_id}/pause?until={far}",
            f"/subscriptions/{theirs.public_id}/pause?until={far}",
            f"/subscriptions/{pausing.public_id}/resume",
        ],
    )
