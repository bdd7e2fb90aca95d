"""Payments v2: what was captured of an order, and refunds of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tests.doubles.paypal.amounts import Amount, amount_of
from tests.doubles.paypal.state import (
    REFUND_CODE,
    Answer,
    Call,
    Json,
    Move,
    Refusal,
    some_id,
    unknown,
    written,
)

if TYPE_CHECKING:
    from tests.doubles.paypal.orders import Order
    from tests.doubles.paypal.vault import PaymentToken


@dataclass(kw_only=True)
class Capture:
    """One payment of an order, also one that the processor declined."""

    id: str
    order: Order
    amount: Amount
    at: datetime
    status: str
    payer: str
    processor: str = ""
    refunded: int = 0
    updated: datetime

    def shown(self, call: Call) -> Json:
        path = f"/v2/payments/captures/{self.id}"
        shown: Json = {
            "id": self.id,
            "status": self.status,
            "amount": self.amount.shown(),
            "final_capture": True,
            "seller_protection": {"status": "NOT_ELIGIBLE"},
            "create_time": written(self.at),
            "update_time": written(self.updated),
            "links": [call.link("self", path), call.link("refund", f"{path}/refund", "POST")],
        }
        shown |= {
            name: self.order.unit[name] for name in ("custom_id", "invoice_id") if name in self.order.unit
        }
        if self.status == "PENDING":
            shown["status_details"] = {"reason": "PENDING_REVIEW"}
        if self.processor:
            shown["processor_response"] = {"response_code": self.processor}
        if self.status not in ("DECLINED", "PENDING"):
            gross = self.amount.shown()
            shown["seller_receivable_breakdown"] = {"gross_amount": gross, "net_amount": gross}
        return shown


@dataclass(kw_only=True)
class Refund:
    """Money that went back."""

    id: str
    capture: Capture
    amount: Amount
    at: datetime
    status: str = "COMPLETED"
    custom: str = ""
    note: str = ""

    def shown(self, call: Call) -> Json:
        capture = f"/v2/payments/captures/{self.capture.id}"
        shown = {
            "id": self.id,
            "status": self.status,
            "amount": self.amount.shown(),
            "seller_payable_breakdown": {
                "gross_amount": self.amount.shown(),
                "net_amount": self.amount.shown(),
                "total_refunded_amount": Amount(
                    minor=self.capture.refunded, currency=self.amount.currency
                ).shown(),
            },
            "create_time": written(self.at),
            "update_time": written(self.at),
            "links": [call.link("self", f"/v2/payments/refunds/{self.id}"), call.link("up", capture)],
        }
        more = {"custom_id": self.custom, "note_to_payer": self.note}
        return shown | {name: value for name, value in more.items() if value}


#: Behaviours of saved cards that end in a capture which the processor declined, with its response.
PROCESSOR_DECLINES = "declined:"


_KINDS = {"DECLINED": "declined", "PENDING": "pending", "COMPLETED": "captured"}


def make_capture(call: Call, order: Order, token: PaymentToken, behaviour: str) -> Capture:
    """Capture an order, and write it into the books."""
    declined = behaviour.startswith(PROCESSOR_DECLINES)
    status = "DECLINED" if declined else "PENDING" if behaviour == "pending" else "COMPLETED"
    made = Capture(
        id=some_id(),
        order=order,
        amount=order.amount,
        at=call.now,
        updated=call.now,
        status=status,
        payer=token.customer,
        processor=behaviour.removeprefix(PROCESSOR_DECLINES) if declined else "",
    )
    call.account.captures[made.id] = made
    call.account.moves.append(
        Move(
            at=call.now,
            kind=_KINDS[status],
            amount=made.amount,
            payer=token.customer,
            reference=made.id,
            about=order.id,
            custom=order.unit.get("custom_id", ""),
            code="T0005" if token.kind == "card" else "T0003",
        )
    )
    return made


def get_capture(call: Call) -> Answer:
    capture = _found(call)
    body = capture.shown(call)
    return Answer(body=body | {"supplementary_data": {"related_ids": {"order_id": capture.order.id}}})


def get_refund(call: Call) -> Answer:
    refund = call.account.refunds.get(call.id)
    if not refund:
        raise unknown()
    return Answer(body=refund.shown(call))


def refund(call: Call) -> Answer:
    """Give back a part, or all that is left when no amount is named."""
    capture = _found(call)
    if capture.status == "PENDING":
        raise Refusal(422, "PENDING_CAPTURE", "Cannot initiate a refund as the capture is pending.")
    if capture.status == "DECLINED":
        raise Refusal(422, "REFUND_NOT_ALLOWED", "Capture cannot be refunded.")
    if capture.status == "REFUNDED":
        raise Refusal(422, "CAPTURE_FULLY_REFUNDED", "The capture has already been fully refunded")
    asked = call.body or {}
    made = give_back(call, capture, _asked_amount(asked, capture), asked)
    return Answer(status=201, body=_answered(call, made), again=lambda: _answered(call, made))


def give_back(call: Call, capture: Capture, amount: Amount, asked: Json) -> Refund:
    """Refund a capture, and write it into the books."""
    made = Refund(
        id=some_id(),
        capture=capture,
        amount=amount,
        at=call.now,
        custom=asked.get("custom_id", ""),
        note=asked.get("note_to_payer", ""),
    )
    capture.refunded += amount.minor
    capture.updated = call.now
    capture.status = "REFUNDED" if capture.refunded == capture.amount.minor else "PARTIALLY_REFUNDED"
    capture.order.refunds.append(made)
    call.account.refunds[made.id] = made
    call.account.moves.append(
        Move(
            at=call.now,
            kind="refunded",
            amount=amount,
            payer=capture.payer,
            reference=made.id,
            about=capture.id,
            custom=made.custom or capture.order.unit.get("custom_id", ""),
            code=REFUND_CODE,
        )
    )
    call.account.happened("PAYMENT.CAPTURE.REFUNDED", "refund", made.shown(call), at=call.now)
    return made


def _found(call: Call) -> Capture:
    capture = call.account.captures.get(call.id)
    if not capture:
        raise unknown()
    return capture


def _asked_amount(asked: Json, capture: Capture) -> Amount:
    left = Amount(minor=capture.amount.minor - capture.refunded, currency=capture.amount.currency)
    if "amount" not in asked:
        return left
    amount = amount_of(asked["amount"])
    if amount.currency != left.currency:
        words = "Refund must be in the same currency as the capture"
        raise Refusal(422, "REFUND_CAPTURE_CURRENCY_MISMATCH", words)
    if amount.minor > left.minor:
        words = "The refund amount must be less than or equal to the capture amount that has not yet been refunded."
        raise Refusal(422, "REFUND_AMOUNT_EXCEEDED", words)
    return amount


def _answered(call: Call, refund: Refund) -> Json:
    whole = refund.shown(call)
    return whole if call.whole else {name: whole[name] for name in ("id", "status", "links")}
