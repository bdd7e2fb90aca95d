"""What no mirroring mends is named with both amounts, told once as a concern, and left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.resolve import resolve_concern
from paydesk.billing.customers.models import Customer
from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.ledger.write import write_entry
from paydesk.billing.payments.models import Payment
from paydesk.database.transactions import in_transaction
from paydesk.gateways.records import CollectibleRecord, CollectibleState
from paydesk.kit import clock
from paydesk.kit.money import Money
from paydesk.sync.reconciliation import compare
from tests import builders
from tests.connected import Connected, connected
from tests.simulator import Simulator
from tests.sync.books import books_of
from tests.sync.reconciliation.reconciled import (
    listing,
    outside_concerns,
    run_in_words,
    run_reconcile,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_is_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """What happened just now counts: in these tests nothing happens while customers are read."""
    monkeypatch.setattr(compare, "_MOVES_WITHIN", timedelta(minutes=-1))


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    """Ada has a bill that failed, and a club whose first bill she has paid."""
    scene = connected(simulator)
    scene.account.method(scene.customer, "good", default=True)
    scene.account.subscription(scene.customer, name="Clay club")
    scene.take_over()
    return scene


def _paid() -> Payment:
    return Payment.objects.get(state="paid")


def _enter(scene: Connected, payment_id: int, *, kind: LedgerEntry.Kind = LedgerEntry.Kind.CHARGE) -> None:
    """Let the ledger have money that nobody moved."""
    in_transaction(
        lambda: write_entry(
            merchant_id=scene.merchant.id,
            connection_id=scene.connection.id,
            payment_id=payment_id,
            kind=kind,
            reference="ch_ghost",
            amount=Money(4200, "EUR"),
            occurred_at=builders.days(-3),
        )
    )


def test_sums_that_agree_are_said(clay: Connected) -> None:
    ended = run_reconcile(clay)

    assert ended.said["sums"] == {"EUR": {"charged here": 1900, "charged there": 1900}}
    assert "charged: EUR 19.00 at the company, EUR 19.00 in the ledger" in run_in_words(clay)[1]


def test_a_payment_that_the_company_does_not_know(clay: Connected) -> None:
    order = builders.order(Customer.objects.get(), clay.connection)
    strange = builders.payment(order, reference="in_strange", state="failed")
    before = books_of(clay.merchant.id)
    ended = run_reconcile(clay)

    assert (ended.status, ended.kinds) == (1, ["payment"])
    [said] = ended.said["differences"]
    assert (said["reference"], said["customer"], said["payment"], said["here_minor"]) == (
        "in_strange",
        clay.customer,
        strange.public_id,
        4900,
    )
    assert books_of(clay.merchant.id, but=frozenset({"news"})) == {
        name: rows for name, rows in before.items() if name != "news"
    }
    assert "The books have a payment that the company does not know. (1)" in run_in_words(clay)[1]


def test_money_that_no_charge_at_the_company_has_and_sums_that_differ(clay: Connected) -> None:
    _enter(clay, _paid().id)
    ended = run_reconcile(clay)

    assert (ended.status, ended.kinds) == (1, ["not_there", "sums"])
    there, here = (one for one in ended.said["differences"])
    assert (there["reference"], there["here_minor"], there["there_minor"]) == ("ch_ghost", 4200, None)
    assert (here["reference"], here["here_minor"], here["there_minor"]) == ("charged EUR", 6100, 1900)


def test_money_that_belongs_to_nobody(clay: Connected) -> None:
    _enter(clay, 999_999)

    assert run_reconcile(clay).kinds == ["not_there"]


@pytest.mark.parametrize("kind", [LedgerEntry.Kind.REFUND, LedgerEntry.Kind.DISPUTE])
def test_money_that_never_went_back(clay: Connected, kind: LedgerEntry.Kind) -> None:
    _enter(clay, _paid().id, kind=kind)

    assert run_reconcile(clay).kinds == ["not_there", "sums"]


def test_a_state_that_contradicts(clay: Connected) -> None:
    def unpaid(record: CollectibleRecord) -> CollectibleRecord:
        return replace(record, state=CollectibleState.FAILED, attempts=(), paid_at=None, settled_by=None)

    with listing(unpaid):
        ended = run_reconcile(clay)

    assert "state" in ended.kinds
    assert _paid().contradicted_at is not None
    assert next(one for one in ended.said["differences"] if one["kind"] == "state")["what"] == (
        "paid here, failed at the company"
    )


def test_a_second_charge(clay: Connected) -> None:
    def twice(record: CollectibleRecord) -> CollectibleRecord:
        more = [
            replace(one, reference=f"{one.reference}_2", outcome=replace(one.outcome, reference=""))
            for one in record.attempts
            if one.outcome.verdict == "succeeded"
        ]
        return replace(record, attempts=[*record.attempts, *more])

    with listing(twice):
        ended = run_reconcile(clay)

    assert ended.kinds == ["second"]
    [said] = ended.said["differences"]
    assert (said["there_minor"], said["here_minor"]) == (3800, 1900)


def test_a_customer_without_an_address_and_one_concern_for_all_of_them(clay: Connected) -> None:
    for _ in range(3):
        clay.account.customer(email="", name="Nobody")
    ended = run_reconcile(clay)

    assert (ended.status, ended.kinds) == (1, ["address"] * 3)
    [told] = outside_concerns(clay)
    assert "3 customers without an address" in told.facts["found"]


def test_a_concern_is_said_once_and_ends_when_the_two_agree(clay: Connected) -> None:
    _enter(clay, 999_999)
    run_reconcile(clay)
    run_reconcile(clay)
    [told] = outside_concerns(clay)
    assert (told.facts["reference"], told.facts["amount_minor"], told.resolved_at) == ("ch_ghost", 4200, None)

    LedgerEntry.objects.filter(reference="ch_ghost").update(occurred_at=clock.wall_now() + timedelta(days=1))
    assert run_reconcile(clay).status == 0
    [told] = outside_concerns(clay)
    assert told.resolved_by == "paydesk"


def test_what_a_person_has_looked_at_is_not_reported_again(clay: Connected) -> None:
    _enter(clay, 999_999)
    run_reconcile(clay)
    [told] = outside_concerns(clay)
    resolve_concern(
        merchant_id=clay.merchant.id,
        public_id=told.public_id,
        resolved_by="Mara",
        note="Paid in cash.",
        now=clock.wall_now(),
    )

    assert run_reconcile(clay).status == 0
    assert len(outside_concerns(clay)) == 1


def test_a_charge_with_a_mark_that_nothing_here_gives(simulator: Simulator) -> None:
    scene = connected(simulator, kind="vault")
    fields = {"customer": scene.customer, "amount_minor": 1234, "currency": "EUR", "tag": "ofanotherone0000"}
    method = scene.account.method(scene.customer)
    charge = scene.account.api("/charges", key="elsewhere", method=method, **fields)
    scene.account.api(f"/charges/{charge['id']}/confirm", key="elsewhere:confirm")
    ended = run_reconcile(scene)

    assert (ended.status, ended.kinds) == (1, ["mark"])
    assert ended.said["differences"][0]["there_minor"] == 1234
    # It has a concern of its own kind, and no other.
    assert outside_concerns(scene) == []
    [told] = Concern.objects.filter(merchant_id=scene.merchant.id)
    assert told.kind == Concern.Kind.UNKNOWN_CHARGE


def test_a_dry_run_tells_nobody(clay: Connected) -> None:
    _enter(clay, 999_999)
    ended = run_reconcile(clay, "--dry-run")

    assert (ended.status, ended.kinds) == (1, ["not_there"])
    assert outside_concerns(clay) == []
