"""Find the move of an agreement among the customer's own."""

from __future__ import annotations

from django.http import Http404

from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.subscriptions.models import Subscription
from paydesk.portal.door import AtHand


def latest_move(at: AtHand, subscription_id: int) -> Move | None:
    """Give the latest one that leads away from an agreement, with its method and both agreements."""
    both = ("source__connection", "target", "method")
    mine = Move.objects.select_related(*both).filter(**at.ids, source_id=subscription_id)
    return mine.order_by("-id").first()


def subscription_or_404(at: AtHand, public_id: str) -> Subscription:
    """Give the customer's own agreement with its connection."""
    found = Subscription.objects.select_related("connection").filter(**at.ids, public_id=public_id).first()
    if found is None:
        raise Http404
    return found
