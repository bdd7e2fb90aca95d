"""Answers that come early, late, apart from their bill or under a wrong clock do not change what is true."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from paydesk.billing.payment_methods.mirror import mirror_methods
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.mirrored.collectible import is_as_it_was
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.record import record_outcome
from paydesk.database.transactions import in_transaction
from paydesk.gateways.records import (
    Advice,
    AttemptRecord,
    CollectibleRecord,
    CollectibleState,
    Decline,
    DeclineReason,
    MethodRecord,
    Outcome,
    SettledBy,
    Verdict,
)
from tests.billing.scene import (
    NOW,
    PRICE,
    Scene,
    a_collectible,
    a_paid_collectible,
    a_scene,
    declined,
    succeeded,
)

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
FIRST_CARD = MethodRecord(reference="pm_1", last_four="1111")
NEW_CARD = MethodRecord(reference="pm_2", last_four="2222")


def _charge_without_its_bill(reference: str) -> CollectibleRecord:
    """Give a charge as a company tells of it before it says which bill it paid."""
    return a_collectible(
        reference=reference,
        state=CollectibleState.PAID,
        paid_at=NOW,
        settled_by=SettledBy.ATTEMPT,
        number="",
        attempts=[succeeded(reference)],
    )


def _list_methods(scene: Scene, *records: MethodRecord, asked_at_second: int) -> None:
    in_transaction(
        lambda: mirror_methods(
            owner=scene.owner, records=records, observed_at=NOW + asked_at_second * SECOND, now=NOW
        )
    )


def _usable_cards(scene: Scene) -> Sequence[str]:
    mine = PaymentMethod.objects.filter(merchant_id=scene.merchant.id, removed_at__isnull=True)
    return list(mine.order_by("reference").values_list("reference", flat=True))


def test_what_a_webhook_says_is_pending_first_is_one_attempt_with_our_answer() -> None:
    scene = a_scene()
    attempt = scene.open_attempt(scene.mirror(a_collectible()))
    pending = Outcome(verdict=Verdict.PENDING, reference="ch_9", amount=PRICE)
    told = AttemptRecord(reference="ch_9", created_at=NOW, outcome=pending)
    processing = a_collectible(state=CollectibleState.PROCESSING, attempts=[declined("ch_1"), told])
    scene.mirror(processing, observed_at=NOW + SECOND)
    record_outcome(merchant_id=scene.merchant.id, attempt_id=attempt.id, outcome=pending, now=NOW)

    assert [(one.reference, one.state, one.origin) for one in scene.attempts()] == [
        ("ch_1", "declined", "gateway"),
        ("ch_9", "pending", "paydesk"),
    ]


def test_what_was_asked_before_our_success_and_is_written_after_it_contradicts_nothing() -> None:
    scene = a_scene()
    attempt = scene.open_attempt(scene.mirror(a_collectible()))
    paid_at = NOW + 2 * SECOND
    outcome = Outcome(verdict=Verdict.SUCCEEDED, reference="ch_2", amount=PRICE, occurred_at=paid_at)
    record_outcome(merchant_id=scene.merchant.id, attempt_id=attempt.id, outcome=outcome, now=paid_at)
    scene.mirror(a_collectible(), observed_at=NOW + SECOND)

    payment = scene.payment()
    assert (payment.state, payment.paid_at, payment.settled_by) == ("paid", paid_at, "attempt")
    assert scene.events() == ["payment.failed", "payment.succeeded"]


def test_an_answer_that_contradicts_a_payment_takes_none_of_its_facts_away() -> None:
    scene = a_scene()
    scene.mirror(a_paid_collectible(succeeded("ch_2")))
    scene.mirror(a_collectible(settled_by=None, paid_at=None), observed_at=NOW + SECOND)

    assert (scene.payment().paid_at, scene.payment().paid_minor) == (NOW, PRICE.minor)


def test_a_charge_that_was_told_before_its_bill_is_one_payment_with_it() -> None:
    scene = a_scene()
    scene.mirror(_charge_without_its_bill("ch_2"))
    scene.mirror(a_paid_collectible(succeeded("ch_2")), observed_at=NOW + SECOND)

    shown = Payment.objects.filter(merchant_id=scene.merchant.id, customer__isnull=False)
    assert [(one.reference, one.state, one.paid_minor) for one in shown] == [("bill_1", "paid", 4900)]
    assert scene.books() == [("charge", "ch_2", 4900)]


def test_a_charge_that_two_bills_name_takes_neither_of_them_away() -> None:
    scene = a_scene()
    for reference in ("bill_1", "bill_2", "bill_1"):
        scene.mirror(
            replace(a_paid_collectible(succeeded("ch_2")), reference=reference, attempts=[succeeded("ch_2")])
        )

    shown = Payment.objects.filter(merchant_id=scene.merchant.id, customer__isnull=False, state="paid")
    assert sorted(shown.values_list("reference", flat=True)) == ["bill_1", "bill_2"]
    assert scene.books() == [("charge", "ch_2", 4900)]


def test_our_answer_takes_over_the_charge_that_was_told_before_it() -> None:
    scene = a_scene()
    attempt = scene.open_attempt(scene.mirror(a_collectible()))
    scene.mirror(_charge_without_its_bill("ch_2"))
    record_outcome(
        merchant_id=scene.merchant.id, attempt_id=attempt.id, outcome=succeeded("ch_2").outcome, now=NOW
    )

    shown = Payment.objects.filter(merchant_id=scene.merchant.id, customer__isnull=False)
    assert [(one.reference, one.state, one.paid_minor) for one in shown] == [("bill_1", "paid", 4900)]
    assert [one.state for one in scene.attempts()] == ["declined", "succeeded"]
    assert scene.books() == [("charge", "ch_2", 4900)]


def test_a_charge_under_way_that_its_bill_takes_over_is_owed_once() -> None:
    scene = a_scene()
    pending = replace(succeeded("ch_2"), outcome=Outcome(verdict=Verdict.PENDING, reference="ch_2"))
    alone = replace(_charge_without_its_bill("ch_2"), state=CollectibleState.PROCESSING, attempts=[pending])
    scene.mirror(replace(alone, paid_at=None, settled_by=None))
    scene.mirror(a_paid_collectible(succeeded("ch_2")), observed_at=NOW + SECOND)

    owed = Payment.objects.filter(merchant_id=scene.merchant.id).values_list("owed_minor", flat=True)
    assert list(owed) == [0, 0]


def _end(scene: Scene, attempt: Attempt, verdict: Verdict) -> None:
    no = Decline(reason=DeclineReason.NOT_PERMITTED, advice=Advice.STOP, code="invoice_void")
    outcome = Outcome(verdict=verdict, decline=no if verdict is Verdict.DECLINED else None)
    record_outcome(merchant_id=scene.merchant.id, attempt_id=attempt.id, outcome=outcome, now=NOW)


@pytest.mark.parametrize("verdict", [Verdict.NEVER_SEEN, Verdict.DECLINED])
@pytest.mark.parametrize("state", [CollectibleState.CANCELED, CollectibleState.WRITTEN_OFF])
def test_an_attempt_that_ends_opens_no_bill_that_was_given_up_meanwhile(
    state: CollectibleState, verdict: Verdict
) -> None:
    scene = a_scene()
    attempt = scene.open_attempt(scene.mirror(a_collectible()))
    scene.mirror(a_collectible(state=state), observed_at=NOW + SECOND)
    _end(scene, attempt, verdict)

    assert (scene.payment().state, scene.payment().owed_minor) == (state.value, 0)
    assert scene.events() == ["payment.failed"]


@pytest.mark.parametrize("verdict", [Verdict.NEVER_SEEN, Verdict.DECLINED, Verdict.SUCCEEDED])
def test_after_an_attempt_has_ended_the_next_reading_counts_though_it_says_what_the_last_one_said(
    verdict: Verdict,
) -> None:
    scene = a_scene()
    bill = a_collectible(state=CollectibleState.DUE)
    attempt = scene.open_attempt(scene.mirror(a_collectible()))
    scene.mirror(bill, observed_at=NOW + SECOND)
    _end(scene, attempt, verdict)
    asked_at = NOW + 2 * SECOND

    assert not is_as_it_was(connection=scene.connection, record=bill, observed_at=asked_at)
    assert scene.mirror(bill, observed_at=asked_at).state == "due"
    assert is_as_it_was(connection=scene.connection, record=bill, observed_at=asked_at + SECOND)


def test_a_list_of_cards_that_was_asked_for_earlier_removes_no_new_card() -> None:
    scene = a_scene()
    _list_methods(scene, FIRST_CARD, NEW_CARD, asked_at_second=2)
    _list_methods(scene, FIRST_CARD, asked_at_second=1)
    assert _usable_cards(scene) == ["pm_1", "pm_2"]

    _list_methods(scene, NEW_CARD, asked_at_second=3)
    assert _usable_cards(scene) == ["pm_2"]


def test_a_clock_that_was_a_year_ahead_for_a_moment_does_not_blind_us() -> None:
    scene = a_scene()
    scene.mirror(a_collectible(), observed_at=NOW + timedelta(days=365))
    scene.mirror(a_paid_collectible(succeeded("ch_2")), observed_at=NOW + SECOND)

    assert scene.payment().state == "paid"


def test_a_list_of_cards_under_a_clock_that_was_a_year_ahead_does_not_blind_us() -> None:
    scene = a_scene()
    _list_methods(scene, FIRST_CARD, asked_at_second=365 * 24 * 3600)
    _list_methods(scene, FIRST_CARD, NEW_CARD, asked_at_second=1)

    assert _usable_cards(scene) == ["pm_1", "pm_2"]
