"""Money goes back once, never more than was taken, and what the company says of it is one row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paydesk.billing.payments.models import Refund
from paydesk.billing.payments.refunds.left import ChargeLeft
from paydesk.billing.payments.refunds.refund import RefundRefused, refusal
from paydesk.billing.receipts.issue import issue_receipt
from paydesk.kit import clock, faults
from paydesk.sync.disconnect import DisconnectRefused, disconnect
from tests.billing.refunds.till import back, booked, give_back, look_up, paid, refunds, states
from tests.billing.together.desk import Desk
from tests.side_by_side import side_by_side
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_part_goes_back_and_the_webhook_changes_nothing(simulator: Simulator) -> None:
    ada = paid(simulator)
    heard = len(ada.webhooks())

    refund = give_back(ada, 1000)
    ada.hear(after=heard)
    ada.take_over()

    assert (refund.state, refund.asked_by) == ("succeeded", "grace")
    assert (back(ada), booked(ada), states(ada)) == ([1000], ["refund"], [("succeeded", 1000)])
    payment = ada.payments()[0]
    assert (payment.state, payment.refunded_minor) == ("paid", 1000)
    issued = issue_receipt(merchant=ada.merchant, payment_id=payment.id, now=clock.wall_now())
    assert [(note.kind, note.snapshot["amount_minor"]) for note in issued.notes] == [("refund", 1000)]


def test_without_an_amount_all_that_is_left_goes_back(simulator: Simulator) -> None:
    ada = paid(simulator)
    give_back(ada, 1000)

    give_back(ada)

    assert back(ada) == [1000, 2000]
    with pytest.raises(RefundRefused, match="all of that has gone back"):
        give_back(ada)


def test_no_more_goes_back_than_is_left(simulator: Simulator) -> None:
    ada = paid(simulator)
    give_back(ada, 2500)

    with pytest.raises(RefundRefused, match=r"At most EUR 5\.00"):
        give_back(ada, 501)
    with pytest.raises(RefundRefused, match="one minor unit"):
        give_back(ada, 0)

    assert back(ada) == [2500]


def test_an_answer_that_is_lost_is_looked_up(simulator: Simulator) -> None:
    ada = paid(simulator)
    ada.account.fault("lost_after", operation="refund.create")

    refund = give_back(ada, 1000)

    assert refund.state == Refund.State.UNKNOWN
    with pytest.raises(RefundRefused, match="no answer yet"):
        give_back(ada, 1000)
    look_up(ada)
    assert (back(ada), booked(ada), states(ada)) == ([1000], ["refund"], [("succeeded", 1000)])
    assert ada.payments()[0].refunded_minor == 1000


def test_a_webhook_that_is_quicker_than_the_answer_is_about_the_same_row(simulator: Simulator) -> None:
    ada = paid(simulator)
    heard = len(ada.webhooks())
    ada.account.fault("lost_after", operation="refund.create")
    give_back(ada, 1000)

    ada.hear(after=heard)
    look_up(ada)

    assert (booked(ada), states(ada)) == (["refund"], [("succeeded", 1000)])


def test_what_the_company_never_got_is_asked_for_again_with_the_same_key(simulator: Simulator) -> None:
    ada = paid(simulator)
    ada.account.fault("lost_before", operation="refund.create")
    give_back(ada, 1000)

    look_up(ada)
    assert (back(ada), states(ada)) == ([], [("unknown", 1000)])
    look_up(ada, age=timedelta(minutes=3))

    assert (back(ada), states(ada)) == ([1000], [("succeeded", 1000)])


def test_nothing_is_asked_again_when_the_company_may_have_forgotten_the_key(simulator: Simulator) -> None:
    ada = paid(simulator)
    ada.account.fault("lost_before", operation="refund.create")
    give_back(ada, 1000)

    look_up(ada, age=timedelta(hours=20))

    assert (back(ada), states(ada)) == ([], [("failed", 1000)])
    give_back(ada, 1000)
    assert back(ada) == [1000]


def test_a_process_that_dies_before_it_asks_leaves_the_refund_to_the_worker(simulator: Simulator) -> None:
    ada = paid(simulator)
    faults.arm_from("F04:raise:1")
    try:
        with pytest.raises(faults.FaultInjected):
            give_back(ada, 1000)
    finally:
        faults.disarm()
    assert states(ada) == [("created", 1000)]

    look_up(ada, age=timedelta(minutes=3))

    assert (back(ada), booked(ada), states(ada)) == ([1000], ["refund"], [("succeeded", 1000)])


def _give_back_slowly(ada: Desk, held_up_for: timedelta, *, a_worker_looks: bool) -> Refund:
    """Ask, and let the process be held up before it asks the company, while a worker may look."""

    def sleep() -> None:
        faults.disarm()
        if a_worker_looks:
            look_up(ada, age=held_up_for)
        else:
            Refund.objects.filter(merchant_id=ada.merchant.id).update(asked_at=clock.wall_now() - held_up_for)

    faults.arm("F04", sleep)
    try:
        return give_back(ada, 1000)
    finally:
        faults.disarm()


def test_who_was_held_up_until_the_company_may_have_forgotten_the_key_asks_no_more(
    simulator: Simulator,
) -> None:
    ada = paid(simulator)

    _give_back_slowly(ada, timedelta(hours=20), a_worker_looks=False)

    assert (back(ada), states(ada)) == ([], [("created", 1000)])


def test_who_was_held_up_until_it_was_settled_asks_no_more(simulator: Simulator) -> None:
    ada = paid(simulator)

    with pytest.raises(RefundRefused):
        _give_back_slowly(ada, timedelta(hours=20), a_worker_looks=True)

    assert (back(ada), states(ada)) == ([], [("failed", 1000)])


def test_a_second_refund_with_one_mark_is_in_the_books_and_a_person_is_told(simulator: Simulator) -> None:
    ada = paid(simulator)
    refund = give_back(ada, 1000)
    heard = len(ada.webhooks())
    # As when a process had slept in the middle of asking, for longer than the company remembers keys.
    ada.account.api(
        "/refunds",
        key="forgotten",
        charge=refund.charge_reference,
        amount_minor=1000,
        currency="EUR",
        tag=refund.public_id,
    )

    ada.hear(after=heard)

    assert (back(ada), booked(ada)) == ([1000, 1000], ["refund", "refund"])
    payment = ada.payments()[0]
    assert payment.refunded_minor == 2000
    assert payment.contradicted_at is not None


def test_a_clear_no_is_said_and_kept(simulator: Simulator) -> None:
    ada = paid(simulator)
    [charge] = ada.moved()
    ada.account.control("/disputes", charge=charge)

    with pytest.raises(RefundRefused, match="The company says no"):
        give_back(ada, 1000)

    assert (back(ada), booked(ada), states(ada)) == ([], [], [("failed", 1000)])
    assert refunds(ada)[0].due_at is None


def test_a_refund_that_pends_and_fails_later_leaves_nothing_in_the_books(simulator: Simulator) -> None:
    ada = paid(simulator, card="slow_refund")
    refund = give_back(ada)
    assert (refund.state, booked(ada)) == ("pending", [])
    with pytest.raises(RefundRefused, match="all of that has gone back"):
        give_back(ada, 1)

    ada.account.control(f"/refunds/{refund.reference}", succeeded=False)
    look_up(ada)

    assert (booked(ada), states(ada)) == ([], [("failed", 3000)])
    give_back(ada, 1)


def test_two_people_who_refund_at_once_give_back_once(simulator: Simulator) -> None:
    ada = paid(simulator)

    troubles = side_by_side(*[lambda: give_back(ada, 2000)] * 4)

    assert [type(trouble) for trouble in troubles] == [RefundRefused] * 3
    assert (back(ada), booked(ada)) == ([2000], ["refund"])


def test_a_connection_stays_open_until_the_refund_is_answered(simulator: Simulator) -> None:
    ada = paid(simulator)
    ada.account.fault("lost_after", operation="refund.create")
    give_back(ada, 1000)

    def close() -> None:
        disconnect(merchant_id=ada.merchant.id, connection_id=ada.connection.id, now=clock.wall_now())

    with pytest.raises(DisconnectRefused, match="1 refunds"):
        close()
    look_up(ada)
    close()
    with pytest.raises(RefundRefused, match="closed"):
        give_back(ada, 1000)


def test_while_money_waits_nothing_goes_back(simulator: Simulator) -> None:
    ada = paid(simulator)
    ada.hold("We count.")

    with pytest.raises(RefundRefused, match="We count"):
        give_back(ada)

    assert refunds(ada) == []


def test_what_was_paid_together_is_refunded_where_it_was_charged(simulator: Simulator) -> None:
    ada = paid(simulator)
    plan = ada.plan()
    ada.pay(ada.quote_off(plan))

    with pytest.raises(RefundRefused, match="the payment that covers it"):
        give_back(ada, 100, payment=ada.of(plan)[0])
    [cover] = ada.covers()
    give_back(ada, payment=cover)

    assert back(ada) == [10000]
    assert ada.covers()[0].refunded_minor == 10000


def test_of_several_charges_one_is_named_by_the_amount() -> None:
    left = [
        ChargeLeft(connection_id=1, reference=name, minor=minor, currency="EUR")
        for name, minor in (("b", 500), ("a", 900))
    ]

    def said(minor: int | None) -> str | None:
        return refusal(amount_minor=minor, left=left, has_open_refund=False, is_covered=False)

    assert "Say how much" in (said(None) or "")
    assert "At most EUR 9.00" in (said(901) or "")
    assert said(900) is None
