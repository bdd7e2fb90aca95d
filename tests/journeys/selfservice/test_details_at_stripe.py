"""What a customer writes about themselves is on Stripe's own record of them a moment later."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.harbor import sign_in
from tests.journeys.looks import looks_right
from tests.journeys.plans.steps import until
from tests.journeys.selfservice.test_details import write_berlin
from tests.journeys.stripe.books import Books

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_new_company_and_address_are_on_her_record_there(page: Page, books: Books) -> None:
    sign_in(page, books.portal)
    page.goto(f"{books.portal}/details")
    write_berlin(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Your details are saved.")
    looks_right(page)

    until(lambda: at_stripe(books)["name"] == "Okafor Töpferei GmbH", "the worker tells Stripe")
    address = at_stripe(books)["address"]
    assert isinstance(address, dict)
    told = {
        "line1": "Torstr. 1",
        "line2": "Hinterhaus",
        "city": "Berlin",
        "postal_code": "10115",
        "country": "DE",
    }
    assert told.items() <= address.items()


def at_stripe(books: Books) -> dict[str, object]:
    """Ask Stripe whom its bills are made out to."""
    return books.stripe.client.v1.customers.retrieve(books.due.customer).to_dict()
