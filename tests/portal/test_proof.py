"""Before a payment method is taken off, whoever has been in for a while proves the mailbox once more (G23)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from paydesk.access.models import Session, SignInRequest
from paydesk.billing.arrangements.models import MethodChange
from paydesk.billing.customers.models import Customer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.kit import clock
from paydesk.merchants.models import Connection
from tests import builders
from tests.portal.reading import PORTAL, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def spare(ada: Customer, account: Connection) -> PaymentMethod:
    """A card that nothing needs."""
    builders.method(ada, account, is_default=True)
    return builders.method(ada, account, brand="mastercard", last_four="5454")


def came_in(who: Customer, ago: timedelta) -> None:
    """Let the sessions of a customer have begun so long ago."""
    Session.objects.filter(merchant_id=who.merchant_id, customer_id=who.id).update(
        created_at=clock.wall_now() - ago
    )


def test_who_came_in_a_while_ago_is_asked_for_a_code_first(
    browser: Client, ada: Customer, spare: PaymentMethod
) -> None:
    came_in(ada, timedelta(minutes=11))
    address = f"{PORTAL}/methods/{spare.public_id}/remove"

    answer = browser.post(address)

    assert answer.status_code == 303
    assert answer["Location"].startswith(f"{PORTAL}/sign-in/prove?next=")
    assert not MethodChange.objects.filter(merchant_id=ada.merchant_id).exists()


def test_the_code_goes_to_the_address_that_is_in_and_leads_back(
    browser: Client, ada: Customer, spare: PaymentMethod
) -> None:
    came_in(ada, timedelta(minutes=11))
    wanted = f"{PORTAL}/methods/{spare.public_id}/remove"

    assert "Confirm that it is you" in read(browser, "/sign-in/prove")
    answer = browser.post(f"{PORTAL}/sign-in/prove", {"next": wanted, "address": "eve@example.com"})

    assert answer["Location"] == f"{PORTAL}/sign-in/code"
    asked = SignInRequest.objects.get(merchant_id=ada.merchant_id)
    mine = Session.objects.get(merchant_id=ada.merchant_id, customer_id=ada.id)
    assert (asked.address, asked.next_path) == (mine.address, wanted)


def test_who_has_just_come_in_is_not_asked(browser: Client, ada: Customer, spare: PaymentMethod) -> None:
    came_in(ada, timedelta(minutes=9))
    answer = browser.post(f"{PORTAL}/methods/{spare.public_id}/remove")
    assert "prove" not in answer.get("Location", "")


def test_a_stranger_finds_no_such_page(ada: Customer) -> None:
    answer = builders.browser().get(f"{PORTAL}/sign-in/prove")
    assert answer.status_code in {302, 303}
