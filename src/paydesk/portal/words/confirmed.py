"""Say who confirmed what a customer did, and when: its company, once it was read again; or we, where none was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from paydesk.billing.arrangements.changes.change import Changed
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.merchants.connect import company_name
from paydesk.merchants.models import Connection


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmed:
    """`company`: its name, empty where none was asked; `when` (wall time): the company was read, or we saved it."""

    company: str
    when: datetime


def confirmation_of(changed: Changed) -> Confirmed:
    """Say it of a change of an agreement. What Paydesk collects, and a date that it holds, is for us to save."""
    agreement, wish = changed.subscription, changed.action
    if wish is not None and wish.confirmed_at is not None:
        return Confirmed(company=_company_of(agreement), when=wish.confirmed_at)
    is_collected_there = agreement.collected_by == Subscription.CollectedBy.GATEWAY
    if is_collected_there and not changed.is_news and agreement.held_end_at is None:
        # It was so already, as the company said when it was read first.
        return Confirmed(company=_company_of(agreement), when=agreement.observed_at)
    return Confirmed(company="", when=clock.wall_now())


def _company_of(agreement: Subscription) -> str:
    rows = Connection.objects.filter(merchant_id=agreement.merchant_id, id=agreement.connection_id)
    return company_name(rows.get())
