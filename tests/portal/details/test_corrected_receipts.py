"""A paid receipt is made out anew: a number of its own, the one before kept and marked, and nothing made twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from paydesk.billing.customers.models import Customer
from paydesk.billing.payments.models import Payment
from paydesk.billing.receipts.correct import VERSIONS_MAX
from paydesk.billing.receipts.models import Receipt
from paydesk.merchants.models import Connection
from tests import builders
from tests.portal.details.test_details import save
from tests.portal.reading import PORTAL, links, read, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(browser: Client, ada: Customer, account: Connection) -> Payment:
    """EUR 49.00, with receipt 1 made out to Ada, the person."""
    made = builders.payment(builders.order(ada, account))
    builders.attempt(made)
    assert "Receipt number 1" in read(browser, f"/payments/{made.public_id}/receipt")
    return made


def press(browser: Client, paid: Payment, number: int = 1) -> Any:
    """Press the button on the page that shows this number."""
    return browser.post(f"{PORTAL}/payments/{paid.public_id}/receipt/correct", {"number": str(number)})


def numbers(paid: Payment) -> list[int]:
    """List all numbers that were given."""
    rows = Receipt.objects.filter(merchant_id=paid.merchant_id)
    return list(rows.order_by("number").values_list("number", flat=True))


def test_without_details_there_is_nothing_to_correct(browser: Client, paid: Payment) -> None:
    said = read(browser, f"/payments/{paid.public_id}/receipt/correct")
    assert "Write your company or your address into your details first." in said
    assert press(browser, paid).status_code == 409
    assert numbers(paid) == [1]


def test_without_a_receipt_there_is_nothing_to_correct(
    browser: Client, ada: Customer, account: Connection
) -> None:
    save(browser)
    owed = builders.payment(builders.order(ada, account), state="failed")
    assert browser.get(f"{PORTAL}/payments/{owed.public_id}/receipt/correct").status_code == 404
    assert press(browser, owed).status_code == 404


def test_the_corrected_one_takes_the_place_and_the_old_one_stays(browser: Client, paid: Payment) -> None:
    first = Receipt.objects.get(merchant_id=paid.merchant_id)
    before = browser.get(f"{PORTAL}/receipts/{first.public_id}.pdf").content
    save(browser)
    page = read(browser, f"/payments/{paid.public_id}/receipt/correct")
    assert "It says now Ada Okafor" in page
    assert "It will say Okafor Töpferei GmbH" in page

    shown = browser.get(press(browser, paid)["Location"])

    said = words(shown)
    assert "The corrected receipt has number 2." in said
    assert "Okafor Töpferei GmbH" in said
    assert "This receipt takes the place of receipt 1." in said
    old = words(browser.get(links(shown, "Receipt 1")))
    assert "This receipt was replaced. Receipt 2 takes its place" in old
    assert "Töpferei" not in old
    # What is out never changes.
    first.refresh_from_db(from_queryset=Receipt.objects.filter(merchant_id=paid.merchant_id))
    assert first.snapshot["billing"] is None
    assert browser.get(f"{PORTAL}/receipts/{first.public_id}.pdf").content == before
    new = Receipt.objects.get(merchant_id=paid.merchant_id, number=2)
    assert (new.version, new.snapshot["amount_minor"], new.snapshot["lines"]) == (
        2,
        first.snapshot["amount_minor"],
        first.snapshot["lines"],
    )
    printed = browser.get(f"{PORTAL}/receipts/{new.public_id}.pdf").content
    assert browser.get(f"{PORTAL}/receipts/{new.public_id}.pdf").content == printed


def test_a_second_press_makes_no_second_one(browser: Client, paid: Payment) -> None:
    save(browser)
    press(browser, paid)
    assert press(browser, paid).status_code == 303
    assert press(browser, paid, 2).status_code == 409
    assert numbers(paid) == [1, 2]


def test_a_page_that_shows_an_older_one_corrects_nothing(browser: Client, paid: Payment) -> None:
    save(browser)
    press(browser, paid)
    save(browser, version=1, company="Another Ltd")
    answer = press(browser, paid, 1)
    assert answer.status_code == 409
    assert "This receipt was corrected meanwhile." in words(answer)
    assert numbers(paid) == [1, 2]


def test_numbers_have_no_gap_and_there_is_an_end(browser: Client, paid: Payment) -> None:
    for version in range(VERSIONS_MAX + 1):
        save(browser, version=version, company=f"Okafor {version}")
        press(browser, paid, version + 1)
    assert numbers(paid) == list(range(1, VERSIONS_MAX + 1))
    assert "as often as it can be" in words(press(browser, paid, VERSIONS_MAX))


def test_a_refund_afterwards_follows_the_corrected_one(browser: Client, paid: Payment) -> None:
    save(browser)
    press(browser, paid)
    builders.refund(paid, 1000)
    read(browser, f"/payments/{paid.public_id}/receipt")
    note = Receipt.objects.get(merchant_id=paid.merchant_id, kind="refund")
    assert note.snapshot["receipt_number"] == 2
    assert note.snapshot["billing"]["name"] == "Okafor Töpferei GmbH"


def test_the_address_of_one_that_counts_leads_to_its_payment(browser: Client, paid: Payment) -> None:
    first = Receipt.objects.get(merchant_id=paid.merchant_id)
    answer = browser.get(f"{PORTAL}/receipts/{first.public_id}/replaced")
    assert answer["Location"] == f"{PORTAL}/payments/{paid.public_id}/receipt"
