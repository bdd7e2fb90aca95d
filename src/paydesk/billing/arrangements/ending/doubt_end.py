"""Tell a person that a company has not ended what was to end: it was promised that nothing more is charged."""

from __future__ import annotations

from datetime import datetime

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.open import open_concern
from paydesk.billing.subscriptions.models import Subscription


def doubt_end(agreement: Subscription, *, now: datetime) -> None:
    """Open the concern, once. Call with the agreement's connection at hand. `now` is wall time."""
    open_concern(
        merchant_id=agreement.merchant_id,
        kind=Concern.Kind.NOT_ENDED,
        subject=f"subscription:{agreement.public_id}",
        facts={"connection": agreement.connection.name, "reference": agreement.reference},
        now=now,
    )
