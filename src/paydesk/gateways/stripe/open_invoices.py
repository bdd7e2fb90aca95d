"""Let invoices that are not paid yet follow a change of method: one that names its own would go on charging that.

What pays an invoice is, in this order, the invoice's own `default_payment_method`, its `default_source`, those of its
subscription, those of its customer (`stripe/_invoice.py`, `stripe/_subscription.py`, at each of the two names).
"""

from __future__ import annotations

from collections.abc import Iterator

import stripe

from paydesk.gateways.contract import GatewayRefused
from paydesk.gateways.stripe.collectibles import subscription_of
from paydesk.gateways.stripe.methods import own_method
from paydesk.gateways.stripe.requests import PAGE, Json, Line


def unpaid_invoices(line: Line, asked: stripe.params.InvoiceListParams) -> Iterator[Json]:
    """List what is open, and the drafts, which are opened and charged within the hour."""
    yield from line.every(lambda: line.v1.invoices.list({**asked, "status": "open", "limit": PAGE}))
    yield from line.every(lambda: line.v1.invoices.list({**asked, "status": "draft", "limit": PAGE}))


def follow(line: Line, invoices: Iterator[Json], *, subscription: str, method: str, key: str) -> None:
    """Give the method to each invoice of the subscription (empty: of none) that names another for itself."""
    for invoice in invoices:
        if subscription_of(invoice) == subscription and own_method(invoice) not in ("", method):
            _rename(line, invoice, method, key)


def _rename(line: Line, invoice: Json, method: str, key: str) -> None:
    """One that was paid meanwhile can no longer be changed, and need not be."""
    try:
        line.ask(
            line.v1.invoices.update,
            invoice["id"],
            {"default_payment_method": method},
            {"idempotency_key": f"{key}-{invoice['id']}"},
        )
    except GatewayRefused:
        if line.ask(line.v1.invoices.retrieve, invoice["id"])["status"] in ("draft", "open"):
            raise
