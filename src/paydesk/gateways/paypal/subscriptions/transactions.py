"""Read one transaction of a subscription: how it stands, and what its amount is made of."""

from __future__ import annotations

from paydesk.gateways.paypal.amounts import from_paypal
from paydesk.gateways.paypal.declines import decline_of_issue
from paydesk.gateways.paypal.requests import Json, moment
from paydesk.gateways.paypal.subscriptions.agreement import method_record, title_of
from paydesk.gateways.paypal.subscriptions.arrears import Transaction
from paydesk.gateways.records import LineRecord, Outcome, TaxRecord, Verdict
from paydesk.kit.money import Money

#: What was refunded later had succeeded; a status that PayPal did not have in its published file is no answer yet.
_VERDICTS = {
    **dict.fromkeys(("COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"), Verdict.SUCCEEDED),
    "DECLINED": Verdict.DECLINED,
}
_REFUNDED = {"PARTIALLY_REFUNDED", "REFUNDED"}


def transaction_of(said: Json) -> Transaction:
    """Read one transaction."""
    return Transaction(
        reference=said["id"],
        at=moment(said["time"]),
        minor=gross_of(said).minor,
        verdict=_VERDICTS.get(said.get("status") or "", Verdict.PENDING),
        said=said,
    )


def is_refunded(one: Transaction) -> bool:
    """Say whether a part of it went back, or all."""
    return one.said.get("status") in _REFUNDED


def outcome_of(subscription: Json, one: Transaction, *, reason: str = "") -> Outcome:
    """Say how one transaction stands."""
    is_declined = one.verdict is Verdict.DECLINED
    code = reason or (one.said.get("status_details") or {}).get("reason") or "DECLINED"
    return Outcome(
        verdict=one.verdict,
        reference=reference_of(subscription, one.reference),
        amount=gross_of(one.said),
        decline=decline_of_issue(code) if is_declined else None,
        method=method_record(subscription),
        occurred_at=one.at,
    )


def reference_of(subscription: Json, transaction: str) -> str:
    return f"{subscription['id']}:{transaction}"


def parts_of(subscription: Json, said: Json, amount: Money) -> tuple[list[LineRecord], list[TaxRecord]]:
    """Take a payment apart, where what PayPal says of it adds up: with the tax on top, or in it already."""
    breakdown = said["amount_with_breakdown"]
    item, shipping, tax = (
        from_paypal(breakdown[name]) if breakdown.get(name) else Money(0, amount.currency)
        for name in ("total_item_amount", "shipping_amount", "tax_amount")
    )
    if not item or amount not in (item + shipping, item + shipping + tax):
        return [], []
    lines = [LineRecord(title=title_of(subscription), amount=item)]
    lines += [LineRecord(title="Shipping", amount=shipping)] if shipping else []
    percentage = ((subscription.get("plan") or {}).get("taxes") or {}).get("percentage") or ""
    is_included = amount == item + shipping
    taxes = [TaxRecord(title="", amount=tax, percentage=percentage, is_included=is_included)] if tax else []
    return lines, taxes


def gross_of(said: Json) -> Money:
    return from_paypal(said["amount_with_breakdown"]["gross_amount"])
