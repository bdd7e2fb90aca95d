"""Your details: what a customer writes stands on what comes next; two windows never overwrite each other unseen."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from paydesk.billing.customers.models import Customer, CustomerDetails
from paydesk.billing.receipts.models import Receipt
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from tests import builders
from tests.portal.reading import PORTAL, read, words

pytestmark = pytest.mark.django_db

BERLIN = {
    "name": "Ada Okafor",
    "company": "Okafor Töpferei GmbH",
    "country": "DE",
    "street": "Torstr. 1\r\nHinterhaus",
    "postal_code": "10115",
    "city": "Berlin",
    "tax_id": "DE136695976",
    "language": "",
    "time_zone": "",
}


def save(browser: Client, version: int = 0, **given: Any) -> Any:
    """Press Save on a page that shows this version."""
    return browser.post(f"{PORTAL}/details", {**BERLIN, "version": str(version), **given})


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(browser: Client, ada: Customer) -> None:
    answer = save(browser, postal_code="1", tax_id="DE1")

    assert answer.status_code == 422
    said = words(answer)
    assert "2 things to mend" in said
    assert "A postal code of this country looks different: such as 26133." in said
    page = answer.content.decode()
    assert 'href="#postal_code"' in page
    assert 'aria-describedby="postal_code-help postal_code-error"' in page
    # As it was typed.
    assert 'value="DE1"' in page
    assert not CustomerDetails.objects.filter(merchant_id=ada.merchant_id).exists()


def test_what_is_saved_is_shown_again(browser: Client) -> None:
    answer = save(browser)

    assert answer["Location"] == f"{PORTAL}/details?saved"
    page = browser.get(answer["Location"])
    assert "Your details are saved." in words(page)
    assert "Okafor Töpferei GmbH" in page.content.decode()


def test_the_fields_are_those_of_the_country_and_what_was_typed_stays(browser: Client, ada: Customer) -> None:
    assert "Postal code" not in read(browser, "/details")
    page = save(browser, act="country", country="US", street="1 Main St")

    assert page.status_code == 200
    assert "ZIP code" in words(page)
    assert "California" in words(page)
    assert "1 Main St" in page.content.decode()
    assert not CustomerDetails.objects.filter(merchant_id=ada.merchant_id).exists()


def test_two_windows_do_not_overwrite_each_other(browser: Client, ada: Customer) -> None:
    save(browser)
    answer = save(browser, company="Another Ltd")

    assert answer.status_code == 409
    assert "changed in another window" in words(answer)
    assert CustomerDetails.objects.get(merchant_id=ada.merchant_id).company == "Okafor Töpferei GmbH"
    # The page now knows both, so that the next press is meant.
    assert save(browser, version=1, company="Another Ltd").status_code == 303
    # The same twice is no quarrel.
    assert save(browser, version=1, company="Another Ltd").status_code == 303
    assert CustomerDetails.objects.get(merchant_id=ada.merchant_id).version == 2


def test_the_next_receipt_is_made_out_to_them(browser: Client, ada: Customer, account: Connection) -> None:
    order = builders.order(ada, account)
    before, after = builders.payment(order), builders.payment(order)
    assert "Ada Okafor" in read(browser, f"/payments/{before.public_id}/receipt")
    save(browser)

    said = read(browser, f"/payments/{after.public_id}/receipt")
    assert "Billed to Okafor Töpferei GmbH Ada Okafor Torstr. 1 Hinterhaus 10115 Berlin Germany" in said
    assert "Tax ID DE136695976" in said
    # A receipt that is out says what it said.
    assert "Töpferei" not in read(browser, f"/payments/{before.public_id}/receipt")
    assert Receipt.objects.filter(merchant_id=ada.merchant_id).count() == 2


def test_a_note_is_made_out_to_whom_its_receipt_is(
    browser: Client, ada: Customer, account: Connection
) -> None:
    payment = builders.payment(builders.order(ada, account))
    read(browser, f"/payments/{payment.public_id}/receipt")
    save(browser)
    builders.refund(payment, 1000)
    read(browser, f"/payments/{payment.public_id}/receipt")

    note = Receipt.objects.get(merchant_id=ada.merchant_id, kind="refund")
    assert note.snapshot["billing"] is None


def test_without_a_token_of_our_page_nothing_is_kept(shop: MerchantInSight, ada: Customer) -> None:
    strict = builders.signed_in_client(shop, ada, enforce_csrf_checks=True)
    assert save(strict).status_code == 403
    assert not CustomerDetails.objects.filter(merchant_id=ada.merchant_id).exists()


def test_nobody_sees_what_another_customer_wrote(browser: Client, shop: MerchantInSight) -> None:
    save(browser)
    ben = builders.customer(shop, "Ben")
    assert "Töpferei" not in builders.signed_in_client(shop, ben).get(f"{PORTAL}/details").content.decode()
    other = builders.merchant("other", name="Other")
    eve = builders.signed_in_client(other, builders.customer(other, "Ada Okafor"))
    assert "Töpferei" not in eve.get("/m/other/details").content.decode()


def test_the_language_is_the_customers_then_the_browsers_then_the_merchants(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    german = {"Accept-Language": "de-DE,de;q=0.9"}
    assert "Ihre Angaben" in words(browser.get(f"{PORTAL}/details", headers=german))
    save(browser, language="en")
    assert "Your details" in words(browser.get(f"{PORTAL}/details", headers=german))

    kiosk = builders.merchant("kiosk", language="de")
    stranger = builders.browser()
    assert "Anmelden" in words(stranger.get("/m/kiosk/sign-in"))
    assert "Anmelden" in words(stranger.get("/m/kiosk/sign-in", headers={"Accept-Language": "it"}))
    assert "Sign in" in words(stranger.get("/m/kiosk/sign-in", headers={"Accept-Language": "en-US"}))
    assert kiosk.language == "de"


def test_times_of_ones_own_acts_are_told_by_ones_own_clock(
    browser: Client, ada: Customer, account: Connection
) -> None:
    payment = builders.payment(builders.order(ada, account), due_at=builders.at(2026, 3, 3, 22))
    there = read(browser, f"/payments/{payment.public_id}")
    here = read(browser, "/devices")
    save(browser, time_zone="Pacific/Kiritimati")

    assert read(browser, "/devices") != here
    # The days of money are the merchant's, whoever reads them.
    assert read(browser, f"/payments/{payment.public_id}") == there
