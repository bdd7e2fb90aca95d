"""A company that does not end at once what ends anyway: the date that was promised is kept, and staff are told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from paydesk.billing.arrangements.carry_out import GIVE_UP_AFTER
from paydesk.billing.arrangements.changes.change import ChangeRefused
from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.concerns.models import Concern
from paydesk.gateways.contract import GatewayRefused
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.kit import clock
from tests.billing.ending.test_held_end import (
    action,
    at_company,
    cancel,
    clay,
    let_due,
    studio,
    time_passes,
    told,
    undo,
    until_it_acts,
)
from tests.connected import Connected, work_off

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["clay"]


def an_hour_passes(scene: Connected) -> None:
    """Let the worker meet a wish that nobody has answered for more than an hour."""
    mine = ScheduledAction.objects.filter(merchant_id=scene.merchant.id, state="open")
    mine.update(created_at=clock.wall_now() - GIVE_UP_AFTER - timedelta(minutes=1))
    let_due(scene)
    work_off("actions")


def say_no(*_: object, **__: object) -> None:
    """Be a company that refuses what it offers."""
    raise GatewayRefused("not now")


def _is_still_promised(scene: Connected, ends_at: datetime | None) -> bool:
    [held] = ScheduledAction.objects.filter(merchant_id=scene.merchant.id, state="open")
    return (studio(scene).held_end_at, held.kind, held.acts_at is not None) == (ends_at, "cancel", True)


def test_a_company_that_does_not_end_it_at_once_ends_it_on_the_day_that_was_promised(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends_at = studio(clay).next_payment_at
    cancel(clay)
    with monkeypatch.context() as patched:
        patched.setattr(BillingGateway, "cancel_now", say_no)
        with pytest.raises(ChangeRefused, match="Nothing was changed"):
            cancel(clay, "now")
    assert _is_still_promised(clay, ends_at)
    assert not Concern.objects.filter(merchant_id=clay.merchant.id).exists()

    time_passes(clay, hours=until_it_acts(clay))

    assert (at_company(clay), studio(clay).held_end_at) == ("canceled", None)
    assert told(clay) == ["cancel_scheduled", "canceled"]


def test_a_company_that_is_silent_when_it_is_to_end_at_once_is_asked_again_on_the_day_and_a_person_told(
    clay: Connected,
) -> None:
    ends_at = studio(clay).next_payment_at
    cancel(clay)
    clay.account.fault("error_before", operation="subscription.cancel", times=1)
    assert not cancel(clay, "now").is_confirmed
    assert studio(clay).held_end_at == ends_at
    with pytest.raises(ChangeRefused, match="It is ending right now"):
        undo(clay)
    an_hour_passes(clay)

    assert _is_still_promised(clay, ends_at)
    assert [one.kind for one in Concern.objects.filter(merchant_id=clay.merchant.id)] == ["not_ended"]
    time_passes(clay, hours=until_it_acts(clay))
    assert (at_company(clay), studio(clay).held_end_at) == ("canceled", None)


def test_an_end_at_once_that_nobody_answered_for_an_hour_is_told_of(clay: Connected) -> None:
    clay.account.fault("error_before", operation="subscription.cancel", times=1)
    cancel(clay, "now")
    an_hour_passes(clay)

    assert (action(clay).state, action(clay).refusal) == ("refused", "too_late")
    assert [one.kind for one in Concern.objects.filter(merchant_id=clay.merchant.id)] == ["not_ended"]
