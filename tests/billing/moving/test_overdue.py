"""Whose wallet fails moves to a card at once: what is overdue is paid first, and owed no more at the old company."""

from __future__ import annotations

import pytest

from paydesk.billing.payments.models import Payment
from paydesk.billing.payments.refused import RetryRefused
from paydesk.gateways.contract import GatewayUnreachable
from paydesk.gateways.simulated.gateway import VaultGateway
from tests.billing.moving.removal import Removal, removal
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(simulator: Simulator) -> Removal:
    """Ada's wallet has no money: her studio's first bill is overdue, and nothing was collected yet."""
    return removal(simulator, card="insufficient_funds", is_wallet=True)


def bill(ada: Removal) -> Payment:
    return Payment.objects.get(merchant_id=ada.shop.id, subscription_id=ada.studio.id)


def test_the_wallet_says_where_its_customer_changes_what_pays(ada: Removal) -> None:
    assert ada.studio.manage_url == f"{ada.old.connection.base_url}/pages/agreements/{ada.studio.reference}"
    assert ada.studio.state == "past_due"


def test_what_is_overdue_is_paid_at_once_and_the_old_debt_is_gone(ada: Removal) -> None:
    seen = ada.look()
    assert seen.terms
    assert (seen.terms.owed_minor, seen.terms.bills) == (1900, [bill(ada).public_id])
    ada.begin()
    ada.work()
    assert (ada.move.state, ada.charged(), ada.at_company()) == ("done", [1900], "canceled")
    assert (bill(ada).state, bill(ada).owed_minor) == ("canceled", 0)
    ada.pass_time(days=32)
    assert (ada.collected(), ada.charged(), ada.concerns()) == ([], [1900, 1900], [])
    assert ada.is_true()


def test_a_decline_leaves_the_debt_where_it_was(simulator: Simulator) -> None:
    ada = removal(simulator, card="insufficient_funds", new_card="insufficient_funds", is_wallet=True)
    ada.begin()
    ada.work()
    assert (ada.move.state, ada.move.why, ada.at_company()) == ("dropped", "declined", "past_due")
    assert (bill(ada).state, bill(ada).owed_minor) == ("failed", 1900)
    assert (ada.charged(), ada.is_true()) == ([], True)


def test_nobody_pays_it_by_hand_while_it_is_moved(ada: Removal, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object, **__: object) -> None:
        raise GatewayUnreachable("no answer")

    good = ada.old.save_card("good")
    ada.begin()
    with monkeypatch.context() as patch:
        patch.setattr(VaultGateway, "prepare_charge", nothing)
        ada.work()
        assert (ada.move.state, ada.at_company()) == ("charging", "paused")
        with pytest.raises(RetryRefused, match="being moved"):
            ada.old.press(good, payment=bill(ada))
    ada.again()
    assert (ada.move.state, ada.charged(), ada.collected()) == ("done", [1900], [])


def test_a_debt_that_is_paid_at_the_last_moment_is_not_paid_twice(ada: Removal) -> None:
    ada.begin()
    good = ada.old.account.method(ada.old.customer, "good", default=True)
    assert good
    ada.old.account.advance(days=1)
    ada.only_here(days=1)
    assert ada.collected() == [1900]
    ada.work()
    # The next period is moved instead, when its time has come.
    assert (ada.move.state, ada.charged()) == ("waiting", [])
    ada.pass_time(hours=ada.until_it_acts())
    assert (ada.move.state, ada.charged(), ada.collected()) == ("done", [1900], [1900])
    assert (ada.concerns(), ada.is_true()) == ([], True)


def test_where_a_debt_stays_it_is_paid_where_it_is(simulator: Simulator) -> None:
    ada = removal(simulator, card="insufficient_funds")
    seen = ada.look()
    assert seen.terms
    assert (seen.terms.owed_minor, seen.terms.acts_at > ada.shop.business_now()) == (0, True)


def test_what_pauses_begins_again_with_the_move(simulator: Simulator) -> None:
    ada = removal(simulator, is_wallet=True)
    ada.old.account.api(f"/subscriptions/{ada.studio.reference}/pause", key="by-hand", until=None)
    ada.old.take_over()
    assert ada.begin().begins_again
    ada.work()
    assert (ada.move.state, ada.charged(), ada.collected()) == ("done", [1900], [1900])


def test_what_paused_before_still_pauses_after_a_decline(simulator: Simulator) -> None:
    ada = removal(simulator, is_wallet=True, new_card="expired_card")
    ada.old.account.api(f"/subscriptions/{ada.studio.reference}/pause", key="by-hand", until=None)
    ada.old.take_over()
    ada.begin()
    ada.work()
    assert (ada.move.state, ada.move.fence_kind, ada.at_company()) == ("dropped", "nothing", "paused")


def test_a_plan_goes_on_with_what_is_left_of_it(simulator: Simulator) -> None:
    ada = removal(simulator, is_wallet=True, payments_total=4)
    ada.begin()
    ada.pass_time(hours=ada.until_it_acts())
    assert (ada.move.state, ada.at_company()) == ("done", "canceled")
    new_one = ada.new_one
    assert (new_one.payments_total, new_one.payments_made, new_one.total_minor) == (3, 1, 5700)
    for _ in range(4):
        ada.pass_time(days=31)
    assert (ada.collected(), ada.charged(), ada.new_one.state) == ([1900], [1900] * 3, "completed")
    assert ada.is_true()
