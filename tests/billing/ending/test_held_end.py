"""A company that ends things only at once: the date is held here, and it is asked in time, once, whatever happens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from paydesk.billing.arrangements.carry_out import LEASE
from paydesk.billing.arrangements.changes.cancel_agreement import cancel_agreement, preview_cancel
from paydesk.billing.arrangements.changes.change import Changed, ChangeRefused
from paydesk.billing.arrangements.changes.pause_agreement import pause_agreement
from paydesk.billing.arrangements.changes.undo_cancel import preview_undo_cancel, undo_cancel
from paydesk.billing.arrangements.coming.upcoming import upcoming
from paydesk.billing.arrangements.ending.held_end import HEAD_START, acts_at
from paydesk.billing.arrangements.models import CancelNote, ScheduledAction
from paydesk.billing.concerns.models import Concern
from paydesk.billing.subscriptions.models import Subscription
from paydesk.events.models import Event
from paydesk.gateways.contract import Capability
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.kit import clock
from paydesk.kit.faults import FaultInjected, arm, disarm
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.move_clock import move_clock
from paydesk.sync.disconnect import disconnect
from tests.builders import at
from tests.connected import Connected, connected, work_off
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clay(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Connected:
    """Ada's studio is paid by the month; the company that collects it can end it, and only at once."""
    scene = connected(simulator, card="good")
    keeps_dates = {Capability.SCHEDULE_CANCEL, Capability.UNDO_CANCEL}
    monkeypatch.setattr(BillingGateway, "OFFERED", BillingGateway.OFFERED - keeps_dates)
    scene.account.subscription(scene.customer, name="Studio")
    scene.take_over()
    return scene


def shop(scene: Connected) -> MerchantInSight:
    """Give the merchant with its clock as it goes now."""
    return merchant_by_id(scene.merchant.id)


def studio(scene: Connected) -> Subscription:
    return Subscription.objects.get(merchant_id=scene.merchant.id, name="Studio")


def named(scene: Connected) -> dict[str, Any]:
    return {
        "merchant": shop(scene),
        "customer_id": studio(scene).customer_id or 0,
        "subscription_public_id": studio(scene).public_id,
    }


def cancel(scene: Connected, when: Any = "at_end") -> Changed:
    return cancel_agreement(**named(scene), when=when, now=clock.wall_now())


def undo(scene: Connected) -> Changed:
    return undo_cancel(**named(scene), now=clock.wall_now())


def at_company(scene: Connected) -> str:
    [row] = scene.account.api(f"/customers/{scene.customer}/subscriptions")["rows"]
    return str(row["status"])


def told(scene: Connected) -> list[str]:
    events = Event.objects.filter(merchant_id=scene.merchant.id, name="subscription.changed")
    return [event.subject["what"] for event in events.order_by("id")]


def action(scene: Connected) -> ScheduledAction:
    return ScheduledAction.objects.get(merchant_id=scene.merchant.id)


def time_passes(scene: Connected, **period: float) -> None:
    """Let it pass, here and at the company, and let the worker do what is due."""
    move_clock(merchant_id=scene.merchant.id, by=timedelta(**period), now=clock.wall_now())
    work_off("events")
    work_off("actions")
    scene.account.advance(**period)


def let_due(scene: Connected) -> None:
    """Let the time pass that a lease, or the pause after a silence, takes."""
    long_ago = clock.wall_now() - LEASE
    mine = ScheduledAction.objects.filter(merchant_id=scene.merchant.id, state="open")
    mine.update(due_at=long_ago, lease_until=None)


def until_it_acts(scene: Connected) -> float:
    """Give the hours until the company is to be asked."""
    ends_at = studio(scene).next_payment_at
    assert ends_at
    return (ends_at - HEAD_START - shop(scene).business_now()) / timedelta(hours=1) + 0.1


def test_nobody_is_asked_before_the_time_comes(clay: Connected) -> None:
    ends_at = studio(clay).next_payment_at

    changed = cancel(clay)

    assert (changed.is_news, changed.is_confirmed) == (True, True)
    assert studio(clay).ends_at == ends_at
    assert not cancel(clay).is_news
    clay.take_over()
    assert studio(clay).ends_at == ends_at
    assert (at_company(clay), told(clay)) == ("active", ["cancel_scheduled"])
    now = shop(clay).business_now()
    coming = upcoming(
        merchant=shop(clay),
        customer_id=studio(clay).customer_id or 0,
        now=now,
        until=(now + timedelta(days=300)).date(),
    )
    assert [one.title for one in coming if one.title == "Studio"] == []


def test_it_is_ended_in_time_once_and_nothing_more_is_collected(clay: Connected) -> None:
    before = clay.moved()
    cancel(clay)
    time_passes(clay, hours=until_it_acts(clay))
    assert (at_company(clay), studio(clay).state) == ("canceled", "canceled")
    assert studio(clay).held_end_at is None
    time_passes(clay, days=70)
    clay.take_over()
    assert clay.moved() == before
    assert (action(clay).state, told(clay)) == ("done", ["cancel_scheduled", "canceled"])
    assert not Concern.objects.filter(merchant_id=clay.merchant.id).exists()


def test_it_is_taken_back_and_goes_on(clay: Connected) -> None:
    cancel(clay)
    assert preview_undo_cancel(**named(clay)).after

    assert undo(clay).is_news
    assert not undo(clay).is_news

    assert (studio(clay).ends_at, action(clay).state) == (None, "dropped")
    assert CancelNote.objects.get(merchant_id=clay.merchant.id).undone_at
    time_passes(clay, days=31)
    assert at_company(clay) == "active"
    assert told(clay) == ["cancel_scheduled", "cancel_undone"]


def test_a_preview_says_that_nothing_is_collected_any_more(clay: Connected) -> None:
    seen = preview_cancel(**named(clay), when="at_end")
    assert (len(seen.before) >= 12, seen.after, seen.refusal) == (True, [], None)


@pytest.mark.parametrize("kind", ["lost_before", "lost_after", "error_after", "busy"])
def test_what_is_not_answered_is_asked_again_until_it_is_so(clay: Connected, kind: str) -> None:
    cancel(clay)
    clay.account.fault(kind, operation="subscription.cancel", times=1)
    time_passes(clay, hours=until_it_acts(clay))
    let_due(clay)
    work_off("actions")
    assert (at_company(clay), studio(clay).state, action(clay).state) == ("canceled", "canceled", "done")
    assert told(clay) == ["cancel_scheduled", "canceled"]


@pytest.mark.parametrize("point", ["D02", "F16"])
def test_a_worker_that_stops_in_the_middle_leaves_it_to_the_next(clay: Connected, point: str) -> None:
    cancel(clay)
    move_clock(merchant_id=clay.merchant.id, by=timedelta(hours=until_it_acts(clay)), now=clock.wall_now())
    work_off("events")

    def stop() -> None:
        raise FaultInjected(point)

    arm(point, stop)
    work_off("actions")
    disarm()
    assert action(clay).state == "open"
    let_due(clay)
    work_off("actions")
    assert (at_company(clay), studio(clay).state, action(clay).state) == ("canceled", "canceled", "done")
    assert told(clay) == ["cancel_scheduled", "canceled"]


def test_a_company_that_is_silent_until_the_end_is_a_concern_and_is_asked_on(clay: Connected) -> None:
    cancel(clay)
    clay.account.fault("error_before", operation="subscription.read", times=2)
    time_passes(clay, hours=until_it_acts(clay))
    assert not Concern.objects.filter(merchant_id=clay.merchant.id).exists()
    with pytest.raises(ChangeRefused, match="It is ending right now"):
        undo(clay)
    move_clock(merchant_id=clay.merchant.id, by=HEAD_START, now=clock.wall_now())
    let_due(clay)
    work_off("actions")
    assert Concern.objects.get(merchant_id=clay.merchant.id).kind == Concern.Kind.NOT_ENDED
    let_due(clay)
    work_off("actions")
    assert (at_company(clay), studio(clay).state) == ("canceled", "canceled")


def test_a_company_that_says_no_is_a_concern_and_nothing_is_promised_any_more(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancel(clay)
    monkeypatch.setattr(BillingGateway, "OFFERED", BillingGateway.OFFERED - {Capability.CANCEL_NOW})
    time_passes(clay, hours=until_it_acts(clay))
    assert (action(clay).state, studio(clay).ends_at, at_company(clay)) == ("refused", None, "active")
    assert Concern.objects.get(merchant_id=clay.merchant.id).facts["reference"] == studio(clay).reference


def test_it_can_be_made_to_end_at_once_and_does_not_pause_before(clay: Connected) -> None:
    cancel(clay)
    with pytest.raises(ChangeRefused, match="Take that back first"):
        pause_agreement(**named(clay), now=clock.wall_now())
    assert cancel(clay, "now").is_news
    assert (at_company(clay), studio(clay).held_end_at) == ("canceled", None)
    with pytest.raises(ChangeRefused, match="has ended"):
        undo(clay)


def test_what_ended_there_meanwhile_is_not_asked_for_again(clay: Connected) -> None:
    cancel(clay)
    clay.account.api(f"/subscriptions/{studio(clay).reference}/cancel", key="by-hand")
    clay.take_over()
    time_passes(clay, days=32)
    assert action(clay).state == "done"


def test_a_connection_that_is_closed_promises_nothing_any_more(clay: Connected) -> None:
    cancel(clay)
    disconnect(merchant_id=clay.merchant.id, connection_id=clay.connection.id, now=clock.wall_now())
    assert (action(clay).state, studio(clay).held_end_at) == ("dropped", None)


def test_it_acts_hours_before_and_never_before_half_of_the_time_is_over() -> None:
    now = at(2027, 1, 1, 0)
    assert acts_at(now + timedelta(days=9), now=now) == now + timedelta(days=9) - HEAD_START
    assert acts_at(now + timedelta(hours=2), now=now) == now + timedelta(hours=1)
    assert acts_at(now, now=now) == now
