"""Say what an invoice's amount is made of: lines, discounts, taxes, the customer's balance; and whom it is made out to.

Lines are before discounts; `total_discount_amounts` has those of lines and of the invoice together, and what a credit
grant took is among `total_pretax_credit_amounts` alone (`stripe/_invoice.py`, `stripe/_invoice_line_item.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from paydesk.gateways.records import BillingDetails, LineRecord, TaxRecord
from paydesk.gateways.stripe.amounts import from_stripe
from paydesk.gateways.stripe.methods import reference
from paydesk.gateways.stripe.requests import Json
from paydesk.kit.money import Money, total

_LINE = re.compile(r"(?:\d+ × )?(?P<title>.+?)(?: \(at .+\))?")


class Breakdown(NamedTuple):
    """The parts of an amount; all empty where they are not known."""

    lines: Sequence[LineRecord] = ()
    discounts: Sequence[LineRecord] = ()
    taxes: Sequence[TaxRecord] = ()
    balance_applied: Money | None = None


def amount_of(invoice: Json) -> Money:
    """Give what the invoice asks for, or what was settled without money: by the balance, or below Stripe's minimum.

    A credit note before the payment takes from `amount_due` (`stripe/_credit_note.py`, `pre_payment_amount`).
    """
    settled = max(invoice["total"] - (invoice.get("pre_payment_credit_notes_amount") or 0), 0)
    return from_stripe(invoice["amount_due"] or settled, invoice["currency"])


def breakdown_of(invoice: Json, rates: Mapping[str, Json]) -> Breakdown:
    """Take an invoice apart; `rates` are the tax rates that it names, by id.

    Parts that do not add up to Stripe's own total are not shown: a bill that does not add up is worse than none.
    """
    currency = invoice["currency"]
    lines = [_line(line) for line in (invoice.get("lines") or {}).get("data", [])]
    discounts = list(_discounts(invoice))
    taxes = [_tax(tax, currency, rates) for tax in invoice.get("total_taxes") or [] if tax["amount"]]
    for shipping in _shippings(invoice):
        found = Breakdown([*lines, *shipping], discounts, taxes)
        if lines and _sum(found, currency) == from_stripe(invoice["total"], currency):
            return _settled(found, invoice)
    return Breakdown()


def rates_of(invoice: Json) -> set[str]:
    """Name the tax rates of an invoice; its own default rates it carries whole (`default_tax_rates`)."""
    return {_rate(tax) for tax in invoice.get("total_taxes") or [] if tax["amount"]} - {""}


def billing_of(invoice: Json) -> BillingDetails | None:
    """Read whom an invoice is made out to; Stripe keeps it as it was when the invoice was finalized."""
    return _billing(
        invoice.get("customer_name"),
        invoice.get("customer_email"),
        invoice.get("customer_address"),
        [found["value"] for found in invoice.get("customer_tax_ids") or [] if found.get("value")],
    )


def billing_of_charge(charge: Json) -> BillingDetails | None:
    """Read what was entered with the card of a charge that has no invoice."""
    found = charge.get("billing_details") or {}
    return _billing(
        found.get("name"),
        found.get("email") or charge.get("receipt_email"),
        found.get("address"),
        [found["tax_id"]] if found.get("tax_id") else [],
    )


def title_of(invoice: Json) -> str:
    """Name an invoice by its first line that is not the credit of a change."""
    lines = (invoice.get("lines") or {}).get("data", [])
    return _title(max(lines, key=lambda line: line["amount"] > 0, default={}))


def _title(line: Json) -> str:
    """Take the count and the price out of Stripe's "1 × Pro (at €10.00 / month)"."""
    found = _LINE.fullmatch(line.get("description") or "")
    return found["title"] if found else ""


def _line(line: Json) -> LineRecord:
    return LineRecord(
        title=_title(line),
        amount=from_stripe(line["amount"], line["currency"]),
        quantity=line.get("quantity") or 1,
    )


def _discounts(invoice: Json) -> Iterator[LineRecord]:
    """Name each discount by its coupon, where the invoice names it; what a line alone is granted has no name here."""
    named = {reference(one): coupon_of(one).get("name") or "" for one in invoice.get("discounts") or []}
    for one in invoice.get("total_discount_amounts") or []:
        yield from _taken_off(named.get(reference(one["discount"]), ""), one["amount"], invoice)
    for one in invoice.get("total_pretax_credit_amounts") or []:
        if one["type"] == "credit_balance_transaction":
            yield from _taken_off("Credit", one["amount"], invoice)


def coupon_of(discount: Json | str) -> Json:
    """Give the coupon of a discount, as far as it was expanded."""
    coupon = (discount.get("source") or {}).get("coupon") if isinstance(discount, Mapping) else None
    return coupon if isinstance(coupon, Mapping) else {}


def _taken_off(title: str, amount: int, invoice: Json) -> Iterator[LineRecord]:
    if amount:
        yield LineRecord(title=title, amount=from_stripe(amount, invoice["currency"]))


def _tax(tax: Json, currency: str, rates: Mapping[str, Json]) -> TaxRecord:
    rate = rates.get(_rate(tax), {})
    percentage = rate.get("effective_percentage") or rate.get("percentage")
    return TaxRecord(
        title=rate.get("display_name") or "",
        amount=from_stripe(tax["amount"], currency),
        percentage=f"{Decimal(str(percentage)).normalize():f}" if percentage else "",
        is_included=tax["tax_behavior"] == "inclusive",
    )


def _rate(tax: Json) -> str:
    return reference((tax.get("tax_rate_details") or {}).get("tax_rate"))


def _shippings(invoice: Json) -> Iterator[list[LineRecord]]:
    """Give the line of shipping without its tax, then with it: nobody says whether `total_taxes` has that tax."""
    cost = invoice.get("shipping_cost")
    if not cost or not cost["amount_total"]:
        yield []
        return
    for amount in (cost["amount_subtotal"], cost["amount_total"]):
        yield [LineRecord(title="Shipping", amount=from_stripe(amount, invoice["currency"]))]


def _sum(parts: Breakdown, currency: str) -> Money:
    on_top = [tax.amount for tax in parts.taxes if not tax.is_included]
    taken = [-one.amount for one in parts.discounts]
    return total([*(line.amount for line in parts.lines), *taken, *on_top], currency=currency.upper())


def _settled(parts: Breakdown, invoice: Json) -> Breakdown:
    """Take off what a credit note took back before the payment; what then is not asked for went to the balance."""
    noted = list(_taken_off("Credit note", invoice.get("pre_payment_credit_notes_amount") or 0, invoice))
    whole = parts._replace(discounts=[*parts.discounts, *noted])
    balance = _sum(whole, invoice["currency"]) - amount_of(invoice)
    return whole._replace(balance_applied=balance or None)


def _billing(
    name: str | None, email: str | None, address: Json | None, tax_ids: Sequence[str]
) -> BillingDetails | None:
    found = {key: value or "" for key, value in (address or {}).items()}
    details = BillingDetails(
        name=name or "",
        email=email or "",
        street=tuple(line for key in ("line1", "line2") if (line := found.get(key))),
        city=found.get("city", ""),
        region=found.get("state", ""),
        postal_code=found.get("postal_code", ""),
        country=found.get("country", ""),
        tax_ids=tuple(tax_ids),
    )
    return details if details != BillingDetails() else None
