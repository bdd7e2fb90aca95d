"""Charging what is in PayPal's vault: what a no, doubt, a forgotten key or a late report means for the money."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from paydesk.gateways.contract import (
    ChargeQuery,
    ChargeRequest,
    GatewayBusy,
    GatewayRefused,
    GatewayUnreachable,
    PreparedCharge,
    RefundRequest,
)
from paydesk.gateways.paypal.gateway import VaultGateway
from paydesk.gateways.records import Advice, CollectibleState, DeclineReason, MethodKind, Verdict
from paydesk.kit.money import Money
from tests.paypal_account import PayPalAccount

pytestmark = pytest.mark.contracts
PRICE = Money(1900, "EUR")
CUSTOMER = "pd0customer"


@pytest.fixture
def gateway(paypal_account: PayPalAccount) -> VaultGateway:
    return VaultGateway(paypal_account.settings())


def asked(method: str, *, amount: Money = PRICE) -> ChargeRequest:
    return ChargeRequest(
        key=str(uuid4()),
        tag=uuid4().hex[:16],
        amount=amount,
        customer_reference=CUSTOMER,
        method_reference=method,
        description="Pottery class",
    )


def prepared(gateway: VaultGateway, account: PayPalAccount, behaviour: str = "good") -> PreparedCharge:
    return gateway.prepare_charge(asked(account.card(CUSTOMER, behaviour)))


def query(charge: PreparedCharge, asked_at: datetime, *, by_tag: bool = False) -> ChargeQuery:
    reference = "" if by_tag else charge.reference
    return ChargeQuery(reference=reference, tag=charge.request.tag, asked_at=asked_at)


def taken(account: PayPalAccount) -> list[int]:
    return [one["minor"] for one in account.captured(CUSTOMER)]


def test_a_card_and_a_wallet_are_charged_as_what_they_are(
    paypal_account: PayPalAccount, gateway: VaultGateway
) -> None:
    for method, kind in (
        (paypal_account.card(CUSTOMER), MethodKind.CARD),
        (paypal_account.wallet(CUSTOMER), MethodKind.WALLET),
    ):
        outcome = gateway.confirm_charge(gateway.prepare_charge(asked(method)))
        assert (outcome.verdict, outcome.amount) == (Verdict.SUCCEEDED, PRICE)
        assert outcome.method
        assert outcome.method.kind is kind
    assert taken(paypal_account) == [1900, 1900]

    bodies = [one["body"] for one in paypal_account.journal() if one["path"].endswith("/capture")]
    card, wallet = (body["payment_source"] for body in bodies)
    merchant = {"payment_initiator": "MERCHANT", "payment_type": "RECURRING", "usage": "SUBSEQUENT"}
    assert card["card"]["stored_credential"] == merchant
    assert set(wallet["paypal"]) == {"vault_id"}


@pytest.mark.parametrize(
    ("behaviour", "reason", "advice", "code"),
    [
        ("declined", DeclineReason.OTHER, Advice.RETRY, "INSTRUMENT_DECLINED"),
        ("declined:5120", DeclineReason.INSUFFICIENT_FUNDS, Advice.RETRY, "5120"),
        ("declined:5400", DeclineReason.EXPIRED_CARD, Advice.OTHER_METHOD, "5400"),
        ("declined:9520", DeclineReason.LOST_OR_STOLEN, Advice.STOP, "9520"),
        ("refused:PAYER_CANNOT_PAY", DeclineReason.NOT_PERMITTED, Advice.OTHER_METHOD, "PAYER_CANNOT_PAY"),
        ("asks", DeclineReason.AUTHENTICATION_FAILED, Advice.OTHER_METHOD, "PAYER_ACTION_REQUIRED"),
    ],
)
def test_a_no_says_why_and_takes_nothing(
    paypal_account: PayPalAccount,
    gateway: VaultGateway,
    behaviour: str,
    reason: DeclineReason,
    advice: Advice,
    code: str,
) -> None:
    outcome = gateway.confirm_charge(prepared(gateway, paypal_account, behaviour))

    assert outcome.verdict is Verdict.DECLINED
    assert outcome.decline
    assert (outcome.decline.reason, outcome.decline.advice, outcome.decline.code) == (reason, advice, code)
    assert taken(paypal_account) == []


def test_a_method_that_is_gone_is_a_no_for_whoever_collects(
    paypal_account: PayPalAccount, gateway: VaultGateway
) -> None:
    method = paypal_account.wallet(CUSTOMER)
    gateway.remove_method(method_reference=method, key=str(uuid4()))

    outcome = gateway.confirm_charge(gateway.prepare_charge(asked(method)))

    assert outcome.decline
    assert outcome.decline.reason is DeclineReason.METHOD_GONE


def test_nothing_is_charged_without_a_method_and_no_forint_is_rounded(
    paypal_account: PayPalAccount, gateway: VaultGateway
) -> None:
    with pytest.raises(GatewayRefused, match="no method on file"):
        gateway.prepare_charge(asked(""))
    with pytest.raises(GatewayRefused, match="no decimals"):
        gateway.prepare_charge(asked(paypal_account.card(CUSTOMER), amount=Money(190050, "HUF")))
    assert not [one for one in paypal_account.journal() if one["path"].startswith("/v2/checkout")]


def test_a_payment_that_paypal_looks_at_is_on_its_way_and_then_there(
    paypal_account: PayPalAccount, gateway: VaultGateway
) -> None:
    outcome = gateway.confirm_charge(prepared(gateway, paypal_account, "pending"))
    assert (outcome.verdict, outcome.wait_until is not None) == (Verdict.PENDING, True)
    whole = gateway.read_collectible(outcome.reference)
    assert whole
    assert whole.state is CollectibleState.PROCESSING

    paypal_account.settle_pending(outcome.reference)

    settled = gateway.find_charge(ChargeQuery(reference=outcome.reference, asked_at=paypal_account.now()))
    assert settled.verdict is Verdict.SUCCEEDED


def test_an_order_that_was_called_off_cannot_be_captured_by_a_late_ask(
    paypal_account: PayPalAccount, gateway: VaultGateway
) -> None:
    charge = prepared(gateway, paypal_account)
    for _ in range(2):
        ended = gateway.cancel_charge(charge.reference)
        assert ended.decline
        assert ended.decline.is_called_off

    with pytest.raises(GatewayUnreachable, match="ACTION_DOES_NOT_MATCH_INTENT"):
        gateway.confirm_charge(charge)

    found = gateway.find_charge(query(charge, paypal_account.now()))
    assert found.decline
    assert found.decline.is_called_off
    assert taken(paypal_account) == []


def test_an_order_that_was_captured_cannot_be_called_off(
    paypal_account: PayPalAccount, gateway: VaultGateway
) -> None:
    charge = prepared(gateway, paypal_account)
    gateway.confirm_charge(charge)

    assert gateway.cancel_charge(charge.reference).verdict is Verdict.SUCCEEDED


def test_calling_off_an_order_that_paypal_has_forgotten_says_that_nothing_moved(
    gateway: VaultGateway,
) -> None:
    ended = gateway.cancel_charge("order:card:5O190127TN364715T")

    assert ended.decline
    assert ended.decline.is_called_off


def test_a_key_that_paypal_has_forgotten_takes_no_money_twice(
    paypal_account: PayPalAccount, gateway: VaultGateway
) -> None:
    """Orders remember a key for six hours; an order is captured once however old it is."""
    charge = prepared(gateway, paypal_account)
    with paypal_account.losing_answers(".*/capture"), pytest.raises(GatewayUnreachable):
        gateway.confirm_charge(charge)
    paypal_account.advance(hours=7)

    with pytest.raises(GatewayUnreachable, match="ORDER_ALREADY_CAPTURED"):
        gateway.confirm_charge(charge)

    assert gateway.find_charge(query(charge, paypal_account.now())).verdict is Verdict.SUCCEEDED
    assert taken(paypal_account) == [1900]


def test_an_order_is_told_from_one_that_nobody_has_confirmed_only_when_no_ask_can_be_on_its_way(
    paypal_account: PayPalAccount, gateway: VaultGateway
) -> None:
    charge, asked_at = prepared(gateway, paypal_account), paypal_account.now()

    assert gateway.find_charge(query(charge, asked_at)).verdict is Verdict.UNKNOWN
    paypal_account.advance(minutes=3)
    assert gateway.find_charge(query(charge, asked_at)).verdict is Verdict.NEVER_SEEN


def test_a_tag_is_never_seen_only_when_the_report_would_know(
    paypal_account: PayPalAccount, gateway: VaultGateway
) -> None:
    nobody = ChargeQuery(tag=asked("none").tag, asked_at=paypal_account.now())

    assert gateway.find_charge(nobody).verdict is Verdict.UNKNOWN
    paypal_account.advance(hours=2, minutes=50)
    assert gateway.find_charge(nobody).verdict is Verdict.UNKNOWN
    paypal_account.advance(minutes=30)
    assert gateway.find_charge(nobody).verdict is Verdict.NEVER_SEEN


@pytest.mark.parametrize("behaviour", ["good", "pending"])
def test_a_charge_is_found_by_its_tag_once_the_report_has_it(
    paypal_account: PayPalAccount, gateway: VaultGateway, behaviour: str
) -> None:
    asked_at = paypal_account.now()
    charge = prepared(gateway, paypal_account, behaviour)
    outcome = gateway.confirm_charge(charge)

    assert gateway.find_charge(query(charge, asked_at, by_tag=True)).verdict is Verdict.UNKNOWN
    paypal_account.advance(hours=4)
    found = gateway.find_charge(query(charge, asked_at, by_tag=True))

    assert (found.verdict, found.reference) == (outcome.verdict, outcome.reference)


def test_being_told_to_wait_is_busy_and_no_decline(
    paypal_account: PayPalAccount, gateway: VaultGateway
) -> None:
    charge = prepared(gateway, paypal_account)
    paypal_account.fault("429", ".*/capture", retry_after=1)

    with pytest.raises(GatewayBusy) as busy:
        gateway.confirm_charge(charge)

    assert busy.value.retry_after == timedelta(seconds=1)
    assert taken(paypal_account) == []


def test_an_order_under_our_key_that_is_not_what_we_asked_for_is_doubt(
    paypal_account: PayPalAccount, gateway: VaultGateway
) -> None:
    """Should PayPal give back an older order for a key instead of a refusal, nothing of it is captured."""
    request = asked(paypal_account.card(CUSTOMER))
    gateway.prepare_charge(request)

    with pytest.raises((GatewayUnreachable, GatewayRefused)):
        gateway.prepare_charge(replace(request, amount=Money(2000, "EUR")))


def test_a_refund_at_paypal_and_one_of_ours_are_both_read_and_no_more_is_left_than_is_there(
    paypal_account: PayPalAccount, gateway: VaultGateway
) -> None:
    charge = gateway.confirm_charge(prepared(gateway, paypal_account)).reference
    ours = gateway.refund(
        RefundRequest(key=str(uuid4()), tag="refund-1", charge_reference=charge, amount=Money(500, "EUR"))
    )
    theirs = paypal_account.refund(charge, 1400)

    whole = gateway.read_collectible(charge)

    assert whole
    assert whole.title == "Pottery class"
    assert [(one.reference, one.amount.minor, one.tag) for one in whole.refunds] == [
        (ours.reference, 500, "refund-1"),
        (theirs, 1400, ""),
    ]
    assert whole.state is CollectibleState.PAID
    assert gateway.capabilities(whole) == frozenset()
    assert gateway.find_refund(reference=theirs) is not None


def test_a_refund_that_was_asked_for_again_after_a_month_is_made_once(
    paypal_account: PayPalAccount, gateway: VaultGateway
) -> None:
    """Captures remember a key for 45 days."""
    charge = gateway.confirm_charge(prepared(gateway, paypal_account)).reference
    request = RefundRequest(
        key=str(uuid4()), tag="refund-1", charge_reference=charge, amount=Money(500, "EUR")
    )
    first = gateway.refund(request)
    paypal_account.advance(days=40)

    assert gateway.refund(request).reference == first.reference
    assert paypal_account.refunded(charge) == 500


def test_key_memories_are_those_that_paypal_documents() -> None:
    assert {name: span.total_seconds() / 3600 for name, span in VaultGateway.KEY_MEMORY.items()} == {
        "charge": 6,
        "refund": 45 * 24,
        "method": 3,
        "subscription": 72,
    }
