"""A page costs the same number of statements however much there is to show."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from paydesk.billing.arrangements.quotes import quote_pay_off
from paydesk.billing.customers.models import Customer
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from tests import builders
from tests.changes import method_change
from tests.portal.desk.plans import agreement, cover, payments_of, plan, vault
from tests.portal.reading import PORTAL

pytestmark = pytest.mark.django_db

STATEMENTS_MAX = {"/": 7, "/upcoming": 5, "/payments": 5, "/subscriptions": 3, "/methods": 7}


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
    "/methods/{card}/remove": 10,
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


#: "{plan}", "{open}", "{payment}" and "{quote}" are put in; the plan has sixty payments.
AT_THE_DESK_MAX = {
    "/subscriptions/{plan}": 6,
    "/subscriptions/{open}": 7,
    "/subscriptions/{plan}/move": 6,
    "/subscriptions/{plan}/pause": 8,
    "/subscriptions/{open}/skip": 11,
    "/subscriptions/{plan}/several": 6,
    "/payments/{payment}": 8,
    "/quotes/{quote}": 6,
    "/upcoming": 5,
    "/": 7,
}


@pytest.mark.parametrize("path", AT_THE_DESK_MAX)
def test_the_pages_of_the_desk_cost_the_same_with_many_payments(
    browser: Client, shop: MerchantInSight, ada: Customer, path: str
) -> None:
    account = vault(shop)
    builders.method(ada, account, is_default=True)
    plans = [plan(ada, account, count=60) for _ in range(3)]
    open_ended = agreement(ada, account, Money(3000, "EUR"))
    rows = payments_of(plans[0])
    cover(rows[:12], state="paid")
    quote = quote_pay_off(
        merchant=shop,
        customer_id=ada.id,
        subscription_public_id=plans[1].public_id,
        now=clock.wall_now(),
    )
    address = path.format(
        plan=plans[0].public_id, open=open_ended.public_id, payment=rows[0].public_id, quote=quote.public_id
    )
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(PORTAL + address).status_code == 200
    assert len(captured) <= AT_THE_DESK_MAX[path], [query["sql"][:90] for query in captured]
