"""A page costs the same number of statements however much there is to show."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from paydesk.billing.customers.models import Customer
from paydesk.merchants.models import Connection
from tests import builders
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
