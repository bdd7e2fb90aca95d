"""Entering a new card: at the company's page, or in its fields on ours with exactly its origins allowed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from paydesk.billing.customers.models import Customer
from paydesk.billing.payment_methods.models import MethodSetup
from paydesk.billing.payment_methods.set_up import BegunSetup, SetupRefused
from paydesk.billing.payments.models import Payment
from paydesk.gateways.contract import GatewayUnreachable
from paydesk.gateways.method_setup import HostedFields
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection
from tests import builders
from tests.portal.reading import PORTAL, read, words

pytestmark = pytest.mark.django_db

FIELDS = HostedFields(
    script_url="https://js.company.example/v9/",
    module="stripe/fields.js",
    values={"client-secret": 'seti_1"<', "script-url": "https://js.company.example/v9/"},
    script_origins=["https://js.company.example"],
    frame_origins=["https://frames.company.example"],
    connect_origins=["https://api.company.example"],
)


@pytest.fixture
def failed(ada: Customer, account: Connection) -> Payment:
    """A payment that was declined; its customer is known to the company."""
    builders.method(ada, account)
    return builders.payment(builders.order(ada, account), state="failed")


def begin(browser: Client, payment: Payment, monkeypatch: pytest.MonkeyPatch, answer: object) -> Any:
    """Press "Use a new card" while the company answers so."""

    def answered(**_: object) -> object:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("paydesk.portal.setups.begin.begin_method_setup", answered)
    return browser.post(f"{PORTAL}/payments/{payment.public_id}/card")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("page", ["methods/add", "payments/{payment}/card"])
def test_where_no_method_can_be_entered_a_form_that_somebody_made_begins_nothing(
    browser: Client, shop: MerchantInSight, ada: Customer, page: str
) -> None:
    """No page of ours leads there: PayPal alone changes what pays a subscription of its own."""
    credentials = {"client_id": "client-1", "client_secret": "secret-1", "webhook_id": "webhook-1"}
    account = builders.connection(shop, gateway="paypal-subscriptions", credentials=credentials)
    owner = builders.owner(ada, account)
    payment = builders.payment(builders.order(ada, account), state="failed")

    address = f"{PORTAL}/{page.format(payment=payment.public_id)}"
    response = browser.post(address, {"account": owner.public_id})

    assert response.status_code == 409
    assert "cannot be entered here right now" in words(response)
    assert not MethodSetup.objects.filter(merchant_id=shop.id).exists()


def test_the_companys_page_is_opened_by_a_page_of_ours(
    browser: Client, failed: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = BegunSetup(public_id="s" * 16, page_url="https://pay.company.example/?a=1&b=2", fields=None)
    response = begin(browser, failed, monkeypatch, begun)
    assert response.status_code == 200
    assert b'content="0; url=https://pay.company.example/?a=1&amp;b=2"' in response.content
    assert (
        b'<a class="button button-primary" href="https://pay.company.example/?a=1&amp;b=2">'
        in response.content
    )


@pytest.fixture
def entering(ada: Customer, failed: Payment) -> MethodSetup:
    """She is about to enter a card, because of that payment."""
    return MethodSetup.objects.create(
        merchant_id=ada.merchant_id,
        connection_id=failed.connection_id,
        gateway_customer_id=failed.gateway_customer_id or 0,
        customer_id=ada.id,
        payment_public_id=failed.public_id,
        reference="seti_1",
        created_at=builders.now(),
    )


@pytest.fixture
def fields(monkeypatch: pytest.MonkeyPatch) -> None:
    """The company has fields for our page."""
    begun = BegunSetup(public_id="s" * 16, page_url="", fields=FIELDS)
    monkeypatch.setattr("paydesk.portal.setups.begin.begin_method_setup", lambda **_: begun)
    monkeypatch.setattr("paydesk.portal.setups.views.go_on_with_setup", lambda **_: begun)


def test_fields_have_an_address_of_their_own_that_can_be_loaded_again(
    browser: Client, failed: Payment, entering: MethodSetup, fields: None
) -> None:
    response = browser.post(f"{PORTAL}/payments/{failed.public_id}/card")
    assert (response.status_code, response["Location"]) == (303, f"{PORTAL}/setups/{'s' * 16}")
    pages = [read(browser, f"/setups/{entering.public_id}") for _ in range(2)]
    assert pages[0] == pages[1]
    assert "Save and pay EUR 49.00" in pages[0]


def test_hosted_fields_come_with_their_origins_and_only_there(
    browser: Client, entering: MethodSetup, fields: None
) -> None:
    response = browser.get(f"{PORTAL}/setups/{entering.public_id}")
    policy = response["Content-Security-Policy"]
    for origin in (
        "https://js.company.example",
        "https://frames.company.example",
        "https://api.company.example",
    ):
        assert origin in policy
    assert "unsafe" not in policy
    page = response.content.decode()
    assert "data-hosted-fields" in page
    assert 'data-client-secret="seti_1&#34;&lt;"' in page
    assert f'method="post" action="{PORTAL}/setups/{entering.public_id}/done"' in page
    assert "Card fields need JavaScript." in page
    assert "company.example" not in browser.get(f"{PORTAL}/")["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (SetupRefused("You have no account there."), 409, "You have no account there."),
        (GatewayUnreachable(), 502, "The payment company does not answer right now. Nothing was charged."),
    ],
)
def test_a_company_that_says_no_or_nothing_is_told_of_on_the_pay_page(
    browser: Client,
    failed: Payment,
    monkeypatch: pytest.MonkeyPatch,
    answer: Exception,
    status: int,
    said: str,
) -> None:
    response = begin(browser, failed, monkeypatch, answer)
    assert response.status_code == status
    assert said in words(response)
    assert "Pay EUR 49.00" in words(response)


def test_a_get_begins_nothing(browser: Client, failed: Payment) -> None:
    response = browser.get(f"{PORTAL}/payments/{failed.public_id}/card")
    assert response["Location"] == f"{PORTAL}/payments/{failed.public_id}/pay"
    assert not MethodSetup.objects.filter(merchant_id=failed.merchant_id).exists()


def test_a_refused_card_says_why_and_leads_back(browser: Client, ada: Customer, failed: Payment) -> None:
    setup = MethodSetup.objects.create(
        merchant_id=ada.merchant_id,
        connection_id=failed.connection_id,
        gateway_customer_id=failed.gateway_customer_id or 0,
        customer_id=ada.id,
        payment_public_id=failed.public_id,
        state="refused",
        refusal="This card cannot be saved. Please use another one.",
        created_at=builders.now(),
    )
    response = browser.get(f"{PORTAL}/setups/{setup.public_id}/done")
    assert response.status_code == 409
    assert "This card cannot be saved. Please use another one." in words(response)
    assert f"{PORTAL}/payments/{failed.public_id}/pay".encode() in response.content


def test_a_setup_of_somebody_else_is_not_there(browser: Client) -> None:
    assert "This page is not here" in read(browser, f"/setups/{'0' * 16}/done", status=404)
