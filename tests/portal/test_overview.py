"""The overview says what is wrong or that nothing is, then what is coming up, what runs and what was paid."""

from __future__ import annotations

import pytest
from django.test import Client

from paydesk.billing.customers.models import Customer
from paydesk.merchants.models import Connection
from tests import builders
from tests.portal.reading import PORTAL, day_there, read

pytestmark = pytest.mark.django_db


def test_a_customer_who_bought_nothing_reads_so(browser: Client) -> None:
    page = read(browser)
    assert "Nothing to pay" in page
    assert "What you buy from Harbor Coffee Roasters appears here." in page


def test_when_all_is_paid_one_line_says_so(browser: Client, ada: Customer, account: Connection) -> None:
    builders.payment(builders.order(ada, account))
    page = read(browser)
    assert "Everything is paid" in page
    assert "needs you" not in page


def test_a_failed_payment_says_why_what_it_means_and_what_to_do(
    browser: Client, ada: Customer, account: Connection
) -> None:
    next_try = builders.days(3)
    failed = builders.payment(builders.order(ada, account), state="failed", next_attempt_at=next_try)
    builders.attempt(failed, "declined")
    page = read(browser)
    assert "One payment needs you" in page
    assert "Your bank declined this payment: not enough funds. Nothing was charged." in page
    assert f"The next try is on {day_there(next_try)} with Visa ending in 4242." in page
    assert "Pay EUR 49.00 now" in page
    assert "Use another card" in page


def test_a_payment_that_cannot_be_made_here_names_whom_to_write_to(
    browser: Client, ada: Customer, account: Connection
) -> None:
    failed = builders.payment(builders.order(ada, account), state="failed", capabilities=[])
    builders.attempt(failed, "declined")
    page = read(browser)
    assert "cannot be made here right now. Write to help@harbor.example" in page
    assert "Pay EUR" not in page


def test_a_connection_that_was_removed_leaves_the_page_readable_and_offers_no_button(
    browser: Client, ada: Customer, shop: object
) -> None:
    gone = builders.connection(shop, removed_at=builders.now())  # type: ignore[arg-type]
    order = builders.order(ada, gone)
    builders.subscription(order)
    builders.attempt(builders.payment(order, state="failed"), "declined")
    page = read(browser)
    assert "One payment needs you" in page
    assert "Pay EUR" not in page


def test_an_answer_that_is_still_to_come_asks_for_nothing(
    browser: Client, ada: Customer, account: Connection
) -> None:
    waiting = builders.payment(builders.order(ada, account), state="processing")
    builders.attempt(waiting, "unknown", origin="paydesk", asked_by="customer")
    page = read(browser)
    assert "Your bank has yet to answer" in page
    assert "We are checking with your bank. You do not need to pay again" in page
    assert "Pay EUR" not in page


def test_a_bank_that_waits_for_the_customer_gets_a_button(
    browser: Client, ada: Customer, account: Connection
) -> None:
    waiting = builders.payment(builders.order(ada, account), state="processing")
    builders.attempt(waiting, "needs_customer", origin="paydesk", action_url="https://bank.example/3ds")
    response = browser.get(f"{PORTAL}/")
    assert b'href="https://bank.example/3ds"' in response.content
    assert "Confirm with your bank" in read(browser)


def test_what_can_be_done_stands_above_what_only_waits(
    browser: Client, ada: Customer, account: Connection
) -> None:
    order = builders.order(ada, account)
    waiting = builders.payment(order, state="processing", title="First box", due_at=builders.days(-9))
    builders.attempt(waiting, "pending", origin="paydesk")
    builders.attempt(builders.payment(order, state="failed", title="Second box"), "declined")
    page = read(browser)
    assert page.index("Second box") < page.index("First box")


def test_a_plan_shows_how_far_it_has_come_and_what_remains(
    browser: Client, ada: Customer, account: Connection
) -> None:
    order = builders.order(ada, account, "Espresso machine")
    builders.subscription(order, 30000, payments_total=3, payments_made=1)
    assert "EUR 300 of EUR 900 paid, 2 payments left" in read(browser)


def test_what_is_coming_up_has_a_date_an_amount_and_a_method(
    browser: Client, ada: Customer, account: Connection
) -> None:
    card = builders.method(ada, account)
    order = builders.order(ada, account, "Weekly filter coffee")
    when = builders.days(5)
    builders.subscription(order, 1450, next_payment_at=when, payment_method=card, next_amount_minor=725)
    page = read(browser)
    coming = page[page.index("Coming up") : page.index("Subscriptions and payment plans")]
    assert day_there(when) in coming
    assert "in 5 days" in coming
    assert "Visa ending in 4242" in coming
    assert "EUR 7.25" in coming


def test_a_subscription_that_ends_is_not_announced_as_coming_up(
    browser: Client, ada: Customer, account: Connection
) -> None:
    builders.subscription(builders.order(ada, account), cancels_at=builders.days(9))
    page = read(browser)
    assert (
        "Coming up"
        not in page.split("Subscriptions and payment plans")[0].split("Payments Subscriptions")[-1]
    )
    assert "Ends soon" in page


def test_five_payments_are_the_latest(browser: Client, ada: Customer, account: Connection) -> None:
    order = builders.order(ada, account)
    for count in range(7):
        builders.payment(order, title=f"Box {count}", due_at=builders.days(-count - 1))
    page = read(browser)
    assert "Box 4" in page
    assert "Box 5" not in page


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [(12_345_678, "JPY", "JPY 12,345,678"), (1_234, "KWD", "KWD 1.234"), (4_900, "EUR", "EUR 49.00")],
)
def test_amounts_have_the_decimals_of_their_currency(
    browser: Client, ada: Customer, account: Connection, minor: int, currency: str, shown: str
) -> None:
    builders.payment(builders.order(ada, account), minor, currency)
    assert shown in read(browser)


def test_a_german_reads_german(browser: Client, ada: Customer, account: Connection) -> None:
    builders.attempt(builders.payment(builders.order(ada, account), state="failed"), "declined")
    response = browser.get(f"{PORTAL}/", headers={"Accept-Language": "de-DE,de;q=0.9"})
    assert '<html lang="de"' in response.content.decode()
    assert "Jetzt 49,00 EUR zahlen" in response.content.decode().replace("\u00a0", " ")


def test_a_subscription_without_a_method_of_its_own_is_paid_by_the_customers_default(
    browser: Client, ada: Customer, account: Connection
) -> None:
    builders.subscription(builders.order(ada, account), payment_method=None)
    assert "1881" not in read(browser)
    builders.method(ada, account, last_four="1881", is_default=True)

    assert "1881" in read(browser)
