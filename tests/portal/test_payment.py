"""A payment's page tells its story in plain words; a receipt proves it."""

from __future__ import annotations

import pytest
from django.test import Client

from paydesk.billing.customers.models import Customer
from paydesk.billing.payments.models import Payment
from paydesk.billing.receipts.models import Receipt
from paydesk.gateways.records import DeclineReason
from paydesk.merchants.models import Connection
from paydesk.portal.words.declines import WALLET_WORDS, WORDS
from tests import builders
from tests.portal.reading import PORTAL, links, read, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed(ada: Customer, account: Connection) -> Payment:
    """A payment of EUR 49.00 that was declined."""
    made = builders.payment(builders.order(ada, account), state="failed")
    builders.attempt(made, "declined")
    return made


def test_the_story_is_told_in_order(browser: Client, ada: Customer, account: Connection) -> None:
    paid = builders.payment(builders.order(ada, account))
    builders.attempt(paid, "declined", decline_reason="expired_card", created_at=paid.due_at)
    later = {"created_at": builders.days(-29), "settled_at": builders.days(-29)}
    builders.attempt(paid, "succeeded", asked_by="customer", **later)
    page = read(browser, f"/payments/{paid.public_id}")
    told = [
        "EUR 49.00 was due.",
        "the card has expired.",
        "Paid with Visa ending in 4242.",
        "You paid here yourself.",
    ]
    assert [page.index(words) for words in told] == sorted(page.index(words) for words in told)


@pytest.mark.parametrize("reason", DeclineReason)
def test_every_decline_has_words_and_something_to_do(browser: Client, failed: Payment, reason: str) -> None:
    builders.attempt(failed, "declined", decline_reason=reason)
    page = read(browser, f"/payments/{failed.public_id}")
    assert WORDS[reason].happened in page
    assert WORDS[reason].todo in page
    assert "Nothing was charged." in page
    assert "Pay EUR 49.00 now" in page


@pytest.mark.parametrize("reason", DeclineReason)
def test_a_wallet_says_no_by_its_own_name(
    browser: Client, ada: Customer, account: Connection, reason: str
) -> None:
    failed = builders.payment(builders.order(ada, account), state="failed")
    builders.attempt(failed, "declined", decline_reason=reason, method_brand="paypal", method_last_four="")
    page = read(browser, f"/payments/{failed.public_id}")
    words = WALLET_WORDS.get(reason, WALLET_WORDS[DeclineReason.OTHER])
    assert page.count(words.happened % {"wallet": "PayPal"}) == 2  # at its head and in its story
    assert words.todo % {"wallet": "PayPal"} in page
    assert "bank declined" not in page


def test_what_its_company_tries_again_by_itself_says_so(browser: Client, failed: Payment) -> None:
    Payment.objects.filter(id=failed.id).update(capabilities=[], next_attempt_at=builders.days(4))
    for path in ("/", f"/payments/{failed.public_id}"):
        page = read(browser, path)
        assert "the next try is on" in page.lower()
        assert "Until then it cannot be paid here" in page
        assert "cannot be made here right now" not in page


@pytest.mark.parametrize("capabilities", [["debt_ends"], ["debt_ends", "retry_collectible"]])
def test_what_a_company_lets_go_of_can_be_paid_another_way(
    browser: Client, ada: Customer, account: Connection, capabilities: list[str]
) -> None:
    order = builders.order(ada, account)
    studio = builders.subscription(order)
    owed = builders.payment(order, state="failed", subscription=studio, capabilities=capabilities)
    Payment.objects.filter(id=owed.id).update(next_attempt_at=builders.days(4))
    for path in ("/", f"/payments/{owed.public_id}"):
        page = browser.get(PORTAL + path)
        assert f"/subscriptions/{studio.public_id}/elsewhere" in links(page, "Pay this another way")
        assert "Use another card" not in words(page)
        assert ("Pay EUR 49.00 now" in words(page)) == (len(capabilities) == 2)


def test_a_reason_that_we_do_not_know_is_no_error(browser: Client, failed: Payment) -> None:
    builders.attempt(failed, "declined", decline_reason="something_new")
    assert "did not say why" in read(browser, f"/payments/{failed.public_id}")


@pytest.mark.parametrize("state", ["created", "prepared", "submitted", "pending", "unknown"])
def test_a_payment_on_its_way_cannot_be_paid_again(browser: Client, failed: Payment, state: str) -> None:
    builders.attempt(failed, state, origin="paydesk", asked_by="customer")
    page = read(browser, f"/payments/{failed.public_id}")
    assert "You do not need to pay again; we will write when we know." in page
    assert "Pay EUR 49.00" not in page


@pytest.mark.parametrize(("asked_by", "is_waited_for"), [("gateway", False), ("customer", True)])
def test_nobody_waits_for_what_somebody_else_asked_of_a_payment_that_is_given_up(
    browser: Client, ada: Customer, account: Connection, asked_by: str, is_waited_for: bool
) -> None:
    given_up = builders.payment(builders.order(ada, account), state="canceled")
    origin = "gateway" if asked_by == "gateway" else "paydesk"
    builders.attempt(given_up, "needs_customer", asked_by=asked_by, origin=origin)
    page = read(browser, f"/payments/{given_up.public_id}")
    assert ("We are checking with your bank" in page) == is_waited_for
    assert ("asks you to confirm" in page) == is_waited_for
    assert "Canceled" in page


def test_refunds_and_disputes_are_part_of_it(browser: Client, ada: Customer, account: Connection) -> None:
    paid = builders.payment(builders.order(ada, account), refunded_minor=1000)
    builders.attempt(paid)
    builders.refund(paid, 1000)
    builders.refund(paid, 500, "pending")
    builders.refund(paid, 400, "failed")
    builders.dispute(paid)
    page = read(browser, f"/payments/{paid.public_id}")
    assert "Partly refunded" in page
    assert "EUR 10.00 was refunded." in page
    assert "A refund of EUR 5.00 is on its way." in page
    assert "A refund of EUR 4.00 did not go through." in page
    assert "Your bank is looking into this payment." in page


def test_an_inquiry_that_is_over_does_not_go_on_for_ever(
    browser: Client, ada: Customer, account: Connection
) -> None:
    paid = builders.payment(builders.order(ada, account))
    builders.attempt(paid)
    builders.dispute(paid, "closed")
    page = read(browser, f"/payments/{paid.public_id}")
    assert "Your bank asked about this payment, and has no more questions." in page
    assert "is looking into" not in page


@pytest.mark.parametrize(
    ("settled_by", "said"),
    [
        ("balance", "Paid from your balance."),
        ("external", "Paid outside this portal."),
        ("zero", "Nothing had to be paid."),
    ],
)
def test_a_payment_without_an_attempt_says_how_it_was_settled(
    browser: Client, ada: Customer, account: Connection, settled_by: str, said: str
) -> None:
    paid = builders.payment(builders.order(ada, account), settled_by=settled_by)
    assert said in read(browser, f"/payments/{paid.public_id}")


def test_what_was_paid_in_parts_says_how_much_each_was(
    browser: Client, ada: Customer, account: Connection
) -> None:
    paid = builders.payment(builders.order(ada, account))
    builders.attempt(paid, amount_minor=1900)
    builders.attempt(paid, amount_minor=3000, method_last_four="1881")
    page = read(browser, f"/payments/{paid.public_id}")
    assert "EUR 19.00 paid with Visa ending in 4242." in page
    assert "EUR 30.00 paid with Visa ending in 1881." in page


def test_of_a_bill_that_is_paid_in_part_only_the_rest_is_asked_for(browser: Client, failed: Payment) -> None:
    Payment.objects.filter(merchant_id=failed.merchant_id, id=failed.id).update(owed_minor=3000)
    page = read(browser, f"/payments/{failed.public_id}")
    assert "EUR 19.00 of it is paid; EUR 30.00 is still to be paid." in page
    assert "Pay EUR 30.00 now" in page
    assert "Pay EUR 30.00" in read(browser, f"/payments/{failed.public_id}/pay")


def test_a_paid_payment_has_a_receipt_with_one_number(
    browser: Client, ada: Customer, account: Connection
) -> None:
    order = builders.order(ada, account)
    builders.line(order, "Membership", 4000)
    builders.line(order, "Locker", 900, quantity=2)
    paid = builders.payment(order)
    builders.attempt(paid)
    first = read(browser, f"/payments/{paid.public_id}/receipt")
    assert "Receipt" in first
    assert "EUR 49.00" in first
    assert "Locker 2 EUR 9.00" in first
    assert "Visa ending in 4242" in first
    assert "Ada Okafor" in first
    assert read(browser, f"/payments/{paid.public_id}/receipt") == first
    assert Receipt.objects.filter(merchant_id=paid.merchant_id).count() == 1


def test_what_is_not_paid_has_no_receipt_and_says_so(browser: Client, failed: Payment) -> None:
    assert "No receipt yet" in read(browser, f"/payments/{failed.public_id}/receipt", status=409)


def test_an_order_shows_its_lines_and_payments(browser: Client, ada: Customer, account: Connection) -> None:
    order = builders.order(ada, account, "Espresso machine", number="HC-77")
    builders.line(order, "Matt black", 310_000)
    builders.payment(order, 310_000)
    page = read(browser, f"/orders/{order.public_id}")
    assert "HC-77" in page
    assert "Matt black EUR 3,100.00" in page


def test_subscriptions_show_what_runs_and_what_is_over(
    browser: Client, ada: Customer, account: Connection
) -> None:
    order = builders.order(ada, account)
    running = builders.subscription(order, name="Weekly box", interval_unit="week", interval_count=2)
    builders.subscription(order, name="Old box", state="canceled", ended_at=builders.days(-9))
    builders.subscription(order, name="Machine", payments_total=4, payments_made=4, state="completed")
    page = read(browser, "/subscriptions")
    assert page.index("Weekly box") < page.index("Old box")
    assert "EUR 49.00 every 2 weeks" in page
    assert "Paid off" in page
    builders.payment(order, subscription=running)
    assert "every 2 weeks" in read(browser, f"/subscriptions/{running.public_id}")


def test_methods_show_what_they_pay_and_never_more_than_four_digits(
    browser: Client, ada: Customer, account: Connection
) -> None:
    card = builders.method(ada, account, is_default=True)
    builders.method(ada, account, brand="mastercard", last_four="5454", expires_year=2020)
    builders.method(ada, account, brand="amex", last_four="0005", removed_at=builders.now())
    builders.subscription(builders.order(ada, account), payment_method=card)
    page = read(browser, "/methods")
    assert "pays Studio membership" in page
    assert "Mastercard ending in 5454 Expired" in page
    assert "0005" not in page
    assert "No payment method is on file." not in page
