"""Find what a command line names, or say that it is not there."""

from __future__ import annotations

import getpass
import os

from django.core.management.base import CommandError

from paydesk.merchants.find import MerchantInSight, merchant_by_slug
from paydesk.merchants.models import Connection


def named_merchant(slug: str) -> MerchantInSight:
    """Give the merchant with this short name."""
    merchant = merchant_by_slug(slug)
    if merchant is None:
        raise CommandError(f"There is no merchant {slug!r}. `paydesk status` lists them.")
    return merchant


def named_connection(merchant: MerchantInSight, name: str) -> Connection:
    """Give the merchant's open connection with this name."""
    found = Connection.objects.filter(merchant_id=merchant.id, name=name, removed_at__isnull=True).first()
    if found is None:
        raise CommandError(f"{merchant.slug} has no open connection {name!r}. `paydesk status` lists them.")
    return found


def named_user() -> str:
    """Name who types; a container may run as a number that has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
