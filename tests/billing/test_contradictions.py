"""What cannot be true of one bill is kept as it was told, is in the books, and is said once to a person."""

from dataclasses import replace
from datetime import timedelta

import pytest

from paydesk.billing.ledger.models import LedgerLine
from paydesk.billing.payments.models import Attempt
from paydesk.billing.payments.record import record_outcome
from paydesk.gateways.records import (
    AttemptRecord,
    CollectibleState,
    DisputeRecord,
    Outcome,
    RefundRecord,
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


def _pending(reference: str) -> AttemptRecord:
    outcome = Outcome(verdict=Verdict.PENDING, reference=reference, amount=PRICE)
    return AttemptRecord(reference=reference, created_at=NOW, outcome=outcome)


def _answer(scene: Scene, attempt: Attempt, outcome: Outcome) -> None:
    record_outcome(merchant_id=scene.merchant.id, attempt_id=attempt.id, outcome=outcome, now=NOW)


def _at_the_company(scene: Scene) -> int:
    """Add up what our books say the company holds for the merchant, in minor units."""
    lines = LedgerLine.objects.filter(merchant_id=scene.merchant.id, account="gateway")
    return sum(lines.values_list("amount_minor", flat=True))


def _paid_by_the_company_while_we_ask() -> tuple[Scene, Attempt]:
    """The company's own try ch_2 was under way, our attempt is open, and then ch_2 pays the bill."""
    scene = a_scene()
    trying = a_collectible(state=CollectibleState.FAILED, attempts=[declined("ch_1"), _pending("ch_2")])
    attempt = scene.open_attempt(scene.mirror(trying))
    scene.mirror(a_paid_collectible(succeeded("ch_2")), observed_at=NOW + SECOND)
    return scene, attempt


def test_an_ask_that_never_arrived_contradicts_no_payment_that_was_made() -> None:
    scene, attempt = _paid_by_the_company_while_we_ask()
    _answer(scene, attempt, Outcome(verdict=Verdict.NEVER_SEEN))

    assert scene.payment().state == "paid"
    assert [one.state for one in scene.attempts()] == ["declined", "succeeded", "abandoned"]
    assert scene.books() == [("charge", "ch_2", 4900)]
    assert scene.events() == ["payment.failed", "payment.succeeded"]


def test_our_own_success_beside_the_companys_is_kept_and_said() -> None:
    scene, attempt = _paid_by_the_company_while_we_ask()
    _answer(scene, attempt, succeeded("ch_3").outcome)

    assert scene.payment().paid_minor == 2 * PRICE.minor
    assert scene.books() == [("charge", "ch_2", 4900), ("charge", "ch_3", 4900)]
    assert scene.events() == ["payment.failed", "payment.succeeded", "payment.contradicted"]


def test_two_successes_that_we_never_asked_for_are_both_kept_and_said() -> None:
    scene = a_scene()
    scene.mirror(a_collectible())
    scene.mirror(a_paid_collectible(succeeded("ch_2")), observed_at=NOW + SECOND)
    scene.mirror(a_paid_collectible(succeeded("ch_2"), succeeded("ch_3")), observed_at=NOW + 2 * SECOND)

    assert scene.payment().paid_minor == 2 * PRICE.minor
    assert scene.events().count("payment.contradicted") == 1


def test_an_attempt_that_took_the_companys_charge_for_its_own_loses_none_of_the_two() -> None:
    scene = a_scene()
    attempt = scene.open_attempt(scene.mirror(a_collectible()))
    scene.mirror(a_paid_collectible(succeeded("ch_2")), observed_at=NOW + SECOND)
    _answer(scene, attempt, succeeded("ch_3").outcome)
    assert scene.books() == [("charge", "ch_2", 4900), ("charge", "ch_3", 4900)]

    both = a_paid_collectible(succeeded("ch_2"), succeeded("ch_3", tag=attempt.public_id))
    scene.mirror(both, observed_at=NOW + 2 * SECOND)
    assert [(one.reference, one.state) for one in scene.attempts()] == [
        ("ch_1", "declined"),
        ("ch_2", "succeeded"),
        ("ch_3", "succeeded"),
    ]
    assert scene.payment().paid_minor == _at_the_company(scene) == 2 * PRICE.minor
    assert scene.events().count("payment.contradicted") == 1


def test_a_contradiction_is_said_once_however_often_it_is_heard() -> None:
    scene = a_scene()
    scene.mirror(a_paid_collectible(succeeded("ch_2")))
    for turn in range(1, 10):
        scene.mirror(a_collectible(), observed_at=NOW + turn * SECOND)

    assert scene.payment().contradicted_at == NOW
    assert scene.events().count("payment.contradicted") == 1


def test_a_refund_that_fails_after_all_leaves_the_money_with_the_merchant() -> None:
    scene = a_scene()
    paid = a_paid_collectible(succeeded("ch_2"))
    refund = RefundRecord(
        reference="re_1", amount=PRICE, state="succeeded", created_at=NOW, charge_reference="ch_2"
    )
    scene.mirror(replace(paid, refunds=[refund]))
    assert (scene.payment().refunded_minor, _at_the_company(scene)) == (PRICE.minor, 0)

    for turn in (1, 2):
        failed = replace(paid, refunds=[replace(refund, state="failed")])
        scene.mirror(failed, observed_at=NOW + turn * SECOND)
    assert (scene.payment().refunded_minor, _at_the_company(scene)) == (0, PRICE.minor)


def test_a_refund_that_never_moved_money_is_in_no_book() -> None:
    scene = a_scene()
    refund = RefundRecord(reference="re_1", amount=PRICE, state="failed", created_at=NOW)
    scene.mirror(replace(a_paid_collectible(succeeded("ch_2")), refunds=[refund]))

    assert scene.books() == [("charge", "ch_2", 4900)]


def test_a_bank_that_only_inquires_takes_no_money() -> None:
    scene = a_scene()
    inquiry = DisputeRecord(reference="dp_1", amount=PRICE, state="inquiry", created_at=NOW)
    scene.mirror(replace(a_paid_collectible(succeeded("ch_2")), disputes=[inquiry]))
    assert scene.books() == [("charge", "ch_2", 4900)]
    closed = replace(a_paid_collectible(succeeded("ch_2")), disputes=[replace(inquiry, state="closed")])
    scene.mirror(closed, observed_at=NOW + SECOND)
    assert scene.books() == [("charge", "ch_2", 4900)]

    opened = replace(a_paid_collectible(succeeded("ch_2")), disputes=[replace(inquiry, state="open")])
    scene.mirror(opened, observed_at=NOW + 2 * SECOND)
    assert _at_the_company(scene) == 0
