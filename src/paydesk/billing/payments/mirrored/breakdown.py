"""What a payment's amount is made of: a bill's lines, discounts, taxes and balance, kept as it was mirrored."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from paydesk.gateways.records import BillingDetails, CollectibleRecord


class Line(TypedDict):
    """`amount_minor`: minor units of the payment's currency, before discounts and without taxes on top."""

    title: str
    quantity: int
    amount_minor: int


class Tax(TypedDict):
    """`is_included`: in the lines' amounts already."""

    title: str
    percentage: str
    amount_minor: int
    is_included: bool


class Billing(TypedDict):
    """Whom the bill is made out to. `country` is ISO 3166-1 alpha-2."""

    name: str
    email: str
    street: list[str]
    city: str
    region: str
    postal_code: str
    country: str
    tax_ids: list[str]
    # Written by the customer themselves: the person at a company, and the part of a city that some addresses name.
    person: NotRequired[str]
    district: NotRequired[str]


class Breakdown(TypedDict):
    """Lines - discounts + taxes on top - balance = the payment's amount."""

    lines: list[Line]
    discounts: list[Line]
    taxes: list[Tax]
    balance_minor: int
    billing: Billing | None


def breakdown_of(record: CollectibleRecord) -> Breakdown:
    """Give the parts of a collectible as they are kept."""
    return Breakdown(
        lines=[_line(line.title, line.quantity, line.amount.minor) for line in record.lines],
        discounts=[_line(line.title, line.quantity, line.amount.minor) for line in record.discounts],
        taxes=[
            Tax(
                title=tax.title,
                percentage=tax.percentage,
                amount_minor=tax.amount.minor,
                is_included=tax.is_included,
            )
            for tax in record.taxes
        ],
        balance_minor=record.balance_applied.minor if record.balance_applied else 0,
        billing=_billing(record.billing) if record.billing else None,
    )


def _line(title: str, quantity: int, amount_minor: int) -> Line:
    return Line(title=title, quantity=quantity, amount_minor=amount_minor)


def _billing(details: BillingDetails) -> Billing:
    return Billing(
        name=details.name,
        email=details.email,
        street=list(details.street),
        city=details.city,
        region=details.region,
        postal_code=details.postal_code,
        country=details.country,
        tax_ids=list(details.tax_ids),
    )
