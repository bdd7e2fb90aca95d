"""What needs a payment method, so that it cannot be taken off: by name, for the customer."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from paydesk.billing.arrangements.what_pays_what import Account
from paydesk.billing.backups.chosen import choices_of_method
from paydesk.billing.backups.models import BackupChoice
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt, Payment

_COLLECTED = [Payment.State.DUE, Payment.State.FAILED, Payment.State.PROCESSING]


def needed_by(
    account: Account,
    method: PaymentMethod,
    *,
    moved: Collection[int] = (),
    moves_default: bool = False,
) -> list[str]:
    """Name subscriptions that it pays or stands by for, bills that the company will try with it, payments on their way.

    What a change moves to another method needs it no longer: the subscriptions `moved` (ids) with their bills and,
    with `moves_default`, what follows the default and the bills of no subscription.
    """
    agreements = [
        one.subscription.name
        for one in account.agreements
        if one.paid_by == method and one.subscription.id not in moved
    ]
    bills = _bills_tried_again(account, method).exclude(subscription_id__in=list(moved))
    if moves_default:
        bills = bills.filter(subscription_id__isnull=False)
    titles = [*bills.values_list("title", flat=True), *_on_their_way(account, method)]
    return list(dict.fromkeys([*agreements, *titles, *map(backup_words, choices_of_method(method))]))


def backup_words(choice: BackupChoice) -> str:
    """Name what a method stands by for: its owner takes that back first, so that no backup is lost unawares."""
    if choice.subscription is None:
        return _("the backup for everything")
    return _("the backup for %(name)s") % {"name": choice.subscription.name}


def _bills_tried_again(account: Account, method: PaymentMethod) -> QuerySet[Payment]:
    would_pay = Q(payment_method_id=method.id)
    if account.default == method:
        would_pay |= Q(payment_method_id__isnull=True, subscription_id__isnull=True)
    return Payment.objects.filter(
        would_pay,
        merchant_id=method.merchant_id,
        gateway_customer_id=account.owner.id,
        state__in=_COLLECTED,
        next_attempt_at__isnull=False,
    )


def _on_their_way(account: Account, method: PaymentMethod) -> list[str]:
    """An attempt without a method of its own is charged to the one on file."""
    is_with_it = Q(payment_method_id=method.id)
    if account.default == method:
        is_with_it |= Q(payment_method_id__isnull=True)
    attempts = Attempt.objects.filter(
        is_with_it,
        merchant_id=method.merchant_id,
        origin=Attempt.Origin.PAYDESK,
        state__in=Attempt.OPEN,
        payment__gateway_customer_id=account.owner.id,
    )
    return list(attempts.values_list("payment__title", flat=True))
