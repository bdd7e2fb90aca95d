"""A subscription that a company collects is moved to a card that Paydesk charges: each period is paid once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paydesk.billing.arrangements.changes.cancel_agreement import cancel_agreement
from paydesk.billing.arrangements.changes.change import ChangeRefused
from paydesk.billing.arrangements.moving.begin import MoveRefused
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.contract import Capability
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.kit import clock
from paydesk.kit.clock import local_date
from paydesk.merchants.models import Merchant
from paydesk.merchants.policies import policies_of
from tests.billing.moving.removal import Removal, removal
from tests.connected import work_off
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def test_before_it_is_pressed_it_is_said_what_is_charged_when(ada: Removal) -> None:
    seen = ada.look()
    assert seen.refusal is None
    assert seen.terms
    next_at = ada.studio.next_payment_at
    assert next_at
    assert seen.terms.acts_at == next_at - timedelta(hours=6)
    assert (seen.terms.first_minor, seen.terms.owed_minor) == (1900, 0)
    assert seen.terms.payments[0].day == local_date(next_at, zone=ada.shop.time_zone)


def test_it_waits_for_its_time_and_nobody_sees_the_new_one_before(ada: Removal) -> None:
    move = ada.begin()
    assert (move.state, ada.told()) == ("waiting", ["begun"])
    assert ada.begin().id == move.id
    ada.pass_time(days=2)
    assert (ada.move.state, ada.at_company(), ada.studio.moving_since) == ("waiting", "active", None)
    assert (ada.new_one.state, ada.new_one.customer_id) == ("incomplete", None)
    assert ada.charged() == []
    assert ada.is_true()


def test_it_is_moved_in_time_and_each_period_is_paid_once(ada: Removal) -> None:
    next_at = ada.studio.next_payment_at
    assert next_at
    ada.begin()
    ada.pass_time(hours=ada.until_it_acts())
    move = ada.move
    assert (move.state, move.why, ada.told()) == ("done", "", ["begun", "done"])
    assert (ada.at_company(), ada.studio.state, ada.studio.moving_since) == ("canceled", "canceled", None)
    assert move.fenced_at
    assert move.paid_at
    assert move.ended_at
    assert ada.charged() == [1900]
    new_one = ada.new_one
    assert (new_one.state, new_one.customer_id) == ("active", ada.studio.customer_id)
    assert (new_one.moving_since, new_one.payments_made, new_one.amount_minor) == (None, 1, 1900)
    # The next one is due a period after the one that was paid, to the day.
    following = Payment.objects.get(merchant_id=ada.shop.id, subscription_id=new_one.id, position=2)
    assert following.planned_date
    assert following.planned_date.day == local_date(next_at, zone=ada.shop.time_zone).day
    assert following.planned_date > next_at.date()
    # The first was asked for some hours early: a month and those hours.
    ada.pass_time(days=32)
    assert (ada.collected(), ada.charged()) == ([1900], [1900, 1900])
    assert (ada.concerns(), ada.is_true()) == ([], True)


def test_it_is_taken_back_as_if_it_had_never_been(ada: Removal) -> None:
    ada.begin()
    undone = ada.undo()
    assert undone
    assert (undone.state, ada.told()) == ("undone", ["begun", "undone"])
    again = ada.undo()
    assert again
    assert again.id == undone.id
    assert (ada.new_one.state, ada.new_one.customer_id) == ("canceled", None)
    ada.pass_time(days=31)
    assert (ada.collected(), ada.charged(), ada.at_company()) == ([1900, 1900], [], "active")
    assert ada.begin().state == "waiting"


def test_a_decline_lets_the_old_one_go_on_as_before(simulator: Simulator) -> None:
    ada = removal(simulator, new_card="insufficient_funds")
    ada.begin()
    ada.pass_time(hours=ada.until_it_acts())
    move = ada.move
    assert (move.state, move.why, ada.told()) == ("dropped", "declined", ["begun", "dropped"])
    assert move.released_at
    assert (ada.at_company(), ada.studio.ends_at, ada.studio.moving_since) == ("active", None, None)
    new_one = Subscription.objects.get(merchant_id=ada.shop.id, collected_by="paydesk")
    assert (new_one.state, new_one.customer_id) == ("canceled", None)
    tried = Payment.objects.get(merchant_id=ada.shop.id, subscription_id=new_one.id, position=1)
    assert (tried.state, tried.owed_minor) == ("canceled", 0)
    ada.pass_time(days=1)
    assert (ada.collected(), ada.charged()) == ([1900, 1900], [])
    assert (ada.concerns(), ada.is_true()) == ([], True)


def test_a_doubt_keeps_the_old_one_held_until_the_charge_is_found(ada: Removal) -> None:
    ada.begin()
    ada.vault.fault("lost_after", operation="charge.confirm")
    ada.pass_time(hours=ada.until_it_acts())
    assert (ada.move.state, ada.at_company()) == ("charging", "active")
    assert ada.studio.cancels_at
    with pytest.raises(ChangeRefused, match="being moved"):
        cancel_agreement(**ada.named(), when="now", now=clock.wall_now())
    with pytest.raises(MoveRefused, match="cannot be taken back"):
        ada.undo()
    Attempt.objects.filter(merchant_id=ada.shop.id, state="unknown").update(due_at=clock.wall_now())
    work_off("attempts")
    ada.work()
    assert (ada.move.state, ada.charged(), ada.at_company()) == ("done", [1900], "canceled")
    assert ada.is_true()


def test_what_the_merchant_does_not_allow_is_refused(ada: Removal) -> None:
    kept = {"move_subscription": False}
    assert policies_of(kept).move_subscription is False
    Merchant.objects.filter(id=ada.shop.id).update(policies=kept)
    with pytest.raises(MoveRefused, match="cannot be moved here"):
        ada.begin()
    assert ada.look().refusal


def test_what_costs_more_than_its_company_can_foretell_is_not_moved(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.begin()
    monkeypatch.setattr(BillingGateway, "OFFERED", BillingGateway.OFFERED - {Capability.KNOWN_AMOUNTS})
    ada.pass_time(hours=ada.until_it_acts())
    assert (ada.move.state, ada.charged(), ada.at_company()) == ("waiting", [], "active")
    ada.undo()
    with pytest.raises(MoveRefused, match="cannot be moved right now"):
        ada.begin()
