"""Speak for a merchant at a payment company: seal and open its credentials, make the gateway."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from uuid import UUID

from django.conf import settings

from paydesk.gateways.contract import Gateway, Settings
from paydesk.gateways.registry import GatewayMissing, find_gateway
from paydesk.kit import clock, encryption
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection

_FIELD = "connection.credentials"


def connect(connection: Connection, *, merchant: MerchantInSight) -> Gateway:
    """Give the gateway of a connection; raises GatewayMissing when it is not installed."""
    return _made(
        connection.gateway,
        connection.base_url,
        tuple(connection.options.items()),
        bytes(connection.credentials),
        merchant.uuid,
        settings.PAYDESK_GATEWAY_SECONDS,
    )


@lru_cache(maxsize=128)
def _made(
    gateway: str,
    base_url: str,
    options: tuple[tuple[str, str], ...],
    sealed: bytes,
    merchant_uuid: UUID,
    timeout_seconds: int,
) -> Gateway:
    """A gateway keeps no state and many threads may use it: one is made for what it is made of, not for each ask."""
    return find_gateway(gateway)(
        Settings(
            base_url=base_url,
            credentials=_open(merchant_uuid, sealed),
            options=dict(options),
            now=clock.wall_now,
            timeout=timedelta(seconds=timeout_seconds),
        )
    )


def company_name(connection: Connection) -> str:
    """Give the company's name for people; of a gateway that is not installed, the connection's. Unseals nothing."""
    return gateway_name(connection.gateway, otherwise=connection.name)


def gateway_name(gateway: str, *, otherwise: str) -> str:
    """The same where no row is at hand."""
    try:
        return find_gateway(gateway).TITLE
    except GatewayMissing:
        return otherwise


def seal(merchant_uuid: UUID, credentials: Mapping[str, str]) -> bytes:
    """Encrypt credentials for this merchant and this field, before they first touch the database."""
    plain = json.dumps(dict(credentials), sort_keys=True).encode()
    return encryption.encrypt(plain, key=settings.PAYDESK_ENCRYPTION_KEY, place=f"{merchant_uuid}|{_FIELD}")


def _open(merchant_uuid: UUID, sealed: bytes) -> dict[str, str]:
    plain = encryption.decrypt(sealed, key=settings.PAYDESK_ENCRYPTION_KEY, place=f"{merchant_uuid}|{_FIELD}")
    opened: dict[str, str] = json.loads(plain)
    return opened
