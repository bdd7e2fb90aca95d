"""Tell a person of an agreement with which its company has not done what it was asked, and end that once it has.

What was promised depends on it: that nothing more is charged, that it goes on, or that it is held no more.
"""

from __future__ import annotations

from datetime import datetime

from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.open import open_concern
from paydesk.billing.concerns.resolve import resolve_quietly
from paydesk.billing.subscriptions.models import Subscription

Kind = Concern.Kind
_ENDED_BY = {
    Kind.NOT_ENDED: "Its company has ended it.",
    Kind.NOT_RESUMED: "It is not paused any more.",
    Kind.NOT_RELEASED: "The old agreement is not held any more.",
}


def doubt_agreement(agreement: Subscription, kind: Concern.Kind, *, now: datetime) -> None:
    """Open the concern, once. Call with the agreement's connection at hand. `now` is wall time."""
    open_concern(
        merchant_id=agreement.merchant_id,
        kind=kind,
        subject=_subject(agreement),
        facts={"connection": agreement.connection.name, "reference": agreement.reference},
        now=now,
    )


def end_doubt_about(agreement: Subscription, kind: Concern.Kind, *, now: datetime) -> None:
    """End it, since its company says so, or it has ended. `now` is wall time."""
    resolve_quietly(
        merchant_id=agreement.merchant_id,
        kind=kind,
        subject=_subject(agreement),
        note=_ENDED_BY[kind],
        now=now,
    )


def _subject(agreement: Subscription) -> str:
    return f"subscription:{agreement.public_id}"
