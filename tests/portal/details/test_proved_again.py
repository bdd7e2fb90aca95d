"""Who proves the mailbox anew in the same browser has another session, and what was asked for goes on in it."""

from __future__ import annotations

import pytest
from django.test import Client

from paydesk.access.models import AddressChange, Session
from paydesk.billing.customers.models import Customer
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight
from tests.access.scene import post
from tests.portal.details.test_new_address import NEW, asked, opening, type_code
from tests.portal.reading import PORTAL

pytestmark = pytest.mark.django_db


def test_another_address_is_taken_after_the_mailbox_was_proved_anew(
    browser: Client, shop: MerchantInSight, ada: Customer
) -> None:
    _, code = asked(browser, shop)
    before = Session.objects.get(merchant_id=shop.id, customer_id=ada.id)

    browser.post(f"{PORTAL}/sign-in/prove", {"next": f"{PORTAL}/"})
    [letter] = [one for one in post(clock.wall_now()) if one.to == "ada@example.com"]
    browser.post(f"{PORTAL}/sign-in/code", {"code": letter.code})
    now_in = Session.objects.get(merchant_id=shop.id, customer_id=ada.id, revoked_at=None)
    assert now_in.public_id != before.public_id

    type_code(browser, code)
    assert opening(ada) == [NEW]
    assert AddressChange.objects.get(merchant_id=shop.id).confirmed_at
