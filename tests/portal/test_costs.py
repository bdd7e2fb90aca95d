"""A page costs the same number of statements however much there is to show."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from paydesk.billing.customers.models import Customer
from paydesk.merchants.models import Connection
from tests import builders
from tests.changes import method_change
from tests.portal.reading import PORTAL

pytestmark = pytest.mark.django_db

STATEMENTS_MAX = {"/": 5, "/payments": 5, "/subscriptions": 3, "/methods": 6}


@pytest.mark.parametrize("path", STATEMENTS_MAX)
def test_the_number_of_statements_does_not_grow(
    browser: Client, ada: Customer, account: Connection, path: str
) -> None:
    card = builders.method(ada, account)
    for count in range(12):
        order = builders.order(ada, account, f"Order {count}")
        builders.subscription(order, payment_method=card)
        for state in ("paid", "failed", "processing"):
            builders.attempt(builders.payment(order, state=state), "declined")
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert browser.get(PORTAL + path).status_code == 200
    assert len(captured) <= STATEMENTS_MAX[path], [query["sql"][:90] for query in captured]


#: "{card}", "{subscription}" and "{change}" are put in; each is one of many.
ABOUT_METHODS_MAX = {
    "/methods/{card}/use": 6,
    "/methods/{card}/remove": 8,
    "/subscriptions/{subscription}/method": 6,
    "/methods/changes/{change}": 9,
}


@pytest.mark.parametrize("path", ABOUT_METHODS_MAX)
def test_the_pages_of_a_method_cost_the_same_with_many(
    browser: Client, ada: Customer, account: Connection, path: str
) -> None:
    cards = [builders.method(ada, account, is_default=number == 0) for number in range(6)]
    order = builders.order(ada, account)
    made = [builders.subscription(order, payment_method=card) for card in cards]
    bills = [builders.payment(order, state="failed") for _ in range(6)]
    for bill in bills:
        builders.attempt(bill, "declined", origin="paydesk")
    change = method_change(cards[0])
    address = path.format(card=cards[0].public_id, subscription=made[0].public_id, change=change.public_id)
    paid = "&".join(f"paid={bill.public_id}" for bill in bills)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(f"{PORTAL}{address}?{paid}").status_code == 200
    assert len(captured) <= ABOUT_METHODS_MAX[path], [query["sql"][:90] for query in captured]
