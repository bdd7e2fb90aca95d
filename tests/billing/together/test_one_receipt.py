"""One charge has one receipt, with a line for each payment and the fee that was let off."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from paydesk.billing.customers.models import Customer
from paydesk.billing.receipts.issue import ReceiptRefused, issue_receipt
from paydesk.billing.receipts.printing.pdf import print_receipt
from paydesk.kit import clock
from tests import builders
from tests.billing.together.desk import desk
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_plan_that_is_paid_off_has_one_receipt(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    quote = ada.quote_off(plan)
    ada.pay(quote)
    [cover] = ada.covers()

    receipt = issue_receipt(merchant=ada.merchant, payment_id=cover.id, now=clock.wall_now()).receipt

    said = receipt.snapshot
    assert [(line["title"], line["amount_minor"]) for line in said["lines"]] == [
        (f"Kiln, payment {number} of 4", 2600) for number in (1, 2, 3, 4)
    ]
    assert [(less["title"], less["amount_minor"]) for less in said["discounts"]] == [
        ("Finance fee that is let off", 400)
    ]
    assert (said["title"], said["amount_minor"]) == ("Kiln: 4 payments", quote.amount_minor)
    assert [part["amount_minor"] for part in said["paid_with"]] == [10000]
    printed = print_receipt(receipt, language="en")
    words = " ".join(page.extract_text() for page in PdfReader(BytesIO(printed)).pages).replace("\u00a0", " ")
    assert "payment 4 of 4" in words
    assert "Finance fee that is let off" in words
    assert "EUR 100.00" in words


def test_what_was_paid_together_has_no_receipt_of_its_own(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan()
    ada.pay(ada.quote_off(plan))

    for payment in ada.of(plan):
        with pytest.raises(ReceiptRefused, match="together with others"):
            issue_receipt(merchant=ada.merchant, payment_id=payment.id, now=clock.wall_now())


def test_the_receipts_page_shows_every_line(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan, club = ada.plan(fee=None), ada.start(name="Glaze club", first_day=ada.in_days(5))
    ada.pay(ada.quote(*ada.of(plan)[:2], *ada.of(club)))
    [cover] = ada.covers()
    who = Customer.objects.get(merchant_id=ada.merchant.id, id=cover.customer_id or 0)

    page = builders.signed_in_client(ada.merchant, who).get(
        f"/m/{ada.merchant.slug}/payments/{cover.public_id}/receipt"
    )

    text = page.content.decode()
    assert page.status_code == 200
    assert "Kiln, payment 1 of 4" in text
    assert "Kiln, payment 2 of 4" in text
    assert "Glaze club, payment 1" in text
    assert "80.00" in text
