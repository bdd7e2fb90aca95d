"""The page of what is coming up: a timeline for each currency, then every payment by its month."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import pytest
from django.test import Client

from paydesk.billing.customers.models import Customer
from paydesk.kit.money import Money
from paydesk.merchants.find import MerchantInSight
from paydesk.portal.upcoming.months import timelines
from paydesk.portal.upcoming.views import a_year_after
from paydesk.portal.words.dates import day, month
from tests import builders
from tests.portal.desk.plans import agreement, cover, payments_of, plan, put, today, vault
from tests.portal.reading import PORTAL, read

pytestmark = pytest.mark.django_db


class Sum(NamedTuple):
    """What a timeline sums up."""

    day: date
    amount_minor: int
    currency: str = "EUR"


def test_nothing_comes_and_the_page_says_so(browser: Client) -> None:
    page = read(browser, "/upcoming")
    assert "Nothing is coming up in the next 12 months." in page
    assert "<svg class" not in browser.get(PORTAL + "/upcoming").content.decode()


def test_each_currency_has_a_timeline_and_each_month_its_sum(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    account = vault(shop)
    builders.method(ada, account, is_default=True)
    machine = plan(ada, account, 90000, 3)
    plan(ada, account, 36_000_000, 3, currency="JPY", name="Kiln")
    first = payments_of(machine)[0]
    assert first.due_date
    page = read(browser, "/upcoming")
    assert "EUR 900.00 + JPY 36,000,000 in the next 12 months" in page
    assert f"{month(first.due_date)}: EUR 300.00" in page
    assert f"{month(first.due_date)}: JPY 12,000,000" in page
    assert f"{month(first.due_date)} EUR 300.00 + JPY 12,000,000" in page
    assert f"{day(first.due_date)} in 10 days 1 of 3 Visa ending in 4242 EUR 300.00" in page
    html = browser.get(PORTAL + "/upcoming").content.decode()
    assert html.count('<figure class="year">') == 2
    assert f'href="{PORTAL}/payments/{first.public_id}"' in html


def test_what_is_overdue_comes_first_then_what_is_on_its_way(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    mine = plan(ada, vault(shop), count=4)
    late, asked, *_ = payments_of(mine)
    put(late, state="failed", due_at=builders.days(-3), due_date=today(shop) - timedelta(days=3))
    put(asked, state="processing")
    page = read(browser, "/upcoming")
    coming = page[page.index("in the next 12 months") :]
    assert "EUR 450.00 in the next 12 months" in page
    assert coming.index("Overdue") < coming.index("On its way") < coming.rindex("EUR 225.00")
    assert "Checking" in coming


def test_what_comes_every_week_is_one_line_a_month(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    beans = agreement(ada, vault(shop), Money(1900, "EUR"), name="Beans", interval_unit="week")
    html = browser.get(PORTAL + "/upcoming").content.decode()
    assert html.count(f"/subscriptions/{beans.public_id}") <= 13
    page = read(browser, "/upcoming")
    assert "payments until" in page
    assert "expected" in page


def test_one_charge_for_several_is_one_line_while_it_is_on_its_way(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    mine = plan(ada, vault(shop), count=4)
    covering = cover(payments_of(mine)[:2], state="processing", owed_minor=45000)
    html = browser.get(PORTAL + "/upcoming").content.decode()
    assert html.count(f"/payments/{covering.public_id}") == 1
    assert not any(f"/payments/{one.public_id}" in html for one in payments_of(mine)[:2])


def test_shares_are_of_the_month_with_most_and_nothing_is_too_small_to_be_seen() -> None:
    [line] = timelines(
        [Sum(date(2027, 1, 31), 10000), Sum(date(2027, 2, 1), 1), Sum(date(2027, 2, 2), 4999)],
        first=date(2026, 12, 5),
        last=date(2027, 3, 1),
    )
    assert [(one.month.month, one.amount_minor, one.count, one.share) for one in line.months] == [
        (12, 0, 0, 0),
        (1, 10000, 1, 100),
        (2, 5000, 2, 50),
        (3, 0, 0, 0),
    ]
    [small] = timelines(
        [Sum(date(2027, 1, 1), 10**9), Sum(date(2027, 2, 1), 1)],
        first=date(2027, 1, 1),
        last=date(2027, 2, 1),
    )
    assert small.months[1].share > 0


def test_a_year_after_a_leap_day_is_the_28th() -> None:
    assert a_year_after(date(2028, 2, 29)) == date(2029, 2, 28)
    assert a_year_after(date(2026, 12, 31)) == date(2027, 12, 31)
