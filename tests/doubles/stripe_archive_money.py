"""Stripe's objects of money for the archive: charges, what pays an invoice, refunds, disputes, tax rates, events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.doubles.stripe_archive_shapes import _BILLING, DAY, NOW, Object, _card, _empty, listing


def charge(
    reference: str,
    *,
    customer: str,
    intent: str | None,
    amount: int,
    currency: str,
    created: int,
    method: tuple[str, str] = ("4242", "visa"),
    failure: str = "",
    refunds: Sequence[Object] = (),
    **changed: Any,
) -> Object:
    """Make a charge: captured whole, or failed with a code."""
    last4, brand = method
    details = _card(last4, brand) | _empty("installments mandate network_token wallet") | {"network": brand}
    refunded = sum(one["amount"] for one in refunds if one["status"] == "succeeded")
    empty = _empty(
        "application application_fee application_fee_amount calculated_statement_descriptor description"
        " failure_balance_transaction on_behalf_of receipt_email receipt_number review shipping source_transfer"
        " statement_descriptor statement_descriptor_suffix transfer_data transfer_group"
    )
    outcome = _empty("advice_code network_advice_code network_decline_code reason") | {
        "network_status": "declined_by_network" if failure else "approved_by_network",
        "risk_level": "normal",
        "seller_message": "The bank did not say why." if failure else "Payment complete.",
        "type": "issuer_declined" if failure else "authorized",
        "reason": failure or None,
    }
    whole = empty | {
        "id": reference,
        "object": "charge",
        "amount": amount,
        "amount_captured": 0 if failure else amount,
        "amount_refunded": refunded,
        "balance_transaction": None if failure else f"txn_{reference}",
        "billing_details": _BILLING | {"address": None},
        "captured": not failure,
        "created": created,
        "currency": currency,
        "customer": customer,
        "disputed": False,
        "failure_code": "card_declined" if failure else None,
        "failure_message": "Your card was declined." if failure else None,
        "fraud_details": {},
        "livemode": True,
        "metadata": {},
        "outcome": outcome,
        "paid": not failure,
        "payment_intent": intent,
        "payment_method": f"pm_{customer}_0",
        "payment_method_details": {"card": details, "type": "card"},
        "receipt_url": None if failure else f"https://receipts.example/{reference}",
        "refunded": refunded == amount,
        "refunds": listing(refunds, f"/v1/charges/{reference}/refunds"),
        "status": "failed" if failure else "succeeded",
    }
    return whole | changed


def refund(
    reference: str, *, charge: str, amount: int, currency: str, created: int, status: str = "succeeded"
) -> Object:
    empty = _empty(
        "customer customer_account payment_intent payment_method reason receipt_number source_transfer_reversal"
        " transfer_reversal"
    )
    return empty | {
        "id": reference,
        "object": "refund",
        "amount": amount,
        "balance_transaction": f"txn_{reference}",
        "charge": charge,
        "created": created,
        "currency": currency,
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": {},
        "status": status,
    }


def dispute(reference: str, *, charge: str, amount: int, currency: str, created: int, status: str) -> Object:
    return {
        "id": reference,
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge,
        "created": created,
        "currency": currency,
        "evidence": {},
        "evidence_details": {"due_by": created + 14 * DAY, "has_evidence": False, "past_due": False},
        "is_charge_refundable": False,
        "livemode": True,
        "metadata": {},
        "payment_intent": None,
        "reason": "general",
        "status": status,
    }


def invoice_payment(
    reference: str, *, invoice: str, intent: str, amount: int, currency: str, created: int, is_paid: bool
) -> Object:
    return {
        "id": reference,
        "object": "invoice_payment",
        "amount_paid": amount if is_paid else None,
        "amount_requested": amount,
        "created": created,
        "currency": currency,
        "invoice": invoice,
        "is_default": True,
        "livemode": True,
        "payment": {"type": "payment_intent", "payment_intent": intent},
        "status": "paid" if is_paid else "open",
        "status_transitions": {"canceled_at": None, "paid_at": created if is_paid else None},
    }


def tax_rate(reference: str, *, percentage: float) -> Object:
    empty = _empty("description flat_amount jurisdiction jurisdiction_level rate_type state tax_type")
    return empty | {
        "id": reference,
        "object": "tax_rate",
        "active": True,
        "country": "DE",
        "created": NOW - 900 * DAY,
        "display_name": "VAT",
        "effective_percentage": percentage,
        "inclusive": False,
        "livemode": True,
        "metadata": {},
        "percentage": percentage,
    }


def event(reference: str, *, kind: str, created: int, about: Object) -> Object:
    return {
        "id": reference,
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": created,
        "data": {"object": about},
        "livemode": True,
        "pending_webhooks": 0,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }
