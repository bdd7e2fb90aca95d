"""The page of a payment plan that Paydesk collects, and of its payments."""

from __future__ import annotations

import pytest
from django.test import Client

from paydesk.billing.customers.models import Customer
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight
from tests import builders
from tests.portal.desk.plans import agreement, cover, day_of, payments_of, plan, put, vault
from tests.portal.reading import day_there, read

pytestmark = pytest.mark.django_db


def test_a_plan_says_what_is_paid_what_is_left_and_every_payment(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    account = vault(shop)
    builders.method(ada, account, is_default=True)
    # EUR 100.00 and a fee of EUR 1.00 in three: 33.67, 33.67, 33.66.
    mine = plan(ada, account, 10000, 3, fee=Money(100, "EUR"))
    first, second, third = payments_of(mine)
    put(first, state="paid", paid_at=builders.days(-1), owed_minor=0)
    Subscription.objects.filter(merchant_id=shop.id).update(payments_made=1, paid_minor=first.amount_minor)

    page = read(browser, f"/subscriptions/{mine.public_id}")

    assert "EUR 67.33 left to pay" in page
    assert "EUR 33.67 of EUR 101 paid, 2 payments left" in page
    assert "The total includes a finance fee of EUR 1.00." in page
    assert f"{day_of(second)} 2 of 3 Scheduled EUR 33.67" in page
    assert f"{day_of(third)} 3 of 3 Scheduled EUR 33.66" in page
    assert f"Behind you {day_of(first)} 1 of 3 Paid EUR 33.67" in page


def test_an_overdue_payment_comes_first_and_can_be_paid(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    mine = plan(ada, vault(shop))
    first = payments_of(mine)[0]
    put(first, state="failed", due_at=builders.days(-2))
    builders.attempt(first, "declined", origin="paydesk", asked_by="engine")
    page = read(browser, f"/subscriptions/{mine.public_id}")
    assert f"EUR 100.00 was due on {day_there(builders.days(-2))} and is not paid. Pay EUR 100.00 now" in page
    assert "Overdue" in page
    home = read(browser)
    assert "One payment needs you" in home
    assert "Payment 1 of 9" in home
    assert "not enough funds. Nothing was charged." in home
    assert "Pay EUR 100.00 now" in home


def test_a_payment_that_was_moved_or_skipped_says_so(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    mine = plan(ada, vault(shop))
    first, second, *_ = payments_of(mine)
    put(first, due_at=builders.days(14), due_date=builders.days(14).date())
    put(second, state="skipped", owed_minor=0)
    page = read(browser, f"/subscriptions/{mine.public_id}")
    assert f"moved from {day_of(first)}" in page
    assert "2 of 9 Skipped" in page
    assert f"Moved from {day_of(first)}." in read(browser, f"/payments/{first.public_id}")


def test_payments_that_are_made_together_lead_to_the_one_that_makes_them(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    mine = plan(ada, vault(shop))
    three = payments_of(mine)[:3]
    covering = cover(three, state="paid")
    page = read(browser, f"/subscriptions/{mine.public_id}")
    assert page.count("Paid with others") == 3
    page = read(browser, f"/payments/{three[0].public_id}")
    assert "Payment 1 of 9" in page
    assert "It is a line of one payment of EUR 300.00." in page
    page = read(browser, f"/payments/{covering.public_id}")
    assert "What it pays" in page
    assert all(f"due {day_of(one)}" in page for one in three)
    assert "Receipt" in page


def test_an_answer_that_is_still_to_come_is_never_a_failure(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    mine = plan(ada, vault(shop))
    two = payments_of(mine)[:2]
    covering = cover(two, state="processing")
    builders.attempt(covering, "unknown", origin="paydesk", asked_by="customer")
    for path in (
        "/",
        f"/subscriptions/{mine.public_id}",
        f"/payments/{two[0].public_id}",
        f"/payments/{covering.public_id}",
    ):
        page = read(browser, path)
        assert "checking" in page.lower()
        assert "failed" not in page.lower()


def test_what_is_still_to_come_is_no_past_payment(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    mine = plan(ada, vault(shop))
    put(payments_of(mine)[0], state="paid", paid_at=builders.days(-1), due_at=builders.days(-1), owed_minor=0)
    for path in ("/payments", "/payments?q=Espresso", f"/orders/{mine.order.public_id}"):
        page = read(browser, path)
        assert page.count("EUR 100.00") == 1
        assert "Scheduled" not in page


def test_the_overview_names_what_is_next_once(browser: Client, shop: MerchantInSight, ada: Customer) -> None:
    account = vault(shop)
    mine = plan(ada, account)
    agreement(ada, account, Money(1234, "KWD"), name="Tasting evenings")
    page = read(browser)
    coming = page[page.index("Coming up") : page.index("Subscriptions and payment plans")]
    assert coming.count("Espresso machine") == 1
    assert coming.count("Tasting evenings") == 1
    # Its day has come, and the charge run is about to charge it: it is still what is next.
    first = payments_of(mine)[0]
    put(first, state="due", due_at=builders.days(-0.1))
    Subscription.objects.filter(merchant_id=shop.id, id=mine.id).update(next_payment_at=builders.days(-0.1))
    page = read(browser)
    coming = page[page.index("Coming up") : page.index("Subscriptions and payment plans")]
    assert coming.count("Espresso machine") == 1
    assert "needs you" not in page
    put(first, due_at=builders.days(-3))
    assert "One payment needs you" in read(browser)
