"""Let what is left of an agreement of ours be charged at another account of its customer."""

from __future__ import annotations

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import locked

_LEFT = [Payment.State.SCHEDULED, Payment.State.DUE, Payment.State.FAILED, Payment.State.SKIPPED]


def charge_elsewhere(*, agreement: Subscription, owner: GatewayCustomer, method_id: int | None) -> None:
    """Write it, with the agreement locked; without `method_id` what the account has on file pays from then on."""
    left = Payment.objects.filter(
        merchant_id=agreement.merchant_id, subscription_id=agreement.id, state__in=_LEFT
    )
    ids = [one.id for one in locked(left.order_by("id"))]
    there = {"connection_id": owner.connection_id, "gateway_customer_id": owner.id}
    Payment.objects.filter(merchant_id=agreement.merchant_id, id__in=ids).update(**there)
    Subscription.objects.filter(merchant_id=agreement.merchant_id, id=agreement.id).update(
        payment_method_id=method_id, **there
    )
