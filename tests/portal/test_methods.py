"""What is on file, and what each method pays: in words, by name, and never more than four digits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from paydesk.access.models import Session
from paydesk.access.sessions import start_session
from paydesk.billing.arrangements.models import MethodChange
from paydesk.billing.customers.models import Customer
from paydesk.billing.payment_methods.models import MethodSetup, PaymentMethod
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection, Merchant
from paydesk.portal.methods.went import Went, how_it_went
from tests import builders
from tests.changes import method_change
from tests.portal.reading import PORTAL, read, words

pytestmark = pytest.mark.django_db

SITE = "https://shop.example"


@pytest.fixture
def card(ada: Customer, account: Connection) -> PaymentMethod:
    """Her usual card."""
    return builders.method(ada, account, is_default=True)


@pytest.fixture
def other(ada: Customer, account: Connection, card: PaymentMethod) -> PaymentMethod:
    """Another one."""
    return builders.method(ada, account, brand="mastercard", last_four="5454")


def club(card: PaymentMethod, name: str = "Club", **fields: Any) -> Subscription:
    """A subscription at the account of a card."""
    who = Customer.objects.get(merchant_id=card.merchant_id, id=card.customer_id or 0)
    account = Connection.objects.get(merchant_id=card.merchant_id, id=card.connection_id)
    return builders.subscription(builders.order(who, account, name), **fields)


@pytest.mark.parametrize(
    ("months", "said"), [(-1, "Expired"), (0, "Expires this month"), (1, "expires "), (None, "")]
)
def test_the_expiry_is_told_in_words(
    browser: Client, card: PaymentMethod, months: int | None, said: str
) -> None:
    today = builders.now()
    month = None if months is None else today.year * 12 + today.month - 1 + months
    fields = {
        "expires_year": None if month is None else month // 12,
        "expires_month": None if month is None else month % 12 + 1,
    }
    PaymentMethod.objects.filter(merchant_id=card.merchant_id, id=card.id).update(**fields)
    page = read(browser, "/methods").lower()
    assert said.lower() in page
    assert ("expire" in page) == bool(said)


def test_each_method_names_what_it_pays(browser: Client, card: PaymentMethod, other: PaymentMethod) -> None:
    club(card, "Follows")
    club(card, "Own", payment_method=other)
    club(card, "Over", payment_method=other, state="canceled")
    page = read(browser, "/methods")
    assert "pays Follows everything else and everything new" in page
    assert "pays Own Change what it pays" in page
    assert "Over " not in page.replace("Overview", "")
    assert "Paid through" not in page


def test_what_names_a_method_that_is_gone_is_said_to_have_none(
    browser: Client, card: PaymentMethod, other: PaymentMethod
) -> None:
    lost = club(card, "Lost", payment_method=other)
    PaymentMethod.objects.filter(merchant_id=card.merchant_id, id=other.id).update(removed_at=builders.now())
    assert "One subscription has no method that could pay it. Lost" in read(browser, "/methods")
    assert "Visa" in read(browser, f"/subscriptions/{lost.public_id}/method")


def test_several_accounts_are_told_apart_and_a_removed_one_has_no_actions(
    browser: Client, shop: MerchantInSight, ada: Customer, card: PaymentMethod
) -> None:
    builders.method(ada, builders.connection(shop, gateway="simulated-vault"), last_four="0001")
    left = builders.method(ada, builders.connection(shop, removed_at=builders.days(-1)), last_four="0002")
    page = read(browser, "/methods")
    assert "Paid through Simulated company (billing)" in page
    assert "Paid through Simulated company (vault)" in page
    assert "Add a card for what you pay through Simulated company (vault)" in page
    assert "no longer uses this account" in page
    assert f"/methods/{left.public_id}/" not in browser.get(f"{PORTAL}/methods").content.decode()
    assert "This method cannot be taken off here." in read(browser, f"/methods/{left.public_id}/remove")


def test_two_accounts_at_one_company_are_named_by_what_they_pay(
    browser: Client, shop: MerchantInSight, ada: Customer, card: PaymentMethod
) -> None:
    second = builders.method(ada, builders.connection(shop), last_four="0001")
    club(card, "Club")
    club(second, "Kiln")
    page = read(browser, "/methods")
    assert "Paid through Simulated company (billing): Club" in page
    assert "Paid through Simulated company (billing): Kiln" in page


def test_who_has_nothing_is_told_so(browser: Client) -> None:
    assert "No payment method is on file." in read(browser, "/methods")
    assert "Add a card" not in read(browser, "/methods")


def test_an_account_without_a_card_takes_one(browser: Client, ada: Customer, account: Connection) -> None:
    builders.owner(ada, account)
    assert "No payment method is on file here yet. Add a card" in read(browser, "/methods")


def test_a_company_that_cannot_choose_for_each_says_what_all_moves(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    vault = builders.connection(shop, gateway="simulated-vault")
    builders.method(ada, vault, is_default=True)
    new = builders.method(ada, vault, last_four="0001")
    page = read(browser, f"/methods/{new.public_id}/use")
    assert "At Simulated company (vault) one method pays everything. From now on it is this one." in page
    assert b'type="checkbox"' not in browser.get(f"{PORTAL}/methods/{new.public_id}/use").content


def test_the_choice_names_what_pays_each_today(
    browser: Client, card: PaymentMethod, other: PaymentMethod
) -> None:
    club(card, "Follows")
    club(card, "Own", payment_method=other, minor=12_345_678, currency="JPY", interval_unit="year")
    page = read(browser, f"/methods/{other.public_id}/use")
    assert "Follows EUR 49.00 every month instead of Visa ending in 4242 keeps Visa ending in 4242" in page
    assert "Own JPY 12,345,678 every year paid with it already" in page


@pytest.mark.parametrize("path", ["use", "remove"])
def test_a_get_and_a_method_that_is_gone_change_nothing(
    browser: Client, card: PaymentMethod, path: str
) -> None:
    assert browser.get(f"{PORTAL}/methods/{card.public_id}/{path}").status_code == 200
    PaymentMethod.objects.filter(merchant_id=card.merchant_id).update(removed_at=builders.now())
    for verb in (browser.get, browser.post):
        gone = verb(f"{PORTAL}/methods/{card.public_id}/{path}")
        assert (gone.status_code, gone["Location"]) == (303, f"{PORTAL}/methods")
    assert browser.get(f"{PORTAL}/methods/add")["Location"] == f"{PORTAL}/methods"
    assert not MethodChange.objects.filter(merchant_id=card.merchant_id).exists()
    assert not MethodSetup.objects.filter(merchant_id=card.merchant_id).exists()


def test_a_form_needs_its_token(shop: MerchantInSight, ada: Customer, card: PaymentMethod) -> None:
    strict = builders.signed_in_client(shop, ada, enforce_csrf_checks=True)
    for path in (f"methods/{card.public_id}/use", f"methods/{card.public_id}/remove", "methods/add"):
        assert strict.post(f"{PORTAL}/{path}").status_code == 403


def test_what_is_needed_is_named_with_the_way_to_change_it(browser: Client, card: PaymentMethod) -> None:
    one = club(card)
    response = browser.get(f"{PORTAL}/methods/{card.public_id}/remove")
    assert "It cannot be removed yet: it is still needed." in words(response)
    assert f'href="{PORTAL}/subscriptions/{one.public_id}/method"' in response.content.decode()
    assert b"button-danger" not in response.content


def test_a_company_that_is_silent_is_named_and_nothing_is_chosen_twice(
    browser: Client, card: PaymentMethod, other: PaymentMethod
) -> None:
    one = club(card)
    chosen = {"for": one.public_id, "do": "save"}
    refused = browser.post(f"{PORTAL}/methods/{other.public_id}/use", chosen)
    assert refused.status_code == 409
    assert "does not answer right now. Nothing was changed." in words(refused)
    assert f'value="{one.public_id}" checked' in refused.content.decode()


def test_main_alone_and_a_bearer_visitor(shop: MerchantInSight, ada: Customer, card: PaymentMethod) -> None:
    one = club(card)
    Merchant.objects.filter(id=shop.id).update(frame_origins=[SITE])
    token = start_session(
        merchant_id=shop.id,
        customer_id=ada.id,
        address="ada@example.com",
        carrier=Session.Carrier.BEARER,
        device="",
        parent_origin=SITE,
        now=clock.wall_now(),
    ).token
    framed = builders.browser(enforce_csrf_checks=True, headers={"authorization": f"Bearer {token}"})
    for path in ("methods", f"methods/{card.public_id}/use", f"subscriptions/{one.public_id}/method"):
        response = framed.get(f"{PORTAL}/{path}", headers={"Paydesk-Part": "main"})
        assert response.status_code == 200
        assert response.content.strip().startswith(b"<main")
    pressed = framed.post(f"{PORTAL}/methods/{card.public_id}/use", {"do": "save"})
    assert pressed.status_code == 409


def attempts() -> Iterator[tuple[str, dict[str, Any], str, Went]]:
    """How a payment stands, its last attempt, and what the page says."""
    yield "paid", {"state": "succeeded"}, "paydesk", Went.PAID
    yield "paid", {"state": "succeeded"}, "gateway", Went.PAID
    yield "failed", {"state": "declined"}, "paydesk", Went.DECLINED
    yield "failed", {"state": "declined"}, "gateway", Went.UNTRIED
    yield "failed", {"state": "declined", "created_at": builders.days(-1)}, "paydesk", Went.UNTRIED
    yield "failed", {"state": "abandoned"}, "paydesk", Went.UNTRIED
    yield "processing", {"state": "unknown"}, "paydesk", Went.WAITING
    yield "processing", {"state": "needs_customer"}, "paydesk", Went.WAITING
    yield (
        "processing",
        {"state": "needs_customer", "action_url": "https://bank.example"},
        "paydesk",
        Went.CONFIRM,
    )


@pytest.mark.parametrize("case", range(9))
def test_how_a_payment_went_is_read_from_its_rows(ada: Customer, account: Connection, case: int) -> None:
    state, attempt, origin, went = list(attempts())[case]
    payment = builders.payment(builders.order(ada, account), state=state)
    fields: dict[str, Any] = {"created_at": builders.now(), "origin": origin} | attempt
    last = builders.attempt(payment, **fields)
    assert how_it_went(payment, last, since=builders.now() + timedelta(seconds=5)) == went


def test_a_payment_that_nobody_tried_went_nowhere(ada: Customer, account: Connection) -> None:
    payment = builders.payment(builders.order(ada, account), state="failed")
    assert how_it_went(payment, None, since=builders.now()) == Went.UNTRIED


def test_the_page_of_a_change_names_payments_of_the_customer_alone(
    browser: Client, shop: MerchantInSight, card: PaymentMethod, account: Connection
) -> None:
    ben = builders.customer(shop, "Ben")
    theirs = builders.payment(builders.order(ben, account, "Secret"), state="failed")
    change = method_change(card)
    page = read(browser, f"/methods/changes/{change.public_id}?paid={theirs.public_id}&paid=0000000000000000")
    assert "Secret" not in page
    assert "confirmed this on" in page
    assert Payment.objects.get(merchant_id=shop.id, id=theirs.id).state == "failed"
