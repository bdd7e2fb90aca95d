"""Say how a shipment stands and what happened to it, in order of time, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from paydesk.billing.orders.shipments.carriers import carrier_name, tracking_page
from paydesk.billing.orders.shipments.facts import ShipmentState
from paydesk.billing.payments.models import Refund
from paydesk.portal.reads.shipments import Sent
from paydesk.portal.words.states import StateWord

_STATES = {
    ShipmentState.PREPARING: StateWord(gettext_noop("In preparation"), "parcel", "quiet"),
    ShipmentState.SHIPPED: StateWord(gettext_noop("Shipped"), "truck", "quiet"),
    ShipmentState.DELIVERED: StateWord(gettext_noop("Delivered"), "tick", "success"),
    ShipmentState.RETURNED: StateWord(gettext_noop("Sent back"), "back", "quiet"),
    ShipmentState.DIGITAL: StateWord(gettext_noop("Ready for you"), "tick", "success"),
}

_REFUNDS = {
    Refund.State.SUCCEEDED: StateWord(gettext_noop("Refunded"), "back", "quiet"),
    Refund.State.FAILED: StateWord(gettext_noop("Did not go through"), "cross", "danger"),
}
_ON_ITS_WAY = StateWord(gettext_noop("On its way"), "half", "warning")


class Told(NamedTuple):
    """One step of a shipment: a shape, its tone, the day, and what happened."""

    mark: str
    tone: str
    when: date | datetime
    words: str


class Parcel(NamedTuple):
    """A shipment as its order's page shows it. `page` and `host`: where to follow or fetch it, empty for nowhere."""

    name: str
    state: StateWord
    carrier: str
    number: str
    page: str
    host: str
    is_digital: bool
    steps: list[Told]


def shipment_word(state: ShipmentState) -> StateWord:
    """Give the word for a state."""
    return _STATES[state].spoken()


def refund_word(state: str) -> StateWord:
    """Give the word for a refund: to a customer one that the company was not asked for yet is on its way."""
    return _REFUNDS.get(Refund.State(state), _ON_ITS_WAY).spoken()


def parcels_of(sent: list[Sent], *, ordered_at: datetime, merchant_name: str, today: date) -> list[Parcel]:
    """Draw up the shipments of one order; several that have no name of their own are counted."""
    return [
        _parcel(one, _name(one, place, len(sent)), ordered_at, merchant_name, today)
        for place, one in enumerate(sent, start=1)
    ]


def _name(one: Sent, place: int, count: int) -> str:
    if one.title:
        return one.title
    if count > 1:
        return _("Part %(place)s of %(count)s") % {"place": place, "count": count}
    return one.order_title


def _parcel(one: Sent, name: str, ordered_at: datetime, merchant_name: str, today: date) -> Parcel:
    is_digital = one.state == ShipmentState.DIGITAL
    page = one.link if is_digital else tracking_page(one.carrier, one.number)
    return Parcel(
        name=name,
        state=shipment_word(one.state),
        carrier=carrier_name(one.carrier),
        number=one.number,
        page=page,
        host=(urlsplit(page).hostname or "").removeprefix("www."),
        is_digital=is_digital,
        steps=[
            Told("receipt", "quiet", ordered_at, _("Ordered.")),
            *_happened(one, merchant_name),
            *_to_come(one, today),
        ],
    )


def _happened(one: Sent, merchant_name: str) -> list[Told]:
    carrier = carrier_name(one.carrier)
    shipped = _("Given to %(carrier)s.") % {"carrier": carrier} if carrier else _("Shipped.")
    delivered = _("Ready for you.") if one.link else _("Delivered.")
    steps = [
        ("parcel", "quiet", one.prepared_date, _("In preparation.")),
        ("truck", "quiet", one.shipped_date, shipped),
        ("tick", "success", one.delivered_date, delivered),
        ("back", "quiet", one.returned_date, _("Back at %(merchant)s.") % {"merchant": merchant_name}),
    ]
    return [Told(mark, tone, day, words) for mark, tone, day, words in steps if day is not None]


def _to_come(one: Sent, today: date) -> list[Told]:
    """The day on which it should arrive, as long as it has not."""
    if one.expected_date is None or one.state not in (ShipmentState.PREPARING, ShipmentState.SHIPPED):
        return []
    is_late = one.expected_date < today
    words = _("It should have arrived. Ask us where it is.") if is_late else _("It should arrive.")
    return [Told("clock", "danger" if is_late else "quiet", one.expected_date, words)]
