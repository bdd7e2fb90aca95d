"""Lay out what can be a backup, and what it stands by for, for a page to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paydesk.billing.arrangements.what_pays_what import Account, Agreement
from paydesk.billing.backups.chosen import Chosen
from paydesk.billing.backups.fit import PAYS, Unfit, has_expired, offered_at, unfit_for
from paydesk.billing.backups.models import BackupChoice
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.gateways.records import SubscriptionState
from paydesk.portal.door import AtHand
from paydesk.portal.methods.find import account_label


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A method that could be the backup, and through which company it is paid, where there are several."""

    method: PaymentMethod
    company: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StoodBy:
    """A subscription that goes on, its backup if there is one, and why that is none (a word of Unfit, or empty)."""

    agreement: Agreement
    company: str
    backup: PaymentMethod | None
    why_not: str

    @property
    def is_safe(self) -> bool:
        """Say whether something would be tried."""
        return self.backup is not None and not self.why_not


def candidates(at: AtHand, accounts: Sequence[Account], only: Agreement | None = None) -> list[Candidate]:
    """List what can be chosen, for one subscription or for everything."""
    shown = [one for one in accounts if one.methods]
    return [
        Candidate(method=method, company=account_label(account, shown) if len(shown) > 1 else "")
        for account in accounts
        for method in known(account)
        if _can_be_chosen(at, method, only)
    ]


def stood_by(at: AtHand, accounts: Sequence[Account], chosen: Chosen) -> list[StoodBy]:
    """List every subscription that goes on with its backup."""
    return [
        backup_of(at, account, agreement, chosen)
        for account in accounts
        for agreement in account.agreements
        if agreement.subscription.state != SubscriptionState.INCOMPLETE
    ]


def backup_of(at: AtHand, account: Account, agreement: Agreement, chosen: Chosen) -> StoodBy:
    """Say what stands by for one of them."""
    choice = chosen.of(agreement.subscription.id)
    method = choice.payment_method if choice else None
    return StoodBy(
        agreement=agreement,
        company=account.gateway_title,
        backup=method,
        why_not=(_unfit(at, method, agreement) or "") if method else "",
    )


def trouble_of(at: AtHand, choice: BackupChoice | None) -> str:
    """Say why the method of a choice is tried for nothing at all any more (a word of Unfit), or empty."""
    method = choice.payment_method if choice else None
    if method is None:
        return ""
    if method.removed_at is not None:
        return Unfit.REMOVED
    if has_expired(method, at.merchant, at.now):
        return Unfit.EXPIRED
    return Unfit.CLOSED if PAYS.isdisjoint(offered_at(method, at.merchant)) else ""


def known(account: Account) -> Sequence[PaymentMethod]:
    """Give an account's methods with what is known of the account already."""
    for method in account.methods:
        method.connection, method.gateway_customer = account.owner.connection, account.owner
    return account.methods


def _can_be_chosen(at: AtHand, method: PaymentMethod, only: Agreement | None) -> bool:
    if only is not None:
        return _unfit(at, method, only) is None
    return not has_expired(method, at.merchant, at.now) and not PAYS.isdisjoint(
        offered_at(method, at.merchant)
    )


def _unfit(at: AtHand, method: PaymentMethod, agreement: Agreement) -> Unfit | None:
    return unfit_for(
        method=method,
        subscription=agreement.subscription,
        pays_first_id=agreement.paid_by.id if agreement.paid_by else None,
        merchant=at.merchant,
        now=at.now,
    )
