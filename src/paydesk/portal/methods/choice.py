"""What a method shall pay: the choice as a page shows it, and as its form sends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from paydesk.billing.arrangements.what_pays_what import Account, Agreement
from paydesk.billing.backups.chosen import choices_of_method
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Payment

#: More than anybody owes at once; a form is not a way to ask for a thousand charges.
_PAYMENTS_MAX = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What was pressed: public ids of subscriptions and payments, and whether the old method is taken off."""

    subscriptions: frozenset[str]
    makes_default: bool
    takes_off: bool
    payments: tuple[str, ...]
    is_paying: bool

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was chosen."""
        return not (self.subscriptions or self.makes_default or (self.is_paying and self.payments))


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A subscription that the method may pay. `is_settled`: it pays it already."""

    agreement: Agreement
    is_settled: bool
    is_chosen: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Bill:
    """A payment that is overdue."""

    payment: Payment
    is_chosen: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The whole form. Without a `method` it is a card that is still to be entered."""

    account: Account
    method: PaymentMethod | None
    lines: Sequence[Line]
    is_default: bool
    makes_default: bool
    bills: Sequence[Bill]
    replaced: PaymentMethod | None
    takes_off: bool

    @property
    def is_open(self) -> bool:
        """Say whether anything can be chosen at all."""
        return bool(self.account.can_choose or self.account.can_set_default)

    @property
    def chosen_bills(self) -> Sequence[Payment]:
        """Give the payments that are chosen as the page is shown."""
        return [bill.payment for bill in self.bills if bill.is_chosen]

    @property
    def sum_minor(self) -> int | None:
        """Give what the chosen payments come to; None in several currencies."""
        if len({one.currency for one in self.chosen_bills}) > 1:
            return None
        return sum(one.owed_minor for one in self.chosen_bills)

    @property
    def currency(self) -> str:
        """Give the currency of the sum."""
        return next((one.currency for one in self.chosen_bills), "")

    @property
    def follows_default(self) -> Sequence[Agreement]:
        """Name what goes where the default goes: all that moves at a company that cannot choose for each."""
        return [line.agreement for line in self.lines if not line.agreement.has_its_own]


def read_asked(form: QueryDict) -> Asked:
    """Read the form. What it names is judged by whoever is asked to do it."""
    return Asked(
        subscriptions=frozenset(form.getlist("for")),
        makes_default="default" in form,
        takes_off="takes_off" in form,
        payments=tuple(dict.fromkeys(form.getlist("pay")))[:_PAYMENTS_MAX],
        is_paying=form.get("do") == "pay",
    )


def choice_of(
    account: Account,
    method: PaymentMethod | None,
    *,
    is_new: bool,
    asked: Asked | None = None,
    payment: Payment | None = None,
    replaced: PaymentMethod | None = None,
) -> Choice:
    """Lay the form out. A new card is offered for everything; what was `asked` stays as it was pressed.

    `payment`: the one that the customer came from; it alone is chosen then.
    """
    is_default = method is not None and account.default == method
    replaced = None if replaced == method or (replaced and replaced.removed_at) else replaced
    return Choice(
        account=account,
        method=method,
        lines=[_line(one, method, is_new=is_new, asked=asked) for one in account.agreements],
        is_default=is_default,
        makes_default=not is_default and (asked.makes_default if asked else is_new),
        bills=_bills(account, asked, payment),
        replaced=replaced,
        # A backup that is taken off would be one no more: its owner chooses another one first.
        takes_off=asked.takes_off if asked else not (replaced and choices_of_method(replaced)),
    )


def _line(agreement: Agreement, method: PaymentMethod | None, *, is_new: bool, asked: Asked | None) -> Line:
    chosen = agreement.subscription.public_id in asked.subscriptions if asked else is_new
    return Line(
        agreement=agreement,
        is_settled=method is not None and agreement.paid_by == method,
        is_chosen=chosen,
    )


def _bills(account: Account, asked: Asked | None, payment: Payment | None) -> list[Bill]:
    owed = [one for one in account.overdue if one != payment]
    if asked is not None:
        every = [*([payment] if payment else []), *owed]
        return [Bill(payment=one, is_chosen=one.public_id in asked.payments) for one in every]
    if payment is not None:
        return [Bill(payment=payment, is_chosen=True), *(Bill(payment=one, is_chosen=False) for one in owed)]
    return [Bill(payment=one, is_chosen=True) for one in owed]
