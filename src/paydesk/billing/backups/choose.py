"""Choose a backup for one subscription or for everything, and give it up at any time."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from paydesk.billing.backups.fit import PAYS, Unfit, has_expired, offered_at, pays_first, unfit_for
from paydesk.billing.backups.models import BackupChoice
from paydesk.billing.customers.models import Customer
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import in_transaction, locked
from paydesk.events.record import record_event
from paydesk.merchants.find import MerchantInSight


class BackupRefused(Exception):
    """Nothing was changed. The words are for the customer."""


def choose_backup(
    *,
    merchant: MerchantInSight,
    customer_id: int,
    method_public_id: str,
    subscription_public_id: str = "",
    now: datetime,
) -> BackupChoice:
    """Keep the customer's word that this method may be tried; without a subscription, for everything of theirs.

    `now` is wall time. Raises BackupRefused, Subscription.DoesNotExist.
    """
    if not merchant.policies.backup_method:
        raise BackupRefused(_("A backup cannot be chosen here. Please write to us, and we will help."))
    subscription = _subscription(merchant, customer_id, subscription_public_id)
    method = _method(merchant, customer_id, method_public_id)
    why_not = _refusal(merchant, method, subscription)
    if why_not:
        raise BackupRefused(why_not)
    return in_transaction(lambda: _write(merchant, customer_id, subscription, method, now))


def choose_none(
    *, merchant: MerchantInSight, customer_id: int, subscription_public_id: str, now: datetime
) -> BackupChoice:
    """Let a subscription have no backup, whatever is chosen for everything. Raises Subscription.DoesNotExist."""
    subscription = _subscription(merchant, customer_id, subscription_public_id)
    return in_transaction(lambda: _write(merchant, customer_id, subscription, None, now))


def give_up_backup(
    *, merchant: MerchantInSight, customer_id: int, subscription_public_id: str = "", now: datetime
) -> bool:
    """Take the word back; a subscription follows what is chosen for everything again. Says whether there was one."""
    subscription = _subscription(merchant, customer_id, subscription_public_id)
    return in_transaction(lambda: _end(merchant, customer_id, subscription, now))


def _write(
    merchant: MerchantInSight,
    customer_id: int,
    subscription: Subscription | None,
    method: PaymentMethod | None,
    now: datetime,
) -> BackupChoice:
    """One press after another: what is chosen already keeps the time at which it was."""
    customer = locked(Customer.objects.filter(merchant_id=merchant.id, id=customer_id)).get()
    mine = BackupChoice.objects.filter(
        merchant_id=merchant.id, customer_id=customer_id, subscription=subscription, ended_at__isnull=True
    )
    before = mine.first()
    if before is not None and before.payment_method_id == (method.id if method else None):
        return before
    mine.update(ended_at=now)
    choice = BackupChoice.objects.create(
        merchant_id=merchant.id,
        customer_id=customer_id,
        subscription=subscription,
        payment_method=method,
        chosen_at=now,
    )
    _tell(customer, subscription, "chosen" if method else "none", now)
    return choice


def _end(
    merchant: MerchantInSight, customer_id: int, subscription: Subscription | None, now: datetime
) -> bool:
    customer = locked(Customer.objects.filter(merchant_id=merchant.id, id=customer_id)).get()
    ended = BackupChoice.objects.filter(
        merchant_id=merchant.id, customer_id=customer_id, subscription=subscription, ended_at__isnull=True
    ).update(ended_at=now)
    if ended:
        _tell(customer, subscription, "given_up", now)
    return bool(ended)


def _tell(customer: Customer, subscription: Subscription | None, what: str, now: datetime) -> None:
    record_event(
        merchant_id=customer.merchant_id,
        name="backup.changed",
        subject={
            "customer": customer.public_id,
            "subscription": subscription.public_id if subscription else "",
            "what": what,
        },
        now=now,
    )


def _refusal(
    merchant: MerchantInSight, method: PaymentMethod, subscription: Subscription | None
) -> str | None:
    now = merchant.business_now()
    if has_expired(method, merchant, now):
        return _("This card has expired. Choose another one.")
    if subscription is None:
        is_closed = PAYS.isdisjoint(offered_at(method, merchant))
        return _("This method cannot be a backup here. Choose another one.") if is_closed else None
    why = unfit_for(
        method=method,
        subscription=subscription,
        pays_first_id=pays_first(subscription),
        merchant=merchant,
        now=now,
    )
    if why is Unfit.PAYS_IT:
        return _("This method pays it already. Choose another one as the backup.")
    return _("This method cannot be a backup here. Choose another one.") if why else None


def _subscription(merchant: MerchantInSight, customer_id: int, public_id: str) -> Subscription | None:
    if not public_id:
        return None
    return Subscription.objects.get(merchant_id=merchant.id, customer_id=customer_id, public_id=public_id)


def _method(merchant: MerchantInSight, customer_id: int, public_id: str) -> PaymentMethod:
    mine = PaymentMethod.objects.filter(
        merchant_id=merchant.id, customer_id=customer_id, public_id=public_id, removed_at__isnull=True
    )
    found = mine.select_related("connection", "gateway_customer__connection").first()
    if found is None:
        raise BackupRefused(_("This payment method is no longer there. Choose another one."))
    return found
