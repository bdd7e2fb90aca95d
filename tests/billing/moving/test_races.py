"""Two tabs, and two workers: one move, one charge."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from paydesk.billing.arrangements.moving.begin import MoveRefused
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.arrangements.moving.old_one import read_old_one
from paydesk.billing.payments.models import Payment
from paydesk.kit import clock
from tests.billing.moving.removal import Removal
from tests.side_by_side import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_tabs_are_one_move(ada: Removal) -> None:
    assert side_by_side(ada.begin, ada.begin, ada.begin) == []
    assert Move.objects.filter(merchant_id=ada.shop.id).count() == 1
    assert ada.told() == ["begun"]


def test_who_takes_it_back_as_the_worker_begins_gets_it_back_or_is_told(ada: Removal) -> None:
    ada.begin()
    hours = ada.until_it_acts()
    ada.old.account.advance(hours=hours)
    ada.only_here(hours=hours)
    troubles = side_by_side(ada.work, ada.undo)
    assert {type(trouble) for trouble in troubles} <= {MoveRefused}
    ada.again()
    paid = [1900] if ada.move.state == "done" else []
    assert (ada.charged(), ada.move.state) == (paid, "done" if paid else "undone")
    ada.pass_time(hours=7)
    assert len(ada.collected()) + len(ada.charged()) == 2
    assert ada.is_true()


def test_a_worker_that_was_held_up_beyond_its_lease_does_nothing_more(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it reads the old one, another worker does all of it."""
    ada.begin()
    held_up: list[object] = []

    def slowly(**named: Any) -> object:
        found = read_old_one(**named)
        if not held_up:
            held_up.append(found)
            mine = Move.objects.filter(merchant_id=ada.shop.id)
            mine.update(lease_until=clock.wall_now() - timedelta(seconds=1))
            ada.work()
        return found

    monkeypatch.setattr("paydesk.billing.arrangements.moving.steps.fence.read_old_one", slowly)
    ada.pass_time(hours=ada.until_it_acts())
    ada.again()
    assert (ada.move.state, ada.charged(), ada.told()) == ("done", [1900], ["begun", "done"])
    assert ada.is_true()


def test_who_was_held_up_before_it_asks_does_not_ask_once_it_was_taken_back(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one worker is about to ask, the customer takes it back, and another worker lets it go on."""
    ada.begin()

    def slowly(**named: Any) -> object:
        found = read_old_one(**named)
        if ada.move.state == "fencing":
            ada.undo()
            ada.work()
        return found

    monkeypatch.setattr("paydesk.billing.arrangements.moving.steps.fence.read_old_one", slowly)
    ada.pass_time(hours=ada.until_it_acts())
    assert (ada.move.state, ada.studio.ends_at) == ("undone", None)
    ada.pass_time(hours=7)
    assert (ada.collected(), ada.charged(), ada.at_company()) == ([1900, 1900], [], "active")
    assert ada.is_true()


def test_a_first_payment_that_is_found_as_the_old_one_is_read_is_not_reckoned_anew(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a restore, a charge may be found by its mark at any moment: the payment is made, whatever was read."""
    ada.begin()

    def slowly(**named: Any) -> object:
        found = read_old_one(**named)
        first = Payment.objects.filter(merchant_id=ada.shop.id, subscription_id=ada.new_one.id, position=1)
        first.update(state="paid", owed_minor=0, paid_minor=1900, paid_at=clock.wall_now())
        return found

    monkeypatch.setattr("paydesk.billing.arrangements.moving.steps.wait.read_old_one", slowly)
    ada.pass_time(hours=ada.until_it_acts())
    monkeypatch.undo()
    ada.again()
    first = Payment.objects.get(merchant_id=ada.shop.id, subscription_id=ada.new_one.id, position=1)
    assert (first.state, ada.charged(), ada.move.state) == ("paid", [], "done")
