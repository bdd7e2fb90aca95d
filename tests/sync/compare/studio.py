"""A merchant with customers of whom Paydesk collects, whose database is put back while the company went on."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connections

from paydesk.billing.concerns.models import Concern
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.holds.held import holds_of
from paydesk.billing.ledger.models import LedgerLine
from paydesk.billing.payments.models import Attempt, DueCharge, Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.config.heart import beat
from paydesk.kit import clock
from paydesk.sync.models import Comparison
from paydesk.work.heartbeat.memory import MEMORY
from tests.billing.charging.scene import collecting
from tests.billing.together.desk import Desk
from tests.config.restorable import Installed, installed, leave_database
from tests.connected import work_off
from tests.simulator import Simulator

CUSTOMERS, AGREEMENTS_EACH = 4, 10


@dataclass(frozen=True, kw_only=True)
class Studio(Desk):
    """The scene, and what a restore does to it."""

    def open_for_many(self, *, customers: int = CUSTOMERS, agreements_each: int = AGREEMENTS_EACH) -> None:
        """Start plans and subscriptions of several customers; one has a card that is declined."""
        for number in range(customers):
            reference = self.account.customer(email=f"member{number}@example.com", name=f"Member {number}")
            self.account.method(reference, "good" if number else "insufficient_funds", default=True)
        self.take_over()
        owners = GatewayCustomer.objects.select_related("connection").filter(merchant_id=self.merchant.id)
        for owner in owners.exclude(reference=self.customer).order_by("id"):
            for number in range(agreements_each):
                start = self.start_plan if number % 2 else self.start
                start(owner=owner, name=f"Shelf {number}")

    def of_member(self, number: int) -> list[Subscription]:
        """List the agreements of one of them."""
        theirs = Subscription.objects.filter(merchant_id=self.merchant.id, customer__name=f"Member {number}")
        return list(theirs.order_by("id"))

    def payment_of(self, agreement: Subscription, position: int) -> Payment:
        return Payment.objects.get(
            merchant_id=self.merchant.id, subscription_id=agreement.id, position=position
        )

    def put_off(self, *, due_count: int) -> None:
        """Let only so many be charged by the next run; the others come an hour later."""
        due = DueCharge.objects.filter(merchant_id=self.merchant.id, due_at__lte=clock.wall_now())
        later = list(due.order_by("id").values_list("id", flat=True)[due_count:])
        due.filter(id__in=later).update(due_at=clock.wall_now() + timedelta(hours=1))

    def bring_back(self) -> None:
        """Let what was put off be due again."""
        waiting = DueCharge.objects.filter(merchant_id=self.merchant.id, due_at__isnull=False)
        waiting.filter(payment__due_at__lte=clock.wall_now()).update(due_at=clock.wall_now())

    def be_busy(self) -> None:
        """Charge the rest but two, pay early and together, refund; one customer's card is declined all along."""
        self.put_off(due_count=18)
        self.run()
        plans = [one for one in self.of_member(1) if one.payments_total]
        for plan in plans[:2]:
            self.press(payment=self.payment_of(plan, 2))
        self.pay(self.quote(*[self.payment_of(plans[2], position) for position in (2, 3, 4)]))
        self.pay(self.quote_off(plans[3]))
        charge = self.moved()[0]
        self.account.api("/refunds", key="back", charge=charge, amount_minor=500, tag="")

    def standing(self) -> dict[str, tuple[str, int, int]]:
        """Say of each payment how it stands: state, paid and refunded minor units."""
        rows = Payment.objects.filter(merchant_id=self.merchant.id)
        return {row.reference: (row.state, row.paid_minor, row.refunded_minor) for row in rows}

    def assert_books_are_the_company_s(self) -> None:
        """Compare movement by movement, and that no payment was charged twice."""
        moved = [(row["kind"], row["reference"], abs(row["amount_minor"])) for row in self.account.journal()]
        debits = LedgerLine.objects.filter(merchant_id=self.merchant.id, amount_minor__gt=0)
        booked = debits.values_list("entry__kind", "entry__reference", "amount_minor")
        assert sorted(booked) == sorted(moved)
        assert self.charged() == self.moved()
        paid = Attempt.objects.filter(merchant_id=self.merchant.id, state=Attempt.State.SUCCEEDED)
        twice = [
            one for one, count in Counter(paid.values_list("payment_id", flat=True)).items() if count > 1
        ]
        assert twice == []

    def hurry_comparison(self) -> None:
        """Let nobody wait for what was on its way when the database was replaced."""
        waiting = Comparison.objects.filter(merchant_id=self.merchant.id, ended_at__isnull=True)
        waiting.update(due_at=clock.wall_now())

    def comparisons(self) -> list[Comparison]:
        """List them, the oldest first."""
        mine = Comparison.objects.select_related("hold").filter(merchant_id=self.merchant.id)
        return list(mine.order_by("id"))

    def comparison(self) -> Comparison:
        """Give the last one as it stands."""
        return self.comparisons()[-1]

    def compare(self) -> Comparison:
        """Work the comparison off as far as it goes now; gives it as it stands."""
        self.hurry_comparison()
        work_off("comparisons")
        return self.comparison()

    def is_held(self) -> bool:
        return bool(holds_of(self.merchant.id))

    def doubts(self) -> list[str]:
        """Name the kinds of the concerns that are open, without the one that tells of the restore."""
        rows = Concern.objects.filter(merchant_id=self.merchant.id, resolved_at__isnull=True)
        return sorted(rows.exclude(kind="restored").values_list("kind", flat=True))


def studio(simulator: Simulator) -> Studio:
    """Connect the merchant to a vault of the simulated company."""
    found = collecting(simulator)
    return Studio(**{field.name: getattr(found, field.name) for field in fields(found)})


def half_charged(simulator: Simulator) -> Studio:
    """Forty agreements, of which twenty have had their first payment asked for."""
    scene = studio(simulator)
    scene.open_for_many()
    scene.put_off(due_count=20)
    scene.run()
    scene.bring_back()
    return scene


@contextmanager
def backup(folder: Path) -> Iterator[Installed]:
    """Keep the database as it is now; what happens in the tests' own database from now on is lost with it."""
    notice()
    with installed(folder) as kept:
        shutil.copy(settings.PAYDESK_HEARTBEAT_FILE, kept.heartbeat)
        # A worker is at work: the number outside grows.
        notice()
        notice()
        yield kept


@contextmanager
def put_back(kept: Installed) -> Iterator[None]:
    """Be a worker that starts on the backup: the heartbeat file is as the lost database left it."""
    shutil.copy(settings.PAYDESK_HEARTBEAT_FILE, kept.heartbeat)
    with inside(kept):
        assert "restored from a backup" in notice()
        yield


@contextmanager
def inside(kept: Installed) -> Iterator[None]:
    """Read and write the restored database in this process."""
    known = connections["default"].settings_dict
    leave_database()
    before, known["NAME"] = known["NAME"], _name_of(kept)
    MEMORY.forget()
    try:
        yield
    finally:
        leave_database()
        known["NAME"] = before
        MEMORY.forget()


def notice() -> str:
    """Beat as a worker does that starts."""
    return beat(clock.wall_now())


def _name_of(kept: Installed) -> str:
    path = urlsplit(kept.url).path
    return path if kept.url.startswith("sqlite") else path.removeprefix("/")
