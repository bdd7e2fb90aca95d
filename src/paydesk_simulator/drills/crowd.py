"""A crowd: thousands of customers with paid bills, in one request and one transaction, for drills of imports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from paydesk_simulator.cards import CARD_OF_NAME
from paydesk_simulator.clock import step
from paydesk_simulator.company.accounts import BILLING, Account
from paydesk_simulator.company.bill_parts import BillParts
from paydesk_simulator.company.bills import Bill
from paydesk_simulator.company.charges import Charge, movement_of
from paydesk_simulator.company.customers import Customer
from paydesk_simulator.company.journal import write_down_many
from paydesk_simulator.company.methods import Method
from paydesk_simulator.company.subscriptions import Subscription
from paydesk_simulator.database import Books, new_id
from paydesk_simulator.drills.stories import past_charge
from paydesk_simulator.refused import Refused

CUSTOMERS_MAX, BILLS_MAX = 100_000, 1_000
_NAME, _CURRENCY = "Membership", "EUR"
#: Few at a time, so that a crowd of any size takes the same memory.
_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One customer with a card, a monthly subscription and a paid bill for each month that has passed."""

    customer: Customer
    method: Method
    subscription: Subscription | None
    bills: list[Bill]
    charges: list[Charge]


def seed_many(
    books: Books, account: Account, *, customers: int, bills_each: int, now: datetime
) -> dict[str, Any]:
    """Make a crowd without a webhook; gives how many of each there are, and what they paid together (EUR cents).

    A second crowd joins the first. Customers are listed in the order of their addresses, `member-000001@example.com`.
    """
    if not (0 < customers <= CUSTOMERS_MAX and 0 <= bills_each <= BILLS_MAX):
        raise Refused(
            400, "bad_field", f"A crowd is 1 to {CUSTOMERS_MAX} customers with 0 to {BILLS_MAX} bills."
        )
    known = [
        int(books.ask(f"SELECT count(*) FROM {table} WHERE account_id = ?", account.id)[0][0])  # noqa: S608
        for table in ("customers", "bills")
    ]
    paid_minor = 0
    for first in range(0, customers, _AT_ONCE):
        places = range(first, min(first + _AT_ONCE, customers))
        members = [
            _member(account, known[0] + place, known[1] + place * bills_each, bills_each, now)
            for place in places
        ]
        _keep(books, members)
        paid_minor += sum(charge.amount_minor for member in members for charge in member.charges)
    return {"customers": customers, "payments": customers * bills_each, "paid_minor": paid_minor}


def _keep(books: Books, members: list[Member]) -> None:
    books.add_many([member.customer for member in members])
    books.add_many([member.method for member in members])
    books.add_many([member.subscription for member in members if member.subscription])
    books.add_many([bill for member in members for bill in member.bills])
    charges = [charge for member in members for charge in member.charges]
    books.add_many(charges)
    write_down_many(books, [movement_of(charge) for charge in charges])


def _member(account: Account, number: int, bills_before: int, bills_each: int, now: datetime) -> Member:
    customer_id, method_id = new_id("cus"), new_id("pm")
    months = [step(now, unit="month", count=place - bills_each) for place in range(bills_each)]
    since = months[0] if months else now
    amount = 1_000 + 100 * (number % 90)
    customer = Customer(
        id=customer_id,
        account_id=account.id,
        email=f"member-{number + 1:06d}@example.com",
        name=f"Member {number + 1:06d}",
        default_method_id=method_id,
        billing={},
        is_deleted=False,
        created_at=since,
    )
    collects = account.kind == BILLING and bills_each > 0
    subscription = _subscription(account, customer_id, amount, since, bills_each, now) if collects else None
    bills = list(_bills(subscription, months, bills_before)) if subscription else []
    charges = [
        past_charge(
            account_id=account.id,
            customer_id=customer_id,
            method_id=method_id,
            bill_id=bills[place].id if bills else None,
            amount_minor=amount,
            currency=_CURRENCY,
            description=_NAME,
            at=month,
        )
        for place, month in enumerate(months)
    ]
    return Member(
        customer=customer,
        method=_method(account, customer_id, method_id, since),
        subscription=subscription,
        bills=bills,
        charges=charges,
    )


def _method(account: Account, customer_id: str, method_id: str, since: datetime) -> Method:
    card = CARD_OF_NAME["good"]
    return Method(
        id=method_id,
        account_id=account.id,
        customer_id=customer_id,
        card=card.name,
        brand=card.brand,
        last_four=card.number[-4:],
        expires_year=since.year + 90,
        expires_month=12,
        created_at=since,
        removed_at=None,
    )


def _subscription(
    account: Account, customer_id: str, amount: int, since: datetime, bills_each: int, now: datetime
) -> Subscription:
    return Subscription(
        id=new_id("sub"),
        account_id=account.id,
        customer_id=customer_id,
        name=_NAME,
        status="active",
        amount_minor=amount,
        currency=_CURRENCY,
        interval_unit="month",
        interval_count=1,
        payments_total=None,
        payments_made=bills_each,
        bills_made=bills_each,
        lines=BillParts.single(_NAME, amount).lines,
        discounts=[],
        discount_percent=0,
        discounted_bills=0,
        taxes=[],
        method_id=None,
        started_at=since,
        anchored_at=since,
        # A month later than the last: nothing falls due while a drill looks on.
        next_payment_at=step(now, unit="month", count=1),
        cancels_at=None,
        resumes_at=None,
        is_wallet=False,
        ended_at=None,
        created_at=since,
    )


def _bills(subscription: Subscription, months: list[datetime], bills_before: int) -> Iterator[Bill]:
    for place, month in enumerate(months):
        yield Bill(
            id=new_id("bill"),
            account_id=subscription.account_id,
            customer_id=subscription.customer_id,
            subscription_id=subscription.id,
            number=f"SC-{bills_before + place + 1:06d}",
            title=subscription.name,
            amount_minor=subscription.amount_minor,
            currency=subscription.currency,
            status="paid",
            lines=subscription.lines,
            discounts=[],
            taxes=[],
            balance_minor=0,
            billing={},
            method_id=None,
            settled_by="charge",
            tries=1,
            due_at=month,
            paid_at=month,
            next_attempt_at=None,
            created_at=month,
        )
