"""Tell a person that a company has not let a paused agreement go on: whoever pays it was told when it does."""

from __future__ import annotations

from datetime import datetime

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.open import open_concern
from paydesk.billing.concerns.resolve import resolve_quietly
from paydesk.billing.subscriptions.models import Subscription


def doubt_resume(agreement: Subscription, *, now: datetime) -> None:
    """Open the concern, once. Call with the agreement's connection at hand. `now` is wall time."""
    open_concern(
        merchant_id=agreement.merchant_id,
        kind=Concern.Kind.NOT_RESUMED,
        subject=_subject(agreement),
        facts={"connection": agreement.connection.name, "reference": agreement.reference},
        now=now,
    )


def end_doubt_about_resume(agreement: Subscription, *, now: datetime) -> None:
    """End it, since the company says that it goes on, or that it has ended."""
    resolve_quietly(
        merchant_id=agreement.merchant_id,
        kind=Concern.Kind.NOT_RESUMED,
        subject=_subject(agreement),
        note="It is not paused any more.",
        now=now,
    )


def _subject(agreement: Subscription) -> str:
    return f"subscription:{agreement.public_id}"
