"""Build changes of what pays what, for tests and pictures."""

from __future__ import annotations

from typing import Any

from paydesk.billing.arrangements.models import MethodChange
from paydesk.billing.payment_methods.models import PaymentMethod
from tests.builders import now


def method_change(to: PaymentMethod | None, **fields: Any) -> MethodChange:
    """Let a change to a method have been confirmed; without one, `removed_method` was taken off."""
    about = to or fields["removed_method"]
    return MethodChange.objects.create(
        merchant_id=about.merchant_id,
        connection_id=about.connection_id,
        gateway_customer_id=about.gateway_customer_id,
        customer_id=about.customer_id or 0,
        method=to,
        **({"steps": [], "state": "confirmed", "created_at": now(), "confirmed_at": now()} | fields),
    )
