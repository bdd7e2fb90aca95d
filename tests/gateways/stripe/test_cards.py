"""Entering, choosing and removing cards at Stripe."""

from typing import Any
from urllib.error import HTTPError

import pytest

from paydesk.gateways import http
from paydesk.gateways.contract import GatewayRefused
from paydesk.gateways.method_setup import FinishedSetup, MethodSetup, MethodSetupRequest
from paydesk.gateways.stripe.gateway import StripeGateway
from tests.stripe_scene import DECLINED_WHEN_ENTERED, GOOD, NEEDS_3D_SECURE, PUBLISHABLE_KEY, StripeScene


def begun(gateway: StripeGateway, customer: str) -> MethodSetup:
    return gateway.begin_method_setup(
        MethodSetupRequest(
            key=f"setup-{customer}", customer_reference=customer, return_url="https://pay.example"
        )
    )


def method_of_invoice(gateway: StripeGateway, invoice: str) -> str:
    read = gateway.read_collectible(invoice)
    assert read
    return read.method_reference


def written(stripe_scene: StripeScene, method: str) -> list[tuple[str, str]]:
    """Say where a card was named to pay, with which key."""
    asked = stripe_scene.journal()
    return [
        (one["path"], one["key"]) for one in asked if one["asked"].get("default_payment_method") == method
    ]


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
    assert refused.can_try_again
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
    stripe_scene.say_of(setup.reference, last_setup_error={"code": "expired_card"})  # of the try before

    assert gateway.finish_method_setup(setup.reference) == FinishedSetup()
    assert gateway.list_methods(customer) == []


def test_a_set_up_that_stripe_has_ended_takes_no_other_card(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    setup = begun(gateway, stripe_scene.customer())
    stripe_scene.say_of(setup.reference, status="canceled")

    ended = gateway.finish_method_setup(setup.reference)
    assert ended.refusal
    assert not ended.can_try_again


@pytest.mark.parametrize("is_forgotten", [True, False])
def test_a_card_that_was_taken_off_before_it_was_taken_over_has_to_be_entered_again(
    stripe_scene: StripeScene, gateway: StripeGateway, is_forgotten: bool
) -> None:
    """Stripe names the card still, and attaches no card again that was detached; or it names none."""
    setup = begun(gateway, stripe_scene.customer())
    stripe_scene.enter_card(setup.reference, GOOD)
    card = stripe_scene.as_stripe_says(f"/v1/setup_intents/{setup.reference}")["payment_method"]
    if is_forgotten:
        stripe_scene.say_of(setup.reference, payment_method=None)
    else:
        stripe_scene.say_of(
            setup.reference, payment_method={"id": card, "object": "payment_method", "customer": None}
        )
        stripe_scene.fail_next("POST", f"/v1/payment_methods/{card}/attach", "400")

    gone = gateway.finish_method_setup(setup.reference)
    assert gone.method is None
    assert gone.refusal
    assert not gone.can_try_again


def test_a_new_default_leaves_what_names_a_card_of_its_own(
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
    assert subscriptions == {own: old, plain: ""}


def test_a_new_default_pays_open_invoices_of_no_subscription_and_no_others(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    due = stripe_scene.past_due()
    new, alone = stripe_scene.card(due.customer), stripe_scene.owed(due.customer, amount=900)
    stripe_scene.say_of(alone, parent=None)
    for invoice in (due.failed_invoice, alone):
        stripe_scene.pay_invoice_with(invoice, due.method)

    gateway.set_default_method(customer_reference=due.customer, method_reference=new, key=f"d-{new}")

    assert method_of_invoice(gateway, alone) == new
    assert method_of_invoice(gateway, due.failed_invoice) == due.method


def test_a_subscriptions_card_pays_it_and_its_open_invoices_and_nothing_else(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    due = stripe_scene.past_due()
    other = stripe_scene.subscription(due.customer)
    new = stripe_scene.card(due.customer)
    stripe_scene.pay_subscription_with(due.subscription, due.method)
    stripe_scene.pay_invoice_with(due.failed_invoice, due.method)

    changed = gateway.set_subscription_method(
        subscription_reference=due.subscription, method_reference=new, key=f"s-{new}"
    )

    untouched = gateway.read_subscription(other)
    assert changed.method_reference == new
    assert changed == gateway.read_subscription(due.subscription)
    assert method_of_invoice(gateway, due.failed_invoice) == new
    assert untouched
    assert untouched.method_reference == ""
    assert [one.is_default for one in gateway.list_methods(due.customer) if one.reference == new] == [False]
    assert written(stripe_scene, new) == [
        (f"/v1/subscriptions/{due.subscription}", f"s-{new}-{due.subscription}"),
        (f"/v1/invoices/{due.failed_invoice}", f"s-{new}-{due.failed_invoice}"),
    ]


def test_an_invoice_that_names_no_card_follows_by_itself(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    due = stripe_scene.past_due()
    new = stripe_scene.card(due.customer)

    gateway.set_subscription_method(
        subscription_reference=due.subscription, method_reference=new, key=f"s-{new}"
    )

    assert [path for path, _key in written(stripe_scene, new)] == [f"/v1/subscriptions/{due.subscription}"]


def test_a_source_from_before_2018_counts_as_the_card_that_is_named_until_another_is(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    due = stripe_scene.past_due()
    new = stripe_scene.card(due.customer)
    for named in (due.subscription, due.failed_invoice):
        stripe_scene.say_of(named, default_source="card_old")
    before = gateway.read_subscription(due.subscription)

    assert before
    assert (before.method_reference, method_of_invoice(gateway, due.failed_invoice)) == (
        "card_old",
        "card_old",
    )
    after = gateway.set_subscription_method(
        subscription_reference=due.subscription, method_reference=new, key=f"s-{new}"
    )
    assert (after.method_reference, method_of_invoice(gateway, due.failed_invoice)) == (new, new)


def test_an_invoice_that_is_paid_meanwhile_needs_no_card_any_more(
    stripe_scene: StripeScene, gateway: StripeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = stripe_scene.past_due()
    new = stripe_scene.card(due.customer)
    stripe_scene.pay_invoice_with(due.failed_invoice, due.method)
    pay = stripe_scene.client.v1.invoices.pay
    waiting = [lambda: pay(due.failed_invoice, {"payment_method": new})]
    send = http.send

    def send_then_pay(request: http.HttpRequest, **how: Any) -> http.HttpAnswer:
        answer = send(request, **how)
        if waiting and "/v1/invoices?" in request.url:
            waiting.pop()()
        return answer

    monkeypatch.setattr(http, "send", send_then_pay)
    changed = gateway.set_subscription_method(
        subscription_reference=due.subscription, method_reference=new, key=f"s-{new}"
    )

    assert not waiting
    assert changed.method_reference == new


def test_an_open_invoice_that_could_not_follow_is_no_success(
    stripe_scene: StripeScene, gateway: StripeGateway
) -> None:
    due = stripe_scene.past_due()
    stripe_scene.pay_invoice_with(due.failed_invoice, due.method)
    new = stripe_scene.card(due.customer)
    stripe_scene.fail_next("POST", f"/v1/invoices/{due.failed_invoice}", "400")

    with pytest.raises(GatewayRefused):
        gateway.set_subscription_method(
            subscription_reference=due.subscription, method_reference=new, key=f"s-{new}"
        )


def test_a_card_that_is_removed_is_gone(stripe_scene: StripeScene, gateway: StripeGateway) -> None:
    customer = stripe_scene.customer(card=GOOD)
    (card,) = gateway.list_methods(customer)

    gateway.remove_method(method_reference=card.reference, key=f"r-{card.reference}")

    assert gateway.list_methods(customer) == []
