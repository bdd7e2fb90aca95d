"""A part of a bill that had its receipt before the bill took it over: the paper stays within the customer's reach."""

from __future__ import annotations

import pytest
from django.test import Client

from paydesk.billing.customers.models import Customer
from paydesk.billing.payments.mirrored.lone_charges import take_over_charge
from paydesk.billing.payments.models import Payment
from paydesk.billing.receipts.models import Receipt
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from tests import builders
from tests.portal.reading import PORTAL, links, read, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def charge(browser: Client, ada: Customer, account: Connection) -> Payment:
    """EUR 20.00 that were charged for themselves; Ada has looked at the receipt."""
    made = builders.payment(builders.order(ada, account, "Glaze"), 2000, reference="ch_9")
    builders.attempt(made, reference="ch_9")
    read(browser, f"/payments/{made.public_id}/receipt")
    return made


@pytest.fixture
def bill(ada: Customer, account: Connection, charge: Payment) -> Payment:
    """A bill over EUR 49.00 that this charge turned out to be a part of."""
    made = builders.payment(builders.order(ada, account), state="due", owed_minor=2900, paid_minor=2000)
    take_over_charge(payment=made, reference="ch_9")
    return made


def test_the_bill_leads_to_the_receipt_of_its_part(browser: Client, bill: Payment) -> None:
    page = browser.get(f"{PORTAL}/payments/{bill.public_id}")
    refused = browser.get(links(page, "Receipts of what is paid"))
    assert refused.status_code == 409
    assert "A receipt is there as soon as the payment has been made." in words(refused)
    assert "What is paid already Receipt Number 1" in words(refused)
    assert "EUR 20.00" in words(refused)
    assert browser.get(links(refused, "Download PDF of number 1")).content[:4] == b"%PDF"


def test_the_addresses_that_she_kept_lead_there_too(browser: Client, charge: Payment, bill: Payment) -> None:
    moved = browser.get(f"{PORTAL}/payments/{charge.public_id}/receipt")
    assert (moved.status_code, moved["Location"]) == (302, f"{PORTAL}/payments/{bill.public_id}/receipt")


def test_once_the_bill_is_paid_its_own_receipt_names_that_of_the_part(browser: Client, bill: Payment) -> None:
    Payment.objects.filter(merchant_id=bill.merchant_id, id=bill.id).update(state="paid", owed_minor=0)
    assert "This receipt takes the place of receipt 1." in read(
        browser, f"/payments/{bill.public_id}/receipt"
    )


def test_a_bill_without_such_a_part_has_no_such_link(
    browser: Client, ada: Customer, account: Connection
) -> None:
    bill = builders.payment(builders.order(ada, account), state="due", owed_minor=2900, paid_minor=2000)
    builders.attempt(bill, amount_minor=2000)
    assert "Receipts of what is paid" not in read(browser, f"/payments/{bill.public_id}")
    refused = browser.get(f"{PORTAL}/payments/{bill.public_id}/receipt")
    assert "What is paid already" not in words(refused)


def test_it_is_nobody_elses(shop: MerchantInSight, charge: Payment, bill: Payment) -> None:
    receipt = Receipt.objects.get(merchant_id=bill.merchant_id)
    ben = builders.signed_in_client(shop, builders.customer(shop, "Ben"))
    for path in (f"receipts/{receipt.public_id}.pdf", f"payments/{charge.public_id}/receipt"):
        assert ben.get(f"{PORTAL}/{path}").status_code == 404
