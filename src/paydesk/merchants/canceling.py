"""What a merchant decides about cancelling: when something may end, and what is offered once before it does."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class CancelReason(StrEnum):
    """Why somebody cancels: the eight that Stripe uses, by its names."""

    CUSTOMER_SERVICE = "customer_service"
    LOW_QUALITY = "low_quality"
    MISSING_FEATURES = "missing_features"
    OTHER = "other"
    SWITCHED_SERVICE = "switched_service"
    TOO_COMPLEX = "too_complex"
    TOO_EXPENSIVE = "too_expensive"
    UNUSED = "unused"


class CancelOffer(StrEnum):
    """What can be offered instead of an end."""

    PAUSE = "pause"
    SKIP = "skip"
    DISCOUNT = "discount"


class MayCancel(StrEnum):
    """When customers may let something end by themselves."""

    OFF = "off"
    AT_END = "at_end"
    NOW = "now"
    BOTH = "both"


class OffersRefused(ValueError):
    """The words say what is wrong; staff read them."""


def read_offers(text: str) -> Mapping[CancelReason, CancelOffer]:
    """Read `too_expensive:pause,unused:skip`: one offer for a reason, none where none is named.

    Raises OffersRefused.
    """
    found: dict[CancelReason, CancelOffer] = {}
    for pair in filter(None, text.split(",")):
        reason, _, offer = pair.partition(":")
        if reason not in set(CancelReason):
            raise OffersRefused(f"{reason!r} is no reason. There are: {', '.join(CancelReason)}.")
        if offer not in set(CancelOffer):
            raise OffersRefused(f"{reason} is followed by one of: {', '.join(CancelOffer)}.")
        if CancelReason(reason) in found:
            raise OffersRefused(f"{reason} has one offer, not two.")
        found[CancelReason(reason)] = CancelOffer(offer)
    return found
