"""A company that keeps no end of a pause: the day is held here, and it is asked to go on when that comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from paydesk.billing.arrangements.changes.cancel_agreement import cancel_agreement
from paydesk.billing.arrangements.changes.change import Changed, ChangeRefused
from paydesk.billing.arrangements.changes.pause_agreement import pause_agreement, preview_pause
from paydesk.billing.arrangements.changes.resume_agreement import resume_agreement
from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.concerns.models import Concern
from paydesk.billing.subscriptions.models import Subscription
from paydesk.events.models import Event
from paydesk.gateways.contract import Capability
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.move_clock import move_clock
from paydesk.portal.reads.agreements import agreements
from paydesk.sync.disconnect import disconnect
from tests.billing.ending.test_ended_at_once import an_hour_passes, say_no
from tests.billing.ending.test_held_end import let_due
from tests.connected import Connected, connected, work_off
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

DAYS = 20


@pytest.fixture
def clay(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Connected:
    """Ada's studio is paid by the month; the company pauses it, and keeps no day on which it goes on."""
    scene = connected(simulator, card="good")
    monkeypatch.setattr(BillingGateway, "OFFERED", BillingGateway.OFFERED - {Capability.PAUSE_UNTIL})
    scene.account.subscription(scene.customer, name="Studio")
    scene.take_over()
    return scene


def shop(scene: Connected) -> MerchantInSight:
    return merchant_by_id(scene.merchant.id)


def studio(scene: Connected) -> Subscription:
    return Subscription.objects.get(merchant_id=scene.merchant.id, name="Studio")


def named(scene: Connected) -> dict[str, Any]:
    return {
        "merchant": shop(scene),
        "customer_id": studio(scene).customer_id or 0,
        "subscription_public_id": studio(scene).public_id,
    }


def pause(scene: Connected) -> Changed:
    until = clock.local_date(shop(scene).business_now() + timedelta(days=DAYS), zone=shop(scene).time_zone)
    return pause_agreement(**named(scene), until=until, now=clock.wall_now())


def at_company(scene: Connected) -> Any:
    [row] = scene.account.api(f"/customers/{scene.customer}/subscriptions")["rows"]
    return row["status"], row["resumes_at"]


def told(scene: Connected) -> list[str]:
    events = Event.objects.filter(merchant_id=scene.merchant.id, name="subscription.changed")
    return [event.subject["what"] for event in events.order_by("id")]


def open_actions(scene: Connected) -> list[str]:
    found = ScheduledAction.objects.filter(merchant_id=scene.merchant.id, state="open")
    return list(found.values_list("kind", flat=True))


def time_passes(scene: Connected, **period: float) -> None:
    move_clock(merchant_id=scene.merchant.id, by=timedelta(**period), now=clock.wall_now())
    work_off("events")
    work_off("actions")


def concerns(scene: Connected) -> list[str]:
    found = Concern.objects.filter(merchant_id=scene.merchant.id, resolved_at__isnull=True)
    return list(found.values_list("kind", flat=True))


def test_it_goes_on_by_itself_on_the_day_that_was_chosen(clay: Connected) -> None:
    changed = pause(clay)

    assert changed.is_confirmed
    assert at_company(clay) == ("paused", None)
    row = studio(clay)
    assert row.resumes_at is None
    assert row.held_resume_at is not None
    assert row.goes_on_at == row.held_resume_at
    [shown] = agreements(merchant_id=clay.merchant.id, customer_id=row.customer_id or 0)
    assert shown.resumes_at == row.held_resume_at
    clay.take_over()
    assert studio(clay).goes_on_at == row.goes_on_at

    time_passes(clay, days=DAYS - 2)
    assert at_company(clay)[0] == "paused"
    time_passes(clay, days=2)
    assert at_company(clay)[0] == "active"
    assert (studio(clay).goes_on_at, open_actions(clay)) == (None, [])
    assert told(clay) == ["paused", "resumed"]


def test_the_page_shows_the_day_before_it_is_asked_for(clay: Connected) -> None:
    until = clock.local_date(shop(clay).business_now() + timedelta(days=40), zone=shop(clay).time_zone)
    preview = preview_pause(**named(clay), until=until)

    assert preview.refusal is None
    assert min(one.day for one in preview.after) >= until


def test_who_goes_on_earlier_is_not_asked_about_again(clay: Connected) -> None:
    pause(clay)
    resume_agreement(**named(clay), now=clock.wall_now())

    assert (at_company(clay)[0], studio(clay).goes_on_at, open_actions(clay)) == ("active", None, [])
    time_passes(clay, days=DAYS)
    assert told(clay) == ["paused", "resumed"]


def test_what_is_cancelled_while_it_pauses_does_not_go_on(clay: Connected) -> None:
    pause(clay)
    cancel_agreement(**named(clay), when="now", now=clock.wall_now())

    time_passes(clay, days=DAYS)
    assert (at_company(clay)[0], studio(clay).goes_on_at, open_actions(clay)) == ("canceled", None, [])


def test_who_ends_it_at_the_company_while_it_pauses_leaves_no_doubt(clay: Connected) -> None:
    pause(clay)
    clay.account.api(f"/subscriptions/{studio(clay).reference}/cancel", key="by-hand", when="now")

    time_passes(clay, days=DAYS)

    assert (studio(clay).state, open_actions(clay)) == ("canceled", [])
    assert not Concern.objects.filter(merchant_id=clay.merchant.id).exists()


def test_a_company_that_is_silent_on_the_day_is_asked_until_it_answers(clay: Connected) -> None:
    pause(clay)
    clay.account.fault("error_before", operation="subscription.resume", times=100)
    time_passes(clay, days=DAYS)
    assert open_actions(clay) == ["resume"]

    clay.account.no_faults()
    let_due(clay)
    work_off("actions")
    assert (at_company(clay)[0], open_actions(clay)) == ("active", [])


def test_a_company_that_stays_silent_after_the_day_is_told_of_until_it_answers(clay: Connected) -> None:
    pause(clay)
    clay.account.fault("error_before", operation="subscription.resume", times=100)
    goes_on_at = studio(clay).held_resume_at
    assert goes_on_at
    time_passes(clay, hours=(goes_on_at - shop(clay).business_now()) / timedelta(hours=1) + 0.1)
    assert (concerns(clay), open_actions(clay)) == ([], ["resume"])
    let_due(clay)
    time_passes(clay, hours=2)
    assert (concerns(clay), open_actions(clay)) == (["not_resumed"], ["resume"])

    clay.account.no_faults()
    let_due(clay)
    work_off("actions")

    assert (at_company(clay)[0], concerns(clay)) == ("active", [])


def test_a_company_that_does_not_let_it_go_on_is_told_of(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause(clay)
    monkeypatch.setattr(BillingGateway, "resume", say_no)
    time_passes(clay, days=DAYS)

    assert (at_company(clay)[0], studio(clay).goes_on_at, open_actions(clay)) == ("paused", None, [])
    assert concerns(clay) == ["not_resumed"]


def test_who_cannot_go_on_earlier_or_end_it_goes_on_on_the_day(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause(clay)
    with monkeypatch.context() as patched:
        patched.setattr(BillingGateway, "resume", say_no)
        patched.setattr(BillingGateway, "cancel_now", say_no)
        with pytest.raises(ChangeRefused):
            resume_agreement(**named(clay), now=clock.wall_now())
        with pytest.raises(ChangeRefused):
            cancel_agreement(**named(clay), when="now", now=clock.wall_now())
    assert (open_actions(clay), concerns(clay)) == (["resume"], [])

    time_passes(clay, days=DAYS)

    assert (at_company(clay)[0], told(clay)) == ("active", ["paused", "resumed"])


def test_a_pause_that_was_made_and_not_heard_of_for_an_hour_ends_on_its_day(clay: Connected) -> None:
    clay.account.fault("lost_after", operation="subscription.pause", times=1)
    assert not pause(clay).is_confirmed
    an_hour_passes(clay)
    assert studio(clay).goes_on_at is not None

    time_passes(clay, days=DAYS)

    assert (at_company(clay)[0], told(clay)) == ("active", ["paused", "resumed"])


def test_a_wish_to_go_on_that_nobody_answered_for_an_hour_is_told_of_and_the_day_stays(
    clay: Connected,
) -> None:
    pause(clay)
    clay.account.fault("error_before", operation="subscription.resume", times=1)
    assert not resume_agreement(**named(clay), now=clock.wall_now()).is_confirmed
    an_hour_passes(clay)
    assert (concerns(clay), open_actions(clay)) == (["not_resumed"], ["resume"])

    time_passes(clay, days=DAYS)

    assert (at_company(clay)[0], concerns(clay)) == ("active", [])


def test_another_pause_that_began_at_the_company_is_left_alone(clay: Connected) -> None:
    """The customer went on there, and paused again there: that has an end of its own, or none."""
    pause(clay)
    reference = studio(clay).reference
    for verb in ("resume", "pause"):
        clay.account.api(f"/subscriptions/{reference}/{verb}", key=verb)
        clay.take_over()
    assert studio(clay).goes_on_at is None

    time_passes(clay, days=DAYS)
    assert (at_company(clay)[0], open_actions(clay)) == ("paused", [])


def test_a_connection_that_is_closed_promises_nothing_more(clay: Connected) -> None:
    pause(clay)
    disconnect(merchant_id=clay.merchant.id, connection_id=clay.connection.id, now=clock.wall_now())

    assert (studio(clay).goes_on_at, open_actions(clay)) == (None, [])
