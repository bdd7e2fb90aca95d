"""A charge that comes to nothing each time is asked for ever more rarely, and a person hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paydesk.billing.concerns.models import Concern
from paydesk.billing.payments.charging.not_taken import TOLD_FROM, pause_after_nothing
from paydesk.billing.payments.models import Attempt, DueCharge
from paydesk.gateways.contract import GatewayRefused, GatewayUnreachable
from paydesk.gateways.simulated.gateway import VaultGateway
from paydesk.kit import clock
from tests.billing.charging.scene import Collecting, collecting
from tests.billing.together.desk import desk
from tests.connected import grow_old
from tests.simulator import Simulator


def test_the_rests_grow_to_six_hours() -> None:
    minutes = [pause_after_nothing(count) / timedelta(minutes=1) for count in (1, 2, 3, 4, 5, 30)]
    assert minutes == [0, 5, 10, 20, 40, 360]


def _ask_in_vain(scene: Collecting) -> None:
    """Let the company lose the ask, and say so when it is looked up."""
    scene.account.fault("lost_before", operation="charge.confirm")
    scene.hurry()
    grow_old(scene, timedelta(minutes=5))
    scene.look_up()


def _rest(scene: Collecting) -> timedelta:
    row = DueCharge.objects.get(merchant_id=scene.merchant.id, payment__position=1)
    assert row.due_at
    return row.due_at - clock.wall_now()


def _told() -> list[tuple[str, bool]]:
    return [(one.kind, one.resolved_at is None) for one in Concern.objects.order_by("id")]


@pytest.mark.django_db(transaction=True)
def test_a_company_that_loses_every_ask_is_asked_more_rarely_until_it_takes_one(simulator: Simulator) -> None:
    scene = collecting(simulator)
    scene.start()
    scene.account.fault("lost_before", operation="charge.confirm")
    scene.run()
    grow_old(scene, timedelta(minutes=5))
    scene.look_up()
    assert _rest(scene) <= timedelta(0)

    for count in range(2, TOLD_FROM + 1):
        assert _told() == []
        _ask_in_vain(scene)
        assert _rest(scene) > pause_after_nothing(count) - timedelta(minutes=1)
    assert _told() == [("not_taken", True)]
    assert [one.state for one in scene.attempts()] == ["abandoned"] * TOLD_FROM

    scene.hurry()
    assert (scene.moved(), scene.states()[0]) == (scene.charged(), "paid")
    assert _told() == [("not_taken", False)]


@pytest.mark.django_db(transaction=True)
def test_a_company_that_refuses_the_request_itself_is_told_of(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no(*_: object) -> None:
        raise GatewayRefused("no such customer")

    scene = collecting(simulator)
    scene.start()
    with monkeypatch.context() as patch:
        patch.setattr(VaultGateway, "prepare_charge", no)
        scene.run()
        for _ in range(TOLD_FROM - 1):
            assert _told() == []
            scene.hurry()
    assert _told() == [("not_taken", True)]
    assert Attempt.objects.filter(merchant_id=scene.merchant.id, submitted_at__isnull=False).count() == 0

    scene.hurry()
    assert (scene.states()[0], _told()) == ("paid", [("not_taken", False)])


@pytest.mark.django_db(transaction=True)
def test_whoever_pays_it_together_with_others_ends_the_doubt(simulator: Simulator) -> None:
    ada = desk(simulator)
    plan = ada.plan(first_day=ada.today())
    ada.account.fault("lost_before", operation="charge.confirm")
    ada.run()
    grow_old(ada, timedelta(minutes=5))
    ada.look_up()
    for _ in range(TOLD_FROM - 1):
        _ask_in_vain(ada)
    assert _told() == [("not_taken", True)]

    assert ada.pay(ada.quote_off(plan)).state == "succeeded"
    assert _told() == [("not_taken", False)]


@pytest.mark.django_db(transaction=True)
def test_a_charge_is_found_after_a_restore_however_many_asks_came_to_nothing_before(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(*_: object) -> None:
        raise GatewayUnreachable("no answer")

    scene = collecting(simulator)
    scene.start()
    with monkeypatch.context() as patch:
        patch.setattr(VaultGateway, "prepare_charge", nothing)
        scene.run()
        for _ in range(12):
            scene.hurry()
    known = list(Attempt.objects.filter(merchant_id=scene.merchant.id).values())
    scene.hurry()
    assert scene.attempts()[-1].number == 14

    scene.forget_attempts(scene.payments()[0])
    Attempt.objects.bulk_create(Attempt(**row) for row in known)
    scene.take_over()
    assert (scene.states()[0], scene.attempts()[-1].number) == ("paid", 14)
    assert scene.moved() == scene.charged()
