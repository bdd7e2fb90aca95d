"""What cannot be shown gets a helpful page with the right status; what belongs to others is simply not there."""

from __future__ import annotations

import pytest
from django.test import Client

from paydesk.billing.customers.models import Customer
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from tests import builders
from tests.portal.reading import PORTAL, read, words

pytestmark = pytest.mark.django_db

SIGNED_IN_PAGES = ["/", "/payments", "/subscriptions", "/methods"]


def addresses(who: Customer, account: Connection) -> list[str]:
    """Every address that names something of a customer's."""
    order = builders.order(who, account)
    agreement = builders.subscription(order)
    payment = builders.payment(order)
    return [
        f"/payments/{payment.public_id}",
        f"/payments/{payment.public_id}/pay",
        f"/payments/{payment.public_id}/return",
        f"/payments/{payment.public_id}/receipt",
        f"/orders/{order.public_id}",
        f"/subscriptions/{agreement.public_id}",
    ]


def test_another_customers_things_are_not_there(
    browser: Client, shop: MerchantInSight, account: Connection
) -> None:
    missing = read(browser, "/payments/0000000000000000", status=404)
    for address in addresses(builders.customer(shop, "Ben"), account):
        assert read(browser, address, status=404) == missing


def test_another_merchants_things_are_not_there(browser: Client) -> None:
    other = builders.merchant("other", name="Other")
    missing = read(browser, "/payments/0000000000000000", status=404)
    for address in addresses(builders.customer(other, "Ben"), builders.connection(other)):
        assert read(browser, address, status=404) == missing


def test_another_customers_payment_cannot_be_paid(
    browser: Client, shop: MerchantInSight, account: Connection
) -> None:
    payment = builders.payment(builders.order(builders.customer(shop, "Ben"), account), state="failed")
    for action in ("pay", "card"):
        assert browser.post(f"{PORTAL}/payments/{payment.public_id}/{action}").status_code == 404


def test_who_is_not_in_is_sent_to_sign_in_and_back(
    shop: MerchantInSight, ada: Customer, account: Connection
) -> None:
    for address in [*SIGNED_IN_PAGES, *addresses(ada, account)]:
        response = builders.browser().get(PORTAL + address)
        assert response.status_code == 303
        assert response["Location"].startswith(f"{PORTAL}/sign-in?next=")


def test_an_unknown_page_helps_on(browser: Client) -> None:
    page = read(browser, "/nothing/here", status=404)
    assert "This page is not here" in page
    assert "Go to the overview" in page


def test_an_address_of_no_merchant_says_what_to_do(db: None) -> None:
    response = builders.browser().get("/m/unknown/payments")
    assert response.status_code == 404
    assert "There is no portal at this address" in words(response)


def test_a_form_without_its_token_says_what_happened(
    shop: MerchantInSight, ada: Customer, account: Connection
) -> None:
    strict = builders.signed_in_client(shop, ada, enforce_csrf_checks=True)
    payment = builders.payment(builders.order(ada, account), state="failed")
    response = strict.post(f"{PORTAL}/payments/{payment.public_id}/pay")
    assert response.status_code == 403
    assert "This page was open for too long" in words(response)
    assert "Nothing was charged." in words(response)


def test_our_own_mistake_is_called_ours(
    browser: Client, monkeypatch: pytest.MonkeyPatch, shop: MerchantInSight
) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("paydesk.portal.home.views.ask_open_payments", broken)
    browser.raise_request_exception = False
    response = browser.get(f"{PORTAL}/")
    assert response.status_code == 500
    assert "Something is wrong on our side" in words(response)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_page_that_only_shows_takes_nothing(browser: Client, method: str) -> None:
    assert getattr(browser, method)(f"{PORTAL}/payments").status_code == 405


@pytest.mark.parametrize("path", SIGNED_IN_PAGES)
def test_main_alone_is_the_same_main(browser: Client, path: str) -> None:
    whole = browser.get(PORTAL + path)
    part = browser.get(PORTAL + path, headers={"Paydesk-Part": "main"})
    main = part.content.decode().strip()
    assert main.startswith('<main id="main"')
    assert main.endswith("</main>")
    assert "<script" not in main
    assert main in whole.content.decode()
    assert "Paydesk-Part" in part["Vary"]
