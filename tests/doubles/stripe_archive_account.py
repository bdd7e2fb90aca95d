"""An account at Stripe of any size, computed from the numbers of its customers and bills: the same each time.

A bill's story follows from its number: most are paid, and among every forty there is one of each other kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tests.doubles import stripe_archive_money as money
from tests.doubles import stripe_archive_shapes as shapes
from tests.doubles.stripe_archive_shapes import DAY, NOW, Object
from tests.doubles.stripe_archive_stories import STORIES, Story, tell

PRODUCTS = ("Open studio", "Clay club", "Kiln share", "Glaze box", "Wheel time", "Tools", "Storage")
BRANDS = (("4242", "visa"), ("4444", "mastercard"), ("0005", "amex"))
STATUSES = ("active", "past_due", "trialing", "active", "canceled", "active", "unpaid", "active")


@dataclass(frozen=True, kw_only=True)
class Account:
    """So many customers with so many bills each."""

    customers: int
    bills: int

    def customer(self, number: int) -> Object:
        """Some have no address, some share one."""
        owner = number - 1 if number % 40 == 9 else number
        return shapes.customer(
            f"cus_{number:08d}",
            email=None if number % 50 == 7 else f"customer{owner}@archive.example",
            name=f"Customer {number}",
            created=NOW - 700 * DAY - 60 * number,
            default=None if number % 10 == 3 else f"pm_cus_{number:08d}_0",
        )

    def methods(self, number: int) -> list[Object]:
        owner = f"cus_{number:08d}"
        return [
            shapes.method(
                f"pm_{owner}_{place}",
                customer=owner,
                last4=BRANDS[place][0],
                brand=BRANDS[place][1],
                created=NOW - 600 * DAY - place,
            )
            for place in range(1 + (number % 3 == 0))
        ]

    def subscriptions(self, number: int) -> list[Object]:
        """Three of four have one, some of them of two things."""
        if number % 4 == 3:
            return []
        status = STATUSES[number % len(STATUSES)]
        prices = [self._price(number + place, number) for place in range(1 + (number % 9 == 5))]
        changed: dict[str, Any] = {"status": status}
        if status == "canceled":
            changed |= {"ended_at": NOW - 40 * DAY, "canceled_at": NOW - 40 * DAY}
        if status == "trialing":
            changed |= {"trial_end": NOW + 12 * DAY, "trial_start": NOW - 2 * DAY}
        if number % 6 == 1:
            changed["default_payment_method"] = f"pm_cus_{number:08d}_0"
        if number % 15 == 10:
            changed["pause_collection"] = {"behavior": "void", "resumes_at": NOW + 30 * DAY}
        return [
            shapes.subscription(
                f"sub_{number:08d}",
                customer=f"cus_{number:08d}",
                prices=prices,
                started=NOW - 500 * DAY,
                **changed,
            )
        ]

    def invoices(self, number: int) -> list[Object]:
        """List them with the newest first."""
        return [story.invoice for story in self.stories_of(number)]

    def charges(self, number: int) -> list[Object]:
        """List them with the newest first, those without an invoice among them."""
        found = [charge for story in self.stories_of(number) for charge in story.charges]
        return sorted([*found, *self._lone(number)], key=lambda one: -int(one["created"]))

    def disputes(self, charge: str) -> list[Object]:
        number = int(charge.split("_")[1])
        found = [dispute for story in self.stories_of(number) for dispute in story.disputes]
        return [dispute for dispute in found if dispute["charge"] == charge]

    def events(self, count: int) -> Iterator[Object]:
        """List the newest: each tells that a bill was paid, and one of ten is of a kind that we do not know."""
        for number in range(count):
            about = {"id": f"in_{number % self.customers:08d}x000", "object": "invoice", "status": "paid"}
            kind = "invoice.paid" if number % 10 else "moon.rose"
            about = about if number % 10 else {"id": f"moon_{number}", "object": "moon"}
            yield money.event(f"evt_{count - number:08d}", kind=kind, created=NOW - 60 * number, about=about)

    def stories_of(self, number: int) -> list[Story]:
        """Tell the bills of one customer, the newest first; the last few customers asked for are remembered."""
        return _stories(self, number)

    def totals(self) -> dict[str, dict[str, int]]:
        """Count what an import must bring, and add up the money that moved: the account's own books."""
        counts: Counter[str] = Counter(customers=self.customers)
        moved: Counter[str] = Counter()
        for number in range(self.customers):
            lone = self._lone(number)
            counts.update(methods=len(self.methods(number)), subscriptions=len(self.subscriptions(number)))
            counts.update(payments=len(lone), attempts=len(lone))
            stories = [story for story in self.stories_of(number) if story.invoice["status"] != "draft"]
            for charge in [*lone, *(charge for story in stories for charge in story.charges)]:
                _add_charge(charge, counts, moved)
            for story in stories:
                counts.update(payments=1, attempts=len(story.charges), disputes=len(story.disputes))
                _add_rest(story, moved)
        return {"counts": dict(counts), "moved": dict(moved)}

    def currency(self, number: int) -> str:
        return "jpy" if number % 13 == 12 else "kwd" if number % 17 == 16 else "eur"

    def _price(self, product: int, number: int) -> Object:
        kind = product % len(PRODUCTS)
        return shapes.price(
            f"price_{kind}", product=f"prod_{kind}", amount=1900 + 100 * kind, currency=self.currency(number)
        )

    def _lone(self, number: int) -> list[Object]:
        """One of five customers also bought something without an invoice; for one of ten that failed."""
        if number % 5:
            return []
        reference = f"ch_{number:08d}_lone"
        return [
            money.charge(
                reference,
                customer=f"cus_{number:08d}",
                intent=f"pi_{number:08d}_lone" if number % 2 else None,
                amount=3500,
                currency=self.currency(number),
                created=NOW - 45 * DAY - number,
                failure="insufficient_funds" if number % 10 else "",
                description="Workshop",
            )
        ]


@lru_cache(maxsize=64)
def _stories(account: Account, number: int) -> list[Story]:
    customer = account.customer(number)
    subscription = next((one["id"] for one in account.subscriptions(number)), None)
    return [
        tell(
            (number + place) % STORIES,
            customer=customer,
            subscription=subscription if place % 3 != 2 else None,
            reference=f"{number:08d}x{place:03d}",
            currency=account.currency(number),
            created=NOW - 30 * DAY * (place + 1) - number % 1000,
        )
        for place in range(account.bills)
    ]


def _add_charge(charge: Object, counts: Counter[str], moved: Counter[str]) -> None:
    currency = charge["currency"].upper()
    if charge["status"] == "succeeded":
        moved[f"charge {currency}"] += charge["amount"]
    for refund in charge["refunds"]["data"]:
        counts["refunds"] += 1
        if refund["status"] == "succeeded":
            moved[f"refund {currency}"] += refund["amount"]


def _add_rest(story: Story, moved: Counter[str]) -> None:
    """Add what moved without a charge, and what banks took."""
    invoice, currency = story.invoice, story.invoice["currency"].upper()
    for dispute in story.disputes:
        if dispute["status"] in ("won", "lost", "needs_response"):
            moved[f"dispute {currency}"] += dispute["amount"]
        if dispute["status"] == "won":
            moved[f"reversal {currency}"] += dispute["amount"]
    if invoice["status"] == "paid" and not story.charges and invoice["total"]:
        kind = "external" if invoice["amount_due"] else "balance"
        moved[f"{kind} {currency}"] += invoice["total"]
