"""Customers whose orders are in every state: on their way, late, back, digital; none yet; names that are too long."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from paydesk.billing.orders.models import Order, Shipment
from paydesk.kit.clock import local_date
from paydesk.merchants.find import MerchantInSight
from tests import books, builders
from tests.journeys.portal.gallery import LONG, LONG_TITLE, Shown


def today() -> date:
    """Give the merchant's day."""
    return local_date(builders.now(), zone="Europe/Berlin")


def ago(days: int) -> date:
    """Give the merchant's day so many days ago."""
    return today() - timedelta(days=days)


def sent(of: Order, reference: str, **fields: Any) -> Shipment:
    """Send a parcel of an order."""
    return Shipment.objects.create(merchant_id=of.merchant_id, order_id=of.id, reference=reference, **fields)


def every_state(shop: MerchantInSight) -> Shown:
    """An order in preparation, one on its way in two parcels, one late, one delivered, one sent back, one digital."""
    account = builders.connection(shop)
    ada = builders.customer(shop)
    kiln = _bought(ada, account, "Front-loading kiln", 129_000, days=6)
    builders.line(kiln, "Kiln", 120_000)
    builders.line(kiln, "Kiln shelf", 9_000, quantity=3)
    sent(kiln, "P-1", title="Kiln", carrier="DHL", number="00340434161094042557", shipped_date=ago(2))
    sent(kiln, "P-2", title="Kiln shelves", prepared_date=ago(5), expected_date=ago(-4))
    Shipment.objects.filter(reference="P-1").update(prepared_date=ago(5), expected_date=ago(-1))
    clay = _bought(ada, account, "Stoneware clay, 20 kg", 3_480, days=1)
    sent(clay, "P-3", prepared_date=ago(1))
    cones = _bought(ada, account, "Witness cones", 1_890, days=20)
    late = {"shipped_date": ago(18), "expected_date": ago(15)}
    sent(cones, "P-4", carrier="Valley Couriers", number="VC 88-1204", **late)
    bowl = _bought(ada, account, "Tea bowl", 6_800, days=60)
    arrived = {"shipped_date": ago(58), "delivered_date": ago(55)}
    sent(bowl, "P-5", carrier="Royal Mail", number="AB123456789GB", **arrived)
    glaze = _bought(ada, account, "Celadon glaze, 2 litres", 3_650, days=120, refunded=3_650)
    back = {"shipped_date": ago(118), "delivered_date": ago(115), "returned_date": ago(105)}
    sent(glaze, "P-6", carrier="UPS", number="1Z999AA10123456784", **back)
    atlas = _bought(ada, account, "Glaze Atlas", 6_000, days=90)
    sent(atlas, "P-7", link="https://downloads.example.com/atlas.zip?token=7f3a", delivered_date=ago(90))
    orders = (kiln, clay, cones, bowl, glaze, atlas)
    return Shown(
        who=ada,
        paths=["/", "/orders", "/orders?q=nothing", *(f"/orders/{one.public_id}" for one in orders)],
    )


def nothing_bought(shop: MerchantInSight) -> Shown:
    """Nothing yet, and an address that is nobody's."""
    return Shown(who=builders.customer(shop, "Nora"), paths=["/orders", "/orders/0000000000000000"])


def too_long(shop: MerchantInSight) -> Shown:
    """Names and numbers that fill more than a line, and a list of several pages."""
    account = builders.connection(shop)
    who = builders.customer(shop, LONG, f"{'a-very-long-address' * 3}@a-long-company-name.example")
    order = _bought(who, account, LONG_TITLE, 1_234_567_890, days=3)
    Order.objects.filter(id=order.id).update(number="N" * 80)
    sent(order, "L-1", title=LONG, carrier=LONG_TITLE, number="9" * 80, shipped_date=ago(1))
    digital = {"link": f"https://{'long-' * 10}.example.com/{'x' * 300}", "delivered_date": ago(0)}
    sent(order, "L-2", title=LONG_TITLE, **digital)
    for number in range(30):
        _bought(who, account, f"Cup {number}", 900, days=30 + number)
    return Shown(who=who, paths=["/", "/orders", f"/orders/{order.public_id}"])


def _bought(who: Any, account: Any, title: str, minor: int, *, days: int, refunded: int = 0) -> Order:
    at = builders.days(-days)
    order = builders.order(who, account, title, ordered_at=at)
    made = books.paid(order, minor, at=at, refunded_minor=refunded)
    builders.attempt(made)
    if refunded:
        books.refunded(made, refunded)
    return order
