"""What goes wrong at the double of PayPal when a test wants it to, and what its own answers are held to."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from paydesk.gateways.contract import GatewayBusy, GatewayUnreachable
from paydesk.gateways.paypal.requests import Line
from tests.doubles.paypal.published.contract import Contract, Violation
from tests.doubles.paypal.running import Json
from tests.gateways.paypal_double.asking import ORDER, capture, captured_id, order
from tests.paypal_account import PayPalAccount

pytestmark = pytest.mark.contracts

ORDERS = "/v2/checkout/orders"


def test_of_two_requests_with_one_key_at_the_same_time_one_may_fail(paypal_account: PayPalAccount) -> None:
    order(paypal_account, "first")  # so that there is a token
    paypal_account.fault("slow", ORDERS, seconds=1)

    def ask() -> tuple[int, Json]:
        return paypal_account.api("POST", ORDERS, ORDER, key="the same")

    with ThreadPoolExecutor(2) as both:
        answers = sorted(both.map(lambda _: ask()[0], range(2)))

    assert answers == [201, 409]
    assert ask()[0] == 200


def test_the_vaults_keys_are_kept_for_three_hours(paypal_account: PayPalAccount) -> None:
    body: Json = {"customer": {"id": "customer_1"}, "payment_source": {"card": {}}}

    def setup(**customer: str) -> tuple[int, Json]:
        return paypal_account.api("POST", "/v3/vault/setup-tokens", body | customer, key="key")

    first = setup()[1]["id"]
    paypal_account.advance(hours=2)
    assert setup()[1]["id"] == first
    other = paypal_account.api(
        "POST", "/v3/vault/setup-tokens", body | {"customer": {"id": "customer_2"}}, key="key"
    )
    assert other[1]["details"][0]["issue"] == "PAYPAL_REQUEST_ID_PREVIOUSLY_USED"

    paypal_account.advance(hours=2)
    assert setup()[1]["id"] != first


def test_a_company_that_is_down_busy_or_silent_is_told_apart(paypal_account: PayPalAccount) -> None:
    settings = paypal_account.settings()
    line = Line(settings)
    line.read("v1", "billing", "subscriptions")

    def refusal(kind: str, *, retry_after: int = 0) -> Exception:
        paypal_account.fault(kind, "/v1/billing/.*", retry_after=retry_after)
        with pytest.raises(GatewayUnreachable) as raised:
            line.read("v1", "billing", "subscriptions")
        return raised.value

    assert "503" in str(refusal("503"))
    assert "ProtocolError" in str(refusal("lost_before"))
    busy = refusal("429", retry_after=7)
    assert isinstance(busy, GatewayBusy)
    assert busy.retry_after == timedelta(seconds=7)


def test_a_pending_capture_is_pending_in_the_reports_until_it_ends(paypal_account: PayPalAccount) -> None:
    card = paypal_account.card("customer_1", "pending")
    captured = captured_id(capture(paypal_account, order(paypal_account), card))
    assert paypal_account.api("GET", f"/v2/payments/captures/{captured}")[1]["status"] == "PENDING"
    assert paypal_account.captured("customer_1") == []

    paypal_account.settle_pending(captured)

    assert [move["minor"] for move in paypal_account.captured("customer_1")] == [4900]


def test_an_order_that_paypal_dropped_is_unknown(paypal_account: PayPalAccount) -> None:
    made = order(paypal_account)

    paypal_account.forget_order(made)

    assert paypal_account.api("GET", f"{ORDERS}/{made}")[0] == 404


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda plan: plan.update(nme="Pro"), "'nme'"),
        (lambda plan: plan.update(status="OPEN"), "'OPEN' is not one of"),
        (lambda plan: plan.update(quantity_supported="yes"), "is not of type 'boolean'"),
        (lambda plan: plan["billing_cycles"][0].pop("sequence"), "'sequence' is a required"),
    ],
)
def test_an_answer_that_paypal_would_not_give_is_found_out(
    paypal_account: PayPalAccount, contracts: Path, spoil: Callable[[Json], object], word: str
) -> None:
    operation = Contract(contracts).operation("GET", "/v1/billing/plans/{id}")
    plan = paypal_account.api("GET", f"/v1/billing/plans/{paypal_account.plan()}")[1]
    operation.check_answer(200, plan)

    spoil(plan)

    with pytest.raises(Violation, match=word):
        operation.check_answer(200, plan)


def test_five_thousand_payments_are_seeded_at_once(paypal_account: PayPalAccount) -> None:
    plan = paypal_account.plan()
    made = paypal_account.subscriptions(
        [{"plan": plan, "cycles": 50, "email": f"payer{place}@example.com"} for place in range(100)]
    )

    assert len(set(made)) == 100
    assert len(paypal_account.books()) == 5000
    assert [one["reference"] for one in paypal_account.books() if one["kind"] != "captured"] == []
