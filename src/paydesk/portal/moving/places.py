"""Say whether an agreement, as a page has read it, could be moved, and to which companies."""

from __future__ import annotations

from collections.abc import Sequence

from paydesk.billing.arrangements.moving.ways import Place, places_beside
from paydesk.gateways.contract import Capability
from paydesk.gateways.records import SubscriptionState
from paydesk.portal.door import AtHand
from paydesk.portal.reads.agreements import Agreement


def can_move(at: AtHand, agreement: Agreement) -> bool:
    """Say whether it is offered: the verb looks more closely."""
    return bool(places(at, agreement))


def places(at: AtHand, agreement: Agreement) -> Sequence[Place]:
    """List the companies to which it could be moved; none where that is not offered."""
    if not _is_offered(at, agreement):
        return []
    return places_beside(merchant=at.merchant, connection_id=agreement.connection_id)


def _is_offered(at: AtHand, agreement: Agreement) -> bool:
    if not at.merchant.policies.move_subscription or agreement.is_over or agreement.is_ending:
        return False
    if agreement.state == SubscriptionState.INCOMPLETE or agreement.moving_since is not None:
        return False
    if not agreement.is_ours and Capability.CANCEL_NOW not in agreement.capabilities:
        return False
    return agreement.has_another_company
