"""Proof of a payment that Stripe collected: our receipt, the note of a refund, and Stripe's own documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.payments.models import Payment
from tests.journeys.commands import wait_until
from tests.journeys.harbor import sign_in
from tests.journeys.looks import looks_right
from tests.journeys.paper import downloaded, read_paper
from tests.journeys.stripe.books import Books

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader(new_context: Any, books: Books) -> Page:
    """Ada, signed in, in a browser that keeps what it downloads."""
    page: Page = new_context(accept_downloads=True).new_page()
    sign_in(page, books.portal)
    return page


def to_the_receipt(page: Page, books: Books) -> Payment:
    """Open the receipt of the invoice that was paid."""
    paid = Payment.objects.get(merchant_id=books.merchant_id, reference=books.due.paid_invoice)
    page.goto(f"{books.portal}/payments/{paid.public_id}")
    page.get_by_role("link", name="Receipt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Receipt")
    return paid


def test_what_stripe_collected_is_proved_and_a_refund_noted(
    reader: Page, books: Books, tmp_path: Path
) -> None:
    paid = to_the_receipt(reader, books)
    looks_right(reader)
    name, printed = downloaded(reader, "Download PDF")
    assert name == "Harbor Coffee Roasters, TEST Receipt 1.pdf"
    said = read_paper(printed, tmp_path)
    for words in ("EUR 19.00", "Pro", "4242", "Harbor Coffee Roasters"):
        assert words in said

    [charge] = books.taken()
    books.stripe.client.v1.refunds.create({"charge": charge, "amount": 500})
    books.tell("charge.refunded", books.stripe.charge_behind(charge), event_id="evt_refunded")
    wait_until(lambda: Payment.objects.get(merchant_id=books.merchant_id, id=paid.id).refunded_minor == 500)

    reader.reload()
    expect(reader.get_by_role("main")).to_contain_text("EUR 5.00")
    looks_right(reader)
    note = read_paper(downloaded(reader, "Download PDF of number 2")[1], tmp_path)
    assert "EUR 5.00" in note
    assert "For receipt" in note
    assert downloaded(reader, "Download PDF")[1] == printed


def test_stripes_own_documents_are_linked_and_only_over_https(reader: Page, books: Books) -> None:
    books.stripe.say_of(
        books.due.paid_invoice,
        hosted_invoice_url="https://invoice.stripe.example/i/1",
        invoice_pdf="http://invoice.stripe.example/i/1.pdf",
    )
    to_the_receipt(reader, books)
    reader.get_by_role("link", name="Documents from the payment company").click()
    looks_right(reader)
    link = reader.get_by_role("link", name="Invoice")
    expect(link).to_have_count(1)
    expect(link).to_have_attribute("href", "https://invoice.stripe.example/i/1")
