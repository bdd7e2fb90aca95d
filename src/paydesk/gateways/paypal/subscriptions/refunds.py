"""Find what was given back of a subscription's payments: PayPal says of a payment that something was, and no more.

Refunds are made at PayPal, and listed by Transaction Search, up to three hours late, for the whole account.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from paydesk.gateways.contract import GatewayRefused
from paydesk.gateways.paypal.amounts import from_paypal
from paydesk.gateways.paypal.report import Wanted, rows_since
from paydesk.gateways.paypal.requests import Json, Line, clear_answers, moment
from paydesk.gateways.paypal.subscriptions.arrears import Transaction
from paydesk.gateways.paypal.subscriptions.transactions import is_refunded, reference_of
from paydesk.gateways.records import RefundRecord

#: "Payment Refund, initiated by merchant" (developer.paypal.com/docs/transaction-search/transaction-event-codes).
_REFUNDS = Wanted(asked={"transaction_type": "T1107"}, is_kept=lambda _row: True)
_STATES = {"S": "succeeded", "P": "pending"}


def refunds_of(
    line: Line, subscription: Json, transactions: Sequence[Transaction], now: datetime
) -> list[RefundRecord]:
    """Give the refunds of those that say that they were refunded, oldest first.

    None where the app may not search transactions: whoever connects PayPal is told that it has to be allowed to.
    """
    refunded = {one.reference: one.at for one in transactions if is_refunded(one)}
    if not refunded:
        return []
    try:
        rows = list(rows_since(line, min(refunded.values()), now, _REFUNDS))
    except GatewayRefused:
        return []
    with clear_answers():
        found = [_record(subscription, row) for row in rows if row.get("paypal_reference_id") in refunded]
    return sorted(found, key=lambda one: (one.created_at, one.reference))


def _record(subscription: Json, row: Json) -> RefundRecord:
    amount = from_paypal(row["transaction_amount"])
    return RefundRecord(
        reference=row["transaction_id"],
        amount=-amount if amount.minor < 0 else amount,
        state=_STATES.get(row.get("transaction_status") or "", "failed"),
        created_at=moment(row["transaction_initiation_date"]),
        charge_reference=reference_of(subscription, row["paypal_reference_id"]),
    )
