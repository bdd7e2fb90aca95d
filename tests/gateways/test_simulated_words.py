"""The simulated company's words in ours, from answers that were recorded: no network is asked."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from paydesk.gateways.contract import (
    BadSignature,
    Capability,
    ObjectKind,
    ObjectReference,
    Settings,
    WebhookEvent,
)
from paydesk.gateways.records import (
    Advice,
    CollectibleState,
    DeclineReason,
    SettledBy,
    SubscriptionRecord,
    SubscriptionState,
    TaxRecord,
    Verdict,
)
from paydesk.gateways.simulated import answers, events
from paydesk.gateways.simulated.declines import DECLINES, decline_for
from paydesk.gateways.simulated.gateway import BillingGateway, VaultGateway
from paydesk.kit.money import Money
from paydesk_simulator.webhooks import sign
from tests.gateways.recorded import fixture, play
from tests.simulator import Simulator

NOW = datetime(2026, 12, 3, 9, tzinfo=UTC)
SETTINGS = Settings(
    base_url="http://127.0.0.1:9", credentials={"api_key": "k", "webhook_secret": "s"}, now=lambda: NOW
)


def keys_of(answer: object) -> object:
    """Give the names in an answer, without what they hold."""
    if isinstance(answer, dict):
        return {name: keys_of(value) for name, value in answer.items()}
    return [keys_of(answer[0])] if isinstance(answer, list) and answer else None


def test_the_recorded_answers_are_what_the_company_still_says(simulator: Simulator) -> None:
    for name, answer in play(simulator.account()).items():
        assert keys_of(fixture(name)) == keys_of(answer), name


def test_a_bill_is_a_collectible_with_every_try_refund_and_dispute() -> None:
    record = answers.to_collectible(fixture("bill"))
    assert record.amount == Money(1230, "KWD")
    assert (record.state, record.settled_by) == (CollectibleState.PAID, SettledBy.ATTEMPT)
    declined, paid = record.attempts
    assert declined.outcome.decline == decline_for("not_enough_money")
    assert (paid.tag, paid.outcome.verdict, paid.outcome.amount) == (
        "attempt-1",
        Verdict.SUCCEEDED,
        Money(1230, "KWD"),
    )
    assert paid.outcome.method is not None
    assert paid.outcome.method.last_four == "4242"
    assert record.refunds[0].amount == Money(230, "KWD")
    assert (record.disputes[0].state, record.disputes[0].charge_reference) == ("open", paid.reference)


def test_a_charge_that_was_only_prepared_has_been_seen_by_no_bank() -> None:
    outcome = answers.to_outcome(fixture("charge_prepared"))
    assert (outcome.verdict, outcome.decline) == (Verdict.NEVER_SEEN, None)


def test_a_charge_that_waits_says_where_the_customer_confirms() -> None:
    outcome = answers.to_outcome(fixture("charge_needs_customer"))
    assert outcome.verdict == Verdict.NEEDS_CUSTOMER
    assert outcome.action_url.startswith("https://company.example/pages/bank/")


def test_of_several_charges_with_one_tag_the_one_that_took_money_counts() -> None:
    one = fixture("charge_prepared")
    rows = [
        {**one, "id": status, "status": status}
        for status in ("prepared", "declined", "succeeded", "canceled")
    ]
    assert answers.to_outcome_of_rows({"rows": rows}).reference == "succeeded"
    assert answers.to_outcome_of_rows({"rows": []}).verdict == Verdict.NEVER_SEEN


def test_a_bill_in_parts_keeps_the_sum_rule() -> None:
    bill = answers.to_collectible(fixture("bill_in_parts"))
    assert [(line.title, line.quantity) for line in bill.lines] == [("Beans, 1 kg", 2), ("Delivery", 1)]
    on_top = sum(tax.amount.minor for tax in bill.taxes if not tax.is_included)
    lines, discounts = (sum(part.amount.minor for part in parts) for parts in (bill.lines, bill.discounts))
    assert bill.balance_applied == Money(400, "EUR")
    assert lines - discounts + on_top - 400 == bill.amount.minor == 5135
    assert bill.taxes[0] == TaxRecord(title="VAT", amount=Money(1035, "EUR"), percentage="23")
    assert bill.billing is not None
    assert (bill.billing.country, bill.billing.tax_ids) == ("PT", ["PT999999990"])
    assert bill.method_reference == fixture("charge_prepared")["method"]["id"]


def test_what_a_subscription_is_made_of_is_said_where_that_is_more_than_one_thing() -> None:
    items = answers.to_subscription(fixture("subscription_of_items"))
    assert [line.amount.minor for line in items.lines] == [4000, 1000]
    assert answers.to_subscription(fixture("subscription")).lines == ()


def test_a_closed_inquiry_has_taken_no_money() -> None:
    assert answers.to_dispute(fixture("inquiry_closed")).state == "closed"


def test_a_plan_says_how_far_it_is() -> None:
    record = answers.to_subscription(fixture("subscription"))
    assert (record.payments_total, record.payments_made, record.state) == (6, 1, SubscriptionState.ACTIVE)
    assert record.next_amount == Money(1230, "KWD")


def test_every_decline_has_a_reason_and_an_unknown_one_is_a_no_all_the_same() -> None:
    assert {reason for reason, _ in DECLINES.values()} == set(DeclineReason)
    unknown = decline_for("moon_phase")
    assert (unknown.reason, unknown.advice, unknown.code) == (
        DeclineReason.OTHER,
        Advice.OTHER_METHOD,
        "moon_phase",
    )


def event(name: str, **changes: object) -> WebhookEvent:
    return events.to_event(json.dumps(fixture(name) | changes).encode())


def test_an_event_names_its_object_and_the_money_behind_it() -> None:
    bill = fixture("event_bill_paid")["object"]["id"]
    assert events.references(event("event_bill_paid")) == [
        ObjectReference(kind=ObjectKind.COLLECTIBLE, reference=bill)
    ]
    refund = fixture("event_refund_succeeded")["object"]
    assert events.references(event("event_refund_succeeded")) == [
        ObjectReference(kind=ObjectKind.REFUND, reference=refund["id"], tag="refund-1"),
        ObjectReference(kind=ObjectKind.COLLECTIBLE, reference=refund["bill"], tag="attempt-1"),
    ]


@pytest.mark.parametrize(("tag", "kind"), [("attempt-1", ObjectKind.CHARGE), ("", ObjectKind.COLLECTIBLE)])
def test_a_charge_without_a_bill_is_ours_or_a_collectible_itself(tag: str, kind: ObjectKind) -> None:
    about = {"type": "charge", "id": "ch_1", "charge": "ch_1"} | ({"charge_tag": tag} if tag else {})
    named = events.references(event("event_bill_paid", kind="charge.succeeded", object=about))
    assert named == [ObjectReference(kind=kind, reference="ch_1", tag=tag)]


@pytest.mark.parametrize("age", [-301, 301])
def test_a_signature_is_good_for_five_minutes_in_both_directions(age: int) -> None:
    header = sign(b"{}", secret="s", timestamp=int(NOW.timestamp()))
    events.check_signature(body=b"{}", header=header, secret="s", now=NOW + timedelta(seconds=age // 2))
    with pytest.raises(BadSignature):
        events.check_signature(body=b"{}", header=header, secret="s", now=NOW + timedelta(seconds=age))


def test_no_secret_means_no_good_signature() -> None:
    with pytest.raises(BadSignature):
        events.check_signature(
            body=b"{}", header=sign(b"{}", secret="", timestamp=int(NOW.timestamp())), secret="", now=NOW
        )


def offered(**changes: object) -> frozenset[Capability]:
    record: SubscriptionRecord = replace(answers.to_subscription(fixture("subscription")), **changes)  # type: ignore[arg-type]  # the values are typed
    return BillingGateway(SETTINGS).capabilities(record)


def test_what_can_be_done_depends_on_how_it_stands() -> None:
    live = {Capability.CANCEL_NOW, Capability.SET_SUBSCRIPTION_METHOD, Capability.KNOWN_AMOUNTS}
    assert offered() == live | {Capability.SCHEDULE_CANCEL, Capability.PAUSE, Capability.PAUSE_UNTIL}
    assert offered(payments_total=None) == offered() | {Capability.DISCOUNT}
    assert offered(payments_total=None, is_discounted=True, discount_percent=20) == offered()
    assert offered(payments_total=None, is_discounted=True) == offered() - {Capability.KNOWN_AMOUNTS}
    assert offered(cancels_at=NOW) == live | {Capability.UNDO_CANCEL}
    assert offered(state=SubscriptionState.PAUSED) == live | {Capability.RESUME}
    assert offered(state=SubscriptionState.UNPAID) == live
    assert offered(state=SubscriptionState.COMPLETED) == frozenset()


def test_a_bill_can_be_paid_while_it_is_open_and_given_back_while_something_is_left() -> None:
    bill = answers.to_collectible(fixture("bill"))
    gateway = BillingGateway(SETTINGS)
    assert gateway.capabilities(bill) == {Capability.DOCUMENTS, Capability.REFUND}
    failed = replace(bill, state=CollectibleState.FAILED, refunds=())
    assert gateway.capabilities(failed) == {Capability.DOCUMENTS, Capability.RETRY_COLLECTIBLE}
    returned = replace(bill, refunds=[replace(bill.refunds[0], amount=bill.amount)])
    assert Capability.REFUND not in gateway.capabilities(returned)
    assert Capability.RETRY_COLLECTIBLE not in VaultGateway(SETTINGS).capabilities(failed)
