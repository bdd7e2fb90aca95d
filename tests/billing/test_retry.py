"""Pay now: money moves once, whatever the company answers and however often somebody presses."""

from contextlib import suppress
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection as database
from django.db import connections

from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.refused import RetryRefused
from paydesk.billing.payments.settle import look_up_attempt, next_look_at, resolve_attempt
from paydesk.kit import clock
from paydesk.merchants.models import Connection
from paydesk.work.claim import claim
from paydesk.work.queues import Later
from tests.connected import Connected, connected, grow_old
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def clay(simulator: Simulator) -> Connected:
    return connected(simulator)


def _look(scene: Connected) -> Attempt:
    [attempt] = [one for one in scene.attempts() if one.state in Attempt.OPEN]
    return look_up_attempt(merchant=scene.merchant, attempt_id=attempt.id, now=clock.wall_now())


def test_a_payment_that_is_made_is_refused(clay: Connected) -> None:
    clay.press(clay.save_card("good"))
    with pytest.raises(RetryRefused, match="already been made"):
        clay.press()


def test_somebody_elses_payment_is_not_there(simulator: Simulator, clay: Connected) -> None:
    stranger = connected(simulator, slug="wool")
    from paydesk.billing.payments.retry import retry_payment

    with pytest.raises(Payment.DoesNotExist):
        retry_payment(
            merchant=stranger.merchant,
            customer_id=stranger.payment().customer_id or 0,
            payment_public_id=clay.payment().public_id,
            method_public_id="",
            asked_by=Attempt.AskedBy.CUSTOMER,
            return_url="",
            now=clock.wall_now(),
        )


def test_somebody_elses_card_is_refused(simulator: Simulator, clay: Connected) -> None:
    foreign = connected(simulator, slug="wool").save_card("good")
    with pytest.raises(RetryRefused, match="no longer there"):
        clay.press(foreign)
    assert clay.moved() == []


def test_a_good_card_pays_and_the_books_agree_with_the_company(clay: Connected) -> None:
    attempt = clay.press(clay.save_card("good"))

    assert (attempt.state, clay.payment().state) == ("succeeded", "paid")
    assert clay.charged() == clay.moved() == [attempt.reference]
    assert (attempt.method_brand, attempt.method_last_four) == ("visa", "4242")


def test_a_declined_card_says_why_and_can_be_tried_again(clay: Connected) -> None:
    attempt = clay.press()

    assert (attempt.state, attempt.decline_reason) == ("declined", "insufficient_funds")
    assert clay.payment().state == "failed"
    assert clay.press(clay.save_card("good")).state == "succeeded"


def test_an_answer_that_is_lost_after_the_money_moved_is_found_and_charged_once(clay: Connected) -> None:
    card = clay.save_card("good")
    clay.account.fault("lost_after", operation="charge.confirm")
    assert clay.press(card).state == "unknown"
    assert clay.payment().state == "processing"
    with pytest.raises(RetryRefused, match="on its way"):
        clay.press(card)

    assert _look(clay).state == "succeeded"
    assert clay.charged() == clay.moved()
    assert len(clay.moved()) == 1


def test_an_ask_that_was_lost_on_its_way_is_given_up_only_when_it_can_no_longer_arrive(
    clay: Connected,
) -> None:
    card = clay.save_card("good")
    clay.account.fault("lost_before", operation="charge.confirm")
    assert clay.press(card).state == "unknown"
    assert _look(clay).state == "unknown"

    grow_old(clay, timedelta(minutes=3))
    assert _look(clay).state == "abandoned"
    assert clay.payment().state == "failed"
    assert clay.press(card).state == "succeeded"
    assert len(clay.moved()) == 1


@pytest.mark.parametrize("fault", ["error_after", "error_before", "busy"])
def test_a_broken_answer_is_doubt_and_never_a_decline(clay: Connected, fault: str) -> None:
    card = clay.save_card("good")
    clay.account.fault(fault, operation="charge.confirm")

    assert clay.press(card).state == "unknown"


def test_a_company_that_does_not_answer_at_all_charges_nothing_and_says_so(clay: Connected) -> None:
    card = clay.save_card("good")
    clay.account.fault("error_before", operation="charge.prepare")
    with pytest.raises(RetryRefused, match="Nothing was charged"):
        clay.press(card)

    assert clay.payment().state == "failed"
    assert clay.press(card).state == "succeeded"


def test_the_bank_asks_the_customer_and_the_next_press_goes_on_with_it(clay: Connected) -> None:
    card = clay.save_card("secure_when_charged")
    first = clay.press(card)
    assert (first.state, first.action_url.startswith("http")) == ("needs_customer", True)
    assert clay.press(card).id == first.id

    clay.account.answer_bank(first.reference or first.prepared_reference)
    assert _look(clay).state == "succeeded"
    assert len(clay.moved()) == 1


def test_another_card_calls_the_waiting_one_off_at_the_company_first(clay: Connected) -> None:
    waiting = clay.press(clay.save_card("secure_when_charged"))
    paid = clay.press(clay.save_card("good"))

    assert paid.state == "succeeded"
    assert [one.state for one in clay.attempts()][1:] == ["abandoned", "succeeded"]
    clay.account.answer_bank(waiting.prepared_reference)
    assert len(clay.moved()) == 1


def test_what_was_paid_elsewhere_while_the_step_waited_is_not_asked_for_again(clay: Connected) -> None:
    asks, good = clay.save_card("secure_when_charged"), clay.save_card("good")
    clay.press(asks)
    clay.account.control(f"/bills/{clay.payment().reference}", status="external")
    with pytest.raises(RetryRefused, match="already been made"):
        clay.press(good)

    assert (clay.payment().state, clay.payment().settled_by, clay.moved()) == ("paid", "external", [])


def test_a_confirmation_that_never_comes_is_called_off_after_an_hour(clay: Connected) -> None:
    clay.press(clay.save_card("secure_when_charged"))
    grow_old(clay, HOUR + timedelta(minutes=1))

    assert _look(clay).state == "abandoned"
    assert clay.payment().state == "failed"


def test_a_bank_that_takes_days_is_waited_for(clay: Connected) -> None:
    attempt = clay.press(clay.save_card("pending_then_pays"))
    assert attempt.state == "pending"
    assert attempt.wait_until is not None

    clay.account.advance(days=4)
    assert _look(clay).state == "succeeded"


def test_the_resolver_puts_an_open_attempt_back_for_its_next_look(clay: Connected) -> None:
    clay.account.fault("lost_before", operation="charge.confirm")
    clay.press(clay.save_card("good"))
    Attempt.objects.filter(merchant_id=clay.merchant.id).filter(due_at__isnull=False).update(
        due_at=clock.wall_now()
    )
    [taken] = claim(Attempt, most=5, lease=HOUR, now=clock.wall_now())
    with pytest.raises(Later) as later:
        resolve_attempt(taken, clock.wall_now())

    assert later.value.due_at > clock.wall_now()


def test_looks_come_after_1_5_and_15_minutes_then_hourly_then_daily() -> None:
    asked = clock.wall_now()
    ages = [
        timedelta(0),
        timedelta(minutes=1),
        timedelta(minutes=6),
        timedelta(minutes=20),
        timedelta(days=2),
    ]
    looks = [next_look_at(asked_at=asked, now=asked + age) - asked for age in ages]

    assert looks == [
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=15),
        timedelta(minutes=80),
        timedelta(days=3),
    ]


def test_a_removed_connection_is_refused_in_words(clay: Connected) -> None:
    card = clay.save_card("good")
    Connection.objects.filter(id=clay.connection.id).update(removed_at=clock.wall_now())
    with pytest.raises(RetryRefused, match="write to us"):
        clay.press(card)


def test_eight_presses_at_once_charge_once(clay: Connected) -> None:
    card = clay.save_card("good")
    clay.account.fault("slow", operation="charge.confirm", milliseconds=150)
    together, ended = Barrier(8), []

    def press() -> None:
        together.wait()
        try:
            ended.append(clay.press(card).state)
        except RetryRefused as refused:
            ended.append(str(refused))
        finally:
            connections.close_all()

    threads = [Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ended) == 8
    assert ended.count("succeeded") == 1
    assert len(clay.moved()) == 1
    assert clay.charged() == clay.moved()


def test_no_transaction_is_open_while_the_company_is_asked(
    clay: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    from paydesk.gateways import http

    seen = []
    send = http.send

    def watched(*args: Any, **kwargs: Any) -> http.HttpAnswer:
        seen.append(database.in_atomic_block)
        return send(*args, **kwargs)

    monkeypatch.setattr(http, "send", watched)
    clay.press(clay.save_card("good"))

    assert seen
    assert not any(seen)


def test_only_what_is_still_owed_is_asked_for(clay: Connected) -> None:
    mine = Payment.objects.filter(merchant_id=clay.merchant.id)
    assert clay.payment().owed_minor == 4900
    mine.update(owed_minor=3000)

    with suppress(RetryRefused):  # the company, which knows of no part payment, says that its bill is another
        clay.press(clay.save_card("good"))
    assert [one.amount_minor for one in clay.attempts() if one.origin == "paydesk"] == [3000]
