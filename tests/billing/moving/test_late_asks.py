"""What a company was asked and did not answer may be carried out later: "not held" is not believed until then."""

from __future__ import annotations

from typing import Any

import pytest

from paydesk.billing.arrangements.moving.models import Move
from paydesk.gateways.contract import GatewayUnreachable
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.kit import clock
from tests.billing.moving.removal import Removal, begin_in_silence

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_its_company_holds_late_goes_on_although_it_was_taken_back(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads as not held first: the ask that got no answer is carried out afterwards."""
    begin_in_silence(ada, monkeypatch, "schedule_cancel")
    ada.undo()
    ada.work()
    assert (ada.move.state, ada.studio.moving_since is None) == ("releasing", False)
    ada.hold_late()
    ada.again()
    assert (ada.move.state, ada.studio.ends_at, ada.studio.moving_since) == ("undone", None, None)
    ada.pass_time(hours=7)
    assert (ada.collected(), ada.charged(), ada.at_company()) == ([1900, 1900], [], "active")
    assert ada.is_true()


def test_what_its_company_has_not_held_after_two_minutes_is_taken_back(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_in_silence(ada, monkeypatch, "schedule_cancel")
    ada.undo()
    ada.work()
    assert ada.move.state == "releasing"
    ada.again()
    assert (ada.move.state, ada.studio.moving_since, ada.is_true()) == ("undone", None, True)


def test_it_is_not_asked_to_hold_it_again_while_an_ask_may_be_under_way(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def nothing(*_: object, **__: object) -> Any:
        asked.append(ada.move.hold_asked_at)
        raise GatewayUnreachable("no answer")

    ada.begin()
    monkeypatch.setattr(BillingGateway, "schedule_cancel", nothing)
    ada.pass_time(hours=ada.until_it_acts())
    Move.objects.filter(merchant_id=ada.shop.id).update(due_at=clock.wall_now())
    ada.work()
    assert (len(asked), None in asked) == (1, False)
    ada.again()
    assert (len(asked), ada.move.state) == (2, "fencing")


def test_what_is_given_up_in_time_and_held_late_goes_on(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked just before it is too late, and the ask is carried out once it has been given up."""
    begin_in_silence(ada, monkeypatch, "schedule_cancel", hours=[5.5])
    assert (ada.move.state, ada.move.why) == ("releasing", "not_fenced")
    ada.hold_late()
    ada.again()
    assert (ada.move.state, ada.move.round, ada.studio.ends_at) == ("waiting", 2, None)
    ada.pass_time(hours=1)
    assert (ada.collected(), ada.charged(), ada.at_company()) == ([1900, 1900], [], "active")


def test_what_is_held_only_after_its_company_has_collected_is_charged_nowhere_else(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_in_silence(ada, monkeypatch, "schedule_cancel", hours=[5.5, 1])
    assert (ada.move.state, ada.collected()) == ("releasing", [1900, 1900])
    ada.hold_late()
    ada.again()
    assert (ada.move.state, ada.charged(), ada.studio.ends_at) == ("waiting", [], None)
    assert (ada.at_company(), ada.is_true()) == ("active", True)
