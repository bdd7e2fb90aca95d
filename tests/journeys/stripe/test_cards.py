"""Cards at Stripe: one is added when the bank agrees; one takes the place of another everywhere, and pays the debt."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from paydesk.billing.payment_methods.models import MethodSetup
from tests.journeys.commands import wait_until
from tests.journeys.harbor import sign_in
from tests.journeys.methods.steps import add_a_card, choose, is_offered, keeps, replace, row, was_confirmed
from tests.journeys.stripe.books import Books
from tests.journeys.stripe.steps import enter_card, fields_are_there
from tests.stripe_scene import DECLINED_WHEN_ENTERED, NEEDS_3D_SECURE

pytestmark = pytest.mark.django_db(transaction=True)

PAY = "Save and pay EUR 171.00"
ANOTHER = "5555555555554444"
PAID = "EUR 171.00 is paid: Pro, yearly"


def test_a_card_is_added_when_the_bank_agrees_and_only_then(page: Page, books: Books) -> None:
    before = books.standing()
    sign_in(page, books.portal)
    add_a_card(page, books.portal)
    fields_are_there(page)
    choose(page)
    enter_card(page, NEEDS_3D_SECURE)
    page.get_by_role("button", name="Fail authentication").click()
    expect(page.get_by_role("status")).to_contain_text("authentication failed")
    for button in ("Save this card", PAY):
        expect(page.get_by_role("button", name=button)).to_be_enabled()
    assert books.standing() == before

    add_a_card(page, books.portal)
    fields_are_there(page)
    choose(page)
    enter_card(page, NEEDS_3D_SECURE)
    page.get_by_role("button", name="Complete authentication").click()
    was_confirmed(page)
    page.goto(f"{books.portal}/methods")
    expect(row(page, "3155")).to_contain_text("pays nothing now")
    expect(row(page, "0341")).to_contain_text("Pro")
    assert books.taken() == before["taken"]
    assert who_pays(books) == {"the subscription": "", "everything else": "0341", "the invoice": ""}


def test_a_card_that_is_refused_first_and_heard_of_keeps_no_other_from_being_saved(
    page: Page, books: Books
) -> None:
    sign_in(page, books.portal)
    add_a_card(page, books.portal)
    fields_are_there(page)
    choose(page)
    enter_card(page, DECLINED_WHEN_ENTERED)
    expect(page.get_by_role("status")).to_contain_text("declined")
    setup = MethodSetup.objects.get(merchant_id=books.merchant_id)
    failed = {"id": setup.reference, "object": "setup_intent", "status": "requires_payment_method"}
    assert books.tell("setup_intent.setup_failed", failed, event_id="evt_failed") == 204
    books.wait_for_the_worker()
    enter_card(page, ANOTHER)
    was_confirmed(page)
    assert books.setups() == ["finished"]
    page.goto(f"{books.portal}/methods")
    expect(row(page, "4444")).to_be_visible()


def test_a_replaced_card_is_replaced_everywhere_and_pays_what_is_overdue_once(
    page: Page, books: Books
) -> None:
    """The subscription, the customer's default and the open invoice each named the old card; afterwards none does."""
    before = books.taken()
    books.stripe.pay_subscription_with(books.due.subscription, books.due.method)
    books.stripe.pay_invoice_with(books.due.failed_invoice, books.due.method)
    assert set(who_pays(books).values()) == {"0341"}
    beans = another_subscription(books)
    sign_in(page, books.portal)
    replace(page, books.portal, "0341")
    fields_are_there(page)
    choose(page, "Pro, yearly", "Everything else")
    is_offered(page, "Pro, yearly", "instead of Visa ending in 0341")
    is_offered(page, "Beans", "keeps Visa ending in 4242")
    enter_card(page, ANOTHER, button=PAY)

    expect(page.get_by_role("heading", level=1)).to_have_text("Saved and paid")
    expect(page.get_by_role("status").filter(has_text=PAID)).to_be_visible()
    was_confirmed(page)
    keeps(page, "Beans", "4242")
    assert len(books.taken()) == len(before) + 2  # that of the other subscription, and this one
    assert books.written() == books.taken()
    assert set(who_pays(books).values()) == {"4444"}
    assert last_four(books, said(books, f"/v1/subscriptions/{beans}")) == "4242"

    page.go_back()
    page.reload()
    page.goto(f"{books.portal}/methods")
    expect(row(page, "4444")).to_contain_text("everything else and everything new")
    expect(row(page, "4242")).to_contain_text("Beans")
    expect(row(page, "0341")).to_have_count(0)
    wait_until(lambda: books.subscription_state() == "active")
    assert len(books.taken()) == len(before) + 2


def another_subscription(books: Books) -> str:
    """Start one that the customer's first card pays, as its own, and tell of it."""
    customer = books.due.customer
    on_file = said(books, f"/v1/customers/{customer}/payment_methods?limit=100")["data"]
    [own] = [one["id"] for one in on_file if one["card"]["last4"] == "4242"]
    books.stripe.make_default(customer, own)
    beans = books.stripe.subscription(customer, name="Beans", amount=900)
    books.stripe.pay_subscription_with(beans, own)
    books.stripe.make_default(customer, books.due.method)
    [invoice] = [one for one in books.stripe.invoices(customer) if one not in known(books)]
    for kind, named in {"customer": customer, "subscription": beans, "invoice": invoice}.items():
        told = {"id": named, "object": kind, "status": "paid"}
        assert books.tell(f"{kind}.updated", told, event_id=f"evt_{kind}") == 204
    books.wait_for_the_worker()
    return beans


def known(books: Books) -> set[str]:
    """Name the invoices that the customer began with."""
    return {books.due.paid_invoice, books.due.failed_invoice}


def who_pays(books: Books) -> dict[str, str]:
    """Say with which card Stripe would charge, at each of the three places where it looks."""
    customer = said(books, f"/v1/customers/{books.due.customer}")
    return {
        "the subscription": last_four(books, said(books, f"/v1/subscriptions/{books.due.subscription}")),
        "everything else": last_four(books, customer["invoice_settings"]),
        "the invoice": last_four(books, said(books, f"/v1/invoices/{books.due.failed_invoice}")),
    }


def said(books: Books, path: str) -> dict[str, Any]:
    return books.stripe.as_stripe_says(path)


def last_four(books: Books, named: dict[str, Any]) -> str:
    """Give the last four digits of the card that something names to be paid with; none: an empty text."""
    method = named["default_payment_method"]
    return str(said(books, f"/v1/payment_methods/{method}")["card"]["last4"]) if method else ""
