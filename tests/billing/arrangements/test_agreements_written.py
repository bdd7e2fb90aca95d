"""What an import of agreements writes: the rows of starting each, in few statements, once, whole or not at all."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from paydesk.billing.arrangements.start import start_agreement
from paydesk.billing.arrangements.wanted import AgreementWanted
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import DueCharge
from paydesk.kit import clock
from paydesk.kit.money import Money
from tests.billing.arrangements.brought import PLAIN, PLAN, Brought, brought
from tests.billing.charging.scene import collecting
from tests.journeys.installation import database_url
from tests.side_by_side import side_by_side
from tests.simulator import Simulator
from tests.sync.books import books_of

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
ROOT = Path(__file__).parents[3]


def test_importing_leaves_the_rows_of_starting_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "wall_now", lambda: NOW)
    at_a_stroke, one_by_one = brought("stroke"), brought("single")
    trial = PLAIN | {"reference": "T-1", "trial": "yes", "interval": "2 weeks", "customer": "ben@example.com"}
    past = PLAN | {"reference": "P-2", "first_day": "2026-11-15", "deposit_day": "2026-11-15", "method": ""}
    at_a_stroke.bring(PLAIN, PLAN, trial, past, allows_past=True)
    owners = {
        one.reference: one
        for one in GatewayCustomer.objects.select_related("connection").filter(
            merchant_id=one_by_one.merchant.id
        )
    }
    card = PaymentMethod.objects.get(merchant_id=one_by_one.merchant.id, reference="pm_1")
    plain = AgreementWanted(
        owner=owners["cus_1"],
        name="Glaze club",
        price=Money(1800, "EUR"),
        interval_unit="month",
        interval_count=1,
        first_day=date(2099, 1, 31),
        reference="A-1",
    )
    for wanted in (plain, *_more(plain, owners["cus_2"], card)):
        start_agreement(merchant=one_by_one.merchant, wanted=wanted, now=NOW)

    assert _rows(at_a_stroke) == _rows(one_by_one)
    assert all(_rows(at_a_stroke).values())


def _more(plain: AgreementWanted, ben: GatewayCustomer, card: PaymentMethod) -> list[AgreementWanted]:
    given = {name: getattr(plain, name) for name in AgreementWanted.__slots__}
    plan = given | {
        "reference": "P-1",
        "name": "Kiln",
        "price": Money(100_000, "EUR"),
        "payments_count": 3,
        "deposit": Money(10_000, "EUR"),
        "deposit_day": date(2099, 1, 1),
        "fee": Money(1_000, "EUR"),
        "method": card,
        "paid_before": 1,
    }
    day = date(2026, 11, 15)
    return [
        AgreementWanted(**plan),
        AgreementWanted(
            **given
            | {
                "owner": ben,
                "reference": "T-1",
                "has_trial": True,
                "interval_unit": "week",
                "interval_count": 2,
            }
        ),
        AgreementWanted(**plan | {"reference": "P-2", "first_day": day, "deposit_day": day, "method": None}),
    ]


def _rows(scene: Brought) -> dict[str, list[str]]:
    """Everything that is kept, without what is made of the connection's own name."""
    used = ("orders", "order lines", "subscriptions", "payments", "ledger", "ledger lines")
    books = {name: rows for name, rows in books_of(scene.merchant.id).items() if name in used}
    books["run"] = list(
        DueCharge.objects.filter(merchant_id=scene.merchant.id)
        .order_by("payment__subscription__reference", "payment__position")
        .values_list("payment__position", "due_at", "fence", "lease_until", "tries_count", "dead_at")
    )
    uuid = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
    return {name: sorted(uuid.sub("UUID", repr(row)) for row in rows) for name, rows in books.items()}


def test_what_is_asked_of_the_database_does_not_grow_with_every_line() -> None:
    scene = brought()
    lines = [PLAN | {"reference": f"P-{number}"} for number in range(400)]
    with CaptureQueriesContext(database) as asked:
        scene.bring(*lines)
    assert len(scene.names()) == 400
    # SQLite takes some thirty payments in a statement.
    assert len(asked) < len(lines) / 3


def test_two_imports_at_once_make_each_agreement_once() -> None:
    scene = brought()
    lines = [PLAN | {"reference": f"P-{number:03}"} for number in range(40)]
    assert side_by_side(lambda: scene.bring(*lines), lambda: scene.bring(*lines)) == []
    assert len(scene.names()) == 40
    assert [len(scene.payments(name)) for name in scene.names()] == [4] * 40


_KILLED = """
import os, signal, django
django.setup()
from tests.billing.arrangements.brought import PLAN, csv_of
from paydesk.billing.arrangements.imported.bring_in import FileWanted, import_agreements
from paydesk.kit import clock
from paydesk.merchants.find import merchant_by_slug
from paydesk.merchants.models import Connection
merchant = merchant_by_slug("clay")
import_agreements(
    merchant=merchant,
    connection=Connection.objects.get(merchant_id=merchant.id),
    file=FileWanted(content=csv_of(*(PLAN | {"reference": f"P-{number}"} for number in range(1200)))),
    now=clock.wall_now(),
    on_written=lambda count, of: count < of and os.kill(os.getpid(), signal.SIGKILL),
)
"""


def test_killed_in_the_middle_it_leaves_nothing() -> None:
    scene = brought()
    environment = os.environ | {
        "PAYDESK_DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "paydesk.config.settings",
        "PYTHONPATH": str(ROOT),
    }
    ended = subprocess.run(
        [sys.executable, "-c", _KILLED], env=environment, capture_output=True, check=False, text=True
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert scene.names() == []
    scene.bring(PLAN)
    assert scene.names() == ["P-1"]


def test_what_was_brought_is_charged_by_the_worker_and_goes_on(simulator: Simulator) -> None:
    scene = collecting(simulator)
    here = Brought(merchant=scene.merchant, connection=scene.connection)
    first = scene.today().isoformat()
    here.bring(
        PLAIN | {"customer": "ada@example.com", "first_day": first},
        PLAN
        | {"customer": scene.customer, "first_day": first, "deposit_day": first, "method": ""}
        | {"payments": "2", "paid_before": "2"},
    )
    scene.run()
    assert scene.moved_minor() == 1_800
    scene.pass_days(31)
    assert scene.moved_minor() == 2 * 1_800 + 45_500
    assert here.agreement("P-1").state == "completed"
