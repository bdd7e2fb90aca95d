"""Say which of a merchant's holds let anything wait: one of a closed connection may rest until that is opened again."""

from __future__ import annotations

from collections.abc import Sequence

from paydesk.billing.customers.models import GatewayCustomer
from paydesk.billing.holds.held import holds_of, was_closed_before
from paydesk.billing.holds.models import ChargeHold
from paydesk.merchants.models import Connection


def waiting_holds(merchant_id: int) -> Sequence[ChargeHold]:
    """List the open holds by which charging waits somewhere, with their connections, the oldest first."""
    return [hold for hold in holds_of(merchant_id) if not _rests(hold)]


def _rests(hold: ChargeHold) -> bool:
    """A closed connection charges nothing. What its customers pay elsewhere waits if it was open after the backup."""
    closed = hold.connection
    if hold.kind != ChargeHold.Kind.RESTORE or closed is None or closed.removed_at is None:
        return False
    was_closed = was_closed_before(closed.removed_at, known_until=hold.known_until, held_at=hold.started_at)
    return was_closed or not _has_customers_elsewhere(closed)


def _has_customers_elsewhere(closed: Connection) -> bool:
    accounts = GatewayCustomer.objects.filter(merchant_id=closed.merchant_id, customer__isnull=False)
    here = accounts.filter(connection_id=closed.id).values("customer_id")
    elsewhere = accounts.filter(connection__removed_at__isnull=True)
    return elsewhere.filter(customer_id__in=here).exists()
