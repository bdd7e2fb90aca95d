"""Who pays by card, by PayPal and to us has one history, one set of alerts, one home."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.payments.models import Payment
from paydesk.kit import clock
from paydesk.merchants.models import Merchant
from tests.journeys.commands import Commands
from tests.journeys.harbor import ADA, open_subscription, sign_in
from tests.journeys.looks import looks_right
from tests.paypal_account import PayPalAccount
from tests.stripe_scene import StripeScene, stripe_account, stripe_scene

__all__ = ["stripe_account", "stripe_scene"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.contracts]


def collected_by_paydesk(folder: Path) -> Path:
    """A club of which Paydesk itself collects the next payment, with Ada's card at Stripe."""
    tomorrow = clock.wall_now().date() + timedelta(days=2)
    file = folder / "agreements.csv"
    file.write_text(
        "reference,customer,name,price,currency,interval,first_day\n"
        f"club-1,{ADA},Workshop club,45.00,EUR,month,{tomorrow}\n"
    )
    return file


def test_three_companies_are_one_list(
    page: Page, commands: Commands, stripe_scene: StripeScene, paypal_account: PayPalAccount, tmp_path: Path
) -> None:
    stripe_scene.past_due()
    behind = paypal_account.subscription(
        paypal_account.plan(name="Beans by post", minor=2450, auto_bill=False), cycles=3, behind=1
    )
    commands.connect("stripe", stripe_scene.settings(), name="Stripe")
    commands.connect("paypal-subscriptions", paypal_account.settings(), name="PayPal")
    for name in ("Stripe", "PayPal"):
        commands.take_over(name)
    file = collected_by_paydesk(tmp_path)
    commands.run("import", "--merchant=harbor", "--connection=Stripe", f"--agreements={file}")
    portal = commands.installation.portal("harbor")

    sign_in(page, portal, greeting="2 payments need you")
    main = page.get_by_role("main")
    for words in ("EUR 24.50", "EUR 171.00"):
        expect(main).to_contain_text(words)
    looks_right(page)
    page.goto(f"{portal}/payments")
    for words in ("Beans by post", "Pro, yearly"):
        expect(main).to_contain_text(words)
    looks_right(page)
    page.goto(f"{portal}/subscriptions")
    expect(main.locator(".agreement a")).to_have_count(3)
    looks_right(page)
    page.goto(f"{portal}/upcoming")
    for words in ("Workshop club", "Beans by post"):
        expect(main).to_contain_text(words)
    looks_right(page)

    paypal_account.set_funding(behind, "good")
    merchant = Merchant.objects.get(slug="harbor")
    owed = Payment.objects.get(merchant_id=merchant.id, state="failed", amount_minor=2450)
    page.goto(f"{portal}/payments/{owed.public_id}/pay")
    page.get_by_role("button", name="Pay EUR 24.50").click()
    expect(page.get_by_role("status").filter(has_text="EUR 24.50 was charged")).to_be_visible()
    page.goto(f"{portal}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("One payment needs you")
    open_subscription(page, portal)
    looks_right(page)
