"""Read captures whole: one payment each, with its order's title and method, and what went back."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from paydesk.gateways.contract import Capability, RefundRequest
from paydesk.gateways.paypal.amounts import from_paypal, to_paypal
from paydesk.gateways.paypal.events import custom_id, link, ours
from paydesk.gateways.paypal.listed import captures_of
from paydesk.gateways.paypal.orders import capture_outcome
from paydesk.gateways.paypal.requests import Json, Line, clear_answers, moment
from paydesk.gateways.records import (
    AttemptRecord,
    CollectibleRecord,
    CollectibleState,
    Page,
    RefundRecord,
    SettledBy,
    Verdict,
)
from paydesk.kit.money import Money, total

PAGE = 20
_REFUNDS = {"COMPLETED": "succeeded", "PENDING": "pending"}
#: Nobody owes a charge that was declined: whoever wants the money asks anew.
_STATES = {
    Verdict.SUCCEEDED: CollectibleState.PAID,
    Verdict.PENDING: CollectibleState.PROCESSING,
    Verdict.DECLINED: CollectibleState.CANCELED,
}


def list_whole(line: Line, customer: str, cursor: str, now: datetime) -> Page[CollectibleRecord]:
    """List a page of a customer's captures, the newest first; the cursor is the last one of the page before."""
    found = captures_of(line, customer=customer, now=now) if customer else ()
    start = found.index(cursor) + 1 if cursor in found else 0
    wanted = found[start : start + PAGE]
    whole = [read_whole(line, reference, now) for reference in wanted]
    is_last = start + PAGE >= len(found)
    return Page(records=[one for one in whole if one], next_cursor="" if is_last else wanted[-1])


def read_whole(line: Line, reference: str, now: datetime) -> CollectibleRecord | None:
    """Read a capture, and its order for the rest; without one, what the capture says has to do."""
    capture = line.read("v2", "payments", "captures", reference)
    if capture is None:
        return None
    with clear_answers():
        related = (capture.get("supplementary_data") or {}).get("related_ids") or {}
    order = line.read("v2", "checkout", "orders", str(related.get("order_id") or ""))
    with clear_answers():
        return collectible_record(capture, order, now)


def collectible_record(capture: Json, order: Json | None, now: datetime) -> CollectibleRecord:
    unit: Json = (order or {"purchase_units": [{}]})["purchase_units"][0]
    outcome, created_at = capture_outcome(capture, order, now), moment(capture["create_time"])
    tag, customer = ours(capture)
    is_paid = outcome.verdict is Verdict.SUCCEEDED
    given = (unit.get("payments") or {}).get("refunds") or []
    return CollectibleRecord(
        reference=capture["id"],
        customer_reference=customer or _customer_of(order or {}),
        state=_STATES[outcome.verdict],
        amount=from_paypal(capture["amount"]),
        created_at=created_at,
        due_at=created_at,
        title=unit.get("description") or "Payment",
        paid_at=created_at if is_paid else None,
        settled_by=SettledBy.ATTEMPT if is_paid else None,
        attempts=[AttemptRecord(reference=capture["id"], outcome=outcome, created_at=created_at, tag=tag)],
        refunds=[refund_record(one, capture["id"]) for one in given],
    )


def collectible_capabilities(record: CollectibleRecord) -> frozenset[Capability]:
    """What a charge has paid can be given back, as long as something is left."""
    given = [refund.amount for refund in record.refunds if refund.state != "failed"]
    left: Money = record.amount - total(given, currency=record.amount.currency)
    can = record.state is CollectibleState.PAID and left.minor > 0
    return frozenset({Capability.REFUND}) if can else frozenset()


def refund(line: Line, request: RefundRequest) -> RefundRecord:
    """Give money back; the key is remembered for 45 days."""
    body = {"amount": to_paypal(request.amount), "custom_id": custom_id(tag=request.tag)}
    path = ("v2", "payments", "captures", request.charge_reference, "refund")
    answer = line.ask(*path, key=request.key, body=body)
    with clear_answers():
        return refund_record(answer, request.charge_reference)


def find_refund(line: Line, *, reference: str, tag: str, charge: str, now: datetime) -> RefundRecord | None:
    """Read one by its reference, or find ours among those of its capture's order."""
    if reference:
        found = line.read("v2", "payments", "refunds", reference)
        with clear_answers():
            return refund_record(found, charge) if found else None
    whole = read_whole(line, charge, now)
    return next((one for one in whole.refunds if one.tag == tag), None) if whole else None


def refund_record(said: Json, charge: str) -> RefundRecord:
    """Read a refund; what failed or was cancelled gave nothing back."""
    return RefundRecord(
        reference=said["id"],
        amount=from_paypal(said["amount"]),
        state=_REFUNDS.get(said["status"], "failed"),
        created_at=moment(said["create_time"]),
        charge_reference=charge or urlsplit(link(said, "up")).path.rpartition("/")[2],
        tag=ours(said)[0],
    )


def _customer_of(order: Json) -> str:
    """Name the vault's customer of an order that somebody else made."""
    for details in (order.get("payment_source") or {}).values():
        vault = (details.get("attributes") or {}).get("vault") or {}
        return str((vault.get("customer") or {}).get("id") or "")
    return ""
