"""Say what the payment companies have confirmed of the details that were saved, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from paydesk.billing.customers.details.told import Told, what_was_told
from paydesk.gateways.contract import Capability
from paydesk.gateways.registry import GatewayMissing
from paydesk.merchants.connect import company_name, connect
from paydesk.portal.door import AtHand


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldCompany:
    """One company. Neither `when` nor `is_refused`: it was asked, and has not confirmed it yet."""

    company: str
    when: datetime | None
    is_refused: bool


def told_words(at: AtHand, version: int) -> Sequence[ToldCompany]:
    """List the companies whose bills have a customer's details; each once, the one that is behind first."""
    told = [one for one in what_was_told(**at.ids, version=version) if _is_told(at, one)]
    said: dict[str, ToldCompany] = {}
    for one in sorted(told, key=lambda one: one.when is None and not one.is_refused):
        name = company_name(one.connection)
        said[name] = ToldCompany(company=name, when=one.when, is_refused=one.is_refused)
    return list(said.values())


def _is_told(at: AtHand, one: Told) -> bool:
    try:
        return Capability.UPDATE_CUSTOMER in connect(one.connection, merchant=at.merchant).capabilities()
    except GatewayMissing:
        return False
