"""Translate invoices, and charges without one, into what is owed or paid.

Since 2025-03-31.basil neither knows of the other: an invoice has `payments` (when expanded) whose `payment` names a
PaymentIntent, and charges name their PaymentIntent (`stripe/_invoice_payment.py`, `stripe/_charge.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from paydesk.gateways.contract import Capability
from paydesk.gateways.records import (
    AttemptRecord,
    CollectibleRecord,
    CollectibleState,
    DisputeRecord,
    Outcome,
    RefundRecord,
    SettledBy,
    Verdict,
)
from paydesk.gateways.stripe.amounts import from_stripe
from paydesk.gateways.stripe.breakdown import (
    amount_of,
    billing_of,
    billing_of_charge,
    breakdown_of,
    title_of,
)
from paydesk.gateways.stripe.declines import decline_of_charge
from paydesk.gateways.stripe.methods import method_record, moment, moment_or_none, own_method, reference
from paydesk.gateways.stripe.requests import Json
from paydesk.kit.money import Money

TAG = "paydesk_attempt"

#: `draft` is missing on purpose: its amount may still change, so there is nothing to collect yet.
INVOICE_STATES = {
    "open": CollectibleState.DUE,
    "paid": CollectibleState.PAID,
    "void": CollectibleState.CANCELED,
    "uncollectible": CollectibleState.WRITTEN_OFF,
}
CHARGE_VERDICTS = {
    "succeeded": Verdict.SUCCEEDED,
    "pending": Verdict.PENDING,
    "failed": Verdict.DECLINED,
}
#: A failed charge without an invoice leaves nothing owed: whoever asked for it asks again, with another charge.
_CHARGE_STATES = {
    Verdict.SUCCEEDED: CollectibleState.PAID,
    Verdict.PENDING: CollectibleState.PROCESSING,
    Verdict.DECLINED: CollectibleState.CANCELED,
}
_OPEN_AFTER = {
    Verdict.SUCCEEDED: CollectibleState.DUE,
    Verdict.PENDING: CollectibleState.PROCESSING,
    Verdict.DECLINED: CollectibleState.FAILED,
}
_REFUND_STATES = {"succeeded": "succeeded", "failed": "failed", "canceled": "failed"}
#: While it is a `warning_...` the bank only asks; `prevented` is blocked or refunded before it becomes a dispute
#: (docs.stripe.com/changelog/basil/2025-08-27/add-preventions-to-dispute).
DISPUTE_STATES = {
    **dict.fromkeys(("warning_needs_response", "warning_under_review"), "inquiry"),
    **dict.fromkeys(("warning_closed", "prevented"), "closed"),
    **dict.fromkeys(("needs_response", "under_review"), "open"),
    **dict.fromkeys(("appeal_needs_response", "appeal_under_review"), "open"),
    "won": "won",
    "lost": "lost",
}


def is_collectible(invoice: Json) -> bool:
    return invoice.get("status") in INVOICE_STATES


def intents_of(invoice: Json) -> list[str]:
    """Name the PaymentIntents that an invoice with expanded `payments` was paid with, or tried with."""
    payments = (invoice.get("payments") or {}).get("data", [])
    found = [reference(payment["payment"].get("payment_intent")) for payment in payments]
    return [intent for intent in found if intent]


def intent_of_paying(invoice: Json) -> str:
    """Name the PaymentIntent that paying an invoice uses, or give an empty text.

    It is that of the default payment, which is kept at what remains (`stripe/_invoice_payment.py`): a part that
    somebody pays has one of its own.
    """
    payments = (invoice.get("payments") or {}).get("data", [])
    default = intents_of({"payments": {"data": [one for one in payments if one.get("is_default")]}})
    return (default or intents_of(invoice) or [""])[-1]


def charges_named_by(invoice: Json) -> list[str]:
    """Name the charges without a PaymentIntent among an invoice's payments (those of before 2019)."""
    payments = (invoice.get("payments") or {}).get("data", [])
    return [found for payment in payments if (found := reference(payment["payment"].get("charge")))]


def invoice_record(
    invoice: Json,
    charges: Sequence[Json],
    disputes: Sequence[Json] = (),
    rates: Mapping[str, Json] = MappingProxyType({}),
) -> CollectibleRecord:
    """Read an invoice with its charges (oldest first, refunds expanded), their disputes, and its tax rates by id."""
    attempts = [attempt_record(charge) for charge in charges]
    moments = invoice.get("status_transitions") or {}
    parts = breakdown_of(invoice, rates)
    is_open = invoice["status"] == "open"
    due = invoice.get("due_date") or moments.get("finalized_at") or invoice["created"]
    return CollectibleRecord(
        reference=invoice["id"],
        customer_reference=reference(invoice.get("customer")),
        state=_invoice_state(invoice, charges),
        amount=amount_of(invoice),
        created_at=moment(invoice["created"]),
        due_at=moment(due),
        title=invoice.get("description") or title_of(invoice) or invoice.get("number") or "",
        number=invoice.get("number") or "",
        subscription_reference=subscription_of(invoice),
        owed=_owed(invoice) if is_open else None,
        paid_at=moment_or_none(moments.get("paid_at")),
        settled_by=_settled_by(invoice, attempts),
        next_attempt_at=moment_or_none(invoice.get("next_payment_attempt") if is_open else None),
        method_reference=own_method(invoice) if is_open else "",
        lines=parts.lines,
        discounts=parts.discounts,
        taxes=parts.taxes,
        balance_applied=parts.balance_applied,
        billing=billing_of(invoice),
        attempts=attempts,
        refunds=[refund_record(refund) for charge in charges for refund in _refunds(charge)],
        disputes=[dispute_record(dispute) for dispute in disputes],
    )


def _owed(invoice: Json) -> Money | None:
    """Give what remains of an open invoice, where a part of it was paid (`amount_remaining`, `stripe/_invoice.py`)."""
    remaining = invoice["amount_remaining"]
    return from_stripe(remaining, invoice["currency"]) if remaining != invoice["amount_due"] else None


def charge_record(charge: Json, disputes: Sequence[Json] = ()) -> CollectibleRecord:
    """Read a charge that belongs to no invoice: an order with one payment, tried once."""
    attempt = attempt_record(charge)
    created_at = moment(charge["created"])
    succeeded = attempt.outcome.verdict == Verdict.SUCCEEDED
    return CollectibleRecord(
        reference=charge["id"],
        customer_reference=reference(charge.get("customer")),
        state=_CHARGE_STATES[attempt.outcome.verdict],
        amount=_amount(charge),
        created_at=created_at,
        due_at=created_at,
        title=charge.get("description") or charge.get("calculated_statement_descriptor") or "",
        number=charge.get("receipt_number") or "",
        paid_at=created_at if succeeded else None,
        settled_by=SettledBy.ATTEMPT if succeeded else None,
        billing=billing_of_charge(charge),
        attempts=[attempt],
        refunds=[refund_record(refund) for refund in _refunds(charge)],
        disputes=[dispute_record(dispute) for dispute in disputes],
    )


def collectible_capabilities(record: CollectibleRecord) -> frozenset[Capability]:
    """Say what can be done with an invoice or charge as it stands; a charge without an invoice is not tried again."""
    refunded = sum(refund.amount.minor for refund in record.refunds if refund.state != "failed")
    can = {Capability.DOCUMENTS}
    if record.state in (CollectibleState.DUE, CollectibleState.FAILED) and record.reference.startswith("in_"):
        can.add(Capability.RETRY_COLLECTIBLE)
    if record.settled_by == SettledBy.ATTEMPT and refunded < record.amount.minor:
        can.add(Capability.REFUND)
    return frozenset(can)


def attempt_record(charge: Json) -> AttemptRecord:
    return AttemptRecord(
        reference=charge["id"],
        outcome=charge_outcome(charge),
        created_at=moment(charge["created"]),
        tag=(charge.get("metadata") or {}).get(TAG, ""),
    )


def charge_outcome(charge: Json) -> Outcome:
    """Say how one charge stands."""
    verdict = charge_verdict(charge)
    details = charge.get("payment_method_details")
    return Outcome(
        verdict=verdict,
        reference=charge["id"],
        amount=_amount(charge),
        decline=decline_of_charge(charge) if verdict == Verdict.DECLINED else None,
        method=method_record({**details, "id": charge.get("payment_method") or ""}) if details else None,
        occurred_at=moment(charge["created"]),
    )


def charge_verdict(charge: Json) -> Verdict:
    """Only what is captured is money: an authorisation waits for that, until it is released or its time runs out.

    Stripe calls an authorisation "succeeded", and "refunded" once it is over (docs.stripe.com/api/charges/capture).
    """
    verdict = CHARGE_VERDICTS[charge["status"]]
    if verdict != Verdict.SUCCEEDED or _is_captured(charge):
        return verdict
    return Verdict.DECLINED if charge.get("refunded") else Verdict.PENDING


def refund_record(refund: Json) -> RefundRecord:
    return RefundRecord(
        reference=refund["id"],
        amount=from_stripe(refund["amount"], refund["currency"]),
        state=_REFUND_STATES.get(refund.get("status") or "", "pending"),
        created_at=moment(refund["created"]),
        charge_reference=reference(refund.get("charge")),
        tag=(refund.get("metadata") or {}).get(TAG, ""),
    )


def dispute_record(dispute: Json) -> DisputeRecord:
    return DisputeRecord(
        reference=dispute["id"],
        amount=from_stripe(dispute["amount"], dispute["currency"]),
        state=DISPUTE_STATES.get(dispute["status"], "open"),
        created_at=moment(dispute["created"]),
        charge_reference=reference(dispute.get("charge")),
    )


def _invoice_state(invoice: Json, charges: Sequence[Json]) -> CollectibleState:
    state = INVOICE_STATES[invoice["status"]]
    if state != CollectibleState.DUE:
        return state
    if charges:
        # One that succeeded paid a part: the rest is due, and nothing has failed.
        return _OPEN_AFTER[charge_verdict(charges[-1])]
    tried = invoice.get("attempted") and invoice.get("collection_method") != "send_invoice"
    return CollectibleState.FAILED if tried else CollectibleState.DUE


def _settled_by(invoice: Json, attempts: Sequence[AttemptRecord]) -> SettledBy | None:
    if invoice["status"] != "paid":
        return None
    if any(attempt.outcome.verdict == Verdict.SUCCEEDED for attempt in attempts):
        return SettledBy.ATTEMPT
    if not amount_of(invoice):
        return SettledBy.ZERO
    return SettledBy.EXTERNAL if invoice["amount_due"] else SettledBy.BALANCE


def subscription_of(invoice: Json) -> str:
    """Name the subscription that an invoice is for, or give an empty text."""
    parent = invoice.get("parent") or {}
    return reference((parent.get("subscription_details") or {}).get("subscription"))


def _is_captured(charge: Json) -> bool:
    """Captured in parts (docs.stripe.com/payments/multicapture), a charge may hold money before it is `captured`."""
    return bool(charge.get("captured", True) or charge.get("amount_captured"))


def _amount(charge: Json) -> Money:
    """Give what a charge took, which may be less than was authorised; of one that took nothing, what it was for."""
    taken = charge.get("amount_captured", charge["amount"])
    is_paid = charge_verdict(charge) == Verdict.SUCCEEDED
    return from_stripe(taken if is_paid else charge["amount"], charge["currency"])


def _refunds(charge: Json) -> Sequence[Json]:
    """Give the refunds that move money back, which one of what was never captured does not."""
    found: Sequence[Json] = (charge.get("refunds") or {}).get("data", [])
    return [refund for refund in found if not _is_release(refund, charge)]


def _is_release(refund: Json, charge: Json) -> bool:
    """Say whether a refund only lets go of an authorisation, or of the part that a capture left.

    Stripe lists the uncaptured rest as a refund of exactly that amount; since no money moves, it has no balance
    transaction (`stripe/_refund.py`), which a true refund has once it has succeeded.
    """
    if not _is_captured(charge):
        return True
    rest = charge["amount"] - charge.get("amount_captured", charge["amount"])
    moved = refund.get("status") != "succeeded" or refund.get("balance_transaction")
    return bool(refund["amount"] == rest and not moved)
