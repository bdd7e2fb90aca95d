"""A customer looks at a receipt, downloads it and its notes, and finds the company's own; nobody else does."""

from __future__ import annotations

import hashlib
import logging
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from pypdf import PdfReader

from paydesk.billing.customers.models import Customer
from paydesk.billing.payments.models import Dispute, Payment
from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.printing import pdf
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection, Merchant, Picture
from tests import builders
from tests.paper_rules import faults_of
from tests.portal.reading import PORTAL, links, words

pytestmark = pytest.mark.django_db

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20" fill="#c00"/></svg>'


@pytest.fixture
def paid(ada: Customer, account: Connection) -> Payment:
    """EUR 49.00 for the studio, paid with a Visa."""
    made = builders.payment(builders.order(ada, account), capabilities=["documents"])
    builders.attempt(made)
    return made


def look(browser: Client, payment: Payment, **headers: str) -> Any:
    """Open the receipt's page."""
    return browser.get(f"{PORTAL}/payments/{payment.public_id}/receipt", headers=headers)


def download(browser: Client, payment: Payment, name: str = "Download PDF", **headers: str) -> Any:
    """Press a link of the receipt's page."""
    return browser.get(links(look(browser, payment), name), headers=headers)


def text(response: Any) -> str:
    """Read a PDF."""
    said = "\n".join(found.extract_text() for found in PdfReader(BytesIO(response.content)).pages)
    return said.replace("\u00a0", " ")


def test_the_page_and_the_pdf_say_the_same(browser: Client, paid: Payment) -> None:
    shown, printed = words(look(browser, paid)), text(download(browser, paid))
    for part in ("Receipt", "EUR 49.00", "Studio membership", "4242", "Harbor Coffee Roasters", "Ada Okafor"):
        assert part in shown
        assert part in printed
    assert "TEST: no money has moved" in shown
    assert "TEST: no money has moved" in printed


def test_a_bill_shows_its_parts_taxes_and_address(browser: Client, paid: Payment) -> None:
    breakdown = {
        "lines": [{"title": "Beans", "quantity": 3, "amount_minor": 6000}],
        "discounts": [{"title": "Ten off", "quantity": 1, "amount_minor": 1000}],
        "taxes": [
            {"title": "VAT", "percentage": "7", "amount_minor": 400, "is_included": True},
            {"title": "City tax", "percentage": "", "amount_minor": 150, "is_included": False},
        ],
        "balance_minor": 250,
        "billing": {"name": "Ada GmbH", "email": "", "street": ["Torstr. 1"], "city": "Berlin", "region": "",
                    "postal_code": "10119", "country": "DE", "tax_ids": ["DE1"]},
    }  # fmt: skip
    Payment.objects.filter(merchant_id=paid.merchant_id).update(breakdown=breakdown)
    shown = words(look(browser, paid))
    for part in ("Subtotal EUR 60.00", "Ten off -EUR 10.00", "City tax EUR 1.50", "Total EUR 51.50",
                 "From your balance -EUR 2.50", "Total paid EUR 49.00", "Includes VAT 7% EUR 4.00",
                 "Ada GmbH Torstr. 1 10119 Berlin Germany Tax ID DE1"):  # fmt: skip
        assert part in shown, part


def test_a_download_has_a_good_name_and_is_kept_by_nobody(browser: Client, paid: Payment) -> None:
    answer = download(browser, paid)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert (
        answer["Content-Disposition"] == 'attachment; filename="Harbor Coffee Roasters, TEST Receipt 1.pdf"'
    )
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_name_is_made_safe_for_a_file(browser: Client, shop: MerchantInSight, paid: Payment) -> None:
    Merchant.objects.filter(id=shop.id).update(name='../Ünï "x"\r\nSet-Cookie: a=b; /etc')
    header = download(browser, paid)["Content-Disposition"]
    assert header.startswith(
        "attachment; filename*=utf-8''%C3%9Cn%C3%AF%20x%20Set-Cookie%20a%20b%20etc%2C%20TEST"
    )


def test_the_same_bytes_when_asked_twice_also_after_a_new_name_and_logo(
    browser: Client, shop: MerchantInSight, paid: Payment
) -> None:
    first = download(browser, paid)
    Merchant.objects.filter(id=shop.id).update(
        name="Other", accent_color="#ff0000", support_email="x@y.example"
    )
    assert download(browser, paid).content == first.content


def test_the_language_is_the_customers_else_the_browsers(
    browser: Client, ada: Customer, paid: Payment
) -> None:
    assert "Beleg" in text(download(browser, paid, **{"Accept-Language": "de-AT,en;q=0.5"}))
    assert "Receipt" in text(download(browser, paid, **{"Accept-Language": "it,en;q=0.5"}))
    assert "領収書" in text(download(browser, paid, **{"Accept-Language": "ja"}))
    Customer.objects.filter(merchant_id=ada.merchant_id, id=ada.id).update(language="de")
    # The page speaks it, too.
    assert "Beleg" in text(download(browser, paid, "PDF herunterladen", **{"Accept-Language": "ja"}))


def test_a_refund_is_shown_and_downloaded_as_a_note_and_the_receipt_stays(
    browser: Client, paid: Payment
) -> None:
    first = download(browser, paid).content
    builders.refund(paid, 1000)
    shown = words(look(browser, paid))
    assert "What happened after it Refund Number 2" in shown
    assert "EUR 10.00" in shown
    note = download(browser, paid, "Download PDF of number 2")
    assert "For receipt" in text(note)
    assert "EUR 10.00" in text(note)
    assert note["Content-Disposition"].endswith('TEST Refund 2.pdf"')
    assert download(browser, paid).content == first


def test_a_dispute_that_is_won_on_appeal_is_shown_and_downloaded(browser: Client, paid: Payment) -> None:
    lost = builders.dispute(paid, "lost")
    assert "Given back by your bank Number 2" in words(look(browser, paid))
    Dispute.objects.filter(merchant_id=paid.merchant_id, id=lost.id).update(state="won")
    shown = words(look(browser, paid))
    assert "Given back by your bank Number 2" in shown
    assert "Taken back by your bank Number 3" in shown
    note = download(browser, paid, "Download PDF of number 3")
    assert "Takes back" in text(note)
    assert note["Content-Disposition"].endswith('TEST Taken back by the bank 3.pdf"')


def test_a_frame_downloads_with_a_ticket_once(browser: Client, paid: Payment) -> None:
    path = links(look(browser, paid), "Download PDF")
    given = browser.post(f"{PORTAL}/tickets", {"path": path}).json()
    stranger = builders.browser()
    opened = stranger.post(given["address"], {"ticket": given["ticket"], "path": path})
    assert (opened.status_code, opened["Content-Type"]) == (200, "application/pdf")
    assert opened.content == browser.get(path).content
    assert stranger.post(given["address"], {"ticket": given["ticket"], "path": path}).status_code == 410
    assert stranger.get(path).status_code == 303


def test_nobody_elses_receipt_is_there(browser: Client, shop: MerchantInSight, paid: Payment) -> None:
    path = links(look(browser, paid), "Download PDF")
    missing = browser.get(f"{PORTAL}/receipts/0000000000000000.pdf")
    ben = builders.signed_in_client(shop, builders.customer(shop, "Ben"))
    other = builders.merchant("other", name="Other")
    ada_there = builders.signed_in_client(other, builders.customer(other, "Ada Okafor"))
    for stranger, address in ((ben, path), (ada_there, path.replace("/m/harbor/", "/m/other/"))):
        answer = stranger.get(address)
        assert (answer.status_code, len(answer.content) > 0) == (404, True)
        assert b"%PDF" not in answer.content
    assert missing.status_code == 404


@pytest.fixture
def no_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """No font has the letters of Ada's name."""
    monkeypatch.setattr(pdf, "undrawable", lambda _: "山田")


def test_letters_without_a_font_are_said_on_the_page_and_in_the_log(
    browser: Client, paid: Payment, no_letters: None, caplog: pytest.LogCaptureFixture
) -> None:
    answer = look(browser, paid)
    assert "There is no PDF of this receipt yet." in words(answer)
    assert "cannot print these letters yet: 山田." in words(answer)
    assert "Download PDF" not in words(answer)
    public_id = Receipt.objects.get(merchant_id=paid.merchant_id).public_id
    with caplog.at_level(logging.WARNING):
        refused = browser.get(f"{PORTAL}/receipts/{public_id}.pdf")
    assert refused.status_code == 409
    assert "cannot print these letters yet: 山田." in words(refused)
    assert "no font has '山田'" in caplog.text


def keep_logo(shop: MerchantInSight, content: bytes, media_type: str) -> None:
    """Give the merchant a logo, as its staff would have set it."""
    digest = hashlib.sha256(content).hexdigest()
    Picture.objects.create(
        merchant_id=shop.id, digest=digest, media_type=media_type, content=content, created_at=builders.now()
    )
    picture = {"digest": digest, "width": 40, "height": 20, "has_plate": False}
    Merchant.objects.filter(id=shop.id).update(logo={"light": picture, "dark": picture, "letter": picture})


def a_picture(form: str, mode: str) -> bytes:
    """Draw a small picture; the PNG is half transparent."""
    kept = BytesIO()
    Image.new(mode, (60, 20), "#00c8").save(kept, form)
    return kept.getvalue()


@pytest.mark.parametrize("media_type", ["image/svg+xml", "image/png", "image/jpeg"])
def test_the_logo_is_on_it_with_words_for_who_cannot_see_it(
    browser: Client, shop: MerchantInSight, paid: Payment, media_type: str
) -> None:
    drawn = {"image/png": ("PNG", "RGBA"), "image/jpeg": ("JPEG", "RGB")}
    content = a_picture(*drawn[media_type]) if media_type in drawn else SVG
    keep_logo(shop, content, media_type)
    printed = download(browser, paid).content
    assert b"Logo of Harbor" in printed or "Logo of Harbor".encode("utf-16-be") in printed
    assert faults_of(printed) == []
    Merchant.objects.filter(id=shop.id).update(logo={})
    assert download(browser, paid).content == printed


def test_a_logo_that_cannot_be_read_keeps_nobody_from_the_receipt(
    browser: Client, shop: MerchantInSight, paid: Payment, caplog: pytest.LogCaptureFixture
) -> None:
    broken = a_picture("PNG", "RGB")
    keep_logo(shop, broken[:-20] + b"\0" * 20, "image/png")
    assert "Harbor Coffee Roasters" in text(download(browser, paid))
    assert "is printed without its logo" in caplog.text
