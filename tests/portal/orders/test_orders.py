"""A customer sees where an order is without asking, and finds it by its number."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from paydesk.billing.customers.models import Customer
from paydesk.billing.orders.models import Order, Shipment
from paydesk.billing.payments.models import Payment
from paydesk.kit.clock import local_date
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from tests import builders
from tests.portal.reading import PORTAL, links, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def kiln(ada: Customer, account: Connection) -> Order:
    """An order of HC-77."""
    return builders.order(ada, account, "Front-loading kiln", number="HC-77")


def today() -> date:
    """Give the merchant's day."""
    return local_date(builders.now(), zone="Europe/Berlin")


def sent(of: Order, reference: str = "P-1", **fields: Any) -> Shipment:
    """Send a parcel of an order; given to DHL yesterday unless told otherwise."""
    given = {"carrier": "DHL", "number": "0034 0434", "shipped_date": today() - timedelta(days=1)}
    return Shipment.objects.create(
        merchant_id=of.merchant_id, order_id=of.id, reference=reference, **(given | fields)
    )


def test_an_order_of_which_nothing_was_sent_says_nothing_of_it(browser: Client, kiln: Order) -> None:
    page = read(browser, f"/orders/{kiln.public_id}")
    assert "Where it is" not in page
    assert "There is nothing to pay for this order." in page


def test_a_parcel_on_its_way_is_told_with_its_days_and_the_carriers_page(
    browser: Client, kiln: Order
) -> None:
    sent(kiln, prepared_date=today() - timedelta(days=3), expected_date=today() + timedelta(days=2))
    response = browser.get(f"{PORTAL}/orders/{kiln.public_id}")
    page = read(browser, f"/orders/{kiln.public_id}")
    assert re.search(r"Shipped .*DHL.*0034 0434.*Follow it at DHL", page)
    assert re.search(r"Ordered\. .*In preparation\. .*Given to DHL\. .*It should arrive\.", page)
    assert links(response, "Follow it at DHL") == (
        "https://www.dhl.com/global-en/home/tracking.html?tracking-id=00340434"
    )
    [link] = re.findall(r'<a[^>]*href="https://www\.dhl[^>]*>', response.content.decode())
    assert 'rel="nofollow noopener noreferrer external"' in link


def test_of_an_unknown_carrier_the_number_stands_alone(browser: Client, kiln: Order) -> None:
    sent(kiln, carrier="Valley Couriers", number="VC 88")
    page = read(browser, f"/orders/{kiln.public_id}")
    assert "Valley Couriers" in page
    assert "VC 88" in page
    assert "Follow it" not in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"shipped_date": None, "prepared_date": "2026-01-01"}, "In preparation"),
        ({"delivered_date": "2026-01-03", "shipped_date": "2026-01-02"}, "Delivered"),
        ({"returned_date": "2026-01-03", "shipped_date": "2026-01-02"}, "Back at Harbor Coffee Roasters."),
        ({"expected_date": "2026-01-03", "shipped_date": "2026-01-02"}, "It should have arrived."),
    ],
)
def test_each_state_is_said(browser: Client, kiln: Order, fields: dict[str, str], words: str) -> None:
    sent(kiln, **fields)
    assert words in read(browser, f"/orders/{kiln.public_id}")


def test_a_digital_delivery_is_a_link(browser: Client, kiln: Order) -> None:
    sent(
        kiln,
        carrier="",
        number="",
        link="https://www.downloads.example/kiln.pdf?a=1&b=2",
        shipped_date=None,
        delivered_date=today(),
    )
    response = browser.get(f"{PORTAL}/orders/{kiln.public_id}")
    assert links(response, "Get it at downloads.example") == "https://www.downloads.example/kiln.pdf?a=1&b=2"
    assert "Ready for you" in read(browser, f"/orders/{kiln.public_id}")


def test_what_was_refunded_of_an_order_stands_on_its_page(browser: Client, kiln: Order) -> None:
    paid = builders.payment(kiln, refunded_minor=1500)
    builders.refund(paid, 1000)
    builders.refund(paid, 500, "pending")
    page = read(browser, f"/orders/{kiln.public_id}")
    assert re.search(r"Refunds .*EUR 5\.00 .*On its way .*EUR 10\.00 .*Refunded", page) or re.search(
        r"Refunds .*EUR 10\.00 .*Refunded .*EUR 5\.00 .*On its way", page
    )


def test_the_overview_says_what_is_under_way_and_is_silent_of_what_arrived(
    browser: Client, kiln: Order
) -> None:
    assert "On its way to you" not in read(browser)
    parcel = sent(kiln)
    assert re.search(r"On its way to you .*Front-loading kiln .*Shipped .*HC-77", read(browser))
    Shipment.objects.filter(merchant_id=kiln.merchant_id, id=parcel.id).update(delivered_date=today())
    assert "On its way to you" not in read(browser)


@pytest.mark.parametrize("words", ["HC-77", "hc77", "kiln", "00340434"])
def test_an_order_is_found_by_number_name_or_parcel(
    browser: Client, ada: Customer, account: Connection, kiln: Order, words: str
) -> None:
    other = builders.order(ada, account, "Tea bowl")
    builders.payment(other)
    sent(kiln)
    page = browser.get(f"{PORTAL}/orders", {"q": words}).content.decode()
    assert kiln.public_id in page
    assert other.public_id not in page
    assert "No order is found" in read(browser, "/orders?q=nothing+like+it")


def test_without_orders_the_page_says_what_will_be_here(browser: Client) -> None:
    page = read(browser, "/orders")
    assert "No orders yet." in page
    assert "Search" not in page


def test_all_pages_together_hold_every_order_once(
    browser: Client, ada: Customer, account: Connection
) -> None:
    # Many are ordered at the same moment: then the row's own order breaks the tie.
    made = [builders.order(ada, account, ordered_at=builders.days(-(n // 7))) for n in range(50)]
    for one in made:
        builders.payment(one)
    response = browser.get(f"{PORTAL}/orders")
    seen = _shown(response)
    while path := _beside(response, "next"):
        response = browser.get(PORTAL + path)
        seen += _shown(response)
    assert sorted(seen) == sorted(one.public_id for one in made)
    assert _beside(response, "prev")
    assert browser.get(f"{PORTAL}/orders?after=nonsense").status_code == 400


def test_an_order_left_behind_by_a_charge_that_its_bill_took_is_not_listed(
    browser: Client, ada: Customer, account: Connection
) -> None:
    left = builders.order(ada, account, "Charge")
    builders.payment(left, state="canceled")
    Payment.objects.filter(merchant_id=left.merchant_id, order_id=left.id).update(customer_id=None)
    assert "No orders yet." in read(browser, "/orders")


def test_the_pages_cost_the_same_with_many(
    browser: Client, ada: Customer, account: Connection, django_assert_max_num_queries: Any
) -> None:
    order = builders.order(ada, account)
    for number in range(30):
        builders.payment(order)
        order = builders.order(ada, account)
        sent(order, f"P-{number}")
        sent(order, f"Q-{number}", delivered_date=today())
    with django_assert_max_num_queries(4):
        read(browser, "/orders")
    with django_assert_max_num_queries(4):
        read(browser, "/orders?q=studio")
    with django_assert_max_num_queries(7):
        read(browser, f"/orders/{order.public_id}")


def _shown(response: Any) -> list[str]:
    found: list[str] = re.findall(r'href="/m/harbor/orders/([0-9a-z]{16})"', response.content.decode())
    return found


def _beside(response: Any, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', response.content.decode())
    return found.group(1).replace("&amp;", "&").removeprefix(PORTAL) if found else ""


def test_another_merchants_shop_is_its_own(browser: Client, shop: MerchantInSight, kiln: Order) -> None:
    other = builders.merchant("other", name="Other")
    theirs = builders.order(builders.customer(other, "Ada"), builders.connection(other), number="OT-1")
    sent(theirs, number="JD014")
    page = read(browser, "/orders?q=OT-1")
    assert "No order is found" in page
    assert "JD014" not in read(browser)
