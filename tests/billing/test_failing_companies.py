"""A company that refuses, is silent, has changed its mind or answers in another order: said in words, charged once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from paydesk.billing.payments import retry
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.refused import RetryRefused
from paydesk.billing.payments.settle import look_up_attempt
from paydesk.events.models import Event
from paydesk.gateways.contract import GatewayRefused
from paydesk.gateways.records import Outcome
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.kit import clock
from paydesk.sync.disconnect import DisconnectRefused, disconnect
from tests.connected import Connected, connected, grow_old, revoke_key
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    return connected(simulator)


def _disconnect(scene: Connected) -> None:
    disconnect(merchant_id=scene.merchant.id, connection_id=scene.connection.id, now=clock.wall_now())


def _look(scene: Connected) -> Attempt:
    [attempt] = [one for one in scene.attempts() if one.state in Attempt.OPEN]
    return look_up_attempt(merchant=scene.merchant, attempt_id=attempt.id, now=clock.wall_now())


def _announced(scene: Connected) -> list[str]:
    found = Event.objects.filter(merchant_id=scene.merchant.id).order_by("id")
    return list(found.values_list("name", flat=True))


def _forget_what_was_announced(scene: Connected) -> None:
    Event.objects.filter(merchant_id=scene.merchant.id).delete()


def _first(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, act: Callable[[], object]) -> None:
    """Let something happen each time just before a step of ours is taken."""
    step = getattr(place, name)

    def disturbed(*given: Any, **named: Any) -> Any:
        act()
        return step(*given, **named)

    monkeypatch.setattr(place, name, disturbed)


def test_a_tab_that_was_open_before_the_company_was_disconnected_is_refused_in_words(clay: Connected) -> None:
    card = clay.save_card("good")
    _disconnect(clay)
    with pytest.raises(RetryRefused, match="write to us"):
        clay.press(card)


def test_a_company_is_not_disconnected_between_our_look_and_our_ask(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = clay.save_card("good")
    _first(monkeypatch, retry, "_open_attempt", lambda: _disconnect(clay))
    with pytest.raises(RetryRefused, match="write to us"):
        clay.press(card)

    assert [one.state for one in clay.attempts()] == ["declined"]
    assert clay.moved() == []


def test_a_company_with_money_in_doubt_is_not_disconnected(clay: Connected) -> None:
    card = clay.save_card("good")
    clay.account.fault("lost_after", operation="charge.confirm")
    clay.press(card)
    with pytest.raises(DisconnectRefused, match="1 payments"):
        _disconnect(clay)

    assert _look(clay).state == "succeeded"
    _disconnect(clay)


def test_a_silent_company_makes_no_failure_of_a_bill_that_was_never_tried(clay: Connected) -> None:
    due = clay.account.bill(clay.customer, title="Not yet tried", collect=False)["id"]
    clay.take_over()
    _forget_what_was_announced(clay)
    clay.account.fault("lost_before", operation="charge.prepare")
    with pytest.raises(RetryRefused, match="Nothing was charged"):
        clay.press(payment=clay.bill(due))

    assert clay.bill(due).state == Payment.State.DUE
    assert _announced(clay) == []


def test_a_bill_that_was_paid_elsewhere_is_shown_as_paid_and_not_as_a_silent_company(clay: Connected) -> None:
    clay.account.method(clay.customer, "good", default=True)
    clay.account.advance(days=2)  # the company collects by itself, and its webhook is lost
    with pytest.raises(RetryRefused, match="has changed at the payment company"):
        clay.press()

    assert clay.payment().state == "paid"
    assert clay.charged() == clay.moved()
    assert len(clay.moved()) == 1


def test_a_payment_that_was_made_is_no_error_because_it_cannot_be_read_again(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = clay.save_card("good")

    def refuse(*_: object) -> None:
        raise GatewayRefused("this key may not read disputes")

    monkeypatch.setattr(BillingGateway, "read_collectible", refuse)
    assert clay.press(card).state == "succeeded"
    assert clay.charged() == clay.moved()


def test_a_company_that_revokes_our_key_leaves_an_open_attempt_open(clay: Connected) -> None:
    clay.press(clay.save_card("secure_when_charged"))
    revoke_key(clay)

    assert _look(clay).state == "needs_customer"
    grow_old(clay, timedelta(minutes=61))
    assert _look(clay).state == "needs_customer"


def test_an_ask_that_wakes_up_after_it_was_given_up_moves_no_money(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = clay.save_card("good")
    seen: list[str] = []

    def frozen() -> None:
        if not seen:
            grow_old(clay, timedelta(minutes=3))
            seen.append(_look(clay).state)

    _first(monkeypatch, BillingGateway, "confirm_charge", frozen)
    assert clay.press(card).state == "abandoned"
    assert seen == ["abandoned"]
    assert clay.moved() == []

    assert clay.press(card).state == "succeeded"
    assert clay.charged() == clay.moved()
    assert len(clay.moved()) == 1


def test_switching_to_another_card_announces_no_failure(clay: Connected) -> None:
    clay.press(clay.save_card("secure_when_charged"))
    card = clay.save_card("good")
    _forget_what_was_announced(clay)
    clay.press(card)

    assert _announced(clay) == ["payment.succeeded"]


def test_the_webhook_of_a_calling_off_may_come_before_its_answer(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    clay.press(clay.save_card("secure_when_charged"))
    card = clay.save_card("good")
    cancel = BillingGateway.cancel_charge

    def overtaken(gateway: BillingGateway, reference: str) -> Outcome:
        heard = len(clay.webhooks())
        outcome = cancel(gateway, reference)
        clay.hear(after=heard)
        return outcome

    monkeypatch.setattr(BillingGateway, "cancel_charge", overtaken)
    assert clay.press(card).state == "succeeded"
    assert clay.charged() == clay.moved()
    assert len(clay.moved()) == 1
