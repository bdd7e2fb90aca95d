"""Saving methods at PayPal, and the history of a customer whom PayPal keeps by our id alone."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from paydesk.gateways.contract import GatewayRefused
from paydesk.gateways.http import HttpAnswer
from paydesk.gateways.method_setup import MethodSetup, MethodSetupRequest
from paydesk.gateways.paypal import vault
from paydesk.gateways.paypal.gateway import VaultGateway
from paydesk.gateways.paypal.requests import Json, Line, Refused
from paydesk.gateways.records import MethodRecord
from paydesk.kit.money import Money
from tests.gateways.paypal.vault.exam_scene import PayPalExamScene
from tests.paypal_account import PayPalAccount

pytestmark = pytest.mark.contracts
CUSTOMER = "pd0customer"
PRICE = Money(1900, "EUR")


@pytest.fixture
def gateway(paypal_account: PayPalAccount) -> VaultGateway:
    return VaultGateway(paypal_account.settings())


def begun(gateway: VaultGateway, key: str = "") -> MethodSetup:
    back = "https://merchant.example/back"
    return gateway.begin_method_setup(
        MethodSetupRequest(key=key or str(uuid4()), customer_reference=CUSTOMER, return_url=back)
    )


def finished(gateway: VaultGateway, setup: MethodSetup) -> MethodRecord:
    method = gateway.finish_method_setup(setup.reference).method
    assert method
    return method


def test_a_set_up_that_is_begun_again_is_the_same_for_card_and_wallet(gateway: VaultGateway) -> None:
    key = str(uuid4())

    assert begun(gateway, key) == begun(gateway, key)


def test_a_set_up_that_was_finished_long_ago_gives_the_method_that_it_made(
    paypal_account: PayPalAccount, gateway: VaultGateway
) -> None:
    """The vault remembers a key for three hours; a set-up token makes one method however often it is asked."""
    paypal_account.card(CUSTOMER, last_digits="0002")
    setup = begun(gateway)
    paypal_account.enter_card(setup.reference.partition(":")[0])
    first = finished(gateway, setup)
    paypal_account.advance(hours=4)

    assert finished(gateway, setup) == first
    assert len(gateway.list_methods(CUSTOMER)) == 2


def test_a_set_up_that_paypal_has_forgotten_says_so(
    paypal_account: PayPalAccount, gateway: VaultGateway
) -> None:
    setup = begun(gateway)
    paypal_account.advance(days=4)

    over = gateway.finish_method_setup(setup.reference)

    assert "expired" in over.refusal
    assert not over.can_try_again


@pytest.mark.parametrize("refused", ["card", "paypal"])
def test_a_merchant_who_may_save_only_one_kind_is_offered_that(
    gateway: VaultGateway, refused: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, refusing = Line.ask, [refused]

    def not_all(self: Line, *path: str, body: Json, **more: str) -> Json:
        if any(one in body["payment_source"] for one in refusing):
            raise Refused("This account may not.", issue="NOT_ENABLED_TO_VAULT_PAYMENT_SOURCE")
        return ask(self, *path, body=body, **more)

    monkeypatch.setattr(Line, "ask", not_all)
    setup = begun(gateway)

    assert bool(setup.page_url) == (refused == "card")
    assert bool(setup.fields) == (refused == "paypal")
    assert not setup.fields or not setup.fields.values["wallet-url"]

    refusing += ["card", "paypal"]
    with pytest.raises(GatewayRefused, match="neither cards nor wallets"):
        begun(gateway)


def test_methods_are_listed_page_by_page(
    paypal_account: PayPalAccount, gateway: VaultGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "_PAGE", "2")
    saved = [paypal_account.card(CUSTOMER) for _ in range(3)] + [paypal_account.wallet(CUSTOMER)]

    assert [one.reference for one in gateway.list_methods(CUSTOMER)] == saved
    assert list(gateway.list_methods("")) == []


def test_a_customer_is_there_as_long_as_paypal_keeps_a_method(
    paypal_account: PayPalAccount, gateway: VaultGateway
) -> None:
    customer = gateway.create_customer(email="ada@example.com", name="Ada", key="k").reference
    assert gateway.read_customer(customer) is None

    method = paypal_account.card(customer)
    assert gateway.read_customer(customer) is not None

    gateway.remove_method(method_reference=method, key="r")
    assert gateway.read_customer(customer) is None


def test_a_history_of_years_is_read_in_windows_and_old_ones_are_not_read_again(
    paypal_account: PayPalAccount,
) -> None:
    scene = PayPalExamScene(paypal_account)
    customer, stranger = scene.customer(), scene.customer()
    old: list[str] = []
    for _ in range(3):
        old.append(scene.paid(customer, PRICE))
        scene.paid(stranger, PRICE)
        paypal_account.advance(days=40)

    listed = [one.reference for one in scene.gateway.list_history(customer).records]
    assert listed == old[::-1]

    def windows() -> int:
        return len([one for one in paypal_account.journal() if "/reporting/" in one["path"]])

    before = windows()
    assert 36 <= before <= 38, "three years, in windows of thirty days"
    scene.gateway.list_history(stranger)
    assert windows() == before, "many customers are read one after another"
    paypal_account.advance(minutes=3)
    new = scene.paid(customer, PRICE)
    assert [one.reference for one in scene.gateway.list_history(customer).records] == [new, *old[::-1]]
    assert windows() - before <= 2, "what is complete is not read again"


def test_what_was_made_a_moment_ago_is_listed_after_the_reports_lag(paypal_account: PayPalAccount) -> None:
    scene = PayPalExamScene(paypal_account)
    paypal_account.lag(hours=3)
    customer = scene.customer()
    paid = scene.paid(customer, PRICE)

    assert list(scene.gateway.list_history(customer).records) == []
    paypal_account.advance(seconds=VaultGateway.LISTING_LAG.total_seconds() + 60)
    assert [one.reference for one in scene.gateway.list_history(customer).records] == [paid]
    assert timedelta(hours=3) == VaultGateway.LISTING_LAG


def test_a_window_that_holds_more_than_paypal_lists_is_read_in_halves(
    paypal_account: PayPalAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = PayPalExamScene(paypal_account)
    customer = scene.customer()
    paid = []
    for _ in range(4):
        paid.append(scene.paid(customer, PRICE))
        paypal_account.advance(hours=30)
    send = Line._send

    def full(
        self: Line, method: str, path: tuple[str, ...], *, query: str = "", **more: object
    ) -> HttpAnswer:
        """Be a report of which more than two rows are too many."""
        answer = send(self, method, path, query=query, **more)  # type: ignore[arg-type]
        if "reporting" not in path or json.loads(answer.body)["total_items"] <= 2:
            return answer
        refusal = {"name": "INVALID_REQUEST", "details": [{"issue": "RESULTSET_TOO_LARGE"}]}
        return HttpAnswer(status=400, headers={}, body=json.dumps(refusal).encode())

    monkeypatch.setattr(Line, "_send", full)

    assert [one.reference for one in scene.gateway.list_history(customer).records] == paid[::-1]
