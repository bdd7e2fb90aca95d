"""Customers whose pages show every state: a full life, nothing yet, everything waiting, and names that are too long."""

from __future__ import annotations

from dataclasses import dataclass

from paydesk.access.calendar.feeds import make_feed
from paydesk.billing.customers.models import Customer
from paydesk.merchants.find import MerchantInSight
from tests import builders

LONG = "Catarina Fonseca de Albuquerque e Vasconcelos-Montenegro Pereira"
LONG_TITLE = "Jahresmitgliedschaft im Kaffeeröstereibesichtigungsfreundeskreis"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A customer and every address of theirs that is worth looking at."""

    who: Customer
    paths: list[str]


def full_life(shop: MerchantInSight) -> Shown:
    """A failed payment, a plan, refunds, a dispute, two cards, one of them expired."""
    account = builders.connection(shop)
    ada = builders.customer(shop)
    visa = builders.method(ada, account, is_default=True)
    builders.method(ada, account, brand="mastercard", last_four="5454", expires_year=2020)
    club = builders.order(ada, account)
    builders.line(club, "Studio membership", 4900)
    agreement = builders.subscription(club, payment_method=visa, state="past_due")
    failed = builders.payment(
        club,
        state="failed",
        subscription=agreement,
        due_at=builders.days(-2),
        next_attempt_at=builders.days(2),
    )
    builders.attempt(failed, "declined")
    machine = builders.order(ada, account, "Espresso machine Linea Micra")
    plan = builders.subscription(
        machine,
        30000,
        payments_total=11,
        payments_made=4,
        payment_method=visa,
        next_payment_at=builders.days(5),
    )
    for month in range(1, 30):
        builders.attempt(
            builders.payment(club, subscription=agreement, due_at=builders.days(-2 - 30 * month))
        )
    refunded = builders.payment(
        builders.order(ada, account, "Kenya, 250 g × 4"), 5640, refunded_minor=1410, due_at=builders.days(-20)
    )
    builders.attempt(refunded)
    builders.refund(refunded, 1410)
    builders.dispute(refunded)
    make_feed(merchant_id=shop.id, customer_id=ada.id, language="en", now=builders.now())
    return Shown(
        who=ada,
        paths=[
            "/",
            "/calendar",
            "/payments",
            "/payments?kind=failed&year=2019",
            "/payments?q=nothing+like+it",
            f"/payments/{failed.public_id}",
            f"/payments/{failed.public_id}/pay",
            f"/payments/{failed.public_id}/pay?card=another",
            f"/payments/{refunded.public_id}",
            f"/payments/{refunded.public_id}/receipt",
            f"/orders/{machine.public_id}",
            "/subscriptions",
            f"/subscriptions/{plan.public_id}",
            "/methods",
            "/not-here",
        ],
    )


def nothing_yet(shop: MerchantInSight) -> Shown:
    """Nothing bought, nothing owed."""
    return Shown(who=builders.customer(shop, "Nora"), paths=["/", "/payments", "/subscriptions", "/methods"])


def all_waiting(shop: MerchantInSight) -> Shown:
    """Answers that are still to come, large and small currencies, long names, subscriptions in every state."""
    account = builders.connection(shop)
    who = builders.customer(shop, LONG, f"{'a-very-long-address' * 3}@a-long-company-name.example")
    card = builders.method(who, account, is_default=True)
    order = builders.order(who, account, LONG_TITLE)
    checking = builders.payment(order, 12_345_678, "JPY", state="processing", due_at=builders.days(-1))
    builders.attempt(checking, "unknown", origin="paydesk", asked_by="customer")
    confirm = builders.payment(order, 1_234, "KWD", state="processing", due_at=builders.days(-1))
    bank = "https://bank.example/confirm"
    builders.attempt(confirm, "needs_customer", origin="paydesk", asked_by="customer", action_url=bank)
    stuck = builders.payment(order, 99_900, state="failed", capabilities=[])
    builders.attempt(stuck, "declined", decline_reason="expired_card")
    builders.subscription(order, 12_345_678, "JPY", interval_unit="year", payment_method=card)
    builders.subscription(order, 1_234, "KWD", cancels_at=builders.days(9), name="Tasting evenings")
    builders.subscription(
        order, 1_234, "KWD", state="paused", resumes_at=builders.days(40), next_payment_at=None
    )
    builders.subscription(
        order, 1_234, "KWD", state="canceled", ended_at=builders.days(-40), next_payment_at=None
    )
    payments = [f"/payments/{one.public_id}" for one in (checking, confirm, stuck)]
    return Shown(who=who, paths=["/", "/payments", "/subscriptions", *payments, f"{payments[1]}/pay"])
