"""What must always be true of moves is found when it is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.concerns.models import Concern
from paydesk.billing.payments.models import Attempt
from paydesk.billing.subscriptions.models import Subscription
from paydesk.config.truths.check import check_truths
from paydesk.kit import clock
from tests.billing.moving.removal import Removal, removal
from tests.connected import work_off
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def paid_on_both_sides(ada: Removal) -> None:
    """Somebody lets the old one go on by hand while the new one is charged, and nobody was told."""
    ada.begin()
    ada.vault.fault("lost_after", operation="charge.confirm")
    ada.pass_time(hours=ada.until_it_acts())
    ada.old.account.api(f"/subscriptions/{ada.studio.reference}/undo-cancel", key="by-hand")
    ada.pass_time(hours=7)
    Attempt.objects.filter(merchant_id=ada.shop.id, state="unknown").update(due_at=clock.wall_now())
    work_off("attempts")
    ada.again()
    Concern.objects.filter(merchant_id=ada.shop.id).update(kind="outside")


def both_go_on(ada: Removal) -> None:
    ada.begin()
    ada.pass_time(hours=ada.until_it_acts())
    Subscription.objects.filter(merchant_id=ada.shop.id, id=ada.studio.id).update(state="active")


def begun_too_early(ada: Removal) -> None:
    ada.begin()
    Subscription.objects.filter(merchant_id=ada.shop.id, id=ada.new_one.id).update(state="active")


def forgotten(ada: Removal) -> None:
    ada.begin()
    Move.objects.filter(merchant_id=ada.shop.id).update(due_at=None)


def held_for_nothing(ada: Removal) -> None:
    Subscription.objects.filter(merchant_id=ada.shop.id, id=ada.studio.id).update(
        moving_since=clock.wall_now()
    )


BREAKERS: dict[Callable[[Removal], None], str] = {
    paid_on_both_sides: "M01",
    both_go_on: "M02",
    begun_too_early: "M02",
    forgotten: "M03",
    held_for_nothing: "M03",
}


@pytest.mark.parametrize("break_it", BREAKERS, ids=lambda one: one.__name__)
def test_what_breaks_it_is_found(simulator: Simulator, break_it: Callable[[Removal], None]) -> None:
    ada = removal(simulator)
    assert ada.is_true()
    break_it(ada)
    broken = [one.truth.name for one in check_truths(ada.shop, now=clock.wall_now())]
    assert broken == [BREAKERS[break_it]]
