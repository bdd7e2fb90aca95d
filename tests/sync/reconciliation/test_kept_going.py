"""A long reconciliation survives a kill, keeps others out, waits for a busy company and says so of a silent one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest

from paydesk.billing.customers.models import Customer, GatewayCustomer
from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.ledger.write import write_entry
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.database.transactions import in_transaction
from paydesk.gateways.contract import GatewayBusy
from paydesk.gateways.records import CollectibleRecord
from paydesk.gateways.simulated.gateway import VaultGateway
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.sync.look import look_at_connection
from paydesk.sync.models import Reconciliation
from paydesk.sync.read_ahead import Readers
from paydesk.sync.reconciliation import compare
from paydesk.sync.reconciliation import reconcile as verb
from paydesk.sync.run_lease import held_run
from tests import builders
from tests.billing.charging.scene import collecting
from tests.connected import Connected, connected, revoke_key
from tests.simulator import Simulator
from tests.sync.reconciliation.reconciled import run_in_words, run_reconcile
from tests.sync.reconciliation.silent_company import HIDDEN, without_list

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    """Seven customers with a bill each, three on a page."""
    scene = connected(simulator)
    for number in range(6):
        scene.account.bill(scene.account.customer(email=f"c{number}@example.com"), title="New")
    scene.connection.options = {"page_size": "3"}
    scene.connection.save()
    return scene


def test_it_goes_on_after_a_kill_and_counts_each_once(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = compare.sides_of
    calls: list[int] = []

    def killed(*asked: object, readers: Readers) -> compare.Sides:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return asks(*asked, readers=readers)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(verb, "sides_of", killed)
        with pytest.raises(KeyboardInterrupt):
            run_reconcile(clay)
    row = Reconciliation.objects.get()
    assert (row.customers_count, row.finished_at) == (3, None)
    assert "A reconciliation stopped" in " ".join(
        look_at_connection(clay.connection, now=clock.wall_now()).lines()
    )

    ended = run_reconcile(clay)
    assert (ended.said["customers"], ended.said["payments"]) == (7, 7)
    assert Reconciliation.objects.count() == 1
    assert Payment.objects.count() == 7
    assert run_reconcile(clay).said["mended"] == {}


def test_a_second_one_is_told_who_does_it(clay: Connected) -> None:
    with held_run(Reconciliation, merchant_id=clay.merchant.id, connection_id=clay.connection.id):
        ended = run_reconcile(clay)
        status, _ = run_in_words(clay, "--dry-run")

    assert (ended.status, ended.said["is_finished"]) == (2, False)
    assert f":{os.getpid()} has been reconciling this connection since" in ended.said["trouble"]
    # Looking keeps nobody out.
    assert status == 1


def test_a_silent_company_is_said_to_be(clay: Connected) -> None:
    clay.account.fault("error_before", times=100)
    status, words = run_in_words(clay)

    assert status == 2
    assert "Main: The company does not answer" in words
    assert "it goes on where it was" in words


def test_a_key_that_is_refused_is_said_to_be(clay: Connected) -> None:
    revoke_key(clay)

    assert run_reconcile(clay).said["trouble"].startswith("The company refuses to answer")


def test_a_busy_company_is_waited_for(clay: Connected) -> None:
    clay.account.fault("busy", times=3)

    assert run_reconcile(clay).said["is_finished"]


def test_a_company_that_is_busy_when_asked_by_name_is_waited_for(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_reconcile(clay)
    order = builders.order(Customer.objects.earliest("id"), clay.connection)
    builders.payment(order, reference="in_strange", state="failed")
    charge = builders.payment(order, reference="in_ghost", state="paid")
    in_transaction(
        lambda: write_entry(
            merchant_id=clay.merchant.id,
            connection_id=clay.connection.id,
            payment_id=charge.id + 1000,
            kind=LedgerEntry.Kind.CHARGE,
            reference="ch_ghost",
            amount=Money(4200, "EUR"),
            occurred_at=builders.days(-3),
        )
    )
    refused: list[str] = []

    def busy_once(self: VaultGateway, reference: str) -> CollectibleRecord | None:
        if reference not in refused:
            refused.append(reference)
            raise GatewayBusy("busy", retry_after=timedelta(milliseconds=10))
        return reads(self, reference)

    reads = VaultGateway.read_collectible
    monkeypatch.setattr(VaultGateway, "read_collectible", busy_once)

    assert run_reconcile(clay).said["is_finished"]
    assert set(refused) >= {"in_strange", "ch_ghost"}


@pytest.fixture
def vault(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connected]:
    """Paydesk has charged Ada at a company that keeps no list and lists a charge hours later."""
    monkeypatch.setattr(compare, "_MOVES_WITHIN", timedelta(0))
    scene = collecting(simulator)
    scene.start()
    scene.run()
    with without_list():
        HIDDEN.update(scene.moved())
        yield scene


def test_what_a_company_may_list_later_is_not_missed_yet(vault: Connected) -> None:
    assert run_reconcile(vault).status == 0

    LedgerEntry.objects.update(occurred_at=clock.wall_now() - timedelta(hours=4))
    ended = run_reconcile(vault)
    assert (ended.status, ended.kinds) == (1, ["not_there", "sums"])


def test_without_a_list_those_known_here_are_compared(vault: Connected) -> None:
    vault.account.customer(email="stranger@example.com")
    HIDDEN.clear()
    ended = run_reconcile(vault)

    assert (ended.said["customers"], ended.said["mended"]) == (1, {})
    assert (GatewayCustomer.objects.count(), Attempt.objects.count()) == (1, 1)
    assert "keeps no list of its customers" in run_in_words(vault)[1]
