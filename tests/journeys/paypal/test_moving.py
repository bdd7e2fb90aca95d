"""A subscription is moved from PayPal to a card, and from a card to PayPal: each period is paid, and once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.merchants.move_clock import move_clock
from tests.journeys.commands import Commands, wait_until
from tests.journeys.harbor import open_subscription, sign_in
from tests.journeys.looks import looks_right
from tests.journeys.paypal.books import Books
from tests.journeys.paypal.vault.books import enter_card, fields_are_there
from tests.journeys.plans.steps import choose
from tests.paypal_account import GOOD, PayPalAccount
from tests.stripe_scene import GOOD as GOOD_AT_STRIPE
from tests.stripe_scene import StripeScene, stripe_account, stripe_scene

__all__ = ["stripe_account", "stripe_scene"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.contracts]


def connect_vault(commands: Commands, account: PayPalAccount) -> None:
    """Let cards and wallets be kept at the same PayPal account."""
    settings = account.settings(script_url=f"{account.url}/sdk/js")
    commands.connect("paypal", settings, name="PayPal cards")


def test_what_paypal_could_not_collect_is_paid_with_a_card_that_pays_from_then_on(
    page: Page, books: Books, commands: Commands
) -> None:
    """Two months are owed; the card pays them at once, and PayPal is asked to end it only then."""
    connect_vault(commands, books.account)
    before = books.taken()
    sign_in(page, books.portal)
    open_subscription(page, books.portal)
    choose(page, "Change what pays it")
    there = page.get_by_role("link", name="Open the page of PayPal")
    expect(there).to_have_attribute("href", books.agreement().manage_url)
    looks_right(page)
    page.get_by_role("button", name="Add a method: PayPal").click()
    fields_are_there(page)
    enter_card(page, GOOD, button="Save this card")
    expect(page.get_by_role("region", name="What happens")).to_contain_text("EUR 38.00 is charged now")
    looks_right(page)
    assert books.at_paypal()["status"] == "ACTIVE"

    page.get_by_role("button", name="Move it and pay EUR 38.00").click()
    expect(page.get_by_role("button", name="Move it and pay")).to_have_count(0)

    wait_until(lambda: moved(books.merchant_id).state == Move.State.DONE)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("It is moved")
    expect(page.get_by_role("main")).to_contain_text("It has ended at PayPal.")
    looks_right(page)
    assert books.at_paypal()["status"] == "CANCELLED"
    assert books.taken() == before
    assert [one["minor"] for one in charged_to_vault(books.account)] == [3800]
    assert sum(books.written().values()) == sum(before.values()) + 3800
    page.goto(f"{books.portal}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything is paid")
    next_one = Payment.objects.get(merchant_id=books.merchant_id, state=Payment.State.SCHEDULED)
    assert next_one.amount_minor == 1900


def test_from_a_card_to_paypal_before_the_next_payment(
    page: Page, commands: Commands, stripe_scene: StripeScene, paypal_account: PayPalAccount
) -> None:
    """Stripe collects nothing for the month that PayPal pays, and ends when PayPal has paid it."""
    ada = stripe_scene.customer(card=GOOD_AT_STRIPE)
    stripe_scene.subscription(ada)
    commands.connect("stripe", stripe_scene.settings(), name="Stripe")
    commands.take_over("Stripe")
    connect_vault(commands, paypal_account)
    portal = commands.installation.portal("harbor")
    sign_in(page, portal, greeting="Everything is paid")
    open_subscription(page, portal)
    choose(page, "Pay this another way")
    page.get_by_role("button", name="Add a method: PayPal").click()
    fields_are_there(page)
    page.get_by_role("link", name="Use your account at PayPal instead").click()
    page.get_by_role("button", name="Agree and continue").click()
    expect(page.get_by_role("region", name="What happens")).to_contain_text("some hours before Stripe")
    looks_right(page)
    page.get_by_role("button", name="Move it on").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("It is moved on")
    merchant_id = Subscription.objects.get(connection__name="Stripe").merchant_id
    before = len(stripe_scene.charges(ada))
    assert charged_to_vault(paypal_account) == []

    acts_at = moved(merchant_id).acts_at + timedelta(minutes=5)
    move_clock(merchant_id=merchant_id, by=acts_at - clock.wall_now(), now=clock.wall_now())

    wait_until(lambda: moved(merchant_id).state == Move.State.DONE)
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("It has ended at Stripe.")
    looks_right(page)
    assert len(charged_to_vault(paypal_account)) == 1
    assert len(stripe_scene.charges(ada)) == before
    [at_stripe] = stripe_scene.client.v1.subscriptions.list({"status": "all"}).data
    assert at_stripe.to_dict()["status"] == "canceled"


def moved(merchant_id: int) -> Move:
    """Give the one move as it stands."""
    return Move.objects.get(merchant_id=merchant_id)


def charged_to_vault(account: PayPalAccount) -> list[dict[str, object]]:
    """List what PayPal took for us, by its own books: for no subscription of its own."""
    return [
        one for one in account.books() if one["kind"] == "captured" and not str(one["payer"]).startswith("I-")
    ]
