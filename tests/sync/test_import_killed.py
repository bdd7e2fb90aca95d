"""`paydesk import`, killed at any moment and started again: nothing is lost, nothing is there twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payments.models import Payment
from paydesk.merchants.models import Connection
from paydesk.sync.models import ImportRun
from tests.connected import Connected, connected
from tests.journeys.installation import PAYDESK, database_url
from tests.simulator import Simulator
from tests.sync.books import books_of, twin_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

CUSTOMERS = 30
PAGE = 8
KILLS = 4
SECONDS = 60


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    """A merchant with one imported customer, whose company has just got thirty more with a year behind them."""
    scene = connected(simulator)
    Connection.objects.filter(merchant_id=scene.merchant.id).update(options={"page_size": str(PAGE)})
    ImportRun.objects.filter(merchant_id=scene.merchant.id).delete()
    scene.account.seed(*(_story(number) for number in range(CUSTOMERS)))
    return scene


def _story(number: int) -> dict[str, object]:
    since = (datetime.now(UTC) - timedelta(days=100)).isoformat()
    kiln = {"title": "Kiln", "amount_minor": 12900 + number, "currency": "EUR", "at": since}
    plan = {"name": "Clay club", "amount_minor": 1900, "currency": "EUR", "started_at": since}
    return {
        "email": f"customer{number}@example.com",
        "name": f"Customer {number}",
        "created_at": since,
        "methods": [{"card": "good", "default": True}, {"card": "good_mastercard"}],
        "subscriptions": [plan | {"payments": {"2": {"refunded_minor": 900}}}],
        "bills": [kiln],
    }


def test_killed_again_and_again_it_ends_where_an_undisturbed_one_ends(clay: Connected) -> None:
    by_chance = random.Random(11)  # noqa: S311  # nothing secret: the same moments each time
    for fraction in sorted(by_chance.uniform(0.05, 0.7) for _ in range(KILLS)):
        _kill_at(clay, round(fraction * CUSTOMERS), moments_later=by_chance.uniform(0, 0.05))
    begun = ImportRun.objects.get(merchant_id=clay.merchant.id)
    assert begun.finished_at is None

    ended = subprocess.run(
        _command(clay), env=_environment(), capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert ended.returncode == 0, ended.stderr

    [run] = ImportRun.objects.filter(merchant_id=clay.merchant.id)
    assert ended.stdout.endswith("Done.\n")
    assert run.id == begun.id
    assert (run.customers_count, run.subscriptions_count) == (CUSTOMERS + 1, CUSTOMERS)
    assert run.payments_count == Payment.objects.filter(merchant_id=clay.merchant.id).count()
    twin = twin_of(clay)
    twin.take_over()
    assert books_of(clay.merchant.id) == books_of(twin.merchant.id)
    assert clay.charged() == clay.moved()


def _kill_at(scene: Connected, customers: int, *, moments_later: float) -> None:
    """Let an import run until so many customers are there, and a moment on; then end it as a power cut does."""
    running = subprocess.Popen(_command(scene), env=_environment(), stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + SECONDS
        while _imported(scene) < customers and running.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.002)
        time.sleep(moments_later)
    finally:
        running.kill()
        assert running.wait() == -signal.SIGKILL


def _imported(scene: Connected) -> int:
    return GatewayCustomer.objects.filter(merchant_id=scene.merchant.id).count()


def _command(scene: Connected) -> list[str]:
    words = ["import", "--merchant", scene.merchant.slug, "--connection", scene.connection.name]
    return [str(PAYDESK), *words]


def _environment() -> dict[str, str]:
    return os.environ | {"PAYDESK_DATABASE_URL": database_url()}
