"""A charge with a mark of Paydesk's that nobody here made: a person is told once, and nothing stops."""

from __future__ import annotations

import pytest

from paydesk.billing.concerns.models import Concern
from paydesk.billing.payments.models import Payment
from paydesk.events.models import Event
from tests.billing.charging.scene import Collecting, collecting
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clay(simulator: Simulator) -> Collecting:
    return collecting(simulator)


def _charge_elsewhere(
    scene: Collecting, *, customer: str = "", card: str = "good", on_session: bool = False
) -> str:
    """Let another installation charge at the same account; gives the company's reference."""
    customer = customer or scene.customer
    charge = scene.account.api(
        "/charges",
        key="elsewhere",
        tag="ofanotherone0000",
        amount_minor=1234,
        currency="EUR",
        customer=customer,
        method=scene.account.method(customer, card),
        on_session=on_session,
    )
    scene.account.api(f"/charges/{charge['id']}/confirm", key="elsewhere:confirm")
    return str(charge["id"])


def _told(scene: Collecting) -> list[tuple[object, object, object]]:
    concerns = Concern.objects.filter(merchant_id=scene.merchant.id, kind="unknown_charge")
    return [(one.facts["charge"], one.facts["customer"], one.facts["amount_minor"]) for one in concerns]


def test_an_event_about_a_charge_that_nobody_here_made_is_a_concern_once(clay: Collecting) -> None:
    charge = _charge_elsewhere(clay)
    clay.hear()
    clay.hear()
    clay.take_over()

    assert _told(clay) == [(charge, clay.customer, 1234)]
    assert Payment.objects.get(merchant_id=clay.merchant.id).state == "paid"


@pytest.mark.parametrize("is_known", [True, False])
def test_an_import_finds_it_as_well(clay: Collecting, is_known: bool) -> None:
    customer = clay.customer if is_known else clay.account.customer(email="bo@example.com")
    charge = _charge_elsewhere(clay, customer=customer)
    clay.take_over()

    assert _told(clay) == [(charge, customer, 1234)]


def test_what_a_person_has_closed_is_not_asked_again(clay: Collecting) -> None:
    _charge_elsewhere(clay)
    clay.hear()
    Concern.objects.update(resolved_at=clay.merchant.business_now())
    Payment.objects.update(fingerprint="")
    clay.take_over()

    assert len(_told(clay)) == 1


def test_one_that_was_declined_moved_no_money_and_is_none(clay: Collecting) -> None:
    _charge_elsewhere(clay, card="insufficient_funds")
    clay.hear()
    clay.take_over()

    assert _told(clay) == []


def test_what_a_declined_one_was_to_pay_is_not_owed_once_more(clay: Collecting) -> None:
    _charge_elsewhere(clay, card="insufficient_funds")
    clay.hear()
    clay.take_over()

    payment = Payment.objects.get(merchant_id=clay.merchant.id)
    assert (payment.state, payment.owed_minor) == ("canceled", 0)
    assert not Event.objects.filter(merchant_id=clay.merchant.id, name="payment.failed").exists()


def test_what_one_that_waits_for_its_customer_is_to_pay_is_not_owed_once_more(clay: Collecting) -> None:
    charge = _charge_elsewhere(clay, card="secure_when_charged", on_session=True)
    clay.hear()
    clay.take_over()

    payment = Payment.objects.get(merchant_id=clay.merchant.id)
    assert (payment.state, payment.owed_minor) == ("canceled", 0)
    assert _told(clay) == [(charge, clay.customer, 1234)]

    clay.account.answer_bank(charge)
    clay.hear()
    assert Payment.objects.get(merchant_id=clay.merchant.id).state == "paid"
    assert len(_told(clay)) == 1


def test_it_stops_no_charge_here(clay: Collecting) -> None:
    _charge_elsewhere(clay)
    clay.hear()
    clay.start()
    clay.run()

    assert len(clay.moved()) == 2
    assert "paid" in clay.states()


def test_an_event_about_a_charge_whose_attempt_was_lost_leads_to_its_payment(clay: Collecting) -> None:
    clay.start()
    payment = clay.payments()[0]
    clay.press(payment=payment)
    clay.forget_attempts(payment)
    clay.hear()

    assert (clay.states()[0], _told(clay)) == ("paid", [])
    assert clay.charged() == clay.moved()
