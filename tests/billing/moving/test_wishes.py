"""What a customer wants of the old company and it has not answered comes first: a move whose time has come waits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F

from paydesk.billing.arrangements.changes.cancel_agreement import cancel_agreement
from paydesk.billing.arrangements.changes.resume_agreement import resume_agreement
from paydesk.billing.arrangements.models import ScheduledAction
from paydesk.billing.arrangements.moving.models import Move
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.kit import clock
from tests.billing.moving.removal import Removal, removal, silence
from tests.connected import work_off
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def wish(ada: Removal) -> ScheduledAction:
    """Give the latest."""
    return ScheduledAction.objects.filter(merchant_id=ada.shop.id).latest("id")


def ask_again(ada: Removal) -> None:
    """Let the worker put the wish to the company once more."""
    mine = ScheduledAction.objects.filter(merchant_id=ada.shop.id, due_at__isnull=False)
    mine.update(due_at=clock.wall_now(), lease_until=None)
    work_off("actions")
    work_off("events")


def test_who_cancels_and_gets_no_answer_is_not_charged_elsewhere(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.begin()
    with monkeypatch.context() as patch:
        silence(patch, BillingGateway, "cancel_now")
        assert not cancel_agreement(**ada.named(), when="now", now=clock.wall_now()).is_confirmed
        ada.pass_time(hours=ada.until_it_acts())
    assert (ada.move.state, ada.charged(), ada.studio.moving_since) == ("waiting", [], None)
    ask_again(ada)
    assert (ada.move.state, ada.move.why, ada.at_company()) == ("dropped", "ended", "canceled")
    ada.again()
    assert (ada.charged(), ada.new_one.customer_id, ada.is_true()) == ([], None, True)


def test_it_is_moved_once_the_wish_is_given_up(ada: Removal, monkeypatch: pytest.MonkeyPatch) -> None:
    ada.begin()
    silence(monkeypatch, BillingGateway, "cancel_now")
    cancel_agreement(**ada.named(), when="now", now=clock.wall_now())
    ada.pass_time(hours=ada.until_it_acts())
    assert ada.move.state == "waiting"
    ScheduledAction.objects.filter(id=wish(ada).id).update(created_at=clock.wall_now() - timedelta(hours=2))
    ask_again(ada)
    assert (wish(ada).state, wish(ada).refusal) == ("refused", "too_late")
    monkeypatch.undo()
    ada.again()
    assert (ada.move.state, ada.charged(), ada.collected()) == ("done", [1900], [1900])


def test_a_wish_to_go_on_does_not_undo_what_holds_it_for_a_move(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes on again, which the worker does not know yet, as the time of the move comes."""
    ada = removal(simulator, is_wallet=True)
    ada.begin()
    here = f"/subscriptions/{ada.studio.reference}"
    ada.old.account.api(f"{here}/pause", key="by-hand", until=None)
    with monkeypatch.context() as patch:
        silence(patch, BillingGateway, "resume")
        resume_agreement(**ada.named(), now=clock.wall_now())
        ada.old.account.api(f"{here}/resume", key="late")
        ada.old.take_over()
        ada.pass_time(hours=ada.until_it_acts())
        assert (ada.move.state, wish(ada).state) == ("waiting", "open")
    ask_again(ada)
    assert (wish(ada).state, ada.at_company()) == ("done", "active")
    ada.again()
    assert (ada.move.state, ada.charged(), ada.collected()) == ("done", [1900], [1900])
    assert ada.is_true()


def test_a_wish_that_is_open_as_it_moves_is_not_put_to_the_company(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A restored database may hold both."""
    ada = removal(simulator, is_wallet=True)
    ada.begin()
    ada.vault.fault("lost_before", operation="charge.prepare")
    ada.pass_time(hours=ada.until_it_acts())
    assert (ada.move.state, ada.at_company()) == ("charging", "paused")
    ScheduledAction.objects.create(
        merchant_id=ada.shop.id,
        subscription_id=ada.studio.id,
        kind=ScheduledAction.Kind.RESUME,
        asked_by="customer",
        created_at=clock.wall_now(),
        due_at=clock.wall_now(),
    )
    ask_again(ada)
    assert (wish(ada).state, ada.at_company()) == ("open", "paused")
    ada.again()
    assert (ada.move.state, wish(ada).state, ada.at_company()) == ("done", "dropped", "canceled")
    assert Move.objects.filter(merchant_id=ada.shop.id).count() == 1


def test_who_was_held_up_with_a_wish_does_not_ask_once_it_was_given_up(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one worker reads, another gives the wish up, and the move begins."""
    ada.begin()
    with monkeypatch.context() as patch:
        silence(patch, BillingGateway, "cancel_now")
        cancel_agreement(**ada.named(), when="now", now=clock.wall_now())
    read = BillingGateway.read_subscription

    def slowly(gateway: BillingGateway, reference: str) -> object:
        found = read(gateway, reference)
        open_ones = ScheduledAction.objects.filter(merchant_id=ada.shop.id, state="open")
        open_ones.update(state="refused", refusal="too_late", due_at=None, fence=F("fence") + 1)
        return found

    monkeypatch.setattr(BillingGateway, "read_subscription", slowly)
    ask_again(ada)
    assert (wish(ada).refusal, ada.at_company(), ada.move.state) == ("too_late", "active", "waiting")
