"""What Paydesk collects already is charged to the other company's method from now on: the same agreement, at once."""

from __future__ import annotations

import pytest

from paydesk.billing.arrangements.moving.begin import MoveRefused
from paydesk.billing.payments.models import Payment
from tests.billing.moving.removal import Removal, removal
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(simulator: Simulator) -> Removal:
    """Paydesk charges Ada's kiln hours to her card at the old company."""
    ada = removal(simulator)
    ada.start_kiln()
    return ada


def test_what_is_left_is_charged_there_and_what_was_paid_stays(ada: Removal) -> None:
    assert ada.kiln.payments_made == 1
    move = ada.move_kiln()
    assert (move.state, move.target_id, ada.told()) == ("done", None, ["done"])
    assert (ada.kiln.connection_id, ada.kiln.payment_method_id) == (ada.there.id, ada.card.id)
    for _ in range(3):
        ada.pass_time(days=31)
    assert (ada.charged(), ada.kiln.state, ada.kiln.payments_made) == ([3000] * 3, "completed", 4)
    made = Payment.objects.filter(merchant_id=ada.shop.id, subscription_id=ada.kiln.id).order_by("position")
    assert [one.connection_id for one in made] == [ada.old.connection.id, *[ada.there.id] * 3]
    assert ada.is_true()


def test_while_a_payment_is_on_its_way_it_stays(ada: Removal) -> None:
    ada.old.account.fault("lost_after", operation="charge.confirm")
    ada.pass_time(days=31)
    with pytest.raises(MoveRefused, match="on its way"):
        ada.move_kiln()
    assert ada.kiln.connection_id == ada.old.connection.id


def test_what_is_overdue_can_be_paid_there(ada: Removal) -> None:
    ada.old.account.method(ada.old.customer, "expired_card", default=True)
    ada.old.take_over()
    ada.pass_time(days=31)
    overdue = Payment.objects.get(merchant_id=ada.shop.id, subscription_id=ada.kiln.id, state="failed")
    ada.move_kiln()
    ada.old.press(ada.card.public_id, payment=overdue)
    assert (ada.charged(), ada.kiln.payments_made, ada.is_true()) == ([3000], 2, True)
