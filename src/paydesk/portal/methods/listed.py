"""Sort what is on file for the list: each account with its methods, and each method with what it pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paydesk.billing.arrangements.what_pays_what import Account, Agreement
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.portal.methods.find import account_label


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedMethod:
    """A method, and the subscriptions that it pays today."""

    method: PaymentMethod
    pays: Sequence[Agreement]
    can_change: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedAccount:
    """An account under its label. `unpaid`: subscriptions whose method is gone, or that never had one."""

    account: Account
    label: str
    methods: Sequence[ListedMethod]
    unpaid: Sequence[Agreement]


def listed(accounts: Sequence[Account]) -> list[ListedAccount]:
    """Leave out accounts with nothing to show or do, and removed ones without a method."""
    shown = [one for one in accounts if one.methods or (one.can_add and _matters(one, accounts))]
    return [_listed(account, shown) for account in shown]


def _matters(account: Account, accounts: Sequence[Account]) -> bool:
    """An empty account is shown where something is to be paid there, or where there is no other."""
    has_others = any(one.methods or one.agreements for one in accounts if one is not account)
    return bool(account.agreements or account.overdue) or not has_others


def _listed(account: Account, shown: Sequence[Account]) -> ListedAccount:
    return ListedAccount(
        account=account,
        label=account_label(account, shown),
        methods=[
            ListedMethod(
                method=method,
                pays=[one for one in account.agreements if one.paid_by == method],
                can_change=account.can_choose or (account.can_set_default and not method.is_default),
            )
            for method in account.methods
        ],
        unpaid=[one for one in account.agreements if is_unpaid(one)] if account.offered else [],
    )


def is_unpaid(agreement: Agreement) -> bool:
    """Say whether nothing would be charged for it: it has no method, or names one that was taken off."""
    return agreement.paid_by is None or agreement.paid_by.removed_at is not None
