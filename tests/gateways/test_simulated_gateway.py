"""The simulated company's gateway, against the running company."""

from datetime import timedelta

import pytest

from paydesk.gateways.contract import ChargeRequest, GatewayBusy, GatewayUnreachable
from paydesk.gateways.method_setup import MethodSetupRequest
from paydesk.gateways.records import CollectibleState, DeclineReason, Verdict
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.kit.money import Money
from paydesk_simulator.cards import CARDS, Card
from paydesk_simulator.drills.faults import KINDS
from tests.simulator import SimulatedAccount, Simulator

DECLINING = [card for card in CARDS if card.decline_code and not card.settles_as and card.pays_times is None]


@pytest.fixture
def account(simulator: Simulator) -> SimulatedAccount:
    return simulator.account("billing")


@pytest.fixture
def gateway(account: SimulatedAccount) -> BillingGateway:
    return BillingGateway(account.settings())


def charge_request(customer: str, **values: object) -> ChargeRequest:
    wanted = {
        "key": "key-1",
        "tag": "attempt-1",
        "amount": Money(4900, "EUR"),
        "method_reference": "",
    } | values
    return ChargeRequest(customer_reference=customer, **wanted)  # type: ignore[arg-type]  # the values are typed


def test_a_busy_company_says_for_how_long(account: SimulatedAccount, gateway: BillingGateway) -> None:
    account.fault("busy", operation="account.read", milliseconds=9000)
    with pytest.raises(GatewayBusy) as busy:
        gateway.check()
    assert busy.value.retry_after == timedelta(seconds=9)
    assert gateway.check().is_test


def test_a_failed_bill_is_paid_with_a_new_card(account: SimulatedAccount, gateway: BillingGateway) -> None:
    customer = account.customer()
    account.method(customer, "insufficient_funds")
    bill = account.bill(customer)
    assert bill["status"] == "failed"

    setup = gateway.begin_method_setup(
        MethodSetupRequest(key="setup-1", customer_reference=customer, return_url="https://shop.example/back")
    )
    assert gateway.finish_method_setup(setup.reference).method is None
    account.enter_card(setup.reference, "good")
    method = gateway.finish_method_setup(setup.reference).method
    assert method is not None

    asked = charge_request(customer, collectible=bill["id"], method_reference=method.reference)
    outcome = gateway.confirm_charge(gateway.prepare_charge(asked))

    assert outcome.verdict == Verdict.SUCCEEDED
    collectible = gateway.read_collectible(bill["id"])
    assert collectible is not None
    assert collectible.state == CollectibleState.PAID
    assert [attempt.tag for attempt in collectible.attempts] == ["", "attempt-1"]


@pytest.mark.parametrize("card", DECLINING, ids=lambda card: card.name)
def test_each_declining_card_is_declined_for_its_reason(
    account: SimulatedAccount, gateway: BillingGateway, card: Card
) -> None:
    customer = account.customer()
    method = account.method(customer, card.name)
    asked = charge_request(customer, method_reference=method, on_session=False)
    outcome = gateway.confirm_charge(gateway.prepare_charge(asked))
    assert outcome.verdict == Verdict.DECLINED
    assert outcome.decline is not None
    wanted = card.name if card.name in set(DeclineReason) else DeclineReason.AUTHENTICATION_FAILED
    assert outcome.decline.reason == wanted


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"slow"}))
def test_nothing_that_goes_wrong_is_taken_for_an_answer(
    account: SimulatedAccount, gateway: BillingGateway, kind: str
) -> None:
    customer = account.customer()
    account.method(customer)
    prepared = gateway.prepare_charge(charge_request(customer))
    account.fault(kind, operation="charge.confirm", times=4, milliseconds=50)
    for _ in range(4):
        with pytest.raises(GatewayUnreachable):
            gateway.confirm_charge(prepared)
    assert len(account.journal()) == int(kind.endswith("_after"))
    assert gateway.confirm_charge(prepared).verdict is Verdict.SUCCEEDED
    assert len(account.journal()) == 1
