"""A card that is refused ends no set-up that takes another one: the next card, in the same fields, is saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from paydesk.billing.customers.models import Customer
from paydesk.billing.payment_methods.models import MethodSetup, PaymentMethod
from paydesk.gateways.contract import GatewayRefused, ObjectKind, ObjectReference
from paydesk.gateways.method_setup import FinishedSetup
from paydesk.gateways.records import MethodRecord
from paydesk.gateways.simulated.gateway import BillingGateway
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from paydesk.sync.reread import reread
from tests import builders
from tests.portal.reading import PORTAL, links, words

pytestmark = pytest.mark.django_db(transaction=True)

REFUSED = FinishedSetup(refusal="Your bank did not accept this card.", can_try_again=True)
SAVED = FinishedSetup(method=MethodRecord(reference="pm_new", brand="visa", last_four="4242"))


@pytest.fixture
def setup(ada: Customer, account: Connection) -> MethodSetup:
    """She is entering a card."""
    return MethodSetup.objects.create(
        merchant_id=ada.merchant_id,
        connection_id=account.id,
        gateway_customer_id=builders.owner(ada, account).id,
        customer_id=ada.id,
        reference="setup_1",
        created_at=builders.now(),
    )


@pytest.fixture
def company_says(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Let the company say how the set-up stands, or raise."""

    def say(answer: object) -> None:
        def answered(*_: object) -> object:
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(BillingGateway, "finish_method_setup", answered)

    return say


@pytest.fixture
def webhook(shop: MerchantInSight, account: Connection) -> Callable[[], None]:
    """Hear that something happened to the set-up."""
    named = ObjectReference(kind=ObjectKind.METHOD_SETUP, reference="setup_1")
    gateway = connect(account, merchant=shop)
    return lambda: reread(merchant=shop, connection=account, gateway=gateway, named=named)


def done(browser: Client, setup: MethodSetup, *, press: bool = False) -> Any:
    """Come back, or press "Save this card"."""
    address = f"{PORTAL}/setups/{setup.public_id}/done"
    return browser.post(address, {"do": "save"}) if press else browser.get(address)


def state(setup: MethodSetup) -> str:
    return MethodSetup.objects.get(merchant_id=setup.merchant_id, id=setup.id).state


def test_a_webhook_of_the_first_try_does_not_lose_the_press_of_the_second(
    browser: Client,
    setup: MethodSetup,
    company_says: Callable[[object], None],
    webhook: Callable[[], None],
) -> None:
    company_says(REFUSED)
    webhook()
    company_says(SAVED)
    assert "The card was not saved" not in words(done(browser, setup, press=True))
    assert state(setup) == "finished"
    assert PaymentMethod.objects.get(merchant_id=setup.merchant_id).last_four == "4242"


def test_coming_back_says_why_and_leads_to_the_same_set_up(
    browser: Client, setup: MethodSetup, company_says: Callable[[object], None]
) -> None:
    company_says(REFUSED)
    for press in (False, True):
        refused = done(browser, setup, press=press)
        assert refused.status_code == 409
        assert "The card was not saved" in words(refused)
        assert "Your bank did not accept this card." in words(refused)
        assert links(refused, "Try again") == f"{PORTAL}/setups/{setup.public_id}"
    assert state(setup) == "open"


def test_what_the_last_try_said_is_forgotten_with_the_next(
    browser: Client, setup: MethodSetup, company_says: Callable[[object], None]
) -> None:
    company_says(REFUSED)
    done(browser, setup)
    company_says(FinishedSetup())
    assert done(browser, setup).status_code == 302


def test_who_comes_back_while_our_key_is_refused_is_told_and_nothing_is_lost(
    browser: Client,
    setup: MethodSetup,
    company_says: Callable[[object], None],
    webhook: Callable[[], None],
) -> None:
    company_says(GatewayRefused("401"))
    for press in (False, True):
        refused = done(browser, setup, press=press)
        assert refused.status_code == 409
        assert "The payment company does not show us your card right now." in words(refused)
    with pytest.raises(GatewayRefused):
        webhook()  # which is worked again later, for as long as it takes
    company_says(SAVED)
    webhook()
    assert state(setup) == "finished"


def test_a_set_up_that_is_over_begins_anew(
    browser: Client, setup: MethodSetup, company_says: Callable[[object], None]
) -> None:
    company_says(FinishedSetup(refusal="Your bank did not accept this card."))
    assert "Enter a card again" in words(done(browser, setup))
    company_says(SAVED)
    assert done(browser, setup, press=True).status_code == 409
    assert state(setup) == "refused"
