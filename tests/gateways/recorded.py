"""The simulated company's answers as they are recorded in the gateway's folder.

`python -m tests.gateways.recorded` writes them anew, after the company has changed.
"""

import json
from pathlib import Path

from tests.simulator import Json, SimulatedAccount, start_simulator

FIXTURES = Path("src/paydesk/gateways/simulated/fixtures")

STUDIO = {
    "name": "Fernwood Coffee Lda",
    "email": "books@fernwood.example",
    "street": ["Rua do Exemplo 7"],
    "city": "Lisboa",
    "postal_code": "1000-001",
    "country": "PT",
    "tax_ids": ["PT999999990"],
}
ITEMS = [
    {"title": "Beans, 1 kg", "amount_minor": 4000, "quantity": 2},
    {"title": "Delivery", "amount_minor": 1000, "quantity": 1},
]
DISCOUNTS = [{"title": "Loyal customer", "amount_minor": 500}]
TAXES = [
    {"title": "VAT", "amount_minor": 1035, "percentage": "23"},
    {"title": "Deposit system", "amount_minor": 20, "is_included": True},
]


def play(account: SimulatedAccount) -> dict[str, Json]:
    """Play one story at the company, and give its answers by the name of their file."""
    customer = account.api("/customers", key="customer", email="ada@example.com", name="Ada Example")["id"]
    account.method(customer, "insufficient_funds")
    plan = {"minor": 1230, "currency": "KWD", "name": "Beans, monthly", "payments_total": 6}
    subscription = account.subscription(customer, **plan)["id"]  # type: ignore[arg-type]  # the values are typed
    bill = account.api(f"/customers/{customer}/history")["rows"][0]["id"]
    good, secure = account.method(customer), account.method(customer, "secure_when_charged")
    owed = {"customer": customer, "bill": bill, "amount_minor": 1230, "currency": "KWD", "tag": "attempt-1"}
    prepared = account.api("/charges", key="prepare", method=good, on_session=True, **owed)
    account.api(f"/charges/{prepared['id']}/confirm", key="confirm")
    refund = account.api("/refunds", key="refund", charge=prepared["id"], amount_minor=230, tag="refund-1")
    dispute = account.control("/disputes", charge=prepared["id"], amount_minor=1000)["id"]
    bought = {"customer": customer, "amount_minor": 500, "currency": "JPY", "tag": "attempt-2"}
    back = {"on_session": True, "return_url": "https://shop.example/back"}
    asking = account.api("/charges", key="prepare-2", method=secure, **bought, **back)["id"]
    account.control(f"/customers/{customer}", billing=STUDIO)
    items = {"customer": customer, "currency": "EUR", "lines": ITEMS, "taxes": TAXES}
    account.control("/subscriptions", name="Membership", **items)
    parts = {"lines": ITEMS, "discounts": DISCOUNTS, "taxes": TAXES, "balance_minor": 400, "method": good}
    in_parts = account.control("/bills", customer=customer, currency="EUR", collect=False, **parts)["id"]
    inquiry = account.control("/disputes", charge=prepared["id"], amount_minor=100, inquiry=True)["id"]
    account.control(f"/disputes/{inquiry}")
    told = [json.loads(event["body"]) for event in account.events()]
    return {
        "customer": account.api(f"/customers/{customer}"),
        "methods": account.api(f"/customers/{customer}/methods"),
        "setup": account.api("/setups", key="setup", customer=customer, return_url=back["return_url"]),
        "subscription": account.api(f"/subscriptions/{subscription}"),
        "subscription_of_items": account.api(f"/customers/{customer}/subscriptions")["rows"][-1],
        "bill": account.api(f"/history/{bill}"),
        "bill_in_parts": account.api(f"/history/{in_parts}"),
        "inquiry_closed": account.api(f"/disputes/{inquiry}"),
        "charge_prepared": prepared,
        "charge_needs_customer": account.api(f"/charges/{asking}/confirm", key="confirm-2"),
        "refund": refund,
        "dispute": account.api(f"/disputes/{dispute}"),
        "event_bill_paid": next(words for words in told if words["kind"] == "bill.paid"),
        "event_refund_succeeded": next(words for words in told if words["kind"] == "refund.succeeded"),
    }


def fixture(name: str) -> Json:
    """Read one recorded answer."""
    found: Json = json.loads((FIXTURES / f"{name}.json").read_text())
    return found


def main() -> None:
    """Record every answer."""
    with start_simulator() as simulator:
        for name, answer in play(simulator.account("billing", name="Fernwood Coffee")).items():
            words = json.dumps(answer, indent=2).replace(simulator.url, "https://company.example")
            (FIXTURES / f"{name}.json").write_text(words + "\n")


if __name__ == "__main__":
    main()
