"""Open a concern about a payment whose company's answers do not agree."""

from __future__ import annotations

from datetime import datetime

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.open import open_concern
from paydesk.billing.payments.models import Payment
from paydesk.database.transactions import in_transaction
from paydesk.events.models import Event


def open_concern_about_payment(event: Event, now: datetime) -> None:
    """React to payment.contradicted, once for each time that it is said."""
    in_transaction(lambda: _open(event, now))


def _open(event: Event, now: datetime) -> None:
    payment = (
        Payment.objects.filter(merchant_id=event.merchant_id, public_id=event.subject["payment"])
        .select_related("connection")
        .get()
    )
    subject = f"payment:{payment.public_id}"
    # An event may be delivered twice, and a person may have resolved the concern in between.
    if Concern.objects.filter(
        merchant_id=event.merchant_id,
        kind=Concern.Kind.CONTRADICTION,
        subject=subject,
        opened_at__gte=event.happened_at,
    ).exists():
        return
    open_concern(
        merchant_id=event.merchant_id,
        kind=Concern.Kind.CONTRADICTION,
        subject=subject,
        facts={
            "payment": payment.public_id,
            "reference": payment.reference,
            "number": payment.number,
            "attempt": event.subject["attempt"],
            "connection": payment.connection.name,
            "amount_minor": payment.amount_minor,
            "paid_minor": payment.paid_minor,
            "currency": payment.currency,
        },
        now=now,
    )
