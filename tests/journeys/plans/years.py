"""Customers whose yearly statements show every state: a full year, nothing yet, names that are too long, thousands."""

from __future__ import annotations

from datetime import datetime, timedelta

from paydesk.billing.customers.models import Customer
from paydesk.billing.receipts.issue import issue_receipt
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from tests import books, builders
from tests.journeys.portal.gallery import LONG, LONG_TITLE, Shown

#: The year before this one, which is over.
YEAR = builders.now().year - 1


def full_year(shop: MerchantInSight) -> Shown:
    """A membership each month, a plan, refunds, disputes, two currencies; and the year before, with one payment."""
    account = builders.connection(shop)
    ada = builders.customer(shop)
    club = builders.order(ada, account)
    agreement = builders.subscription(club)
    for month in range(1, 13):
        books.paid(club, at=_on(month, 3), subscription=agreement)
    _plan(ada, account)
    beans = books.paid(builders.order(ada, account, "Kenya Gatomboya, 250 g × 4"), 5640, at=_on(6, 20))
    issue_receipt(merchant=shop, payment_id=beans.id, now=builders.now())
    books.refunded(beans, 1410)
    issue_receipt(merchant=shop, payment_id=beans.id, now=builders.now())
    books.disputed(books.paid(builders.order(ada, account, "Tasting evening"), 2500, at=_on(9, 1)))
    books.disputed(books.paid(builders.order(ada, account, "Kiln"), 700, at=_on(11, 9)), "open")
    books.paid(builders.order(ada, account, "Tea bowl from Kyoto"), 12_345, "JPY", at=_on(10, 5))
    books.paid(builders.order(ada, account, "Cup"), 900, at=_on(1, 5) - timedelta(days=40))
    return _shown(ada)


def too_long(shop: MerchantInSight) -> Shown:
    """Names, titles and amounts that fill more than a line."""
    account = builders.connection(shop)
    who = builders.customer(shop, LONG, f"{'a-very-long-address' * 3}@a-long-company-name.example")
    order = builders.order(who, account, LONG_TITLE)
    agreement = builders.subscription(order, name=LONG)
    books.refunded(books.paid(order, 1_234_567_890, subscription=agreement, at=_on(3, 3)), 987_654_321)
    books.paid(order, 12_345_678, "JPY", at=_on(3, 4), number="N" * 80)
    books.paid(order, 1_234, "KWD", at=_on(4, 4))
    return _shown(who)


def nothing_yet(shop: MerchantInSight) -> Shown:
    """Nothing paid: the list is empty, and no year is there."""
    return _shown(builders.customer(shop, "Nora"))


def many(shop: MerchantInSight) -> Shown:
    """So many payments that months stay closed."""
    account = builders.connection(shop)
    who = builders.customer(shop)
    books.many_paid(builders.order(who, account, "Espresso"), 400, year=YEAR)
    return _shown(who)


def _shown(who: Customer) -> Shown:
    return Shown(who=who, paths=["/payments", "/statements", f"/statements/{YEAR}"])


def _plan(who: Customer, account: Connection) -> None:
    machine = builders.order(who, account, "Espresso machine Linea Micra")
    plan = builders.subscription(machine, 30_000, payments_total=6)
    first = builders.payment(machine, 30_000, due_at=_on(5, 2), subscription=plan, title="Payment 1 of 6")
    books.enter(first, "charge", 20_000, reference="ch_part")
    books.enter(first, "balance", 10_000, reference="balance_part")
    for turn in range(2, 5):
        books.paid(machine, 30_000, at=_on(4 + turn, 2), subscription=plan, title=f"Payment {turn} of 6")


def _on(month: int, day: int) -> datetime:
    return builders.at(YEAR, month, day)
