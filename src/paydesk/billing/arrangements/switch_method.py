"""Let a method pay: one for everything, or one for each subscription. What keeps another method is never guessed.

The company is read first, so that the steps are about what it charges today, and read again afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from paydesk.billing.arrangements.carry_out import Step, carry_out, open_change
from paydesk.billing.arrangements.models import OURS, MethodChange
from paydesk.billing.arrangements.needs import needed_by
from paydesk.billing.arrangements.read_again import bills_with_a_method, read_account_again
from paydesk.billing.arrangements.what_pays_what import Account, Agreement
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.subscriptions.models import Subscription
from paydesk.gateways.contract import GatewayRefused, GatewayUnreachable
from paydesk.gateways.registry import GatewayMissing
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight


class SwitchRefused(Exception):
    """Nothing was changed. The words are for the customer."""


def switch_method(
    *,
    merchant: MerchantInSight,
    customer_id: int,
    method_public_id: str,
    subscription_public_ids: Collection[str],
    makes_default: bool,
    removes_public_id: str = "",
    now: datetime,
) -> MethodChange:
    """Let the method pay these subscriptions and, with `makes_default`, everything that names no method of its own.

    What is not named keeps what pays it today: a subscription that follows the default is given its present method
    first. `removes_public_id`: a method to take off afterwards. `now` is wall time. Raises SwitchRefused; a change
    that the company has not answered yet is given open. For what Paydesk collects no company is asked.
    """
    method = method_of(merchant_id=merchant.id, customer_id=customer_id, public_id=method_public_id)
    removed = (
        method_of(merchant_id=merchant.id, customer_id=customer_id, public_id=removes_public_id)
        if removes_public_id
        else None
    )
    if makes_default or removed is not None or not _are_ours(merchant, customer_id, subscription_public_ids):
        read_first(merchant=merchant, method=method)

    def plan(account: Account) -> list[Step]:
        chosen = _chosen(account, subscription_public_ids)
        steps = _steps(account, method, chosen, makes_default=makes_default)
        if removed is not None:
            steps.append(_removal(account, method, removed, chosen, makes_default=makes_default))
        return steps

    change = open_change(
        merchant=merchant,
        owner=method.gateway_customer,
        plan=plan,
        method_id=method.id,
        removed_method_id=removed.id if removed else None,
    )
    if change is None:
        raise SwitchRefused(being_changed())
    return carry_out(merchant=merchant, change=change)


def get_change(*, merchant_id: int, customer_id: int, public_id: str) -> MethodChange:
    """Give a customer's own change with its methods; raises MethodChange.DoesNotExist."""
    return MethodChange.objects.select_related("method", "removed_method", "connection").get(
        merchant_id=merchant_id, customer_id=customer_id, public_id=public_id
    )


def method_of(*, merchant_id: int, customer_id: int, public_id: str) -> PaymentMethod:
    """Give a customer's own method with its account, or raise SwitchRefused."""
    mine = PaymentMethod.objects.filter(
        merchant_id=merchant_id, customer_id=customer_id, public_id=public_id, removed_at__isnull=True
    )
    found = mine.select_related("connection", "gateway_customer__connection").first()
    if found is None:
        raise SwitchRefused(_("This payment method is no longer there. Choose another one."))
    return found


def being_changed() -> str:
    """Say that another change is under way, as when two pages are open."""
    return _("Another change is being made right now. Wait a moment, then look at what pays what.")


def read_first(*, merchant: MerchantInSight, method: PaymentMethod) -> None:
    """Read the method's account at the company; raises SwitchRefused when it is silent: nothing is changed then."""
    try:
        if method.connection.removed_at is not None:
            raise GatewayMissing(method.connection.gateway)
        read_account_again(
            connection=method.connection,
            gateway=connect(method.connection, merchant=merchant),
            owner=method.gateway_customer,
        )
    except (GatewayUnreachable, GatewayRefused, GatewayMissing) as silent:
        raise SwitchRefused(
            _(
                "The payment company does not answer right now. Nothing was changed. Try again in a few minutes."
            )
        ) from silent


def _are_ours(merchant: MerchantInSight, customer_id: int, public_ids: Collection[str]) -> bool:
    mine = Subscription.objects.filter(
        merchant_id=merchant.id,
        customer_id=customer_id,
        public_id__in=public_ids,
        collected_by=Subscription.CollectedBy.PAYDESK,
    )
    return bool(public_ids) and mine.count() == len(set(public_ids))


def _chosen(account: Account, public_ids: Collection[str]) -> Sequence[Agreement]:
    chosen = [one for one in account.agreements if one.subscription.public_id in public_ids]
    if len(chosen) != len(set(public_ids)):
        raise SwitchRefused(
            _("One of these subscriptions has ended meanwhile. Look at what is listed, and choose again.")
        )
    return chosen


def _steps(
    account: Account, method: PaymentMethod, chosen: Sequence[Agreement], *, makes_default: bool
) -> list[Step]:
    """First what keeps its method is given it for its own, then the default, then each subscription."""
    kept = [
        one
        for one in account.agreements
        if makes_default and one not in chosen and not one.has_its_own and one.paid_by not in (None, method)
    ]
    moved = [one for one in chosen if _needs_step(account, one, method, follows=makes_default)]
    # What Paydesk collects can always be left with what pays it.
    to_ask_for = [*(one for one in kept if not one.is_ours), *moved]
    fixed = [one.subscription.name for one in to_ask_for if not one.can_choose]
    if not account.can_choose and to_ask_for:
        raise SwitchRefused(
            _("Here one method pays for everything; it cannot be chosen for each subscription.")
        )
    if fixed:
        raise SwitchRefused(
            _("What pays %(names)s cannot be chosen here. Please write to us.") % {"names": ", ".join(fixed)}
        )
    if makes_default and not account.can_set_default:
        raise SwitchRefused(_("The usual method cannot be changed here. Please write to us."))
    return [
        *(_step(one, one.paid_by) for one in kept if one.paid_by),
        *([["default", "", method.reference]] if makes_default else []),
        *(_step(one, method) for one in moved),
    ]


def _step(agreement: Agreement, method: PaymentMethod) -> Step:
    verb = OURS if agreement.is_ours else "subscription"
    return [verb, agreement.subscription.reference, method.reference]


def _needs_step(account: Account, one: Agreement, method: PaymentMethod, *, follows: bool) -> bool:
    """One that names no method follows the default; an open bill of it that names another does not."""
    bills = bills_with_a_method(account.owner).filter(subscription_id=one.subscription.id)
    if bills.exclude(payment_method_id=method.id).exists():
        return True
    return one.paid_by != method and (one.has_its_own or not follows)


def _removal(
    account: Account,
    method: PaymentMethod,
    removed: PaymentMethod,
    chosen: Sequence[Agreement],
    *,
    makes_default: bool,
) -> Step:
    moved = [one.subscription.id for one in chosen]
    names = needed_by(account, removed, moved=moved, moves_default=makes_default)
    is_foreign = removed.gateway_customer_id != method.gateway_customer_id
    if removed == method or is_foreign or not account.can_remove:
        raise SwitchRefused(_("That method cannot be taken off here."))
    if names:
        raise SwitchRefused(
            _("The method cannot be taken off: %(names)s would still need it.") % {"names": ", ".join(names)}
        )
    if removed.is_default and not makes_default:
        raise SwitchRefused(_("The method cannot be taken off while it is the usual one."))
    return ["remove", "", removed.reference]
