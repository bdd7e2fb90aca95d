"""Every payment is found: by page, by filter, by words; none twice and none left out."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from paydesk.billing.customers.models import Customer
from paydesk.billing.orders.models import Order
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from tests import builders
from tests.portal.reading import PORTAL, links, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(ada: Customer, account: Connection) -> Order:
    """What most payments here are for."""
    return builders.order(ada, account, "Studio membership")


def shown(response: object) -> list[str]:
    """Give the payments of a page, in order."""
    found: list[str] = re.findall(r'href="/m/harbor/payments/([0-9a-z]{16})"', response.content.decode())  # type: ignore[attr-defined]
    return found


def test_without_payments_the_page_says_what_will_be_here(browser: Client) -> None:
    page = read(browser, "/payments")
    assert "No payments yet." in page
    assert "Search" not in page


def test_all_pages_together_hold_every_payment_once(browser: Client, order: Order) -> None:
    # Many fall due at the same moment: then the row's own order breaks the tie.
    moment = builders.days(-40)
    made = {
        builders.payment(order, due_at=moment - timedelta(days=count // 20)).public_id for count in range(70)
    }
    address, seen = f"{PORTAL}/payments", []
    while address:
        response = browser.get(address)
        seen += shown(response)
        address = links(response, "Older") if b'rel="next"' in response.content else ""
    assert len(seen) == len(made)
    assert set(seen) == made


def test_newer_leads_back_over_the_same_pages(browser: Client, order: Order) -> None:
    for count in range(60):
        builders.payment(order, due_at=builders.days(-count))
    first = browser.get(f"{PORTAL}/payments")
    second = browser.get(links(first, "Older"))
    third = browser.get(links(second, "Older"))
    assert b'rel="next"' not in third.content
    back = browser.get(links(third, "Newer"))
    assert shown(back) == shown(second)
    assert shown(browser.get(links(back, "Newer"))) == shown(first)


def test_months_are_headings_in_the_merchants_zone(browser: Client, order: Order) -> None:
    # 23:30 in Lisbon is already August in Berlin.
    builders.payment(order, due_at=builders.at(2025, 7, 31, 22))
    page = read(browser, "/payments")
    assert "August 2025" in page
    assert "July 2025" not in page


def test_filters_count_and_filter(browser: Client, order: Order) -> None:
    for count in range(3):
        builders.payment(order, due_at=builders.at(2025, 3, 1 + count))
    builders.payment(order, due_at=builders.at(2024, 3, 1))
    failed = builders.payment(order, state="failed", due_at=builders.at(2025, 5, 1))
    refunded = builders.payment(order, due_at=builders.at(2025, 6, 1), refunded_minor=4900)
    page = read(browser, "/payments")
    assert "All 6 Paid 4 Failed 1 Refunded 1" in page
    assert shown(browser.get(f"{PORTAL}/payments?kind=failed")) == [failed.public_id]
    assert shown(browser.get(f"{PORTAL}/payments?kind=refunded&year=2025")) == [refunded.public_id]
    of_year = read(browser, "/payments?year=2024")
    assert "All 1 Paid 1" in of_year
    assert "2025 5" in of_year


def test_a_year_turns_in_the_merchants_zone(browser: Client, order: Order) -> None:
    late = builders.payment(order, due_at=builders.at(2024, 12, 31, 23))
    assert shown(browser.get(f"{PORTAL}/payments?year=2025")) == [late.public_id]
    assert "All 1 Paid 1" in read(browser, "/payments?year=2025")
    assert "There are no such payments." in read(browser, "/payments?year=2024")


def test_one_orders_payments(browser: Client, ada: Customer, account: Connection, order: Order) -> None:
    builders.payment(order)
    other = builders.order(ada, account, "Grinder")
    wanted = builders.payment(other)
    assert shown(browser.get(f"{PORTAL}/payments?order={other.public_id}")) == [wanted.public_id]


@pytest.mark.parametrize(
    "typed",
    [
        "INV-00420",
        "inv 420",
        "420",
        "Röstkurs",
        "rostkurs",
        "KURS röst",
        "1234.50",
        "1.234,50",
        "€1,234.50",
        "1234",
        "HK-77",
        "grosse",
    ],
)
def test_search_forgives(
    browser: Client, ada: Customer, account: Connection, order: Order, typed: str
) -> None:
    builders.payment(order, 300, number="INV-9")
    of = builders.order(ada, account, "Große Rösterei", number="HK-0077")
    wanted = builders.payment(of, 123_450, number="INV-00420", title="Röstkurs")
    response = browser.get(f"{PORTAL}/payments", {"q": typed})
    assert shown(response) == [wanted.public_id]


def test_what_was_typed_stays_when_nothing_is_found(browser: Client, order: Order) -> None:
    builders.payment(order)
    response = browser.get(f"{PORTAL}/payments", {"q": '<b>"x"</b>'})
    assert b'value="&lt;b&gt;&#34;x&#34;&lt;/b&gt;"' in response.content
    assert "Nothing is found for" in read(browser, "/payments?q=nothing")


def test_a_search_has_pages_too(browser: Client, order: Order) -> None:
    for count in range(60):
        builders.payment(order, due_at=builders.days(-count), title="Box")
    first = browser.get(f"{PORTAL}/payments", {"q": "box"})
    second = browser.get(links(first, "Older"))
    third = browser.get(links(second, "Older"))
    assert len({*shown(first), *shown(second), *shown(third)}) == 60
    assert shown(browser.get(links(third, "Newer"))) == shown(second)


@pytest.mark.parametrize(
    "query", ["after=nonsense", "before=%00", "kind=stolen", "year=20x", "year=0", "after=" + "9" * 300]
)
def test_an_address_that_we_never_made_gets_a_clear_answer(browser: Client, query: str) -> None:
    assert "We could not read that" in read(browser, f"/payments?{query}", status=400)


def test_an_order_of_somebody_else_is_as_unknown_as_none(
    browser: Client, shop: MerchantInSight, account: Connection
) -> None:
    other = builders.order(builders.customer(shop, "Ben"), account)
    strange = read(browser, f"/payments?order={other.public_id}", status=404)
    assert strange == read(browser, "/payments?order=0000000000000000", status=404)


def test_four_thousand_payments_are_as_quick_as_forty(browser: Client, order: Order) -> None:
    builders.payments(order, 4000)
    page = read(browser, "/payments")
    assert "All 4,000" in page
    assert "INV-M03999" in read(browser, "/payments?q=m3999")
