"""Where a company collects it is asked, and "paused" is said when it says so; without an answer the worker goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from paydesk.billing.arrangements.carry_out import GIVE_UP_AFTER, LEASE
from paydesk.billing.arrangements.changes import (
    cancel_agreement,
    pause_agreement,
    resume_agreement,
    undo_cancel,
)
from paydesk.billing.arrangements.changes.cancel_agreement import CancelRefused
from paydesk.billing.arrangements.changes.change import Changed
from paydesk.billing.arrangements.changes.pause_agreement import PauseRefused
from paydesk.billing.arrangements.changes.resume_agreement import ResumeRefused
from paydesk.billing.arrangements.changes.undo_cancel import UndoRefused
from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.subscriptions.models import Subscription
from paydesk.events.models import Event
from paydesk.kit import clock
from paydesk.sync.disconnect import disconnect
from tests.connected import Connected, connected, work_off
from tests.side_by_side import side_by_side
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

_OPERATIONS = {
    "pause": "subscription.pause",
    "resume": "subscription.resume",
    "now": "subscription.cancel",
    "at_end": "subscription.schedule_cancel",
    "undo": "subscription.undo_cancel",
}


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    """Ada's studio is paid by the month, and the company collects it."""
    scene = connected(simulator, card="good")
    scene.account.subscription(scene.customer, name="Studio")
    scene.take_over()
    return scene


def studio(scene: Connected) -> Subscription:
    return Subscription.objects.get(merchant_id=scene.merchant.id, name="Studio")


def press(scene: Connected, what: str, **given: Any) -> Changed:
    mine: dict[str, Any] = {
        "merchant": scene.merchant,
        "customer_id": studio(scene).customer_id or 0,
        "subscription_public_id": studio(scene).public_id,
        "now": clock.wall_now(),
    }
    if what == "pause":
        return pause_agreement.pause_agreement(**mine, **given)
    if what == "resume":
        return resume_agreement.resume_agreement(**mine, **given)
    if what == "undo":
        return undo_cancel.undo_cancel(**mine)
    return cancel_agreement.cancel_agreement(**mine, when="now" if what == "now" else "at_end")


def at_company(scene: Connected) -> dict[str, Any]:
    [row] = scene.account.api(f"/customers/{scene.customer}/subscriptions")["rows"]
    return dict(row)


def told(scene: Connected) -> list[str]:
    events = Event.objects.filter(merchant_id=scene.merchant.id, name="subscription.changed")
    return [event.subject["what"] for event in events.order_by("id")]


def let_due(scene: Connected) -> None:
    """Let the time pass that a lease, or the pause after a silence, takes."""
    long_ago = clock.wall_now() - LEASE
    mine = ScheduledAction.objects.filter(merchant_id=scene.merchant.id, state="open")
    mine.update(due_at=long_ago)
    mine.filter(lease_until__isnull=False).update(lease_until=long_ago)


def prepare(scene: Connected, what: str) -> None:
    """Let it be as it has to be for that button to be there."""
    if what == "resume":
        press(scene, "pause")
    if what == "undo":
        press(scene, "at_end")


def test_a_company_that_is_silent_changes_nothing(clay: Connected) -> None:
    clay.account.fault("error_before", operation="subscription.read", times=1)
    with pytest.raises(PauseRefused, match="Nothing was changed"):
        press(clay, "pause")
    assert at_company(clay)["status"] == "active"


def test_it_pauses_and_goes_on_at_the_company(clay: Connected) -> None:
    day = clock.local_date(clay.merchant.business_now(), zone="UTC") + timedelta(days=40)

    paused = press(clay, "pause", until=day)

    assert (paused.is_news, paused.is_confirmed, paused.subscription.state) == (True, True, "paused")
    assert paused.subscription.resumes_at is not None
    assert paused.subscription.resumes_at.date() == day
    assert at_company(clay)["status"] == "paused"
    assert not press(clay, "pause", until=day).is_news
    assert press(clay, "resume").subscription.state == "active"
    assert not press(clay, "resume").is_news
    assert at_company(clay)["status"] == "active"
    assert told(clay) == ["paused", "resumed"]


def test_it_ends_later_and_that_is_taken_back(clay: Connected) -> None:
    ending = press(clay, "at_end")
    assert (ending.is_confirmed, ending.subscription.cancels_at is not None) == (True, True)
    assert not press(clay, "at_end").is_news

    assert press(clay, "undo").subscription.cancels_at is None
    assert not press(clay, "undo").is_news
    assert at_company(clay)["cancels_at"] is None


def test_it_ends_at_once_and_does_not_come_back(clay: Connected) -> None:
    assert press(clay, "now").subscription.state == "canceled"
    assert not press(clay, "now").is_news
    for what, refused in (("pause", PauseRefused), ("resume", ResumeRefused), ("undo", UndoRefused)):
        with pytest.raises(refused, match="has ended"):
            press(clay, what)


def test_days_beyond_what_the_merchant_allows_are_refused(clay: Connected) -> None:
    today = clock.local_date(clay.merchant.business_now(), zone="UTC")
    with pytest.raises(PauseRefused, match="90 days at most"):
        press(clay, "pause", until=today + timedelta(days=92))
    assert at_company(clay)["status"] == "active"


@pytest.mark.parametrize("kind", ["lost_before", "lost_after", "error_after", "busy"])
@pytest.mark.parametrize("what", sorted(_OPERATIONS))
def test_what_is_not_answered_is_finished_by_the_worker(clay: Connected, what: str, kind: str) -> None:
    prepare(clay, what)
    before = told(clay)
    clay.account.fault(kind, operation=_OPERATIONS[what], times=1)

    changed = press(clay, what)
    assert (changed.is_news, changed.is_confirmed) == (True, False)
    assert not press(clay, what).is_news

    let_due(clay)
    work_off("actions")
    assert not ScheduledAction.objects.filter(merchant_id=clay.merchant.id, state="open").exists()
    assert not press(clay, what).is_news
    assert len(told(clay)) == len(before) + 1


def test_a_killed_process_leaves_it_to_the_worker(clay: Connected) -> None:
    now = clock.wall_now()
    ScheduledAction.objects.create(
        merchant_id=clay.merchant.id,
        subscription_id=studio(clay).id,
        kind="pause",
        asked_by="customer",
        created_at=now,
        due_at=now + LEASE,
        lease_until=now + LEASE,
        fence=1,
    )
    with pytest.raises(CancelRefused, match="Another change is being made"):
        press(clay, "now")
    assert not press(clay, "pause").is_news

    let_due(clay)
    work_off("actions")

    assert at_company(clay)["status"] == "paused"
    assert studio(clay).state == "paused"
    assert told(clay) == ["paused"]


def test_what_was_never_answered_is_given_up(clay: Connected) -> None:
    clay.account.fault("lost_before", operation="subscription.pause", times=1)
    press(clay, "pause")
    let_due(clay)
    long_ago = clock.wall_now() - GIVE_UP_AFTER - timedelta(minutes=1)
    ScheduledAction.objects.filter(merchant_id=clay.merchant.id).update(created_at=long_ago)

    work_off("actions")

    action = ScheduledAction.objects.get(merchant_id=clay.merchant.id)
    assert (action.state, action.refusal) == ("refused", "too_late")
    assert at_company(clay)["status"] == "active"


def test_a_connection_that_is_closed_asks_nobody_any_more(clay: Connected) -> None:
    clay.account.fault("lost_before", operation="subscription.pause", times=1)
    press(clay, "pause")

    disconnect(merchant_id=clay.merchant.id, connection_id=clay.connection.id, now=clock.wall_now())

    assert ScheduledAction.objects.get(merchant_id=clay.merchant.id).state == "dropped"
    with pytest.raises(PauseRefused, match="Nothing was changed"):
        press(clay, "pause")


def test_two_tabs_are_one_wish(clay: Connected) -> None:
    pressed: list[Changed] = []

    troubles = side_by_side(*[lambda: pressed.append(press(clay, "pause"))] * 2)

    assert troubles == []
    assert sum(one.is_news for one in pressed) == 1
    assert told(clay) == ["paused"]


def test_a_preview_says_what_is_to_be_expected(clay: Connected) -> None:
    mine: dict[str, Any] = {
        "merchant": clay.merchant,
        "customer_id": studio(clay).customer_id or 0,
        "subscription_public_id": studio(clay).public_id,
    }
    ends = cancel_agreement.preview_cancel(**mine, when="at_end")
    assert (len(ends.before) >= 12, ends.after, ends.refusal) == (True, [], None)

    until = clock.local_date(clay.merchant.business_now(), zone="UTC") + timedelta(days=45)
    pause = pause_agreement.preview_pause(**mine, until=until)
    assert pause.after == [one for one in pause.before if one.day >= until]

    press(clay, "pause", until=until)
    assert resume_agreement.preview_resume(**mine).after == pause.before
