"""A merchant is changed; what follows from another time zone is told in the same commit, and only then."""

from __future__ import annotations

import pytest

from paydesk.events.models import Event
from paydesk.merchants.add import MerchantRefused
from paydesk.merchants.change import change_merchant
from tests import builders

pytestmark = pytest.mark.django_db


def test_another_time_zone_is_told_once_and_nothing_else_is() -> None:
    merchant = builders.merchant()
    told = Event.objects.filter(merchant_id=merchant.id, name="zone.changed")

    with pytest.raises(MerchantRefused):
        change_merchant(merchant_id=merchant.id, given={"time_zone": "Mars/Olympus"})
    change_merchant(merchant_id=merchant.id, given={"name": "Harbour"})
    assert not told.exists()

    for _ in range(2):
        change_merchant(merchant_id=merchant.id, given={"time_zone": "Asia/Tokyo"})
    [event] = told
    assert event.subject == {"from": merchant.time_zone, "to": "Asia/Tokyo"}
