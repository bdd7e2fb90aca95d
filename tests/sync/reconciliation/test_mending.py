"""What the company's present word mends is mended; a second run right after has nothing to mend."""

from __future__ import annotations

import pytest

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.ledger.models import LedgerEntry, LedgerLine
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt, Payment, Refund
from paydesk.billing.subscriptions.models import Subscription
from paydesk.sync.models import Reconciliation
from tests.connected import Connected, connected
from tests.simulator import Simulator
from tests.sync.books import books_of
from tests.sync.reconciliation.reconciled import run_in_words, run_reconcile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    """Ada has a bill that failed, and a club whose first bill she has paid."""
    scene = connected(simulator)
    scene.account.method(scene.customer, "good", default=True)
    scene.account.subscription(scene.customer, name="Clay club")
    scene.take_over()
    return scene


def _happen(scene: Connected) -> None:
    """Let much happen at the company of which nobody hears."""
    charge = scene.moved()[0]
    scene.account.advance(days=2)
    scene.account.api("/refunds", key="refund-1", charge=charge, amount_minor=700, tag="")
    club = Subscription.objects.get(merchant_id=scene.merchant.id)
    scene.account.api(f"/subscriptions/{club.reference}/cancel", key="cancel-1")
    other = scene.account.customer(email="bo@example.com")
    scene.account.bill(other, title="New")


def test_books_that_agree_are_said_to(clay: Connected) -> None:
    ended = run_reconcile(clay)

    assert (ended.status, ended.said["mended"], ended.said["differences"]) == (0, {}, [])
    assert (ended.said["customers"], ended.said["payments"]) == (1, 2)
    assert "Nothing is left for a person to look at." in run_in_words(clay)[1]


def test_what_nobody_heard_of_is_mended_once(clay: Connected) -> None:
    _happen(clay)
    first, second = run_reconcile(clay), run_reconcile(clay)

    assert first.status == 0
    assert first.said["mended"] == {
        "customers missing": 1,
        "subscriptions stale": 1,
        "payments missing": 1,
        "payments stale": 2,
        "attempts missing": 2,
        "refunds missing": 1,
        "entries missing": 2,
    }
    assert Payment.objects.filter(state="paid").count() == 2
    assert [one.amount_minor for one in Refund.objects.all()] == [700]
    assert Subscription.objects.get().state == "canceled"
    assert GatewayCustomer.objects.count() == 2
    assert (second.status, second.said["mended"]) == (0, {})


def test_a_dry_run_says_the_same_and_writes_nothing(clay: Connected) -> None:
    _happen(clay)
    before = books_of(clay.merchant.id)
    dry = run_reconcile(clay, "--dry-run")

    assert books_of(clay.merchant.id) == before
    assert not Reconciliation.objects.exists()
    real = run_reconcile(clay)
    assert dry.said["mended"] == real.said["mended"]
    assert (dry.status, real.status) == (1, 0)


def test_what_was_lost_here_is_written_again(clay: Connected) -> None:
    paid = Payment.objects.get(state="paid")
    LedgerLine.objects.filter(entry__payment_id=paid.id).delete()
    LedgerEntry.objects.filter(payment_id=paid.id).delete()
    Attempt.objects.filter(payment_id=paid.id).delete()
    PaymentMethod.objects.all().delete()
    ended = run_reconcile(clay)

    assert ended.said["mended"]["entries missing"] == 1
    assert ended.said["mended"]["attempts missing"] == 1
    assert ended.said["mended"]["methods missing"] == 2
    assert clay.charged() == clay.moved()
    assert run_reconcile(clay).said["mended"] == {}


def test_all_connections_of_a_merchant_are_compared_in_turn(clay: Connected) -> None:
    status, said = run_in_words(clay)

    assert status == 0
    assert "Main: 1 customers and 2 payments were compared." in said
