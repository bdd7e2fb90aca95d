"""What was read after an event was stored is not read for it again; what was read before that always is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paydesk.billing.payments.models import Payment, Refund
from paydesk.gateways.contract import GatewayBusy, WebhookEvent
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.kit import clock
from paydesk.sync.inbox import store_events
from paydesk.sync.models import InboxEvent
from paydesk.sync.poll_events import poll_events
from tests.connected import Connected, connected, work_off
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    return connected(simulator)


def test_a_week_of_events_about_one_bill_costs_one_reading(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = _count_readings(monkeypatch)
    Payment.objects.update(observed_at=clock.wall_now() - timedelta(days=7))
    _hear_of(clay, [_about(clay, number) for number in range(1_000)], happened=timedelta(days=6))

    assert len(read) == 1
    assert not InboxEvent.objects.filter(worked_at__isnull=True).exists()


def test_what_happened_after_the_last_reading_is_read(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refund of which nobody heard: the bill was read before it, however little before."""
    charge = clay.press(clay.save_card("good")).reference
    clay.account.api("/refunds", key="refund-1", charge=charge, amount_minor=4900, tag="")
    read = _count_readings(monkeypatch)
    poll_events(clock.wall_now())
    work_off("inbox")

    assert read
    assert Refund.objects.count() == 1


def test_a_success_that_was_looked_up_is_no_reading_of_the_bill(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its refund half an hour ago was not seen by the look-up, so its event is read."""
    monkeypatch.setattr("paydesk.billing.payments.ask.reread_quietly", lambda **_: None)
    charge = clay.press(clay.save_card("good")).reference
    clay.account.api("/refunds", key="refund-1", charge=charge, amount_minor=4900, tag="")
    _hear_of(clay, [_about(clay, 0)], happened=timedelta(minutes=30))

    assert Refund.objects.count() == 1


def test_what_a_clock_that_was_ahead_read_is_read_again_for_what_came_after(clay: Connected) -> None:
    """Read two hours ago, when it said one hour ago; the refund is of between; all of it lies in the past by now."""
    charge = clay.press(clay.save_card("good")).reference
    clay.account.api("/refunds", key="refund-1", charge=charge, amount_minor=4900, tag="")
    Payment.objects.update(observed_at=clock.wall_now() - timedelta(hours=1))
    _hear_of(clay, [_about(clay, 0)], happened=timedelta(minutes=90))

    assert Refund.objects.count() == 1


def test_what_is_told_after_a_reading_is_read_for_whatever_clocks_say(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = _count_readings(monkeypatch)
    for number in range(3):
        _hear_of(clay, [_about(clay, number)], happened=timedelta(days=6))

    assert len(read) == 3


def test_events_that_are_stored_before_a_reading_need_no_other_whatever_they_wait_for(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = _count_readings(monkeypatch)
    events = [_about(clay, number) for number in range(3)]
    store_events(
        merchant_id=clay.merchant.id, connection_id=clay.connection.id, events=events, now=clock.wall_now()
    )
    for event in InboxEvent.objects.order_by("-id"):
        InboxEvent.objects.filter(worked_at=None).update(due_at=None)
        InboxEvent.objects.filter(id=event.id).update(due_at=clock.wall_now())
        work_off("inbox")

    assert len(read) == 1
    assert not InboxEvent.objects.filter(worked_at__isnull=True).exists()


def test_a_busy_company_is_asked_again_when_it_said(clay: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(self: BillingGateway, reference: str) -> object:
        raise GatewayBusy("slow down", retry_after=timedelta(minutes=7))

    monkeypatch.setattr(BillingGateway, "read_collectible", busy)
    began = clock.wall_now()
    clay.hear()

    waiting = InboxEvent.objects.filter(kind__startswith="bill", worked_at__isnull=True)
    assert waiting
    for event in waiting:
        assert event.due_at
        assert timedelta(minutes=7) <= event.due_at - began < timedelta(minutes=8)


def _count_readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    read: list[str] = []
    whole = BillingGateway.read_collectible

    def counted(self: BillingGateway, reference: str) -> object:
        read.append(reference)
        return whole(self, reference)

    monkeypatch.setattr(BillingGateway, "read_collectible", counted)
    return read


def _about(scene: Connected, number: int) -> WebhookEvent:
    body = f'{{"object": {{"type": "bill", "id": "{scene.payment().reference}"}}}}'
    return WebhookEvent(
        event_id=f"evt_{number}", kind="bill.updated", body=body.encode(), created_at=clock.wall_now()
    )


def _hear_of(scene: Connected, events: list[WebhookEvent], *, happened: timedelta) -> None:
    """Store events that happened so long ago, and work them off."""
    store_events(
        merchant_id=scene.merchant.id,
        connection_id=scene.connection.id,
        events=events,
        now=clock.wall_now(),
    )
    InboxEvent.objects.update(happened_at=clock.wall_now() - happened)
    while InboxEvent.objects.filter(worked_at__isnull=True, due_at__lte=clock.wall_now()).exists():
        work_off("inbox")
