"""Say what a customer can do with an agreement, as its merchant and the company that collects it allow.

What is not offered is not shown. Each leads to a page that says what happens before anything does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from paydesk.billing.arrangements.coming.course import Course
from paydesk.billing.backups.models import BackupChoice
from paydesk.merchants.policies import Policies
from paydesk.portal.addresses import url
from paydesk.portal.backups.laid_out import trouble_of
from paydesk.portal.changes.offers import change_offers, end_offers
from paydesk.portal.door import AtHand
from paydesk.portal.moving.places import can_move
from paydesk.portal.reads.agreements import Agreement
from paydesk.portal.reads.instalments import Instalment
from paydesk.portal.subscriptions.offer import Offer
from paydesk.portal.words.amounts import money
from paydesk.portal.words.brands import brand_word
from paydesk.portal.words.dates import day

#: Two payments are several.
_SEVERAL = 2


def offers_of(
    at: AtHand,
    agreement: Agreement,
    left: Sequence[Instalment],
    course: Course | None,
    backup: BackupChoice | None,
) -> list[Offer]:
    """List what can be done now. `left` and `course`: what is still to be paid where Paydesk collects, and how.

    `backup`: the choice of one that counts for it.
    """
    if agreement.is_over or agreement.connection_removed_at is not None or agreement.moving_since is not None:
        return []
    offers = list(_payments(at, agreement, left)) if agreement.is_ours else []
    return [
        *offers,
        *change_offers(at, agreement, course),
        *_method(at.merchant.policies, agreement),
        *_elsewhere(at, agreement),
        *_backup(at, agreement, backup),
        *end_offers(at, agreement, course),
    ]


def _payments(at: AtHand, agreement: Agreement, left: Sequence[Instalment]) -> Iterator[Offer]:
    policies = at.merchant.policies
    coming = next((one for one in left if one.is_coming), None)
    payable = [one for one in left if not one.is_on_its_way]
    if coming is not None and policies.pay_next and not any(one.is_overdue for one in left):
        yield Offer(
            mark="card",
            words=_("Pay the next one now"),
            note=_("%(amount)s, due %(day)s")
            % {"amount": money(coming.owed_minor, coming.currency), "day": day(coming.due_date)},
            address=url("payment_pay", coming.public_id),
        )
    goes_on = agreement.payments_total is None and agreement.state != "paused" and not agreement.is_ending
    if policies.pay_several and (len(payable) >= _SEVERAL or (payable and goes_on)):
        yield Offer(
            mark="together",
            words=_("Pay several at once"),
            note=_("One charge, one receipt"),
            address=url("subscription_several", agreement.public_id),
        )
    is_rest = agreement.payments_total and not agreement.is_ending
    if is_rest and policies.pay_off and payable and len(payable) == len(left):
        yield _pay_off(at, agreement, payable)


def _pay_off(at: AtHand, agreement: Agreement, payable: Sequence[Instalment]) -> Offer:
    owed_minor = sum(one.owed_minor for one in payable)
    waives = at.merchant.policies.pay_off_waives_fee
    saved_minor = sum(one.fee_minor for one in payable if waives and one.due_at > at.now)
    amount = money(owed_minor - saved_minor, agreement.currency)
    note = _("%(amount)s: you save %(saved)s") if saved_minor else "%(amount)s"
    return Offer(
        mark="tick",
        words=_("Pay off the rest"),
        note=note % {"amount": amount, "saved": money(saved_minor, agreement.currency)},
        address=url("subscription_pay_off", agreement.public_id),
        is_press=True,
    )


def _method(policies: Policies, agreement: Agreement) -> Iterator[Offer]:
    if (agreement.is_ours and not policies.change_method) or agreement.manage_url:
        return
    has_one = bool(agreement.method_brand or agreement.method_last_four)
    name = _named(agreement.method_brand, agreement.method_last_four)
    yield Offer(
        mark="wallet",
        words=_("Change the method") if has_one else _("Choose a method"),
        note=name if has_one else _("Nothing is on file that could pay it"),
        address=url("subscription_method", agreement.public_id),
    )


def _backup(at: AtHand, agreement: Agreement, choice: BackupChoice | None) -> Iterator[Offer]:
    """One that has not begun has no payment but the first, which its customer makes."""
    method = choice.payment_method if choice else None
    if agreement.state == "incomplete" or (method is None and not at.merchant.policies.backup_method):
        return
    if method is None:
        note = _("Tried once when a payment is declined")
    elif trouble_of(at, choice):
        note = _("None: it cannot be tried any more")
    else:
        note = _named(method.brand, method.last_four)
    yield Offer(
        mark="together",
        words=_("Change the backup") if method else _("Choose a backup"),
        note=note,
        address=url("subscription_backup", agreement.public_id),
    )


def _named(brand: str | None, last_four: str | None) -> str:
    return f"{brand_word(brand)} •• {last_four or ''}".removesuffix(" •• ")


def _elsewhere(at: AtHand, agreement: Agreement) -> Iterator[Offer]:
    """What only its company can change leads to a page that says so; all else to another company, if there is one."""
    if agreement.manage_url:
        yield Offer(
            mark="wallet",
            words=_("Change what pays it"),
            note=_("At the company that collects it, or here"),
            address=url("subscription_elsewhere", agreement.public_id),
        )
    elif can_move(at, agreement):
        yield Offer(
            mark="next",
            words=_("Pay this another way"),
            note=_("With a method at another company"),
            address=url("subscription_elsewhere", agreement.public_id),
        )
