"""Compare what a change asked for with what the company says after it: "updated" is said only when it is so."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from paydesk.billing.arrangements.models import OURS, MethodChange
from paydesk.billing.arrangements.read_again import bills_with_a_method
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.subscriptions.models import Subscription


def difference_of(change: MethodChange) -> tuple[str, str]:
    """Give the refusal and what it is about, both empty when the mirror says what the steps asked for.

    The mirror is what the company said a moment ago.
    """
    mine = {"merchant_id": change.merchant_id, "gateway_customer_id": change.gateway_customer_id}
    methods = PaymentMethod.objects.filter(**mine, removed_at__isnull=True)
    for verb, subscription, method in change.steps:
        if verb == "default" and not methods.filter(reference=method, is_default=True).exists():
            return MethodChange.Refusal.OTHER_DEFAULT, ""
        if verb in ("subscription", OURS) and (name := _charged_otherwise(change, subscription, method)):
            return MethodChange.Refusal.STILL_CHARGED, name
        if verb == "remove" and methods.filter(reference=method).exists():
            return MethodChange.Refusal.STILL_THERE, ""
    return "", ""


def sentence_of(change: MethodChange) -> str:
    """Say to the customer what the company did not do; empty when it did everything, or has not answered yet."""
    if change.refusal == MethodChange.Refusal.STILL_CHARGED:
        return _("The payment company still charges another method for %(name)s.") % {
            "name": change.refused_for
        }
    return (
        {
            MethodChange.Refusal.REFUSED: _("The payment company did not accept all of this change."),
            MethodChange.Refusal.OTHER_DEFAULT: _("The payment company still has another usual method."),
            MethodChange.Refusal.STILL_THERE: _("The payment company still has this method."),
            MethodChange.Refusal.STILL_NEEDED: _("The method was not taken off: it is needed by now."),
            MethodChange.Refusal.TOO_LATE: _(
                "The payment company did not answer in time, and nothing more is tried. Look at what pays what."
            ),
        }.get(MethodChange.Refusal(change.refusal), "")
        if change.refusal
        else ""
    )


def _charged_otherwise(change: MethodChange, subscription: str, method: str) -> str:
    """Name the subscription if it, or an open bill of it, still names another method."""
    named_otherwise = Q(payment_method__isnull=True) | ~Q(payment_method__reference=method)
    mine = Subscription.objects.filter(
        merchant_id=change.merchant_id,
        gateway_customer_id=change.gateway_customer_id,
        reference=subscription,
    )
    strays = bills_with_a_method(change.gateway_customer).filter(subscription__reference=subscription)
    stray = strays.exclude(payment_method__reference=method).values_list("title", flat=True).first()
    return mine.filter(named_otherwise).values_list("name", flat=True).first() or stray or ""
