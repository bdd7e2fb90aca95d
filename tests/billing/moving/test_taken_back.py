"""Who takes a move back while it is given up for this time has taken it back for good: no further try follows."""

from __future__ import annotations

import pytest

from paydesk.billing.arrangements.moving.models import Move
from paydesk.gateways.simulated.gateway import BillingGateway, VaultGateway
from tests.billing.moving.removal import Removal, begin_in_silence, removal, silence
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def stays(ada: Removal) -> bool:
    """Say whether the old one goes on for another month, and nothing is charged elsewhere."""
    ada.pass_time(days=32)
    ada.again()
    return ada.charged() == [] and ada.at_company() == "active" and ada.is_true()


def test_what_could_not_be_held_is_not_tried_again(ada: Removal, monkeypatch: pytest.MonkeyPatch) -> None:
    begin_in_silence(ada, monkeypatch, "schedule_cancel", hours=[5.5])
    assert (ada.move.state, ada.move.why) == ("releasing", "not_fenced")
    ada.undo()
    ada.again()
    assert (ada.move.state, ada.move.why, ada.told()) == ("undone", "taken_back", ["begun", "undone"])
    assert (ada.studio.moving_since, stays(ada)) == (None, True)


def test_what_nobody_took_the_first_payment_for_is_not_tried_again(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.begin()
    with monkeypatch.context() as patch:
        silence(patch, VaultGateway, "prepare_charge")
        ada.pass_time(hours=ada.until_it_acts())
        silence(patch, BillingGateway, "undo_cancel")
        ada.pass_time(hours=5.5)
        ada.again()
    assert (ada.move.state, ada.move.why) == ("releasing", "no_answer")
    ada.undo()
    ada.again()
    assert (ada.move.state, ada.move.why, ada.new_one.customer_id) == ("undone", "taken_back", None)
    assert stays(ada)


def test_what_is_not_tried_again_anyway_ends_as_it_would_have(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = removal(simulator, new_card="insufficient_funds")
    begin_in_silence(ada, monkeypatch, "undo_cancel")
    assert (ada.move.state, ada.move.why) == ("releasing", "declined")
    undone = ada.undo()
    assert undone
    assert (undone.state, undone.why) == ("releasing", "declined")
    ada.again()
    assert (ada.move.state, ada.move.why, ada.told()) == ("dropped", "declined", ["begun", "dropped"])


def test_the_last_try_is_not_followed_by_another(ada: Removal, monkeypatch: pytest.MonkeyPatch) -> None:
    ada.begin()
    with monkeypatch.context() as patch:
        silence(patch, BillingGateway, "schedule_cancel")
        Move.objects.filter(merchant_id=ada.shop.id).update(round=3)
        ada.pass_time(hours=ada.until_it_acts())
        ada.pass_time(hours=5.5)
    ada.undo()
    ada.again()
    assert (ada.move.state, ada.move.why, ada.move.round) == ("dropped", "not_fenced", 3)


def test_what_ends_by_the_date_that_held_it_is_told_of_although_it_was_taken_back(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its company is silent from the moment at which it has held it until after its date."""
    ada.begin()
    with monkeypatch.context() as patch:
        silence(patch, BillingGateway, "schedule_cancel")
        ada.pass_time(hours=ada.until_it_acts())
        ada.hold_late()
        silence(patch, BillingGateway, "undo_cancel")
        ada.undo()
        ada.pass_time(hours=7)
        ada.again()
    ada.again()
    assert (ada.at_company(), ada.charged(), ada.concerns()) == ("canceled", [], ["not_released"])
    assert (ada.move.state, ada.move.why, ada.told()) == ("dropped", "ended", ["begun", "dropped"])
    assert (ada.studio.moving_since, ada.is_true()) == (None, True)
