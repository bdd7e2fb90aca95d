"""The double refuses what Stripe refuses today, though localstripe would take it."""

import stripe

from tests.stripe_scene import SECRET_KEY, Object, StripeScene


def refusal(scene: StripeScene, method: str, path: str, **asked: object) -> str:
    client = stripe.StripeClient(SECRET_KEY, base_addresses={"api": scene.url}, max_network_retries=0)
    try:
        client.raw_request(method, path, **asked)
    except stripe.InvalidRequestError as refused:
        scene.expected_violations = scene.violations()
        return str(refused.user_message)
    return ""


def test_payment_method_types_is_refused_since_endive(stripe_scene: StripeScene) -> None:
    assert "payment_method_types" in refusal(
        stripe_scene, "post", "/v1/setup_intents", customer="cus_1", payment_method_types=["card"]
    )


def test_a_cycle_anchor_of_now_is_refused(stripe_scene: StripeScene) -> None:
    asked: Object = {"billing_cycle_anchor": "now"}

    assert "billing_cycle_anchor" in refusal(stripe_scene, "post", "/v1/subscriptions/sub_1", **asked)


def test_a_status_that_is_none_is_refused(stripe_scene: StripeScene) -> None:
    assert "status" in refusal(stripe_scene, "get", "/v1/subscriptions", status="bogus")


def test_an_amount_is_required(stripe_scene: StripeScene) -> None:
    assert "amount" in refusal(stripe_scene, "post", "/v1/payment_intents", currency="eur")


def test_an_address_that_does_not_exist_is_refused(stripe_scene: StripeScene) -> None:
    assert "no such operation" in refusal(stripe_scene, "post", "/v1/invoices/in_1/collect")


def test_expanding_five_levels_is_refused(stripe_scene: StripeScene) -> None:
    path = "data.payments.data.payment.payment_intent"

    assert "four levels" in refusal(stripe_scene, "get", "/v1/invoices", expand=[path])


def test_expanding_what_has_no_such_field_is_refused(stripe_scene: StripeScene) -> None:
    stripe_scene.charge(stripe_scene.customer(card="4242424242424242"))

    assert "cannot be expanded" in refusal(stripe_scene, "get", "/v1/charges", expand=["data.invoice"])


def test_what_stripe_takes_is_no_violation(stripe_scene: StripeScene) -> None:
    customer = stripe_scene.customer()

    assert (
        refusal(
            stripe_scene,
            "post",
            "/v1/setup_intents",
            customer=customer,
            allowed_payment_method_types=["card"],
        )
        == ""
    )
