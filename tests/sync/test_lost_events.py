"""What a company told us and nobody heard, or nobody could work off, is found all the same."""

from datetime import timedelta

import pytest

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payments.models import Payment, Refund
from paydesk.gateways.contract import GatewayBusy
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.kit import clock
from paydesk.sync.disconnect import disconnect
from paydesk.sync.models import InboxEvent
from paydesk.sync.poll_events import poll_events
from paydesk.sync.reconciliation.reread_stale import reread_what_is_stale
from paydesk.sync.work_inbox import sweep_inbox
from tests.connected import Connected, connected, revoke_key, work_off
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    return connected(simulator)


def _three_days_later() -> None:
    """Let the timer run when everything is due for it."""
    reread_what_is_stale(clock.wall_now() + timedelta(days=3))


def _refund(scene: Connected) -> None:
    """Pay, and let the merchant give the money back at the company."""
    charge = scene.press(scene.save_card("good")).reference
    scene.account.api("/refunds", key="refund-1", charge=charge, amount_minor=4900, tag="")


def _payments(scene: Connected) -> int:
    return Payment.objects.filter(merchant_id=scene.merchant.id).count()


def _make_due() -> None:
    InboxEvent.objects.filter(due_at__isnull=False).update(due_at=clock.wall_now())


def test_a_company_that_revoked_its_key_keeps_no_other_merchant_waiting(
    simulator: Simulator, clay: Connected
) -> None:
    wool = connected(simulator, slug="wool")
    for scene in (clay, wool):
        scene.account.bill(scene.customer, title="New")
    revoke_key(clay)
    _three_days_later()

    assert (_payments(clay), _payments(wool)) == (1, 2)


def test_a_company_that_is_silent_keeps_no_other_merchant_waiting(
    simulator: Simulator, clay: Connected
) -> None:
    wool = connected(simulator, slug="wool")
    for scene in (clay, wool):
        scene.account.bill(scene.customer, title="New")
    clay.account.fault("error_before", times=20)
    _three_days_later()

    assert (_payments(clay), _payments(wool)) == (1, 2)


def test_a_new_bill_that_nobody_heard_of_is_found_by_the_timer(clay: Connected) -> None:
    bill = clay.account.bill(clay.customer, title="New")["id"]
    _three_days_later()

    assert clay.bill(bill).state == "failed"


def test_a_refund_that_nobody_heard_of_is_found_by_the_timer(clay: Connected) -> None:
    _refund(clay)
    _three_days_later()

    assert [refund.state for refund in Refund.objects.all()] == ["succeeded"]
    assert clay.payment().refunded_minor == 4900


def test_a_webhook_that_a_newer_clock_overtakes_is_worked_again_soon(clay: Connected) -> None:
    heard = len(clay.webhooks())
    _refund(clay)
    # The web host's clock is half a minute ahead of the worker's.
    ahead = clock.wall_now() + timedelta(seconds=30)
    Payment.objects.filter(merchant_id=clay.merchant.id).update(observed_at=ahead)
    clay.hear(after=heard)
    waiting = InboxEvent.objects.filter(worked_at__isnull=True)
    assert {event.dead_at for event in waiting} == {None}
    assert all(event.due_at and event.due_at < ahead for event in waiting)

    Payment.objects.filter(merchant_id=clay.merchant.id).update(observed_at=ahead - timedelta(minutes=1))
    _make_due()
    work_off("inbox")
    assert Refund.objects.count() == 1
    assert not InboxEvent.objects.filter(worked_at__isnull=True).exists()


def test_a_webhook_outlives_a_key_that_is_refused_for_a_while(clay: Connected) -> None:
    clay.account.bill(clay.customer, title="New")
    stored = bytes(clay.connection.credentials)
    revoke_key(clay)
    clay.hear()
    InboxEvent.objects.update(tries_count=10_000)
    _make_due()
    work_off("inbox")
    assert _payments(clay) == 1

    type(clay.connection).objects.filter(id=clay.connection.id).update(credentials=stored)
    _make_due()
    work_off("inbox")
    assert _payments(clay) == 2


def test_an_event_that_was_given_up_is_worked_when_the_company_sends_it_again(clay: Connected) -> None:
    clay.hear()
    InboxEvent.objects.update(worked_at=None, due_at=None, dead_at=clock.wall_now(), tries_count=20)
    clay.hear()

    assert not InboxEvent.objects.filter(worked_at__isnull=True).exists()
    assert not InboxEvent.objects.filter(dead_at__isnull=False).exists()


def test_an_event_that_was_given_up_stays_so_when_we_only_list_it_again(clay: Connected) -> None:
    clay.hear()
    given_up_at = clock.wall_now()
    InboxEvent.objects.update(worked_at=None, due_at=None, dead_at=given_up_at, tries_count=20)
    dead = InboxEvent.objects.count()
    clay.account.bill(clay.customer, title="New")
    poll_events(clock.wall_now())
    work_off("inbox")

    assert InboxEvent.objects.filter(dead_at=given_up_at, due_at=None, tries_count=20).count() == dead
    assert InboxEvent.objects.filter(worked_at__isnull=False).exists()


def test_events_of_a_closed_connection_are_not_swept_up_for_ever(clay: Connected) -> None:
    clay.hear()
    InboxEvent.objects.update(worked_at=None, due_at=clock.wall_now())
    disconnect(merchant_id=clay.merchant.id, connection_id=clay.connection.id, now=clock.wall_now())
    work_off("inbox")
    sweep_inbox(clock.wall_now() + timedelta(minutes=11))

    assert not InboxEvent.objects.filter(due_at__isnull=False).exists()


def test_a_company_that_is_busy_for_a_moment_is_read_on_after_the_others(
    simulator: Simulator, clay: Connected
) -> None:
    wool = connected(simulator, slug="wool")
    for scene in (clay, wool):
        scene.account.bill(scene.customer, title="New")
    clay.account.fault("busy")
    _three_days_later()

    assert (_payments(clay), _payments(wool)) == (2, 2)


def test_a_company_that_is_busy_for_long_is_left_alone_and_its_customer_comes_first_again(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def busy(self: BillingGateway, reference: str) -> object:
        asked.append(reference)
        raise GatewayBusy("slow down", retry_after=timedelta(minutes=5))

    clay.take_over()
    before = GatewayCustomer.objects.get(merchant_id=clay.merchant.id).reread_at
    monkeypatch.setattr(BillingGateway, "read_customer", busy)
    _three_days_later()

    assert len(asked) == 1
    assert GatewayCustomer.objects.get(merchant_id=clay.merchant.id).reread_at == before
