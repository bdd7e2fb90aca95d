"""Find what an address or a form names among the customer's own accounts: what is not theirs is not there."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404
from django.utils.translation import gettext as _

from paydesk.billing.arrangements.what_pays_what import Account, Agreement, what_pays_what
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.portal.door import AtHand
from paydesk.portal.words.lists import listed

_NAMES_IN_LABEL = 2


def own_accounts(at: AtHand) -> Sequence[Account]:
    """Give every account of the customer at hand, as it was last read."""
    return what_pays_what(merchant=at.merchant, customer_id=at.customer.customer_id, now=at.now)


def account_or_404(at: AtHand, public_id: str) -> Account:
    """Give one of them by the public id of its record."""
    return _one([account for account in own_accounts(at) if account.owner.public_id == public_id])


def account_of_record(at: AtHand, owner_id: int) -> Account:
    """Give the account of a record that a row of the customer's own names."""
    return _one([account for account in own_accounts(at) if account.owner.id == owner_id])


def method_or_404(at: AtHand, public_id: str) -> tuple[Account, PaymentMethod] | None:
    """Give a method that is on file, with its account; None when it was taken off, as by a press before this one."""
    for account in own_accounts(at):
        for method in account.methods:
            if method.public_id == public_id:
                return account, method
    if not PaymentMethod.objects.filter(**at.ids, public_id=public_id).exists():
        raise Http404
    return None


def agreement_or_404(at: AtHand, public_id: str) -> tuple[Account, Agreement]:
    """Give a subscription that goes on, with its account."""
    found = [(one, agreement) for one in own_accounts(at) for agreement in one.agreements]
    named = [(account, one) for account, one in found if one.subscription.public_id == public_id]
    if not named:
        raise Http404
    return named[0]


def account_label(account: Account, accounts: Sequence[Account]) -> str:
    """Name an account among several: by its company, and by what it pays where two are at the same company."""
    alike = [one for one in accounts if one.gateway_title == account.gateway_title]
    names = [one.subscription.name for one in account.agreements[:_NAMES_IN_LABEL]]
    if len(alike) < 2 or not names:
        return account.gateway_title
    more = "…" if len(account.agreements) > _NAMES_IN_LABEL else ""
    return _("%(company)s: %(names)s") % {
        "company": account.gateway_title,
        "names": listed(names) + more,
    }


def _one(found: Sequence[Account]) -> Account:
    if not found:
        raise Http404
    return found[0]
