"""Read collectibles whole: an invoice with every charge, refund and dispute, and the charges that have no invoice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import stripe

from paydesk.gateways.records import CollectibleRecord, DocumentLink, Page, Verdict
from paydesk.gateways.stripe.breakdown import rates_of
from paydesk.gateways.stripe.collectibles import (
    charge_record,
    charge_verdict,
    charges_named_by,
    intents_of,
    invoice_record,
    is_collectible,
)
from paydesk.gateways.stripe.methods import reference
from paydesk.gateways.stripe.requests import PAGE, Json, Line

#: `payments` is only there when expanded; a discount is named by its coupon.
_EXPANDED = ("payments", "discounts.source.coupon")


def read_invoice(line: Line, invoice: str) -> Json | None:
    """Read an invoice with all its payments and lines."""
    found = line.read(line.v1.invoices.retrieve, invoice, {"expand": list(_EXPANDED)})
    return found and _completed(line, found)


def read_whole(line: Line, collectible: str) -> CollectibleRecord | None:
    """Read an invoice, or a charge; a charge that belongs to an invoice gives the invoice."""
    if not collectible.startswith("in_"):
        charge = _charge(line, collectible)
        owner = charge and invoice_of(line, reference(charge.get("payment_intent")))
        if charge and not owner:
            return charge_record(charge, _disputes(line, [charge]))
        collectible = owner or ""
    invoice = read_invoice(line, collectible) if collectible else None
    if not invoice or not is_collectible(invoice):
        return None
    charges = charges_of(line, invoice)
    return invoice_record(invoice, charges, _disputes(line, charges), _rates(line, [invoice]))


def list_whole(line: Line, customer: str, cursor: str) -> Page[CollectibleRecord]:
    """List one page of invoices; the last page also has the charges that no invoice names.

    All charges of the customer are read for each page: one request for a hundred of them, where asking for those of
    each invoice would be a request for each. They are read before the invoices: the other way round, the charge of an
    invoice that is paid in between would look like one without an invoice.
    """
    charges = _charges(line, {"customer": customer, "limit": PAGE, "expand": ["data.refunds"]})
    by_owner: dict[str, list[Json]] = defaultdict(list)
    for charge in charges:
        by_owner[_owner(charge)].append(charge)
    listing = line.listing(line.v1.invoices.list, cursor, **_of_customer(customer))
    invoices = [_completed(line, invoice) for invoice in listing["data"]]
    shown = [invoice for invoice in invoices if is_collectible(invoice)]
    rates = _rates(line, shown)
    records = [_whole(line, invoice, by_owner, rates) for invoice in shown]
    if listing["has_more"]:
        return Page(records=records, next_cursor=invoices[-1]["id"])
    named = {
        owner for invoice in _all_invoices(line, customer, invoices, cursor) for owner in _owners(invoice)
    }
    alone = [charge for owner, own in by_owner.items() if owner not in named for charge in own]
    records += [charge_record(charge, _disputes(line, [charge])) for charge in alone]
    return Page(records=records)


def documents(line: Line, collectible: str) -> list[DocumentLink]:
    """Link to Stripe's own pages: the invoice, its PDF, and the receipt of each charge that was paid."""
    if collectible.startswith("in_"):
        invoice = read_invoice(line, collectible) or {}
        links = [
            ("Invoice", invoice.get("hosted_invoice_url")),
            ("Invoice (PDF)", invoice.get("invoice_pdf")),
        ]
        charges = charges_of(line, invoice)
    else:
        charge = line.read(line.v1.charges.retrieve, collectible)
        links, charges = [], [charge] if charge else []
    links += [("Receipt", charge.get("receipt_url")) for charge in charges if _is_paid(charge)]
    return [DocumentLink(title=title, url=url) for title, url in links if url]


def charges_of(line: Line, invoice: Json) -> list[Json]:
    """Read every charge that was tried for an invoice, oldest first, refunds expanded."""
    named = [_charge(line, one) for one in charges_named_by(invoice)]
    charges = [charge for charge in named if charge]
    for intent in intents_of(invoice):
        charges += _charges(line, {"payment_intent": intent, "limit": PAGE, "expand": ["data.refunds"]})
    return sorted(charges, key=lambda charge: int(charge["created"]))


def invoice_of(line: Line, intent: str) -> str:
    """Name the invoice that a PaymentIntent pays, or give an empty text (`stripe/_invoice_payment_service.py`)."""
    if not intent:
        return ""
    found = line.ask(
        line.v1.invoice_payments.list,
        {"payment": {"type": "payment_intent", "payment_intent": intent}, "limit": 1},
    )["data"]
    return reference(found[0]["invoice"]) if found else ""


def _whole(
    line: Line, invoice: Json, by_owner: Mapping[str, Sequence[Json]], rates: Mapping[str, Json]
) -> CollectibleRecord:
    """Join an invoice with its charges; if it was paid after those were listed, they are read again."""
    charges = [charge for owner in _owners(invoice) for charge in by_owner.get(owner, ())]
    if not _paid_with(invoice) <= {_owner(charge) for charge in charges if _is_paid(charge)}:
        charges = charges_of(line, invoice)
    return invoice_record(invoice, charges, _disputes(line, charges), rates)


def _rates(line: Line, invoices: Sequence[Json]) -> dict[str, Json]:
    """Read the tax rates that invoices name: by id alone, but for the default rates, which an invoice carries whole."""
    known = {rate["id"]: rate for invoice in invoices for rate in invoice.get("default_tax_rates") or []}
    missing = sorted({rate for invoice in invoices for rate in rates_of(invoice)} - known.keys())
    found = [line.read(line.v1.tax_rates.retrieve, rate) for rate in missing]
    return known | {rate["id"]: rate for rate in found if rate}


def _all_invoices(line: Line, customer: str, last: list[Json], cursor: str) -> list[Json]:
    if not cursor:
        return last
    found = line.every(lambda: line.v1.invoices.list(_of_customer(customer)))
    return [_completed(line, invoice) for invoice in found]


def _of_customer(customer: str) -> stripe.params.InvoiceListParams:
    return {"customer": customer, "limit": PAGE, "expand": [f"data.{path}" for path in _EXPANDED]}


def _completed(line: Line, invoice: Json) -> Json:
    """An invoice carries the first handful of its payments and ten of its lines; read the rest where there is more."""
    whole = dict(invoice)
    if (invoice.get("payments") or {}).get("has_more"):
        whole["payments"] = {
            "data": line.every(
                lambda: line.v1.invoice_payments.list({"invoice": invoice["id"], "limit": PAGE})
            )
        }
    if (invoice.get("lines") or {}).get("has_more"):
        whole["lines"] = {
            "data": line.every(lambda: line.v1.invoices.line_items.list(invoice["id"], {"limit": PAGE}))
        }
    return whole


def _charges(line: Line, asked: stripe.params.ChargeListParams) -> list[Json]:
    """List charges oldest first; Stripe lists the newest first, and two may share a second."""
    found = line.every(lambda: line.v1.charges.list(asked))
    return [_refunds_completed(line, charge) for charge in found[::-1]]


def _charge(line: Line, charge: str) -> Json | None:
    found = line.read(line.v1.charges.retrieve, charge, {"expand": ["refunds"]})
    return found and _refunds_completed(line, found)


def _refunds_completed(line: Line, charge: Json) -> Json:
    """A charge carries its ten newest refunds; read them all where there are more."""
    if not (charge.get("refunds") or {}).get("has_more"):
        return charge
    refunds = line.every(lambda: line.v1.refunds.list({"charge": charge["id"], "limit": PAGE}))
    return {**charge, "refunds": {"data": refunds}}


def _is_paid(charge: Json) -> bool:
    return charge_verdict(charge) == Verdict.SUCCEEDED


def _owner(charge: Json) -> str:
    """Name a charge as an invoice's payments name it: by its PaymentIntent, or, before 2019, by itself."""
    return reference(charge.get("payment_intent")) or str(charge["id"])


def _paid_with(invoice: Json) -> set[str]:
    payments = (invoice.get("payments") or {}).get("data", [])
    paid = [payment for payment in payments if payment.get("status") == "paid"]
    return set(_owners({"payments": {"data": paid}}))


def _owners(invoice: Json) -> list[str]:
    return [*intents_of(invoice), *charges_named_by(invoice)]


def _disputes(line: Line, charges: Iterable[Json]) -> list[Json]:
    """Read the disputes of charges that say they are disputed."""
    return [
        dispute
        for charge in charges
        if charge.get("disputed")
        for dispute in line.ask(line.v1.disputes.list, {"charge": charge["id"], "limit": PAGE})["data"]
    ]
