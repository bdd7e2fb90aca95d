"""Find the agreement that an address names among the customer's own: what is not theirs is not there."""

from __future__ import annotations

from django.http import Http404

from paydesk.portal.door import AtHand
from paydesk.portal.reads.agreements import Agreement, one_agreement


def agreement_or_404(at: AtHand, public_id: str) -> Agreement:
    """Give it as it stands."""
    found = one_agreement(**at.ids, public_id=public_id)
    if found is None:
        raise Http404
    return found


def ours_or_404(at: AtHand, public_id: str) -> Agreement:
    """Give one that Paydesk collects."""
    found = agreement_or_404(at, public_id)
    if not found.is_ours:
        raise Http404
    return found
