"""Coupons, and what is taken off a subscription by one: localstripe keeps coupons, and redeems none."""

from __future__ import annotations

import time

from tests.doubles.stripe_shapes import Object, invalid_request
from tests.doubles.stripe_upstream import Answer, Call, Upstream, refused

_MONTH = 2_629_746  # seconds, on average


async def create_coupon(call: Call, upstream: Upstream) -> Answer:
    """Keep it, and its name beside it; an id is taken once."""
    asked = call.asked
    if asked["id"] in upstream.known.changed:
        return refused(invalid_request("Coupon already exists.", code="resource_already_exists"))
    answer = await upstream.call("POST", "/v1/coupons", {k: v for k, v in asked.items() if k != "name"})
    if answer.is_good:
        upstream.known.changed[asked["id"]] = {"name": asked.get("name")}
    return answer


async def redeem(wanted: list[Object], changed: Object, upstream: Upstream) -> bool:
    """Put these in the place of the discounts that are there; False for a coupon that is not known."""
    changed["discounts"] = []
    for one in wanted:
        found = await upstream.call("GET", f"/v1/coupons/{one['coupon']}")
        if not found.is_good:
            return False
        name = f"di_{len(upstream.known.discounts) + 1}"
        start, months = int(time.time()), found.body["duration_in_months"]
        upstream.known.discounts[name] = {
            "id": name,
            "object": "discount",
            "start": start,
            "end": start + months * _MONTH if months else None,
            "source": {"type": "coupon", "coupon": found.body},
        }
        changed["discounts"].append(name)
    return True
