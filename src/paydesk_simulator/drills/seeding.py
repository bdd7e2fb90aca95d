"""History in bulk: customers with years of bills behind them, in one request and without a webhook.

What one writes is a story: who, which cards, which subscriptions since when, and what went differently with which
payment. Everything that is not told went well. docs/simulator.md shows the whole shape.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from paydesk_simulator.cards import CARD_OF_NAME
from paydesk_simulator.company.accounts import BILLING, Account
from paydesk_simulator.company.bill_parts import read_billing, read_parts
from paydesk_simulator.company.bills import Bill, BillWanted, make_bill
from paydesk_simulator.company.customers import Customer, add_customer, customer_of
from paydesk_simulator.company.methods import Method, save_method
from paydesk_simulator.company.subscriptions import Subscription, Terms, start_subscription
from paydesk_simulator.database import Books
from paydesk_simulator.drills.stories import Owed, tell_bill, tell_charge
from paydesk_simulator.fields import Fields
from paydesk_simulator.refused import Refused


def seed_customers(books: Books, account: Account, fields: Fields, *, now: datetime) -> dict[str, Any]:
    """Make every customer of the request; gives their ids in the same order."""
    return {
        "customers": [_seed_customer(books, account, wanted, now) for wanted in fields.parts("customers")]
    }


def _seed_customer(books: Books, account: Account, wanted: Fields, now: datetime) -> dict[str, Any]:
    since = wanted.moment("created_at") or now
    customer = add_customer(
        books,
        account,
        email=wanted.text("email"),
        name=wanted.text("name", ""),
        created_at=since,
        billing=read_billing(wanted),
        silently=True,
    )
    methods = [_seed_method(books, account, customer, part, since) for part in wanted.parts("methods")]
    return {
        "id": customer.id,
        "email": customer.email,
        "methods": [method.id for method in methods],
        "subscriptions": [
            _seed_subscription(books, account, customer, methods, part, now)
            for part in wanted.parts("subscriptions")
        ],
        "bills": [_seed_bill(books, account, customer, methods, part, now) for part in wanted.parts("bills")],
        "charges": [
            _seed_charge(books, account, customer, methods, part, now) for part in wanted.parts("charges")
        ],
    }


def _seed_method(
    books: Books, account: Account, customer: Customer, wanted: Fields, since: datetime
) -> Method:
    card = CARD_OF_NAME.get(wanted.text("card", "good"))
    if card is None:
        raise Refused(400, "unknown_card", f"There is no test card {wanted.text('card')!r}.")
    expires = wanted.whole("expires_year", since.year + 5), wanted.whole("expires_month", 12)
    known = customer_of(books, account, customer.id)
    method = save_method(books, account, customer=known, card=card, expires=expires, now=since, silently=True)
    if wanted.flag("default", False):
        books.change(known, default_method_id=method.id)
    return method


def _seed_subscription(
    books: Books, account: Account, customer: Customer, methods: list[Method], wanted: Fields, now: datetime
) -> dict[str, Any]:
    """Tell a subscription from its start: one bill for each payment date that has passed."""
    method = _method(methods, wanted)
    started_at = wanted.moment("started_at") or now
    terms = Terms(
        name=wanted.text("name"),
        parts=read_parts(wanted, title=wanted.text("name")),
        currency=wanted.currency(),
        interval_unit=wanted.text("interval_unit", "month"),
        interval_count=wanted.whole("interval_count", 1),
        payments_total=wanted.whole("payments_total", 0) or None,
        method_id=method.id if method and "method" in wanted.values else None,
        started_at=started_at,
        first_payment_at=wanted.moment("first_payment_at"),
    )
    row = start_subscription(books, account, customer_id=customer.id, terms=terms, now=now, silently=True)
    differently = _stories(wanted)
    told: list[Bill] = []
    stopped_at = wanted.moment("canceled_at") or wanted.moment("paused_at") or now
    while _is_due(row, len(told), min(stopped_at, now)):
        due_at, story = row.payment_date(len(told)), differently.get(str(len(told) + 1), Fields({}))
        bill = make_bill(
            books,
            account,
            BillWanted(
                customer_id=customer.id,
                title=row.name,
                parts=row.parts(),
                currency=row.currency,
                due_at=due_at,
                subscription_id=row.id,
                method_id=_own_method(methods, story),
            ),
            silently=True,
        )
        told.append(tell_bill(books, account, bill, story, method=_method(methods, story, method), now=now))
    _leave_as_told(
        books, row, wanted, [bill.status for bill in told], [bill.next_attempt_at for bill in told], now
    )
    return {"id": row.id, "bills": [bill.id for bill in told]}


def _is_due(row: Subscription, number: int, until: datetime) -> bool:
    all_made = row.payments_total is not None and number >= row.payments_total
    return not all_made and row.payment_date(number) <= until


def _leave_as_told(
    books: Books,
    row: Subscription,
    wanted: Fields,
    statuses: list[str],
    further_tries: list[datetime | None],
    now: datetime,
) -> None:
    """Bring the agreement to where its bills have left it."""
    paid, made = statuses.count("paid"), len(statuses)
    canceled_at, paused_at = wanted.moment("canceled_at"), wanted.moment("paused_at")
    complete = row.payments_total is not None and paid >= row.payments_total
    all_made = row.payments_total is not None and made >= row.payments_total
    status = "trialing" if row.status == "trialing" and not made else "active"
    if "failed" in statuses:
        status = "past_due" if any(further_tries) else "unpaid"
    if paused_at:
        status = "paused"
    if canceled_at and canceled_at <= now:
        status = "canceled"
    if complete:
        status = "completed"
    ended = status in ("canceled", "completed")
    following = (
        None if ended or all_made else row.payment_date_after(now) if made or paused_at else row.anchored_at
    )
    books.change(
        row,
        status=wanted.text("status", status),
        payments_made=paid,
        bills_made=made,
        next_payment_at=following,
        cancels_at=following if wanted.flag("cancels", False) else None,
        resumes_at=wanted.moment("resumes_at"),
        ended_at=(canceled_at or now) if ended else None,
    )


def _seed_bill(
    books: Books, account: Account, customer: Customer, methods: list[Method], wanted: Fields, now: datetime
) -> str:
    if account.kind != BILLING:
        raise Refused(403, "not_offered", "An account of kind vault has no bills.")
    title = wanted.text("title", "Payment")
    bill = make_bill(
        books,
        account,
        BillWanted(
            customer_id=customer.id,
            title=title,
            parts=read_parts(wanted, title=title),
            currency=wanted.currency(),
            due_at=wanted.moment("at") or now,
            method_id=_own_method(methods, wanted),
        ),
        silently=True,
    )
    return tell_bill(books, account, bill, wanted, method=_method(methods, wanted), now=now).id


def _seed_charge(
    books: Books, account: Account, customer: Customer, methods: list[Method], wanted: Fields, now: datetime
) -> str:
    owed = Owed.of(wanted, now)
    return tell_charge(books, account, customer, owed, wanted, method=_method(methods, wanted)).id


def _stories(wanted: Fields) -> dict[str, Fields]:
    """Give what went differently, by the number of the payment; the first is 1."""
    told = wanted.values.get("payments", {})
    if not isinstance(told, dict) or not all(
        number.isdecimal() and isinstance(story, dict) for number, story in told.items()
    ):
        raise Refused(
            400, "bad_field", 'payments has to be like {"3": {"declined": ["insufficient_funds"]}}.'
        )
    return {number: Fields(story) for number, story in told.items()}


def _own_method(methods: list[Method], wanted: Fields) -> str | None:
    """Give the method that a bill names for itself, by its number in the story."""
    if "own_method" not in wanted.values:
        return None
    method = _method(methods, Fields({"method": wanted.whole("own_method")}))
    return method.id if method else None


def _method(methods: list[Method], wanted: Fields, otherwise: Method | None = None) -> Method | None:
    """Give the method by its number in the story; else the one that is meant anyway, or the customer's first."""
    if "method" not in wanted.values:
        return otherwise or next(iter(methods), None)
    number = wanted.whole("method")
    if not 0 <= number < len(methods):
        raise Refused(400, "unknown_method", f"This customer has no method number {number}.")
    return methods[number]
