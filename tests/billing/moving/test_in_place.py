"""What Paydesk collects already is charged to the other company's method from now on: the same agreement, at once."""

from __future__ import annotations

import pytest

from paydesk.billing.arrangements.moving.begin import MoveRefused, begin_move
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.arrangements.start import start_agreement
from paydesk.billing.arrangements.wanted import AgreementWanted
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.refused import RetryRefused
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.contract import Gateway
from paydesk.kit import clock
from paydesk.kit.clock import local_date
from paydesk.kit.money import Money
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from tests.billing.moving.removal import Removal, removal
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(simulator: Simulator) -> Removal:
    """Paydesk charges Ada's kiln hours, a plan of four, to her card at the old company."""
    ada = removal(simulator)
    studio = ada.studio
    assert studio.gateway_customer
    start_agreement(
        merchant=ada.shop,
        wanted=AgreementWanted(
            owner=studio.gateway_customer.__class__.objects.select_related("connection").get(
                merchant_id=ada.shop.id, id=studio.gateway_customer.id
            ),
            name="Kiln hours",
            price=Money(12000, "EUR"),
            interval_unit="month",
            interval_count=1,
            first_day=local_date(ada.shop.business_now(), zone=ada.shop.time_zone),
            payments_count=4,
        ),
        now=clock.wall_now(),
    )
    ada.work()
    return ada


def kiln(ada: Removal) -> Subscription:
    return Subscription.objects.get(merchant_id=ada.shop.id, name="Kiln hours")


def move_it(ada: Removal) -> Move:
    return begin_move(
        merchant=ada.shop,
        customer_id=kiln(ada).customer_id or 0,
        subscription_public_id=kiln(ada).public_id,
        method_public_id=ada.card.public_id,
        now=clock.wall_now(),
    )


def test_what_is_left_is_charged_there_and_what_was_paid_stays(ada: Removal) -> None:
    assert kiln(ada).payments_made == 1
    move = move_it(ada)
    assert (move.state, move.target_id, ada.told()) == ("done", None, ["done"])
    assert (kiln(ada).connection_id, kiln(ada).payment_method_id) == (ada.there.id, ada.card.id)
    for _ in range(3):
        ada.pass_time(days=31)
    assert (ada.charged(), kiln(ada).state, kiln(ada).payments_made) == ([3000] * 3, "completed", 4)
    made = Payment.objects.filter(merchant_id=ada.shop.id, subscription_id=kiln(ada).id).order_by("position")
    assert [one.connection_id for one in made] == [ada.old.connection.id, *[ada.there.id] * 3]
    assert ada.is_true()


def test_while_a_payment_is_on_its_way_it_stays(ada: Removal) -> None:
    ada.old.account.fault("lost_after", operation="charge.confirm")
    ada.pass_time(days=31)
    with pytest.raises(MoveRefused, match="on its way"):
        move_it(ada)
    assert kiln(ada).connection_id == ada.old.connection.id


def test_what_is_overdue_can_be_paid_there(ada: Removal) -> None:
    ada.old.account.method(ada.old.customer, "expired_card", default=True)
    ada.old.take_over()
    ada.pass_time(days=31)
    overdue = Payment.objects.get(merchant_id=ada.shop.id, subscription_id=kiln(ada).id, state="failed")
    move_it(ada)
    ada.old.press(ada.card.public_id, payment=overdue)
    assert (ada.charged(), kiln(ada).payments_made, ada.is_true()) == ([3000], 2, True)


def meanwhile(ada: Removal, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Let it be moved after its payment was read, and before that is locked."""

    def moved_first(connection: Connection, *, merchant: MerchantInSight) -> Gateway:
        if kiln(ada).connection_id != ada.there.id:
            move_it(ada)
        return connect(connection, merchant=merchant)

    monkeypatch.setattr(f"paydesk.billing.payments.{where}.connect", moved_first)


def test_what_is_moved_as_it_is_charged_is_charged_there(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(ada, monkeypatch, "charging.charge")
    ada.pass_time(days=31)
    assert kiln(ada).connection_id == ada.there.id
    ada.again()
    [made] = Attempt.objects.filter(merchant_id=ada.shop.id, payment__position=2)
    assert (made.connection_id, made.state) == (ada.there.id, "succeeded")
    assert (ada.charged(), kiln(ada).payments_made, ada.is_true()) == ([3000], 2, True)


def test_what_is_moved_as_it_is_pressed_for_is_not_asked_for_at_the_old_company(
    ada: Removal, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.old.account.method(ada.old.customer, "expired_card", default=True)
    ada.old.take_over()
    ada.pass_time(days=31)
    overdue = Payment.objects.get(merchant_id=ada.shop.id, subscription_id=kiln(ada).id, state="failed")
    meanwhile(ada, monkeypatch, "retry")
    with pytest.raises(RetryRefused, match="being moved to another way of paying"):
        ada.old.press(payment=overdue)
    assert Attempt.objects.filter(merchant_id=ada.shop.id, payment_id=overdue.id).count() == 1
    ada.old.press(ada.card.public_id, payment=overdue)
    assert (ada.charged(), ada.is_true()) == ([3000], True)
