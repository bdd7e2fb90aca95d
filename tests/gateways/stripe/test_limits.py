"""Stripe's limits: when to come back, and that a lock on an object is doubt and no limit."""

from datetime import UTC, datetime, timedelta

import pytest

from paydesk.gateways import http
from paydesk.gateways.contract import ChargeQuery, ChargeRequest, GatewayBusy, GatewayUnreachable
from paydesk.gateways.records import CollectibleState, Verdict
from paydesk.gateways.stripe.gateway import StripeGateway
from tests.stripe_scene import GOOD, StripeScene

CUSTOMERS = "/v1/customers"
PAY = "/v1/invoices/[^/]+/pay"


@pytest.mark.parametrize(
    ("headers", "at_least", "at_most"),
    [
        ({"Stripe-Rate-Limited-Reason": "global-rate"}, 1, 3),
        ({"Stripe-Rate-Limited-Reason": "endpoint-concurrency"}, 1, 3),
        ({"Stripe-Rate-Limited-Reason": "resource-specific"}, 60, 60),
        ({"Stripe-Rate-Limited-Reason": "resource-specific", "Retry-After": "90"}, 90, 90),
        ({"Retry-After": "7"}, 7, 7),
    ],
)
def test_too_many_requests_say_when_to_come_back(
    stripe_scene: StripeScene, headers: dict[str, str], at_least: int, at_most: int
) -> None:
    gateway = StripeGateway(stripe_scene.settings())
    stripe_scene.fail_next("GET", CUSTOMERS, "429", headers=headers)

    with pytest.raises(GatewayBusy) as busy:
        gateway.list_customers()

    assert timedelta(seconds=at_least) <= busy.value.retry_after <= timedelta(seconds=at_most)
    assert headers.get("Stripe-Rate-Limited-Reason", "") in str(busy.value)


def test_a_lock_on_an_object_slows_nobody_down(stripe_scene: StripeScene, gateway: StripeGateway) -> None:
    stripe_scene.fail_next("GET", CUSTOMERS, "429", code="lock_timeout")

    with pytest.raises(GatewayUnreachable) as locked:
        gateway.list_customers()

    assert not isinstance(locked.value, GatewayBusy)


@pytest.mark.parametrize("code", ["lock_timeout", "rate_limit"])
def test_a_payment_that_was_not_let_in_is_in_doubt_and_never_declined(
    stripe_scene: StripeScene, gateway: StripeGateway, code: str
) -> None:
    due = stripe_scene.past_due()
    card = stripe_scene.card(due.customer, GOOD)
    owed = gateway.read_collectible(due.failed_invoice)
    assert owed
    request = ChargeRequest(
        key=f"k-{card}",
        tag="attempt-1",
        amount=owed.amount,
        customer_reference=due.customer,
        method_reference=card,
        collectible=due.failed_invoice,
    )
    prepared = gateway.prepare_charge(request)
    stripe_scene.fail_next("POST", PAY, "429", code=code)

    with pytest.raises(GatewayUnreachable):
        gateway.confirm_charge(prepared)

    query = ChargeQuery(
        collectible=due.failed_invoice, reference=prepared.reference, asked_at=datetime.now(UTC)
    )
    assert gateway.find_charge(query).verdict == Verdict.UNKNOWN
    assert gateway.confirm_charge(prepared).verdict == Verdict.SUCCEEDED
    paid = gateway.read_collectible(due.failed_invoice)
    assert paid
    assert paid.state == CollectibleState.PAID


@pytest.mark.parametrize(
    ("key", "base_url", "a_second"),
    [("rk_live_1", "", 100), ("sk_test_1", "", 25), ("sk_test_1", "http://127.0.0.1:9", 0)],
)
def test_the_pace_is_that_of_the_account(
    stripe_scene: StripeScene, monkeypatch: pytest.MonkeyPatch, key: str, base_url: str, a_second: int
) -> None:
    """Stripe's own figures: a hundred requests a second, a quarter of them in test mode; a double has none."""
    paced: list[int] = []

    def send(request: http.HttpRequest, **_how: object) -> http.HttpAnswer:
        paced.append(request.a_second)
        return http.HttpAnswer(status=200, headers={}, body=b'{"object": "list", "data": []}')

    monkeypatch.setattr(http, "send", send)
    credentials = {**stripe_scene.settings().credentials, "secret_key": key}
    StripeGateway(stripe_scene.settings(credentials=credentials, base_url=base_url)).list_customers()

    assert paced == [a_second]
