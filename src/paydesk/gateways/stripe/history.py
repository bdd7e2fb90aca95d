"""Read collectibles whole: an invoice with every charge, refund and dispute, and the charges that have no invoice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import stripe

from paydesk.gateways.records import CollectibleRecord, DocumentLink, Page
from paydesk.gateways.stripe.collectibles import (
    charge_record,
    charges_named_by,
    intents_of,
    invoice_record,
    is_collectible,
)
from paydesk.gateways.stripe.methods import reference
from paydesk.gateways.stripe.requests import PAGE, Json, Line


def read_invoice(line: Line, invoice: str) -> Json | None:
    """Read an invoice with all its payments and lines; `payments` is only there when expanded."""
    found = line.read(line.v1.invoices.retrieve, invoice, {"expand": ["payments"]})
    return found and _completed(line, found)


def read_whole(line: Line, collectible: str) -> CollectibleRecord | None:
    """Read an invoice, or a charge; a charge that belongs to an invoice gives the invoice."""
    if not collectible.startswith("in_"):
        charge = line.read(line.v1.charges.retrieve, collectible, {"expand": ["refunds"]})
        owner = charge and invoice_of(line, reference(charge.get("payment_intent")))
        if charge and not owner:
            return charge_record(charge, _disputes(line, [charge]))
        collectible = owner or ""
    invoice = read_invoice(line, collectible) if collectible else None
    if not invoice or not is_collectible(invoice):
        return None
    charges = charges_of(line, invoice)
    return invoice_record(invoice, charges, _disputes(line, charges))


def list_whole(line: Line, customer: str, cursor: str) -> Page[CollectibleRecord]:
    """List one page of invoices; the last page also has the charges that no invoice names.

    All charges of the customer are read for each page: one request for a hundred of them, where asking for those of
    each invoice would be a request for each.
    """
    listing = _invoices(line, customer, cursor)
    invoices = [_completed(line, invoice) for invoice in listing["data"]]
    charges = _charges(line, {"customer": customer, "limit": PAGE, "expand": ["data.refunds"]})
    disputes = _by_charge(_disputes(line, charges))
    by_owner: dict[str, list[Json]] = defaultdict(list)
    for charge in charges:
        by_owner[reference(charge.get("payment_intent")) or charge["id"]].append(charge)
    records = [
        invoice_record(invoice, own, [one for charge in own for one in disputes[charge["id"]]])
        for invoice in invoices
        if is_collectible(invoice)
        for own in [[charge for owner in _owners(invoice) for charge in by_owner[owner]]]
    ]
    if listing["has_more"]:
        return Page(records=records, next_cursor=invoices[-1]["id"])
    named = {
        owner for invoice in _all_invoices(line, customer, invoices, cursor) for owner in _owners(invoice)
    }
    alone = [charge for owner, own in by_owner.items() if owner not in named for charge in own]
    return Page(records=records + [charge_record(charge, disputes[charge["id"]]) for charge in alone])


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
    links += [("Receipt", charge.get("receipt_url")) for charge in charges if charge["status"] == "succeeded"]
    return [DocumentLink(title=title, url=url) for title, url in links if url]


def charges_of(line: Line, invoice: Json) -> list[Json]:
    """Read every charge that was tried for an invoice, oldest first, refunds expanded."""
    named = [
        line.read(line.v1.charges.retrieve, one, {"expand": ["refunds"]}) for one in charges_named_by(invoice)
    ]
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


def _invoices(line: Line, customer: str, cursor: str) -> Json:
    asked: stripe.params.InvoiceListParams = {
        "customer": customer,
        "limit": PAGE,
        "expand": ["data.payments"],
    }
    if cursor:
        asked["starting_after"] = cursor
    return line.ask(line.v1.invoices.list, asked)


def _all_invoices(line: Line, customer: str, last: list[Json], cursor: str) -> list[Json]:
    if not cursor:
        return last
    found = line.every(
        lambda: line.v1.invoices.list({"customer": customer, "limit": PAGE, "expand": ["data.payments"]})
    )
    return [_completed(line, invoice) for invoice in found]


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
    return line.every(lambda: line.v1.charges.list(asked))[::-1]


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


def _by_charge(disputes: Sequence[Json]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = defaultdict(list)
    for dispute in disputes:
        found[reference(dispute["charge"])].append(dispute)
    return found
