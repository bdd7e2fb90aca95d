"""Where webhooks are known to go missing, all are read again within the hour, first those who should have changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payments.models import Payment, Refund
from paydesk.billing.subscriptions.models import Subscription
from paydesk.config.schedule import JOBS
from paydesk.gateways.contract import GatewayBusy
from paydesk.gateways.records import CustomerRecord
from paydesk.kit import clock
from paydesk.sync.reconciliation.reread_stale import reread_what_is_stale
from paydesk.sync.reconciliation.stale import stale_customers
from tests.connected import Connected, connected
from tests.simulator import Simulator
from tests.sync.reconciliation.silent_company import SilentBilling, without_list

pytestmark = pytest.mark.django_db(transaction=True)
[JOB] = [job for job in JOBS if job.run is reread_what_is_stale]


@pytest.fixture
def clay(simulator: Simulator) -> Iterator[Connected]:
    """Ada's company loses webhooks; she has a bill to pay and a club that goes on."""
    scene = connected(simulator)
    scene.account.method(scene.customer, "good", default=True)
    scene.account.subscription(scene.customer, name="Clay club")
    scene.take_over()
    with without_list():
        yield scene


@pytest.fixture
def crowd(simulator: Simulator) -> Iterator[Connected]:
    """Ada has a bill to pay, and four others have a club."""
    scene = connected(simulator)
    for number in range(4):
        member = scene.account.customer(email=f"m{number}@example.com")
        scene.account.method(member, "good", default=True)
        scene.account.subscription(member, name="Clay club")
    scene.take_over()
    with without_list():
        yield scene


def _an_hour_goes_by() -> None:
    """Let the timer run as often as it does in an hour."""
    now = clock.wall_now()
    for times in range(1, timedelta(hours=1) // JOB.every + 1):
        reread_what_is_stale(now + times * JOB.every)


def _agreement(scene: Connected) -> Subscription:
    return Subscription.objects.get(merchant_id=scene.merchant.id)


def test_a_payment_a_cancel_and_a_refund_that_nobody_heard_of_appear(clay: Connected) -> None:
    bill = Payment.objects.get(merchant_id=clay.merchant.id, state="failed")
    paid = clay.moved()[0]
    clay.account.advance(days=2)
    clay.account.api("/refunds", key="refund-1", charge=paid, amount_minor=700, tag="")
    clay.account.api(f"/subscriptions/{_agreement(clay).reference}/cancel", key="cancel-1")
    assert (bill.state, _agreement(clay).state, Refund.objects.count()) == ("failed", "active", 0)

    _an_hour_goes_by()

    assert clay.bill(bill.reference).state == "paid"
    assert _agreement(clay).state == "canceled"
    assert [one.amount_minor for one in Refund.objects.all()] == [700]


def test_what_was_read_just_now_is_not_read_again(clay: Connected) -> None:
    clay.take_over()
    clay.account.forget_calls()
    reread_what_is_stale(clock.wall_now() + timedelta(minutes=30))

    assert clay.account.calls()["calls"] == 0


def test_those_who_should_have_changed_come_first(crowd: Connected) -> None:
    ada, *others = GatewayCustomer.objects.order_by("id")
    for hours, row in enumerate([*others, ada]):
        GatewayCustomer.objects.filter(id=row.id).update(
            reread_at=clock.wall_now() - timedelta(hours=10 - hours)
        )
    now = clock.wall_now()
    overdue = Subscription.objects.filter(gateway_customer_id=others[2].id)
    overdue.update(next_payment_at=now - timedelta(minutes=1))
    wished = Subscription.objects.get(gateway_customer_id=others[3].id)
    ScheduledAction.objects.create(
        merchant_id=crowd.merchant.id,
        subscription_id=wished.id,
        kind=ScheduledAction.Kind.PAUSE,
        asked_by="customer",
        created_at=now,
    )
    found = stale_customers(crowd.connection, unread_since=now, now=now)

    # Ada has a bill to pay.
    assert list(found) == [others[2], others[3], ada, others[0], others[1]]


def test_several_are_read_side_by_side(crowd: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(5)
    asks = SilentBilling.read_customer

    def meet(self: SilentBilling, reference: str) -> CustomerRecord | None:
        together.wait(20)
        return asks(self, reference)

    monkeypatch.setattr(SilentBilling, "read_customer", meet)
    reread_what_is_stale(clock.wall_now() + timedelta(hours=1))

    assert not together.broken
    assert GatewayCustomer.objects.filter(reread_at__gt=clock.wall_now()).count() == 0


def test_one_that_cannot_be_read_keeps_nobody_waiting_and_is_tried_again(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: SilentBilling, reference: str) -> CustomerRecord | None:
        raise ValueError("an answer that nobody expected")

    monkeypatch.setattr(SilentBilling, "read_customer", broken)
    at = clock.wall_now() + timedelta(minutes=50)
    reread_what_is_stale(at)
    row = GatewayCustomer.objects.get()

    # Not at once again, but ten minutes later.
    found = [
        stale_customers(
            clay.connection, unread_since=at + timedelta(minutes=after) - timedelta(minutes=40), now=at
        ).count()
        for after in (5, 11)
    ]
    assert (row.reread_at, found) == (at - timedelta(minutes=30), [0, 1])


def test_a_company_that_is_busy_is_asked_for_the_same_customers_again(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(self: SilentBilling, reference: str) -> CustomerRecord | None:
        raise GatewayBusy("slow down", retry_after=timedelta(minutes=5))

    before = GatewayCustomer.objects.get().reread_at
    monkeypatch.setattr(SilentBilling, "read_customer", busy)
    reread_what_is_stale(clock.wall_now() + timedelta(hours=1))

    assert GatewayCustomer.objects.get().reread_at == before
