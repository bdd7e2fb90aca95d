"""Every state and every kind of event that the SDK knows has been decided upon; a new one fails here until it is."""

import ast
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import stripe

from paydesk.gateways.contract import WebhookEvent
from paydesk.gateways.stripe import collectibles, events, subscriptions

SDK = Path(stripe.__file__).parent
DOCS = Path(__file__).parents[4] / "docs" / "gateways" / "stripe.md"
NOW = datetime(2026, 11, 2, tzinfo=UTC)

#: What a kind of event is about, by how its name begins; the longest beginning counts. These change what we show.
SHOWN = {
    "charge.": "charge",
    "charge.dispute.": "dispute",
    "charge.refund.": "refund",
    "credit_note.": "credit_note",
    "customer.": "customer",
    "customer.discount.": "discount",
    "customer.source.": "card",
    "customer.subscription.": "subscription",
    "invoice.": "invoice",
    "invoice_payment.": "invoice_payment",
    "payment_intent.": "payment_intent",
    "payment_method.": "payment_method",
    "refund.": "refund",
    "setup_intent.": "setup_intent",
    "source.": "source",
}
#: These do not, each for its reason.
IGNORED = (
    # Drafts and previews: nothing is owed yet, and `invoice.finalized` follows.
    "invoice.created invoice.deleted invoice.upcoming invoice.finalization_failed invoiceitem. quote.",
    # Names, prices and rates are read with the next reading of what has them.
    "product. price. plan. coupon. promotion_code. tax_rate. customer.tax_id. tax.settings.",
    # What comes of it says so itself.
    "checkout.session. payment_link. subscription_schedule. billing_portal. billing.",
    # Not shown: balances, cash, pay-outs, mandates, fraud warnings.
    "balance. balance_settings. cash_balance. customer_cash_balance_transaction. mandate. payout. radar. review.",
    "reserve. topup. transfer. application_fee.",
    # Other products of Stripe's, and the account itself.
    "account. apps. capability. climate. entitlements. file. financial_connections. identity. issuing_authorization.",
    "issuing_card. issuing_cardholder. issuing_dispute. issuing_personalization_design. issuing_token.",
    "issuing_transaction. person. reporting. sigma. terminal. test_helpers. three_d_secure. treasury.",
    # A source of before 2018 in the making; what it pays is a charge.
    "source.mandate_notification source.refund_attributes_required source.transaction.",
)


def kinds() -> list[str]:
    """Name every type of event that the SDK knows."""
    found = literals("_event.py", "type")
    assert len(found) > 200
    return found


def literals(file: str, field: str) -> list[str]:
    """Read the values that the SDK's types name for a field of the object that a file is about."""
    [about] = [one for one in ast.parse((SDK / file).read_text()).body if isinstance(one, ast.ClassDef)]
    return [value for one in about.body for value in named(one, field)]


def named(node: ast.stmt, field: str) -> Iterator[str]:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == field:
        constants = (one.value for one in ast.walk(node.annotation) if isinstance(one, ast.Constant))
        yield from (value for value in constants if isinstance(value, str))


def longest(kind: str, beginnings: set[str]) -> str:
    return max((one for one in beginnings if kind.startswith(one)), key=len, default="")


def decided() -> dict[str, str]:
    """Say for each kind of event which object it is about, or that it is ignored; the longer beginning decides."""
    ignored = {one for reason in IGNORED for one in reason.split()}
    found = {kind: (longest(kind, set(SHOWN)), longest(kind, ignored)) for kind in kinds()}
    assert [kind for kind, (shown, no) in found.items() if not shown and not no] == []
    return {kind: SHOWN[shown] if len(shown) > len(no) else "" for kind, (shown, no) in found.items()}


def test_every_kind_of_event_is_decided_upon_and_what_is_shown_names_what_to_read() -> None:
    sample: dict[str, Any] = {"id": "x_1", "status": "open", "customer": "cus_1", "charge": "ch_1"}
    sample |= {"invoice": "in_1", "subscription": "sub_1", "metadata": {"paydesk_attempt": "a"}}

    silent = []
    for kind, about in decided().items():
        body = json.dumps({"data": {"object": {**sample, "object": about}}}).encode()
        event = WebhookEvent(event_id="evt_1", kind=kind, body=body, created_at=NOW)
        if about and not events.named_by(event):
            silent.append(kind)
    assert silent == []


def test_the_page_names_exactly_the_events_that_change_something() -> None:
    listed = DOCS.read_text().partition("<!-- events -->")[2].partition("<!-- end -->")[0]
    told = [line.strip() for line in listed.splitlines() if line.startswith("    ")]

    assert told == sorted(kind for kind, about in decided().items() if about)


@pytest.mark.parametrize(
    ("file", "known"),
    [
        ("_invoice.py", {*collectibles.INVOICE_STATES, "draft"}),
        ("_charge.py", set(collectibles.CHARGE_VERDICTS)),
        ("_subscription.py", set(subscriptions.STATES)),
        ("_dispute.py", set(collectibles.DISPUTE_STATES)),
    ],
)
def test_every_state_is_decided_upon(file: str, known: set[str]) -> None:
    assert set(literals(file, "status")) == known
