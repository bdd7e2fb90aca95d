"""A company that keeps no list of customers, tells no address and lists charges late is spoken of honestly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.config.management.said_holds import said_holds
from paydesk.kit import clock
from paydesk.sync.compare.work import work_comparison
from paydesk.sync.models import Comparison
from paydesk.sync.reread import reread_customer
from paydesk.work.claim import claim
from paydesk.work.queues import Later
from tests.connected import Connected, connected
from tests.simulator import Simulator
from tests.sync.compare.studio import backup, put_back, studio
from tests.sync.reconciliation.silent_company import SilentBilling, without_list

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clay(simulator: Simulator) -> Iterator[Connected]:
    """Ada is known here; from then on her company lists nobody."""
    scene = connected(simulator)
    with without_list():
        yield scene


def _owner(scene: Connected) -> GatewayCustomer:
    return GatewayCustomer.objects.get(merchant_id=scene.merchant.id)


def test_an_import_reads_those_known_here_and_says_so(clay: Connected) -> None:
    clay.account.customer(email="stranger@example.com")
    bill = clay.account.bill(clay.customer, title="New")["id"]
    out = StringIO()
    call_command("import", "--merchant", "clay", "--connection", "Main", stdout=out)

    assert clay.bill(bill).state == "failed"
    assert "keeps no list of its customers" in out.getvalue()
    assert "Of the 1 known here it was asked for everything." in out.getvalue()
    assert GatewayCustomer.objects.count() == 1


def test_an_address_that_the_company_does_not_tell_changes_and_unlinks_nobody(clay: Connected) -> None:
    before = _owner(clay)
    clay.take_over()
    gateway = SilentBilling(clay.account.settings())
    reread_customer(connection=clay.connection, gateway=gateway, reference=clay.customer)

    after = _owner(clay)
    assert before.email == "ada@example.com"
    assert (after.email, after.name, after.customer_id) == (before.email, before.name, before.customer_id)


def test_after_a_restore_nothing_is_released_before_the_lists_can_be_complete(
    simulator: Simulator, tmp_path: Path
) -> None:
    scene = studio(simulator)
    scene.start()
    with without_list(), backup(tmp_path) as kept:
        scene.run()
        with put_back(kept):
            scene.compare()
            row = scene.comparison()
            assert (row.begun_at, row.state, scene.is_held()) == (None, "customers", True)
            assert row.due_at == row.hold.started_at + timedelta(hours=3, minutes=3)
            [said] = said_holds(scene.merchant)
            assert f"from {row.due_at:%H:%M:%S} UTC on" in said.comparison
            assert "may list a charge 180 minutes late" in said.comparison

            Comparison.objects.filter(id=row.id).update(due_at=clock.wall_now())
            [taken] = claim(Comparison, most=1, lease=timedelta(minutes=2), now=clock.wall_now())
            with pytest.raises(Later):
                work_comparison(taken, row.due_at - timedelta(seconds=1))
            work_comparison(taken, row.due_at)
            assert (scene.comparison().state, scene.is_held()) == ("released", False)
