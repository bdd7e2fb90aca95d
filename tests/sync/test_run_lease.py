"""One process imports a connection at a time; the second is told who does, and a dead one is succeeded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from paydesk.gateways.contract import GatewayBusy
from paydesk.gateways.records import CustomerRecord, Page
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.kit import clock
from paydesk.sync.inbox import store_webhook
from paydesk.sync.models import ImportRun
from paydesk.sync.run_lease import Held, LeaseLost, RunGoingOn, held_run
from tests.connected import Connected, connected, work_off
from tests.side_by_side import side_by_side
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    scene = connected(simulator)
    ImportRun.objects.all().delete()
    return scene


@pytest.fixture
def held(clay: Connected) -> Iterator[Held[ImportRun]]:
    with held_run(ImportRun, merchant_id=clay.merchant.id, connection_id=clay.connection.id) as held:
        yield held


def test_the_second_is_told_who_imports_and_since_when(clay: Connected, held: Held[ImportRun]) -> None:
    with pytest.raises(RunGoingOn) as refused:
        clay.take_over()

    assert f":{os.getpid()} has been importing this connection since 20" in str(refused.value)
    assert ImportRun.objects.get().holder == held.holder


def test_of_two_that_begin_at_once_one_imports(clay: Connected) -> None:
    for number in range(5):
        clay.account.customer(email=f"c{number}@example.com")
    ready = threading.Barrier(2)

    def begin() -> None:
        ready.wait()
        clay.take_over()

    refused = side_by_side(begin, begin)

    assert len(refused) <= 1
    assert all(isinstance(one, RunGoingOn) for one in refused)
    assert ImportRun.objects.filter(finished_at__isnull=True).count() == 0
    assert {run.customers_count for run in ImportRun.objects.all()} == {6}


def test_a_dead_process_is_succeeded_at_once(clay: Connected, held: Held[ImportRun]) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    host, _, _ = held.holder.split(":")
    ImportRun.objects.update(holder=f"{host}:{gone.pid}:0000")
    clay.take_over()

    assert ImportRun.objects.get().finished_at is not None


def test_a_process_of_another_host_is_succeeded_when_its_lease_is_over(
    clay: Connected, held: Held[ImportRun]
) -> None:
    ImportRun.objects.update(holder="another-host:1:0000")
    with pytest.raises(RunGoingOn):
        clay.take_over()

    ImportRun.objects.update(lease_until=clock.wall_now())
    clay.take_over()
    assert ImportRun.objects.get().finished_at is not None


def test_one_that_was_succeeded_commits_nothing_more(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was stopped for longer than its lease, and wakes up when another is at work."""
    clay.account.bill(clay.account.customer(email="new@example.com"), collect=False)
    whole = BillingGateway.list_methods

    def overtaken(self: BillingGateway, customer_reference: str) -> object:
        mine = ImportRun.objects.filter(merchant_id=clay.merchant.id)
        mine.update(holder="another-host:1:0000")
        connections.close_all()
        return whole(self, customer_reference)

    monkeypatch.setattr(BillingGateway, "list_methods", overtaken)
    with pytest.raises(LeaseLost):
        clay.take_over()

    run = ImportRun.objects.get()
    assert (run.holder, run.customers_count) == ("another-host:1:0000", 0)


def test_an_import_waits_for_a_busy_company_and_goes_on(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([GatewayBusy("slow down", retry_after=timedelta(milliseconds=1))] * 3)
    whole = BillingGateway.list_customers

    def busy(self: BillingGateway, *, cursor: str = "") -> Page[CustomerRecord]:
        if trouble := next(answers, None):
            raise trouble
        return whole(self, cursor=cursor)

    monkeypatch.setattr(BillingGateway, "list_customers", busy)
    clay.take_over()

    assert ImportRun.objects.get().customers_count == 1


def _printed(command: str, *words: str) -> str:
    out = StringIO()
    try:
        call_command(command, *words, stdout=out)
    except CommandError as trouble:
        out.write(str(trouble))
    return out.getvalue()


def test_the_command_says_how_far_it_is_and_of_about_how_many(clay: Connected) -> None:
    words = ("--merchant", "clay", "--connection", "Main")
    assert "1 customers, 0 subscriptions, 1 payments, 0:00\nDone.\n" in _printed("import", *words)
    assert "1 of about 1 customers" in _printed("import", *words)


def test_status_shows_an_import_that_runs_and_one_that_stopped(
    clay: Connected, held: Held[ImportRun]
) -> None:
    held.write(customers_count=1_200, payments_count=12_345)
    assert "An import is running since" in _printed("status")
    assert "1,200 customers and 12,345 payments so far" in _printed("status")

    ImportRun.objects.update(lease_until=clock.wall_now() - timedelta(seconds=1))
    assert "An import stopped: 1,200 customers" in _printed("status")


def test_status_counts_events_that_name_nothing(clay: Connected) -> None:
    assert "moon.rose" not in _printed("status")
    for number in range(3):
        _hear_of_the_moon(clay, number)
    work_off("inbox")

    assert "Events about nothing that is shown here: moon.rose 3." in _printed("status")


def _hear_of_the_moon(scene: Connected, number: int) -> None:
    words = json.dumps(
        json.loads(scene.webhooks()[-1][0]) | {"id": f"evt_moon_{number}", "kind": "moon.rose"}
    ).encode()
    store_webhook(
        merchant=scene.merchant,
        connection_uuid=scene.connection.uuid,
        body=words,
        headers=scene.account.signed(words),
        now=clock.wall_now(),
    )
