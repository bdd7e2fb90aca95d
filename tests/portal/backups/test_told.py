"""The page of a payment tells both tries: what was declined, and what the backup was asked for and where."""

from __future__ import annotations

import pytest
from django.test import Client

from paydesk.billing.customers.models import Customer
from paydesk.billing.payments.models import Payment
from tests import builders
from tests.billing.backups.scene import StandingBy, standing_by
from tests.portal.reading import words
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(simulator: Simulator) -> StandingBy:
    scene = standing_by(simulator)
    scene.start()
    return scene


@pytest.fixture
def browser(ada: StandingBy) -> Client:
    who = Customer.objects.get(merchant_id=ada.merchant.id, id=ada.customer_id)
    return builders.signed_in_client(ada.merchant, who)


def page(browser: Client, payment: Payment) -> str:
    return words(browser.get(f"/m/clay/payments/{payment.public_id}"))


def test_paid_at_another_company(ada: StandingBy, browser: Client) -> None:
    ada.choose(ada.other_card("good_mastercard"))
    ada.decline()
    ada.try_backup()

    told = page(browser, ada.first())
    assert "Paid with your backup on" in told
    assert "EUR 30.00 was charged to Mastercard ending in 5454." in told
    assert "Visa ending in 0604" in told
    assert "Paid with Mastercard ending in 5454. Your backup, tried once." in told
    [cover] = ada.covers()
    told = page(browser, cover)
    assert "Receipt" in told
    assert "What it pays Kiln sharing" in told


@pytest.mark.parametrize("is_elsewhere", [True, False])
def test_declined_as_well(ada: StandingBy, browser: Client, is_elsewhere: bool) -> None:
    ada.choose((ada.other_card if is_elsewhere else ada.card)("lost_or_stolen"))
    ada.decline()
    ada.try_backup()

    told = page(browser, ada.first())
    assert "Your backup, Visa ending in 0901, was tried once and declined as well." in told
    assert "Visa ending in 0604" in told
    assert "Visa ending in 0901 · Your backup, tried once." in told
    assert "Pay EUR 30.00 now" in told


def test_while_it_is_in_doubt(ada: StandingBy, browser: Client) -> None:
    ada.choose(ada.other_card())
    ada.decline()
    ada.other.fault("lost_after", operation="charge.confirm")
    ada.try_backup()

    told = page(browser, ada.first())
    assert "Your backup is being tried." in told
    assert "You do not need to pay again" in told
    assert "Checking with your bank" in words(browser.get("/m/clay/"))
