"""A company that keeps no list of customers and tells no address, and lists a charge hours after it was made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import pytest

from paydesk.gateways.contract import Capability, Gateway, NotOffered
from paydesk.gateways.records import (
    CollectibleRecord,
    CustomerRecord,
    MethodRecord,
    Page,
    SubscriptionRecord,
)
from paydesk.gateways.simulated.gateway import BillingGateway, VaultGateway
from paydesk.merchants import connect

#: Charges of the account that the company does not list yet.
HIDDEN: set[str] = set()


class _WithoutList(VaultGateway):
    """What both kinds of account lack."""

    STALE_AFTER: ClassVar[timedelta] = timedelta(hours=1)
    LISTING_LAG: ClassVar[timedelta] = timedelta(hours=3)

    def capabilities(
        self, subject: CollectibleRecord | SubscriptionRecord | MethodRecord | None = None
    ) -> frozenset[Capability]:
        return super().capabilities(subject) - {Capability.LIST_CUSTOMERS}

    def list_customers(self, *, cursor: str = "") -> Page[CustomerRecord]:
        raise NotOffered("This company keeps no list of customers.")

    def read_customer(self, reference: str) -> CustomerRecord | None:
        found = super().read_customer(reference)
        return found and replace(found, email="", name="")

    def list_history(self, customer_reference: str, *, cursor: str = "") -> Page[CollectibleRecord]:
        page = super().list_history(customer_reference, cursor=cursor)
        return replace(page, records=[one for one in page.records if one.reference not in HIDDEN])

    def read_collectible(self, reference: str) -> CollectibleRecord | None:
        return None if reference in HIDDEN else super().read_collectible(reference)


class SilentVault(_WithoutList, VaultGateway):
    """It charges methods."""


class SilentBilling(_WithoutList, BillingGateway):
    """It collects."""


_KINDS: dict[str, type[Gateway]] = {"simulated-vault": SilentVault, "simulated-billing": SilentBilling}


@contextmanager
def without_list() -> Iterator[None]:
    """Let the simulated company be such a one while the block runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connect, "find_gateway", _KINDS.__getitem__)
        connect._made.cache_clear()
        HIDDEN.clear()
        try:
            yield
        finally:
            connect._made.cache_clear()
