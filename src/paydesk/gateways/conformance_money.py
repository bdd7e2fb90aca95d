"""The exam about money: it moves once, a no is a clear no, and a look-up tells the truth."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

from paydesk.gateways.conformance_scene import (
    AMOUNT,
    Case,
    ExamScene,
    cases,
    expect,
    expect_decline,
    expect_success,
    fail,
    new_key,
    queries,
    refusal,
)
from paydesk.gateways.contract import (
    Capability,
    ChargeQuery,
    ChargeRequest,
    GatewayRefused,
    GatewayUnreachable,
    PreparedCharge,
)
from paydesk.gateways.records import CollectibleRecord, CollectibleState, Outcome, Verdict
from paydesk.kit.money import Money

#: Of AMOUNT, what somebody has paid already.
PART = Money(2000, "EUR")
#: Long enough that no ask can still be on its way.
LONG_AGO = timedelta(days=7)


def money_moves_once_for_a_repeated_key(scene: ExamScene) -> None:
    """Both steps are asked twice with the same request, as after a crash or a restored backup (R3)."""
    for case in cases(scene, scene.good_method):
        prepared = scene.gateway.prepare_charge(case.request)
        first = scene.gateway.confirm_charge(prepared)
        expect_success(first, f"{case.way} with a good method")
        # To pay again what is paid already may be refused, which moves no money either.
        with suppress(GatewayRefused):
            prepared = scene.gateway.prepare_charge(case.request)
        again = scene.gateway.confirm_charge(prepared)
        expect_success(again, f"{case.way}, asked again with the same key")
        expect(again.reference == first.reference, f"{case.way}: the same key gave two references")
        case.expect_taken([AMOUNT], "one key was asked with twice")


def money_moves_once_when_many_confirm_together(scene: ExamScene) -> None:
    """Four threads confirm one charge; each hears of the success, or is in doubt."""
    for case in cases(scene, scene.good_method):
        prepared = scene.gateway.prepare_charge(case.request)
        with ThreadPoolExecutor(4) as presses:
            heard = list(presses.map(partial(_verdict, scene), [prepared] * 4))
        clear = Verdict.SUCCEEDED in heard and set(heard) <= {Verdict.SUCCEEDED, None}
        expect(
            clear, f"{case.way}: four confirmed together and heard {heard}; only a success or doubt is true"
        )
        case.expect_taken([AMOUNT], "four confirmed together")


def a_key_is_not_good_for_another_amount(scene: ExamScene) -> None:
    """A key that comes back with other parameters is a mistake of ours, and moves no money."""
    for case in cases(scene, scene.good_method):
        scene.gateway.confirm_charge(scene.gateway.prepare_charge(case.request))
        other = replace(case.request, amount=Money(AMOUNT.minor + 100, AMOUNT.currency))
        words = f"{case.way}: a used key with another amount has to be refused"
        refusal((GatewayUnreachable, GatewayRefused), partial(scene.gateway.prepare_charge, other), words)
        case.expect_taken([AMOUNT], "a key came back with another amount")


def a_lost_answer_is_doubt_and_a_look_up_ends_it(scene: ExamScene) -> None:
    """The company took the money, and the answer never came: that is never a decline (R6)."""
    for case in cases(scene, scene.good_method):
        prepared = scene.gateway.prepare_charge(case.request)
        asked_at = scene.settings.now()
        with scene.losing_answers():
            words = f"{case.way}: a lost answer has to raise GatewayUnreachable"
            refusal(GatewayUnreachable, partial(scene.gateway.confirm_charge, prepared), words)
        case.expect_taken([AMOUNT], "the answer was lost after the company acted")
        for query in queries(scene, case.request, prepared.reference, asked_at):
            by = "reference" if query.reference else "tag"
            expect_success(
                scene.gateway.find_charge(query), f"{case.way}, its answer lost, looked up by {by}"
            )
        again = scene.gateway.confirm_charge(prepared)
        expect_success(again, f"{case.way}, confirmed again after a lost answer")
        case.expect_taken([AMOUNT], "it was confirmed again after a lost answer")


def a_lost_preparation_can_be_repeated(scene: ExamScene) -> None:
    """The same key leaves one object that can move money, not two."""
    for case in cases(scene, scene.good_method):
        # Where preparing asks nothing of the company, there is no answer to lose.
        with scene.losing_answers(), suppress(GatewayUnreachable):
            scene.gateway.prepare_charge(case.request)
        case.expect_taken([], "it was only prepared")
        outcome = scene.gateway.confirm_charge(scene.gateway.prepare_charge(case.request))
        expect_success(outcome, f"{case.way}, prepared again after a lost answer")
        case.expect_taken([AMOUNT], "it was prepared twice, and confirmed once")


def a_decline_is_clear_and_says_why(scene: ExamScene) -> None:
    """A no has a reason in our words, advice, and the company's own code; no money has moved."""
    for case in cases(scene, scene.declining_method):
        prepared = scene.gateway.prepare_charge(case.request)
        outcome = scene.gateway.confirm_charge(prepared)
        expect_decline(outcome, f"{case.way} with a method that declines")
        expect(
            bool(outcome.decline and outcome.decline.code), f"{case.way}: the company's own code is missing"
        )
        found = _look_up(scene, case, outcome.reference or prepared.reference)
        expect_decline(found, f"{case.way}, looked up after a decline")
        case.expect_taken([], "it was declined")


def what_nobody_asked_for_was_never_seen(scene: ExamScene) -> None:
    """An attempt whose first request never left is free to be tried again, and only a look-up can say so."""
    for case in cases(scene, scene.good_method):
        if Capability.FIND_BY_TAG in scene.gateway.capabilities():
            query = ChargeQuery(
                tag=new_key(), collectible=case.request.collectible, asked_at=scene.settings.now() - LONG_AGO
            )
            verdict = scene.gateway.find_charge(query).verdict
            expect(verdict is Verdict.NEVER_SEEN, f"{case.way}: a tag that nobody used gave {verdict}")


def what_was_only_prepared_has_moved_nothing(scene: ExamScene) -> None:
    """Between the two steps a look-up says neither yes nor no."""
    for case in cases(scene, scene.good_method):
        prepared = scene.gateway.prepare_charge(case.request)
        verdict = _look_up(scene, case, prepared.reference).verdict
        unclear = verdict in (Verdict.NEVER_SEEN, Verdict.UNKNOWN)
        expect(unclear, f"{case.way}: prepared and not confirmed, a look-up gave {verdict}")
        case.expect_taken([], "it was only prepared")


def the_customer_confirms_with_the_bank(scene: ExamScene) -> None:
    """3-D Secure: the charge waits, the customer confirms, a look-up finds the success."""
    for case in cases(scene, scene.asking_method):
        if case.request.method_reference:
            reference = _wait_for_customer(scene, case)
            case.expect_taken([], "it waits for the customer")
            scene.answer_bank(reference, confirm=True)
            expect_success(_look_up(scene, case, reference), f"{case.way}, confirmed by the customer")
            case.expect_taken([AMOUNT], "the customer confirmed")


def a_refusal_at_the_bank_is_a_decline(scene: ExamScene) -> None:
    """3-D Secure: the customer refuses, and a look-up says no."""
    for case in cases(scene, scene.asking_method):
        if case.request.method_reference:
            reference = _wait_for_customer(scene, case)
            scene.answer_bank(reference, confirm=False)
            expect_decline(_look_up(scene, case, reference), f"{case.way}, refused by the customer")
            case.expect_taken([], "the customer refused")


def a_charge_that_waits_can_be_called_off(scene: ExamScene) -> None:
    """After `cancel_charge` the customer's late confirmation moves nothing.

    Some companies cannot end the step for what they collect themselves, and pay it once whoever comes first: there
    the customer pays with another method meanwhile, and the late confirmation moves nothing more.
    """
    for case in cases(scene, scene.asking_method):
        if case.request.method_reference:
            reference = _wait_for_customer(scene, case)
            ended = scene.gateway.cancel_charge(reference)
            expect(ended.verdict is Verdict.DECLINED, f"{case.way}, called off, gave {ended.verdict}")
            taken = [_pay_otherwise(scene, case)] if case.request.collectible else []
            scene.answer_bank(reference, confirm=True)
            case.expect_taken(taken, "it was called off before the customer confirmed")


def what_succeeded_cannot_be_called_off(scene: ExamScene) -> None:
    """The customer was quicker: calling it off says so, and takes nothing back."""
    for case in cases(scene, scene.good_method):
        outcome = scene.gateway.confirm_charge(scene.gateway.prepare_charge(case.request))
        ended = scene.gateway.cancel_charge(outcome.reference)
        expect_success(ended, f"{case.way}, called off after it succeeded")
        case.expect_taken([AMOUNT], "it was called off too late")


def what_was_paid_in_part_is_asked_for_no_more(scene: ExamScene) -> None:
    """Somebody paid a part beside us: what is left is said, may be asked for, and is all that is taken."""
    customer, bill = scene.part_paid(AMOUNT, PART)
    if not bill:
        return
    rest, before = AMOUNT - PART, Counter(scene.captured(customer))
    request = ChargeRequest(
        key=new_key(),
        tag=new_key(),
        amount=rest,
        customer_reference=customer,
        collectible=bill,
        method_reference=scene.good_method(customer),
    )
    case = Case(scene=scene, way="paying a rest", customer=customer, request=request, taken_before=before)
    expect_part_paid(scene, bill)
    whole = replace(request, key=new_key(), tag=new_key(), amount=AMOUNT)
    words = f"{PART} of {AMOUNT} was paid: asking for all of it again has to be refused"
    refusal(GatewayRefused, partial(scene.gateway.prepare_charge, whole), words)
    prepared = scene.gateway.prepare_charge(request)
    verdict = _look_up(scene, case, prepared.reference).verdict
    unclear = verdict in (Verdict.NEVER_SEEN, Verdict.UNKNOWN)
    expect(unclear, f"a part that somebody else paid was taken for our charge: {verdict}")
    outcome = scene.gateway.confirm_charge(prepared)
    expect_success(outcome, case.way, amount=rest)
    case.expect_taken([rest], "what was left was paid")
    expect_rest_paid(scene, bill, outcome)


def expect_part_paid(scene: ExamScene, bill: str) -> None:
    """Fail the exam unless a collectible says what it is about, what was paid of it, and what is left."""
    record = scene.gateway.read_collectible(bill)
    if record is None:
        fail("a collectible of which a part was paid reads as None")
    is_open = record.state in (CollectibleState.DUE, CollectibleState.FAILED)
    expect(is_open, f"{PART} of {AMOUNT} was paid, and it reads as {record.state}")
    expect(
        record.amount == AMOUNT, f"{PART} of {AMOUNT} was paid, and it reads as being about {record.amount}"
    )
    expect(
        record.owed == AMOUNT - PART, f"{PART} of {AMOUNT} was paid, and what is owed reads as {record.owed}"
    )
    expect(
        _taken(record) == [PART], f"{PART} of {AMOUNT} was paid, and what was taken reads as {_taken(record)}"
    )


def expect_rest_paid(scene: ExamScene, bill: str, outcome: Outcome) -> None:
    """Fail the exam unless the collectible is paid by just the part and our charge: nothing contradicts the other."""
    record = scene.gateway.read_collectible(bill)
    if record is None:
        fail("a collectible that was paid in two parts reads as None")
    expect(record.state is CollectibleState.PAID, f"what was left was paid, and it reads as {record.state}")
    expect(record.owed is None, f"what was left was paid, and it reads as owing {record.owed}")
    expect(_taken(record) == [PART, AMOUNT - PART], f"paid in two parts, it reads as {_taken(record)}")
    references = [attempt.reference for attempt in record.attempts]
    expect(outcome.reference in references, f"our charge {outcome.reference} is not among {references}")


PARTS = [
    money_moves_once_for_a_repeated_key,
    money_moves_once_when_many_confirm_together,
    a_key_is_not_good_for_another_amount,
    a_lost_answer_is_doubt_and_a_look_up_ends_it,
    a_lost_preparation_can_be_repeated,
    a_decline_is_clear_and_says_why,
    what_nobody_asked_for_was_never_seen,
    what_was_only_prepared_has_moved_nothing,
    the_customer_confirms_with_the_bank,
    a_refusal_at_the_bank_is_a_decline,
    a_charge_that_waits_can_be_called_off,
    what_succeeded_cannot_be_called_off,
]


def _wait_for_customer(scene: ExamScene, case: Case) -> str:
    """Confirm with a method whose bank asks; gives the reference by which the charge is known while it waits."""
    prepared = scene.gateway.prepare_charge(case.request)
    outcome = scene.gateway.confirm_charge(prepared)
    expect(outcome.verdict is Verdict.NEEDS_CUSTOMER, f"{case.way} with 3-D Secure gave {outcome.verdict}")
    return outcome.reference or prepared.reference


def _pay_otherwise(scene: ExamScene, case: Case) -> Money:
    """Pay the same with a good method, as a new attempt."""
    method = scene.good_method(case.customer)
    request = replace(case.request, key=new_key(), tag=new_key(), method_reference=method)
    outcome = scene.gateway.confirm_charge(scene.gateway.prepare_charge(request))
    expect_success(outcome, f"{case.way} with another method, after the first was called off")
    return AMOUNT


def _look_up(scene: ExamScene, case: Case, reference: str) -> Outcome:
    return scene.gateway.find_charge(queries(scene, case.request, reference, scene.settings.now())[0])


def _taken(record: CollectibleRecord) -> list[Money | None]:
    """List what the tries of a collectible took, oldest first."""
    outcomes = [attempt.outcome for attempt in record.attempts]
    return [outcome.amount for outcome in outcomes if outcome.verdict is Verdict.SUCCEEDED]


def _verdict(scene: ExamScene, prepared: PreparedCharge) -> Verdict | None:
    try:
        return scene.gateway.confirm_charge(prepared).verdict
    except GatewayUnreachable:
        return None
