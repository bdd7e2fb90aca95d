"""What failed is one thing until it is paid: PayPal's own example, and the ways in which a debt ends."""

from paydesk.gateways.contract import Capability
from paydesk.gateways.paypal.subscriptions.history import collectible_capabilities, collectible_of
from paydesk.gateways.paypal.subscriptions.transactions import transaction_of
from paydesk.gateways.records import BillingDetails, CollectibleRecord, CollectibleState, Verdict
from paydesk.kit.money import Money
from tests.gateways.paypal_subscriptions.agreements import (
    SUBSCRIPTION,
    Json,
    euro,
    plan,
    read,
    subscription,
    transaction,
)

DUE, FAILED = CollectibleState.DUE, CollectibleState.FAILED
PAID, CANCELED = CollectibleState.PAID, CollectibleState.CANCELED
FEBRUARY, MARCH, APRIL = 31, 59, 90
JANUARY_PAID = transaction("T1", 0)
#: The first of February and its two retries, of PayPal's guide on payment failures.
IN_VAIN = [transaction(f"T{2 + place}", FEBRUARY + 5 * place, status="DECLINED") for place in range(3)]
FOR_GOOD = plan(auto_bill_outstanding=False)


def euros(amount: float) -> Money:
    return Money(round(amount * 100), "EUR")


def tries(record: CollectibleRecord) -> list[str]:
    return [attempt.reference.partition(":")[2] for attempt in record.attempts]


def brief(records: list[CollectibleRecord]) -> list[tuple[str, CollectibleState, Money]]:
    return [(one.reference.partition(":")[2], one.state, one.amount) for one in records]


def test_a_payment_is_a_collectible_of_its_own() -> None:
    [record] = read(subscription(), JANUARY_PAID)

    assert record.reference == f"{SUBSCRIPTION}:T1"
    assert (record.state, record.amount, record.title) == (PAID, euros(10), "Clay box")
    assert record.customer_reference == record.subscription_reference == SUBSCRIPTION
    assert record.attempts[0].outcome.verdict is Verdict.SUCCEEDED
    assert record.billing == BillingDetails(name="Ada Example", email="ada@example.com")


def test_what_fails_in_a_cycle_is_one_debt_with_its_tries() -> None:
    paid, owed = read(subscription(outstanding=1000), JANUARY_PAID, *IN_VAIN)

    assert paid.reference.endswith(":T1")
    assert (owed.reference, owed.state) == (f"{SUBSCRIPTION}:T2", FAILED)
    assert (owed.amount, owed.owed) == (euros(10), euros(10))
    assert tries(owed) == ["T2", "T3", "T4"]
    assert collectible_capabilities(owed) == {Capability.RETRY_COLLECTIBLE, Capability.DEBT_ENDS}


def test_until_the_last_retry_failed_only_paypal_tries_again() -> None:
    """The guide: only when the second retry has failed the amount is added to the outstanding balance."""
    retried = {"amount": {"currency_code": "EUR", "value": "10.00"}, "time": "2026-02-01T10:00:00Z"}
    retried |= {"next_payment_retry_time": "2026-02-06T10:00:00Z", "reason_code": "PAYER_CANNOT_PAY"}
    said = subscription(billing_info={"last_failed_payment": retried, "failed_payments_count": 1})
    owed = read(said, JANUARY_PAID, IN_VAIN[0])[-1]

    assert (owed.state, owed.amount, owed.owed) == (FAILED, euros(10), None)
    assert owed.next_attempt_at is not None
    assert owed.next_attempt_at.day == 6
    assert owed.attempts[0].outcome.decline is not None
    assert owed.attempts[0].outcome.decline.code == "PAYER_CANNOT_PAY"
    assert collectible_capabilities(owed) == {Capability.DEBT_ENDS}


def test_the_next_bill_asks_for_both_months_in_one_transaction() -> None:
    """PayPal's example: ten euros of February, so that March asks for twenty."""
    march = transaction("T5", MARCH, 2000, "DECLINED")
    owed = read(subscription("SUSPENDED", outstanding=2000), JANUARY_PAID, *IN_VAIN, march)[-1]

    assert (owed.state, owed.amount, owed.owed) == (FAILED, euros(20), euros(20))
    assert [(line.title, line.amount) for line in owed.lines] == [
        ("Clay box (2026-02-01)", euros(10)),
        ("Clay box (2026-03-01)", euros(10)),
    ]

    captured = transaction("T6", APRIL + 3, 2000)
    settled = read(subscription("SUSPENDED"), JANUARY_PAID, *IN_VAIN, march, captured)[-1]
    assert (settled.reference, settled.state, settled.amount) == (owed.reference, PAID, euros(20))
    assert settled.lines == owed.lines
    assert (tries(settled)[-1], settled.paid_at) == ("T6", settled.attempts[-1].created_at)


def test_a_next_bill_that_works_pays_what_failed_too() -> None:
    both = transaction("T5", MARCH, 2000)
    later = transaction("T6", APRIL)
    records = read(subscription(), JANUARY_PAID, *IN_VAIN, both, later)

    assert brief(records) == [("T1", PAID, euros(10)), ("T2", PAID, euros(20)), ("T6", PAID, euros(10))]
    assert len(records[1].lines) == 2


def test_paypals_own_retry_pays_it() -> None:
    retried = transaction("T3", FEBRUARY + 5)
    records = read(subscription(), JANUARY_PAID, IN_VAIN[0], retried, transaction("T4", MARCH))

    assert brief(records) == [("T1", PAID, euros(10)), ("T2", PAID, euros(10)), ("T4", PAID, euros(10))]
    assert tries(records[1]) == ["T2", "T3"]


def test_a_part_that_was_captured_leaves_the_rest_owed() -> None:
    part = transaction("T5", FEBRUARY + 20, 400)
    owed = read(subscription(outstanding=600), JANUARY_PAID, *IN_VAIN, part)[-1]

    assert (owed.state, owed.amount, owed.owed) == (DUE, euros(10), euros(6))
    assert [one.outcome.amount for one in owed.attempts if one.outcome.verdict is Verdict.SUCCEEDED] == [
        euros(4)
    ]


def test_a_merchant_who_does_not_bill_what_is_outstanding_keeps_it_owed() -> None:
    """March is paid as always, February stays open, and a capture pays it."""
    history = [JANUARY_PAID, *IN_VAIN, transaction("T5", MARCH)]
    records = read(subscription(outstanding=1000, plan=FOR_GOOD), *history)
    assert brief(records) == [("T1", PAID, euros(10)), ("T2", FAILED, euros(10)), ("T5", PAID, euros(10))]

    april = [*history, transaction("T6", APRIL, status="DECLINED")]
    records = read(subscription(outstanding=2000, plan=FOR_GOOD), *april)
    assert brief(records)[1] == ("T2", FAILED, euros(20))
    assert len(records[1].lines) == 2

    records = read(subscription(plan=FOR_GOOD), *april, transaction("T7", APRIL + 4, 2000))
    assert brief(records)[1] == ("T2", PAID, euros(20))


def test_what_was_forgiven_is_called_off_and_stays_so() -> None:
    """The next failure is another debt: March asks for ten euros, and not for February's as well."""
    records = read(subscription(), JANUARY_PAID, *IN_VAIN)
    assert brief(records)[1] == ("T2", CANCELED, euros(10))

    march = transaction("T5", MARCH, status="DECLINED")
    records = read(subscription(outstanding=1000), JANUARY_PAID, *IN_VAIN, march)
    assert brief(records)[1:] == [("T2", CANCELED, euros(10)), ("T5", FAILED, euros(10))]

    paid = transaction("T5", MARCH)
    records = read(subscription(), JANUARY_PAID, *IN_VAIN, paid)
    assert brief(records)[1:] == [("T2", CANCELED, euros(10)), ("T5", PAID, euros(10))]


def test_a_payment_that_is_not_listed_yet_is_not_taken_for_forgiveness() -> None:
    """The balance is paid, and PayPal tells when: what paid it comes into the list."""
    at = transaction("T5", FEBRUARY + 20)["time"]
    said = subscription(billing_info={"last_payment": {"amount": euro(1000), "time": at}})
    assert brief(read(said, JANUARY_PAID, *IN_VAIN))[1] == ("T2", CollectibleState.PROCESSING, euros(10))
    captured = transaction("T5", FEBRUARY + 20)
    assert brief(read(said, JANUARY_PAID, *IN_VAIN, captured))[1] == ("T2", PAID, euros(10))


def test_a_part_that_was_forgiven_leaves_what_was_paid() -> None:
    records = read(subscription(), JANUARY_PAID, *IN_VAIN, transaction("T5", FEBRUARY + 20, 400))

    assert brief(records)[1] == ("T2", PAID, euros(4))
    assert records[1].lines == []


def test_with_the_subscription_the_debt_ends_unless_its_plan_ran_out() -> None:
    """`capture-422`: what is active, suspended or expired can be captured."""
    gone = read(subscription("CANCELLED", outstanding=1000), JANUARY_PAID, *IN_VAIN)[-1]
    assert (gone.state, gone.owed, collectible_capabilities(gone)) == (CANCELED, None, frozenset())

    owed = read(subscription("EXPIRED", outstanding=1000), JANUARY_PAID, *IN_VAIN)[-1]
    assert (owed.state, owed.owed) == (FAILED, euros(10))
    assert owed.next_attempt_at is None


def test_a_capture_that_is_under_way_is_shown_so() -> None:
    pending = transaction("T5", FEBRUARY + 20, 1000, "PENDING")
    assert read(subscription(outstanding=1000), JANUARY_PAID, *IN_VAIN, pending)[-1].state == "processing"
    assert read(subscription(), JANUARY_PAID, *IN_VAIN, pending)[-1].state == "processing"


def test_a_status_that_nobody_knows_is_no_answer() -> None:
    [record] = read(subscription(), transaction("T1", 0, status="LEVITATING"))
    assert (record.state, record.attempts[0].outcome.verdict) == ("processing", Verdict.PENDING)


def test_a_debt_whose_tries_are_not_listed_is_owed_since_the_last_payment() -> None:
    owed = read(subscription(outstanding=1000), JANUARY_PAID)[-1]
    assert (owed.reference, owed.state, owed.owed) == (f"{SUBSCRIPTION}:since-T1", FAILED, euros(10))

    [later] = found(subscription(), owed.reference, JANUARY_PAID, transaction("T2", 40))
    assert (later.state, later.amount, tries(later)) == (PAID, euros(10), ["T2"])
    [forgiven] = found(subscription(), owed.reference, JANUARY_PAID)
    assert forgiven.state == CANCELED
    assert found(subscription(), f"{SUBSCRIPTION}:since-T9", JANUARY_PAID) == []


def test_a_transaction_within_leads_to_the_debt() -> None:
    [record] = found(subscription(outstanding=1000), f"{SUBSCRIPTION}:T4", JANUARY_PAID, *IN_VAIN)
    assert record.reference == f"{SUBSCRIPTION}:T2"
    assert found(subscription(), f"{SUBSCRIPTION}:T9", JANUARY_PAID) == []


def test_the_newest_is_what_is_owed_or_the_last_payment() -> None:
    apart = subscription(outstanding=1000, plan=FOR_GOOD)
    [owed] = found(apart, f"{SUBSCRIPTION}:newest", JANUARY_PAID, *IN_VAIN, transaction("T5", MARCH))
    assert owed.reference == f"{SUBSCRIPTION}:T2"
    [paid] = found(subscription(), f"{SUBSCRIPTION}:newest", JANUARY_PAID)
    assert paid.reference == f"{SUBSCRIPTION}:T1"
    assert found(subscription(), f"{SUBSCRIPTION}:newest") == []


def test_shipping_and_tax_are_told_where_they_add_up() -> None:
    parts = {"gross_amount": 1300, "total_item_amount": 1000, "shipping_amount": 200, "tax_amount": 100}
    told = {name: {"currency_code": "EUR", "value": f"{minor / 100:.2f}"} for name, minor in parts.items()}
    taxed = plan() | {"taxes": {"percentage": "10", "inclusive": False}}
    [record] = read(subscription(plan=taxed), transaction("T1", 0) | {"amount_with_breakdown": told})
    assert [line.amount for line in record.lines] == [euros(10), euros(2)]
    assert [(tax.amount, tax.percentage, tax.is_included) for tax in record.taxes] == [
        (euros(1), "10", False)
    ]

    told["tax_amount"] = {"currency_code": "EUR", "value": "9.99"}
    [record] = read(subscription(), transaction("T1", 0) | {"amount_with_breakdown": told})
    assert (record.lines, record.taxes) == ([], [])


def found(said: Json, reference: str, *transactions: Json) -> list[CollectibleRecord]:
    record = collectible_of(said, map(transaction_of, transactions), reference)
    return [record] if record else []
