"""Say whom to read again at a connection, and in which order: first those of whom something should be new."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Case, F, Q, QuerySet, Value, When

from paydesk.billing.arrangements.models import MethodChange, ScheduledAction
from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.payments.models import Payment
from paydesk.billing.subscriptions.models import Subscription
from paydesk.billing.subscriptions.standing import ENDED
from paydesk.gateways.records import SubscriptionState
from paydesk.merchants.models import Connection

#: Of what was paid in this time, money may still go back.
_RECENT = timedelta(days=90)
_OPEN_PAYMENTS = [Payment.State.DUE, Payment.State.PROCESSING, Payment.State.FAILED]


def stale_customers(
    connection: Connection, *, unread_since: datetime, now: datetime
) -> QuerySet[GatewayCustomer]:
    """List who has something running, open or recent and was not read since; the longest unread first of each kind.

    Both are wall time. What guests paid has an empty reference, of which a company lists nothing.
    """
    mine = {"merchant_id": connection.merchant_id, "connection_id": connection.id}
    payments = Payment.objects.filter(**mine)
    running = Subscription.objects.filter(**mine, customer_id__isnull=False).exclude(state__in=ENDED)
    # Each of these is asked once for all customers: asked for each by itself, SQLite looks through every row for it.
    is_open = Q(id__in=payments.filter(state__in=_OPEN_PAYMENTS).values("gateway_customer_id"))
    runs = Q(customer_id__in=running.values("customer_id"))
    is_recent = Q(id__in=payments.filter(due_at__gte=now - _RECENT).values("gateway_customer_id"))
    is_overdue = Q(customer_id__in=running.filter(_is_overdue(now)).values("customer_id"))
    should_be_new = is_open | is_overdue | _is_wished_for(connection, now)
    return (
        GatewayCustomer.objects.filter(**mine)
        .filter(Q(reread_at__isnull=True) | Q(reread_at__lt=unread_since))
        .filter(is_open | runs | is_recent)
        .exclude(reference="")
        .annotate(rank=Case(When(should_be_new, then=Value(0)), default=Value(1)))
        .order_by("rank", F("reread_at").asc(nulls_first=True), "id")
    )


def _is_overdue(now: datetime) -> Q:
    """Its next payment's time has passed, or that of its end, its way back from a pause, or the end of its trial."""
    return (
        Q(next_payment_at__lte=now)
        | Q(cancels_at__lte=now)
        | Q(resumes_at__lte=now)
        | Q(state=SubscriptionState.TRIALING.value, trial_ends_at__lte=now)
    )


def _is_wished_for(connection: Connection, now: datetime) -> Q:
    """Say whether a customer wants something of the company that it has not confirmed."""
    changes = MethodChange.objects.filter(
        merchant_id=connection.merchant_id, connection_id=connection.id, state=MethodChange.State.OPEN
    )
    actions = ScheduledAction.objects.filter(
        merchant_id=connection.merchant_id,
        subscription__connection_id=connection.id,
        subscription__customer_id__isnull=False,
        state=ScheduledAction.State.OPEN,
    ).exclude(acts_at__gt=now)
    return Q(id__in=changes.values("gateway_customer_id")) | Q(
        customer_id__in=actions.values("subscription__customer_id")
    )
