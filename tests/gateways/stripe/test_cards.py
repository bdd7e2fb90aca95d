"""Entering, choosing and removing cards at Stripe."""

from urllib.error import HTTPError

import pytest

from paydesk.gateways.contract import MethodSetup, MethodSetupRequest
from paydesk.gateways.stripe.gateway import StripeGateway
from tests.stripe_scene import DECLINED_WHEN_ENTERED, GOOD, NEEDS_3D_SECURE, PUBLISHABLE_KEY, StripeScene


def begun(gateway: StripeGateway, customer: str) -> MethodSetup:
    return gateway.begin_method_setup(
        MethodSetupRequest(
            key=f"setup-{customer}", customer_reference=customer, return_url="https://pay.example"
        )
    )


def test_a_set_up_gives_the_fields_and_the_hosts_that_they_need(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    fields = begun(gateway, stripe_scene.customer()).fields

    assert fields
    assert fields.module == "stripe/fields.js"
    assert fields.script_url == stripe_scene.script_url
    assert fields.values["publishable-key"] == PUBLISHABLE_KEY
    assert fields.script_origins == fields.connect_origins == (stripe_scene.url,)


def test_without_options_the_fields_come_from_stripe_itself(stripe_scene: StripeScene) -> None:
    fields = begun(StripeGateway(stripe_scene.settings(options={})), stripe_scene.customer()).fields

    assert fields
    assert fields.script_url == "https://js.stripe.com/v3/"
    assert "https://js.stripe.com" in fields.script_origins
    assert fields.connect_origins == ("https://api.stripe.com",)


def test_a_card_that_was_entered_is_the_customers_and_one_that_was_refused_says_so(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    customer = stripe_scene.customer()
    setup = begun(gateway, customer)
    untouched = gateway.finish_method_setup(setup.reference)

    with pytest.raises(HTTPError):
        stripe_scene.enter_card(setup.reference, DECLINED_WHEN_ENTERED)
    refused = gateway.finish_method_setup(setup.reference)
    stripe_scene.enter_card(setup.reference, GOOD)
    done = gateway.finish_method_setup(setup.reference)

    assert (untouched.method, untouched.refusal) == (None, "")
    assert refused.method is None
    assert refused.refusal
    assert done.method
    assert (done.method.last_four, done.method.expires_year) == ("4242", 2034)
    assert [one.reference for one in gateway.list_methods(customer)] == [done.method.reference]
    assert gateway.finish_method_setup(setup.reference) == done


def test_a_card_that_waits_for_the_bank_is_not_there_yet(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    customer = stripe_scene.customer()
    setup = begun(gateway, customer)

    stripe_scene.enter_card(setup.reference, NEEDS_3D_SECURE)

    assert gateway.finish_method_setup(setup.reference).method is None
    assert gateway.list_methods(customer) == []


def test_a_new_default_pays_for_the_subscriptions_that_named_another_card(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    customer = stripe_scene.customer(card=GOOD)
    own, plain = stripe_scene.subscription(customer), stripe_scene.subscription(customer)
    old, new = stripe_scene.card(customer), stripe_scene.card(customer)
    stripe_scene.pay_subscription_with(own, old)

    gateway.set_default_method(customer_reference=customer, method_reference=new, key=f"d-{customer}")

    methods = {one.reference: one.is_default for one in gateway.list_methods(customer)}
    subscriptions = {
        one.reference: one.method_reference for one in gateway.list_subscriptions(customer).records
    }
    assert [reference for reference, is_default in methods.items() if is_default] == [new]
    assert subscriptions == {own: new, plain: ""}


def test_a_card_that_is_removed_is_gone(stripe_scene: StripeScene, gateway: StripeGateway) -> None:
    customer = stripe_scene.customer(card=GOOD)
    (card,) = gateway.list_methods(customer)

    gateway.remove_method(method_reference=card.reference, key=f"r-{card.reference}")

    assert gateway.list_methods(customer) == []
