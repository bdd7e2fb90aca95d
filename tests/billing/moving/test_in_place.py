"""What Paydesk collects already is charged to the other company's method from now on: the same agreement, at once."""

from __future__ import annotations

import pytest

from paydesk.billing.arrangements.moving.begin import MoveRefused
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.refused import RetryRefused
from paydesk.gateways.contract import Gateway
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from tests.billing.moving.removal import Removal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kiln")]


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


def meanwhile(ada: Removal, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Let it be moved after its payment was read, and before that is locked."""

    def moved_first(connection: Connection, *, merchant: MerchantInSight) -> Gateway:
        if ada.kiln.connection_id != ada.there.id:
            ada.move_kiln()
        return connect(connection, merchant=merchant)

    monkeypatch.setattr(f"paydesk.billing.payments.{where}.connect", moved_first)


def test_what_is_moved_as_it_is_charged_is_charged_there(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(ada, monkeypatch, "charging.charge")
    ada.pass_time(days=31)
    assert ada.kiln.connection_id == ada.there.id
    ada.again()
    [made] = Attempt.objects.filter(merchant_id=ada.shop.id, payment__position=2)
    assert (made.connection_id, made.state) == (ada.there.id, "succeeded")
    assert (ada.charged(), ada.kiln.payments_made, ada.is_true()) == ([3000], 2, True)


def test_what_is_moved_as_it_is_pressed_for_is_not_asked_for_at_the_old_company(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.old.account.method(ada.old.customer, "expired_card", default=True)
    ada.old.take_over()
    ada.pass_time(days=31)
    overdue = Payment.objects.get(merchant_id=ada.shop.id, subscription_id=ada.kiln.id, state="failed")
    meanwhile(ada, monkeypatch, "retry")
    with pytest.raises(RetryRefused, match="being moved to another way of paying"):
        ada.old.press(payment=overdue)
    assert Attempt.objects.filter(merchant_id=ada.shop.id, payment_id=overdue.id).count() == 1
    ada.old.press(ada.card.public_id, payment=overdue)
    assert (ada.charged(), ada.is_true()) == ([3000], True)
