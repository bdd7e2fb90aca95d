"""Keep everything that a receipt or a note says, so that it says the same in ten years."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypedDict

from paydesk.billing.orders.models import OrderLine
from paydesk.billing.payments.mirrored.breakdown import Billing, Breakdown, Line, Tax
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.receipts.addressee import own_billing
from paydesk.gateways.records import SettledBy
from paydesk.kit.brands import brand_name
from paydesk.merchants.find import MerchantInSight

#: The layout that new receipts are printed with: layouts/N, whose template and words never change once released.
LAYOUT = 1


class Seller(TypedDict):
    """Who was paid, as it presented itself then. `logo_digest` names a picture that is kept for good."""

    name: str
    mode: str
    time_zone: str
    language: str
    support_email: str
    support_url: str
    support_phone: str
    accent_color: str
    logo_digest: str


class PaidWith(TypedDict):
    """One part of the money: with a method, from the customer's balance, or outside of all that we see.

    `brand` is written as the brand writes itself; empty where the company does not know it.
    """

    by: Literal["method", "balance", "outside"]
    brand: str
    last_four: str
    amount_minor: int
    paid_at: str


class Snapshot(TypedDict):
    """What a receipt says, and the head of a note. Amounts are minor units, moments ISO 8601 in UTC."""

    layout: int
    seller: Seller
    customer: str
    billing: Billing | None
    title: str
    invoice_number: str
    currency: str
    amount_minor: int
    happened_at: str | None
    # Of a receipt.
    lines: list[Line]
    discounts: list[Line]
    taxes: list[Tax]
    balance_minor: int
    paid_with: list[PaidWith]
    replaces: list[int]
    # Of a note: the receipt it follows, and the note that it takes back.
    receipt_number: int | None
    note_number: int | None


def snapshot_of_payment(merchant: MerchantInSight, payment: Payment, *, replaces: list[int]) -> Snapshot:
    """Read what the receipt of a payment says. `payment` comes with its customer."""
    made = head_of(
        merchant,
        payment,
        amount_minor=payment.amount_minor,
        happened_at=payment.paid_at,
        paid_with=paid_with(payment),
    )
    parts = _parts(payment)
    made["lines"], made["discounts"] = parts["lines"], parts["discounts"]
    made["taxes"], made["balance_minor"] = parts["taxes"], parts["balance_minor"]
    made["replaces"] = replaces
    return made


def head_of(
    merchant: MerchantInSight,
    payment: Payment,
    *,
    amount_minor: int,
    happened_at: datetime | None,
    paid_with: list[PaidWith],
) -> Snapshot:
    """Give what a receipt and a note have in common; what only a receipt has is empty."""
    breakdown: Breakdown | None = payment.breakdown
    return Snapshot(
        layout=LAYOUT,
        seller=seller_of(merchant),
        customer=payment.customer.name if payment.customer else "",
        billing=own_billing(payment.customer) or (breakdown["billing"] if breakdown else None),
        title=payment.title,
        invoice_number=payment.number,
        currency=payment.currency,
        amount_minor=amount_minor,
        happened_at=happened_at.isoformat() if happened_at else None,
        lines=[],
        discounts=[],
        taxes=[],
        balance_minor=0,
        paid_with=paid_with,
        replaces=[],
        receipt_number=None,
        note_number=None,
    )


def paid_with(payment: Payment) -> list[PaidWith]:
    """List what paid a payment, each part with its method and date; the company says where the rest came from."""
    attempts = Attempt.objects.filter(
        merchant_id=payment.merchant_id, payment_id=payment.id, state=Attempt.State.SUCCEEDED
    ).order_by("settled_at", "number")
    parts = [
        _part(
            "method", attempt.amount_minor, attempt.settled_at, attempt.method_brand, attempt.method_last_four
        )
        for attempt in attempts
    ]
    rest = payment.amount_minor - sum(part["amount_minor"] for part in parts)
    if rest > 0 and payment.settled_by == SettledBy.BALANCE:
        parts.append(_part("balance", rest, payment.paid_at))
    elif rest > 0 and payment.settled_by in (SettledBy.EXTERNAL, SettledBy.ATTEMPT):
        parts.append(_part("outside", rest, payment.paid_at))
    return parts


def _part(
    by: Literal["method", "balance", "outside"],
    amount_minor: int,
    paid_at: datetime | None,
    brand: str = "",
    last_four: str = "",
) -> PaidWith:
    moment = paid_at.isoformat() if paid_at else ""
    return PaidWith(
        by=by, brand=brand_name(brand), last_four=last_four, amount_minor=amount_minor, paid_at=moment
    )


def seller_of(merchant: MerchantInSight) -> Seller:
    """Give the merchant as it presents itself now."""
    return Seller(
        name=merchant.name,
        mode=merchant.mode,
        time_zone=merchant.time_zone,
        language=merchant.language,
        support_email=merchant.support_email,
        support_url=merchant.support_url,
        support_phone=merchant.support_phone,
        accent_color=merchant.accent_color,
        logo_digest=merchant.logo_digest,
    )


def _parts(payment: Payment) -> Breakdown:
    """Give what the amount is made of, where it adds up to the amount: the bill's own parts, else the order's lines.

    What does not add up proves nothing, and gives way to one line over the whole.
    """
    known: Breakdown | None = payment.breakdown
    if known and known["lines"]:
        total = sum_of(known)
        if total - known["balance_minor"] == payment.amount_minor:
            return known
        if total == payment.amount_minor:
            # Paid from the balance as a whole: that is how it was paid, not a part that was taken off before.
            return {**known, "balance_minor": 0}
    lines = _order_lines(payment)
    if sum(line["amount_minor"] for line in lines) != payment.amount_minor:
        lines = [Line(title=payment.title, quantity=1, amount_minor=payment.amount_minor)]
    return Breakdown(lines=lines, discounts=[], taxes=[], balance_minor=0, billing=None)


def sum_of(parts: Breakdown | Snapshot) -> int:
    """Add up lines, discounts and the taxes that come on top, before the balance."""
    on_top = sum(tax["amount_minor"] for tax in parts["taxes"] if not tax["is_included"])
    lines = sum(line["amount_minor"] for line in parts["lines"])
    return lines - sum(discount["amount_minor"] for discount in parts["discounts"]) + on_top


def _order_lines(payment: Payment) -> list[Line]:
    rows = OrderLine.objects.filter(merchant_id=payment.merchant_id, order_id=payment.order_id)
    return [
        Line(title=row.title, quantity=row.quantity, amount_minor=row.amount_minor)
        for row in rows.order_by("position")
    ]
