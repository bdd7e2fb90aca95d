"""How the company's objects look in its API."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from paydesk_simulator.company.accounts import Account
from paydesk_simulator.company.bills import PAYABLE, Bill
from paydesk_simulator.company.charges import Charge
from paydesk_simulator.company.customers import Customer
from paydesk_simulator.company.disputes import Dispute
from paydesk_simulator.company.events import Event
from paydesk_simulator.company.methods import Method
from paydesk_simulator.company.refunds import Refund
from paydesk_simulator.company.setups import DONE, NEEDS_CUSTOMER, OPEN, Setup
from paydesk_simulator.company.subscriptions import LIVE, Subscription
from paydesk_simulator.database import Books

Shape = dict[str, Any]


def account_shape(account: Account) -> Shape:
    return {"id": account.id, "kind": account.kind, "name": account.name}


def customer_shape(customer: Customer) -> Shape:
    return {
        "id": customer.id,
        "email": customer.email,
        "name": customer.name,
        "default_method": customer.default_method_id,
        "deleted": customer.is_deleted,
        "created_at": customer.created_at,
    }


def method_shape(method: Method, customer: Customer) -> Shape:
    return {
        "id": method.id,
        "customer": method.customer_id,
        "brand": method.brand,
        "last_four": method.last_four,
        "expires_year": method.expires_year,
        "expires_month": method.expires_month,
        "default": customer.default_method_id == method.id,
        "created_at": method.created_at,
    }


def setup_shape(books: Books, setup: Setup, base: str) -> Shape:
    method = books.get(Method, setup.method_id) if setup.status == DONE else None
    customer = books.get(Customer, setup.customer_id)
    assert customer is not None  # noqa: S101  a foreign key says so
    is_open = setup.status in (OPEN, NEEDS_CUSTOMER)
    return {
        "id": setup.id,
        "customer": setup.customer_id,
        "status": setup.status,
        "page_url": f"{base}/pages/cards/{setup.id}" if is_open else "",
        "method": method_shape(method, customer) if method else None,
        "refusal": setup.refusal,
    }


_KEPT_INSIDE = [
    "account_id",
    "bills_made",
    "anchored_at",
    "created_at",
    "discounts",
    "discounted_bills",
    "is_wallet",
    "taxes",
]


def subscription_shape(subscription: Subscription, base: str) -> Shape:
    shape = asdict(subscription)
    shape["customer"], shape["method"] = shape.pop("customer_id"), shape.pop("method_id")
    shape["trial_ends_at"] = (
        subscription.anchored_at if subscription.anchored_at > subscription.started_at else None
    )
    shape["manage_url"] = f"{base}/pages/agreements/{subscription.id}" if subscription.is_wallet else ""
    parts = subscription.parts()
    shape["coming_minor"], shape["is_discounted"] = parts.owed(), bool(parts.discounts)
    shape["discount_ends_at"] = subscription.discount_ends_at()
    if not subscription.discounted_bills:
        shape["discount_percent"] = 0
    for name in _KEPT_INSIDE:
        del shape[name]
    if subscription.status not in LIVE:
        shape["next_payment_at"] = None
    return shape


def charge_shape(books: Books, charge: Charge, base: str) -> Shape:
    method = books.get(Method, charge.method_id)
    customer = books.get(Customer, charge.customer_id)
    waits = charge.status == "needs_customer"
    return {
        "id": charge.id,
        "customer": charge.customer_id,
        "bill": charge.bill_id,
        "method": method_shape(method, customer) if method and customer else None,
        "amount_minor": charge.amount_minor,
        "currency": charge.currency,
        "tag": charge.tag,
        "description": charge.description,
        "status": charge.status,
        "decline_code": charge.decline_code,
        "retry_not_before": charge.retry_not_before,
        "action_url": f"{base}/pages/bank/{charge.id}" if waits else "",
        "settles_at": charge.settles_at,
        "created_at": charge.created_at,
        "finished_at": charge.finished_at,
    }


def refund_shape(refund: Refund) -> Shape:
    return {
        "id": refund.id,
        "charge": refund.charge_id,
        "amount_minor": refund.amount_minor,
        "currency": refund.currency,
        "status": refund.status,
        "tag": refund.tag,
        "created_at": refund.created_at,
    }


def dispute_shape(dispute: Dispute) -> Shape:
    return {
        "id": dispute.id,
        "charge": dispute.charge_id,
        "amount_minor": dispute.amount_minor,
        "currency": dispute.currency,
        "status": dispute.status,
        "created_at": dispute.created_at,
        "closed_at": dispute.closed_at,
    }


def bill_shape(books: Books, bill: Bill, base: str) -> Shape:
    """Give a bill whole: what is owed, how it stands, every try, every refund, every dispute."""
    tries = books.find(
        Charge, "bill_id = ? AND status NOT IN ('prepared', 'canceled') ORDER BY rowid", bill.id
    )
    agreement = books.get(Subscription, bill.subscription_id)
    owed = bill.amount_minor - sum(one.amount_minor for one in tries if one.status == "succeeded")
    return {
        "id": bill.id,
        "type": "bill",
        "customer": bill.customer_id,
        "subscription": bill.subscription_id,
        "number": bill.number,
        "title": bill.title,
        "amount_minor": bill.amount_minor,
        "currency": bill.currency,
        "status": bill.status,
        "settled_by": bill.settled_by,
        "lines": bill.lines,
        "discounts": bill.discounts,
        "taxes": bill.taxes,
        "balance_applied_minor": bill.balance_minor or None,
        "owed_minor": owed if bill.status in PAYABLE and owed < bill.amount_minor else None,
        "debt_ends": bill.status in PAYABLE and agreement is not None and bool(agreement.is_wallet),
        "billing": bill.billing,
        "method": bill.method_id if bill.status in PAYABLE else None,
        "due_at": bill.due_at,
        "paid_at": bill.paid_at,
        "next_attempt_at": bill.next_attempt_at,
        "created_at": bill.created_at,
        **_money_shapes(books, tries, base),
    }


def single_charge_shape(books: Books, charge: Charge, base: str) -> Shape:
    """Give a charge without a bill in the form of a bill, for a history that reads as one list."""
    status = {"succeeded": "paid", "declined": "failed", "pending": "processing"}.get(charge.status, "due")
    title = charge.description or "Payment"
    return {
        "id": charge.id,
        "type": "charge",
        "customer": charge.customer_id,
        "subscription": None,
        "number": "",
        "title": title,
        "amount_minor": charge.amount_minor,
        "currency": charge.currency,
        "status": "canceled" if charge.status == "canceled" else status,
        "settled_by": "charge" if charge.status == "succeeded" else "",
        "lines": [{"title": title, "amount_minor": charge.amount_minor, "quantity": 1}],
        "discounts": [],
        "taxes": [],
        "balance_applied_minor": None,
        "owed_minor": None,
        "billing": {},
        "method": None,
        "due_at": charge.created_at,
        "paid_at": charge.finished_at if charge.status == "succeeded" else None,
        "next_attempt_at": None,
        "created_at": charge.created_at,
        **_money_shapes(books, [] if charge.status in ("prepared", "canceled") else [charge], base),
    }


def event_shape(event: Event) -> Shape:
    """Give an event as it was delivered."""
    shape: Shape = json.loads(event.body)
    return shape


def history_shapes(books: Books, customer: Customer, cursor: str, count: int, base: str) -> list[Shape]:
    """Give bills, and charges without one, newest first; `cursor` is the `created_at,id` of the last one seen."""
    moment, _, after = cursor.partition(",") if cursor else ("9999-12-31", "", "")
    rows = books.ask(_HISTORY, customer.id, moment, after, count)
    shapes = []
    for _moment, row_id in rows:
        bill = books.get(Bill, row_id)
        charge = None if bill else books.get(Charge, row_id)
        shapes.append(bill_shape(books, bill, base) if bill else single_charge_shape(books, charge, base))  # type: ignore[arg-type]  # it is one of both
    return shapes


_HISTORY = """
SELECT created_at AS moment, id FROM (
    SELECT created_at, id, customer_id FROM bills
    UNION ALL
    SELECT created_at, id, customer_id FROM charges
        WHERE bill_id IS NULL AND status NOT IN ('prepared', 'canceled')
)
WHERE customer_id = ?1 AND (created_at, id) < (?2, ?3)
ORDER BY created_at DESC, id DESC LIMIT ?4
"""


def _money_shapes(books: Books, tries: list[Charge], base: str) -> Shape:
    """Give charges with the refunds and disputes of those that succeeded."""
    refunds: list[Shape] = []
    disputes: list[Shape] = []
    for charge in tries:
        if charge.status == "succeeded":
            refunds += map(refund_shape, books.find(Refund, "charge_id = ? ORDER BY rowid", charge.id))
            disputes += map(dispute_shape, books.find(Dispute, "charge_id = ? ORDER BY rowid", charge.id))
    charges = [charge_shape(books, charge, base) for charge in tries]
    return {"charges": charges, "refunds": refunds, "disputes": disputes}
