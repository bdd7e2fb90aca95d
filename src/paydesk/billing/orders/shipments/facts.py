"""Say how a shipment stands, and why what is said of it cannot be so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from urllib.parse import urlsplit


class ShipmentState(StrEnum):
    """Where a shipment is; DIGITAL ones are there as soon as their link is."""

    PREPARING = "preparing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    RETURNED = "returned"
    DIGITAL = "digital"


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipmentFacts:
    """All that can be said of a shipment. Days are the merchant's; `link` makes it a digital one."""

    title: str = ""
    carrier: str = ""
    number: str = ""
    link: str = ""
    prepared_date: date | None = None
    shipped_date: date | None = None
    expected_date: date | None = None
    delivered_date: date | None = None
    returned_date: date | None = None


def state_of(
    *, link: str, shipped_date: date | None, delivered_date: date | None, returned_date: date | None
) -> ShipmentState:
    """Give the state: the last thing that has happened."""
    if link:
        return ShipmentState.DIGITAL
    if returned_date is not None:
        return ShipmentState.RETURNED
    if delivered_date is not None:
        return ShipmentState.DELIVERED
    return ShipmentState.PREPARING if shipped_date is None else ShipmentState.SHIPPED


def is_safe_link(link: str) -> bool:
    """Say whether a customer may be sent there: https to a named host, nothing hidden in the address."""
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme == "https" and "." in host and parts.username is None and not _has_spaces(link)


def refusal(facts: ShipmentFacts, *, today: date) -> str | None:
    """Say why a shipment cannot stand like that, or None if it can. `today` is the merchant's; staff read the words."""
    return next(_troubles(facts, today), None)


def _troubles(facts: ShipmentFacts, today: date) -> Iterator[str]:
    happened = _happened(facts)
    for name, day in happened:
        if day > today:
            yield f"{name} on {day}, which is still to come."
    for (first, before), (then, after) in pairwise(happened):
        if after < before:
            yield f"{then} on {after}, before it was {first} on {before}."
    yield from _digital(facts) if facts.link else _parcel(facts)


def _happened(facts: ShipmentFacts) -> list[tuple[str, date]]:
    """List what has happened, in the order in which it has to."""
    days = [
        ("prepared", facts.prepared_date),
        ("shipped", facts.shipped_date),
        ("delivered", facts.delivered_date),
        ("returned", facts.returned_date),
    ]
    return [(name, day) for name, day in days if day is not None]


def _digital(facts: ShipmentFacts) -> Iterator[str]:
    if not is_safe_link(facts.link):
        yield "its link is not an https address."
    if facts.delivered_date is None:
        yield "what is delivered by a link needs the day of it in 'delivered'."
    if facts.carrier or facts.number or facts.shipped_date or facts.expected_date or facts.returned_date:
        yield "what is delivered by a link has no carrier, no number, and is neither shipped nor returned."


def _parcel(facts: ShipmentFacts) -> Iterator[str]:
    if facts.prepared_date is None and facts.shipped_date is None:
        yield "it needs the day on which it was shipped, or on which its preparation began."
    if facts.shipped_date is None and (facts.delivered_date or facts.returned_date):
        yield "it was delivered or returned, and no day says when it was shipped."


def _has_spaces(link: str) -> bool:
    return any(one.isspace() or not one.isprintable() for one in link)
