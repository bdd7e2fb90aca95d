"""Proof of a payment: on the page, as a PDF, with a note when money goes back, and the company's own documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.payments.models import Attempt
from paydesk.billing.receipts.models import Receipt
from tests.connected import connected
from tests.journeys.installation import Installation
from tests.journeys.looks import looks_right
from tests.journeys.paper import downloaded, read_paper
from tests.journeys.portal.customers import Payer
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def paid(simulator: Simulator, installation: Installation, new_context: Any) -> Payer:
    """Ada's card has paid EUR 49.00 for the studio."""
    return Payer(clay=connected(simulator, card="good"), installation=installation, new_context=new_context)


def to_the_receipt(page: Page, payer: Payer) -> None:
    """Walk there as a customer does."""
    page.goto(f"{payer.portal}/payments")
    page.get_by_role("link", name="Studio membership").first.click()
    page.get_by_role("link", name="Receipt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Receipt")


def refund(payer: Payer, minor: int) -> None:
    """Let the merchant give money back at the company, and hear of it."""
    [attempt] = Attempt.objects.filter(merchant_id=payer.clay.merchant.id)
    payer.clay.account.api("/refunds", key="back", charge=attempt.reference, amount_minor=minor)
    payer.clay.take_over()


def test_a_customer_downloads_the_receipt(paid: Payer, tmp_path: Path) -> None:
    page = paid.page(accept_downloads=True)
    to_the_receipt(page, paid)
    looks_right(page)
    for words in ("EUR 49.00", "Studio membership", "Clay", "Ada", "4242", "TEST: no money has moved"):
        expect(page.get_by_role("main")).to_contain_text(words)

    name, printed = downloaded(page, "Download PDF")

    assert name == "Clay, TEST Receipt 1.pdf"
    said = read_paper(printed, tmp_path)
    for words in ("Receipt", "EUR 49.00", "Studio membership", "Visa ending in 4242", "TEST"):
        assert words in said
    assert downloaded(page, "Download PDF") == (name, printed)


def test_a_refund_is_a_note_beside_the_receipt_which_stays_as_it_was(paid: Payer, tmp_path: Path) -> None:
    page = paid.page(accept_downloads=True)
    to_the_receipt(page, paid)
    _, before = downloaded(page, "Download PDF")
    refund(paid, 1000)

    page.reload()

    expect(page.get_by_role("heading", name="What happened after it")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("EUR 10.00")
    looks_right(page)
    name, note = downloaded(page, "Download PDF of number 2")
    assert name == "Clay, TEST Refund 2.pdf"
    said = read_paper(note, tmp_path)
    for words in ("Refund", "EUR 10.00", "For receipt", "Visa ending in 4242"):
        assert words in said
    assert downloaded(page, "Download PDF")[1] == before
    assert list(Receipt.objects.order_by("number").values_list("number", "kind")) == [
        (1, "receipt"),
        (2, "refund"),
    ]


def test_a_german_customer_gets_it_in_german(paid: Payer, tmp_path: Path) -> None:
    page = paid.page(accept_downloads=True, locale="de-DE")
    page.goto(f"{paid.payment_page()}/receipt")
    looks_right(page)
    name, printed = downloaded(page, "PDF herunterladen")
    assert name == "Clay, TEST Beleg 1.pdf"
    assert "49,00 EUR" in read_paper(printed, tmp_path)


def test_the_companys_own_documents_are_one_press_away(paid: Payer) -> None:
    page = paid.page()
    to_the_receipt(page, paid)
    page.get_by_role("link", name="Documents from the payment company").click()
    looks_right(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Receipt").click()
    assert opened.value.url.startswith(paid.clay.account.simulator.url)
    expect(opened.value.locator("body")).to_contain_text("49.00")


def test_a_company_that_is_down_is_said_and_the_receipt_is_still_there(paid: Payer) -> None:
    page = paid.page()
    to_the_receipt(page, paid)
    paid.clay.account.fault("error_before", operation="document.list", times=9)
    page.get_by_role("link", name="Documents from the payment company").click()
    expect(page.get_by_role("main")).to_contain_text("The payment company does not answer right now.")
    looks_right(page)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Receipt")
