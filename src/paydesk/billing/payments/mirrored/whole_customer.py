"""Everything that a company has of one customer, as one reading of it gave it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from paydesk.gateways.records import CollectibleRecord, CustomerRecord, MethodRecord, SubscriptionRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class WholeCustomer:
    """One customer as the company has it. `asked_at` (wall time) is before the first of its answers."""

    customer: CustomerRecord
    methods: Sequence[MethodRecord]
    subscriptions: Sequence[SubscriptionRecord]
    collectibles: Sequence[CollectibleRecord]
    asked_at: datetime
