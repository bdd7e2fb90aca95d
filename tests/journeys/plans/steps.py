"""What a customer does at the desk of an agreement, step by step, and what the merchant's days do meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock, language
from paydesk.kit.money import Money
from paydesk.merchants.move_clock import move_clock
from tests.billing.charging.scene import Collecting
from tests.journeys.portal.customers import Payer

WAIT_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class AtHerDesk(Payer):
    """Somebody for whom Paydesk collects, and the means to open their portal in any browser."""

    clay: Collecting

    def plan(self, price: int = 60000, count: int = 6, **given: Any) -> Subscription:
        """Agree on EUR 600.00 in six payments and a fee of EUR 12.00, the first in ten days."""
        fee = Money(1200, "EUR")
        return self.clay.start_plan(price, count, **({"first_day": self.in_days(10), "fee": fee} | given))

    def subscription(self, **given: Any) -> Subscription:
        """Agree on EUR 30.00 a month, the first in ten days."""
        return self.clay.start(**({"first_day": self.in_days(10)} | given))

    def in_days(self, count: int) -> date:
        """Give a local day by the merchant's clock."""
        return self.clay.today() + timedelta(days=count)

    def desk(self, agreement: Subscription, **options: Any) -> Page:
        """Open its page by the list of subscriptions."""
        page = self.page(**options)
        page.get_by_role("link", name="Subscriptions", exact=True).click()
        expect(page).to_have_url(f"{self.portal}/subscriptions")
        page.get_by_role("link", name=agreement.name, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(agreement.name)
        return page

    def days_pass(self, count: float) -> None:
        """Let days go by, here and at the company; the worker charges what is due."""
        move_clock(merchant_id=self.clay.merchant.id, by=timedelta(days=count), now=clock.wall_now())
        self.clay.account.advance(days=count)

    def becomes(self, agreement: Subscription, position: int, state: str) -> None:
        """Wait until the worker has brought a payment to a state."""
        mine = Payment.objects.filter(
            merchant_id=agreement.merchant_id, subscription_id=agreement.id, position=position
        )
        until(lambda: mine.values_list("state", flat=True).get() == state, f"payment {position} is {state}")

    def stays(self, agreement: Subscription, position: int, state: str) -> None:
        """Give the worker time to do what it must not do."""
        time.sleep(3)
        self.becomes(agreement, position, state)


def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait for something that other processes do."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def said_day(when: date) -> str:
    """Write a day as an English page does."""
    return language.day_text(when, "en", this_year=clock.wall_now().year)


def choose(page: Page, words: str) -> None:
    """Press one of the things that the desk offers."""
    offered = page.get_by_role("region", name="What you can do")
    offered.get_by_role("link", name=words).or_(offered.get_by_role("button", name=words)).click()


def is_not_offered(page: Page, words: str) -> None:
    """What is not allowed is not shown."""
    expect(page.get_by_role("main")).not_to_contain_text(words)
