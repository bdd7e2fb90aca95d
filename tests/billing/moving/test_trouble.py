"""Whatever fails between: a period is paid once, on one side, and a person looks where nobody else can know."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paydesk.billing.arrangements.changes.cancel_agreement import cancel_agreement
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.gateways.simulated.gateway import BillingGateway, VaultGateway
from paydesk.kit import clock
from tests.billing.moving.removal import Removal, begin_in_silence, refuse, removal, silence
from tests.connected import work_off
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def first(ada: Removal) -> Payment:
    return Payment.objects.get(merchant_id=ada.shop.id, subscription_id=ada.new_one.id, position=1)


def test_a_company_that_is_silent_over_its_date_collects_and_the_next_period_is_moved(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.begin()
    with monkeypatch.context() as patch:
        silence(patch, BillingGateway, "read_subscription")
        ada.pass_time(hours=ada.until_it_acts())
        assert (ada.move.state, ada.charged()) == ("waiting", [])
        ada.pass_time(hours=7)
    ada.again()
    assert (ada.move.state, ada.collected(), ada.charged()) == ("waiting", [1900, 1900], [])
    ada.pass_time(hours=ada.until_it_acts())
    assert (ada.move.state, ada.collected(), ada.charged()) == ("done", [1900, 1900], [1900])
    assert ada.is_true()


def test_one_that_does_not_say_whether_it_holds_it_is_let_go_in_time(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.begin()
    with monkeypatch.context() as patch:
        silence(patch, BillingGateway, "schedule_cancel")
        ada.pass_time(hours=ada.until_it_acts())
        assert (ada.move.state, ada.studio.moving_since is None) == ("fencing", False)
        ada.pass_time(hours=5.5)
        ada.again()
        assert (ada.move.state, ada.move.round, ada.studio.moving_since) == ("waiting", 2, None)
    ada.pass_time(hours=1)
    assert (ada.collected(), ada.charged(), ada.at_company()) == ([1900, 1900], [], "active")
    ada.again()
    ada.pass_time(hours=ada.until_it_acts())
    assert (ada.move.state, ada.collected(), ada.charged()) == ("done", [1900, 1900], [1900])
    assert (ada.concerns(), ada.is_true()) == ([], True)


def test_what_cannot_be_held_three_times_is_given_up(ada: Removal, monkeypatch: pytest.MonkeyPatch) -> None:
    ada.begin()
    refuse(monkeypatch, "schedule_cancel")
    for _ in range(3):
        ada.pass_time(hours=ada.until_it_acts())
        ada.pass_time(hours=7)
        ada.again()
    assert (ada.move.state, ada.move.why, ada.move.round) == ("dropped", "not_fenced", 3)
    assert (len(ada.collected()), ada.charged(), ada.told()) == (4, [], ["begun", "dropped"])
    assert (ada.studio.moving_since, ada.is_true()) == (None, True)


def test_nobody_who_takes_the_first_payment_leaves_it_to_the_old_one(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.begin()
    with monkeypatch.context() as patch:
        silence(patch, VaultGateway, "prepare_charge")
        ada.pass_time(hours=ada.until_it_acts())
        assert (ada.move.state, first(ada).state) == ("charging", "due")
        ada.pass_time(hours=5.5)
        ada.again()
        assert (ada.move.state, ada.move.round, ada.at_company()) == ("waiting", 2, "active")
        assert ada.new_one.customer_id is None
        ada.pass_time(hours=1)
    assert (ada.collected(), ada.charged()) == ([1900, 1900], [])
    ada.again()
    ada.pass_time(hours=ada.until_it_acts())
    assert (ada.move.state, ada.collected(), ada.charged()) == ("done", [1900, 1900], [1900])
    assert ada.is_true()


def test_what_is_declined_after_the_old_one_has_ended_is_owed_for_the_new_one(ada: Removal) -> None:
    card = ada.save_card("pending_then_declines")
    assert ada.begin().method_id == card.id
    ada.pass_time(hours=ada.until_it_acts())
    assert (ada.move.state, first(ada).state) == ("charging", "processing")
    ada.pass_time(days=3)
    Attempt.objects.filter(merchant_id=ada.shop.id, state="pending").update(due_at=clock.wall_now())
    work_off("attempts")
    ada.again()
    assert (ada.move.state, ada.move.why, ada.told()) == ("done", "declined", ["begun", "stands"])
    assert (ada.at_company(), ada.new_one.state, first(ada).state) == ("canceled", "past_due", "failed")
    assert (ada.new_one.moving_since, ada.new_one.customer_id) == (None, ada.studio.customer_id)
    assert (ada.collected(), ada.charged(), ada.is_true()) == ([1900], [], True)


def test_a_company_that_does_not_let_it_go_on_leaves_the_payment_to_the_new_one(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = removal(simulator, new_card="insufficient_funds")
    ada.begin()
    refuse(monkeypatch, "undo_cancel")
    ada.pass_time(hours=ada.until_it_acts())
    ada.again()
    assert (ada.move.state, ada.move.why, ada.at_company()) == ("done", "declined", "canceled")
    assert (first(ada).state, ada.new_one.state) == ("failed", "past_due")
    ada.pass_time(days=1)
    assert (ada.collected(), ada.charged(), ada.is_true()) == ([1900], [], True)


def test_a_company_that_does_not_end_it_is_asked_again_while_it_is_held(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.begin()
    with monkeypatch.context() as patch:
        refuse(patch, "cancel_now")
        ada.pass_time(hours=ada.until_it_acts())
        assert (ada.move.state, ada.concerns(), ada.charged()) == ("ending", ["not_ended"], [1900])
        # The new one is the customer's already, and the old one cannot be paid by hand.
        assert (ada.new_one.moving_since, ada.studio.moving_since is None) == (None, False)
    ada.again()
    assert (ada.move.state, ada.concerns(), ada.at_company()) == ("done", [], "canceled")


@pytest.mark.parametrize("where", ["here", "there"])
def test_who_ends_the_old_one_meanwhile_is_not_moved(ada: Removal, where: str) -> None:
    ada.begin()
    if where == "here":
        cancel_agreement(**ada.named(), when="now", now=clock.wall_now())
        work_off("events")
    else:
        ada.old.account.api(f"/subscriptions/{ada.studio.reference}/cancel", key="by-hand")
    ada.pass_time(days=31)
    assert (ada.move.state, ada.move.why, ada.told()) == ("dropped", "ended", ["begun", "dropped"])
    assert (ada.charged(), ada.new_one.customer_id, ada.is_true()) == ([], None, True)


def test_what_pauses_meanwhile_waits_until_it_goes_on(ada: Removal) -> None:
    ada.begin()
    ada.old.account.api(f"/subscriptions/{ada.studio.reference}/pause", key="by-hand", until=None)
    ada.pass_time(days=35)
    assert (ada.move.state, ada.charged(), ada.collected()) == ("waiting", [], [1900])
    ada.old.account.api(f"/subscriptions/{ada.studio.reference}/resume", key="go-on")
    ada.pass_time(days=1)
    ada.pass_time(hours=ada.until_it_acts())
    assert (ada.move.state, ada.charged(), ada.collected()) == ("done", [1900], [1900])


def test_it_can_be_taken_back_while_the_company_is_being_asked(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_in_silence(ada, monkeypatch, "schedule_cancel")
    # The ask that got no answer was carried out after all.
    ada.hold_late()
    undone = ada.undo()
    assert undone
    assert undone.state == "releasing"
    ada.work()
    assert (ada.move.state, ada.studio.ends_at, ada.studio.moving_since) == ("undone", None, None)
    ada.pass_time(hours=7)
    assert (ada.collected(), ada.charged(), ada.is_true()) == ([1900, 1900], [], True)


def test_a_period_that_was_paid_on_both_sides_all_the_same_is_told_of(ada: Removal) -> None:
    """Somebody lets the old one go on at its company, while it is held and the new one has been charged."""
    ada.begin()
    ada.vault.fault("lost_after", operation="charge.confirm")
    ada.pass_time(hours=ada.until_it_acts())
    ada.old.account.api(f"/subscriptions/{ada.studio.reference}/undo-cancel", key="by-hand")
    ada.pass_time(hours=7)
    Attempt.objects.filter(merchant_id=ada.shop.id, state="unknown").update(due_at=clock.wall_now())
    work_off("attempts")
    ada.again()
    assert (ada.collected(), ada.charged()) == ([1900, 1900], [1900])
    assert (ada.move.state, ada.concerns()) == ("done", ["both_sides"])


def test_a_connection_that_is_closed_ends_a_move_that_waits(ada: Removal) -> None:
    ada.begin()
    ada.there.__class__.objects.filter(merchant_id=ada.shop.id, id=ada.there.id).update(
        removed_at=clock.wall_now()
    )
    ada.pass_time(hours=ada.until_it_acts())
    assert (ada.move.state, ada.move.why, ada.at_company()) == ("dropped", "closed", "active")


def test_a_moved_clock_of_the_process_alone_never_charges_before_it_is_held(ada: Removal) -> None:
    """Our clock is ahead: the old one is held before anything is asked, whatever day it is there."""
    ada.begin()
    ada.only_here(hours=ada.until_it_acts())
    ada.work()
    move = Move.objects.get(merchant_id=ada.shop.id)
    assert (move.state, ada.charged()) == ("done", [1900])
    assert move.fenced_at
    made = Attempt.objects.get(merchant_id=ada.shop.id, payment__subscription_id=ada.new_one.id)
    assert made.created_at >= move.fenced_at - timedelta(seconds=1)
