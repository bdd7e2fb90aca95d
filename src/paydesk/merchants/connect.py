"""Speak for a merchant at a payment company: seal and open its credentials, make the gateway."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings

from paydesk.gateways.contract import Gateway, Settings
from paydesk.gateways.registry import find_gateway
from paydesk.kit import clock, encryption
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection

_FIELD = "connection.credentials"


class ConnectionRefused(Exception):
    """The words say what is missing; staff read them."""


def open_connection(
    *,
    merchant_id: int,
    merchant_uuid: UUID,
    gateway: str,
    name: str,
    credentials: Mapping[str, str],
    options: Mapping[str, str],
    base_url: str,
    now: datetime,
) -> Connection:
    """Keep a new connection; its credentials are encrypted before they first touch the database."""
    wanted = find_gateway(gateway).CREDENTIALS
    missing = [field for field in wanted if not credentials.get(field)]
    if missing:
        raise ConnectionRefused(f"{gateway} needs: {', '.join(missing)}.")
    if Connection.objects.filter(merchant_id=merchant_id, name=name).exists():
        raise ConnectionRefused(f"There is a connection called {name!r} already.")
    return Connection.objects.create(
        merchant_id=merchant_id,
        uuid=uuid4(),
        gateway=gateway,
        name=name,
        base_url=base_url,
        options=dict(options),
        credentials=_seal(merchant_uuid, {field: credentials[field] for field in wanted}),
        created_at=now,
    )


def connect(connection: Connection, *, merchant: MerchantInSight) -> Gateway:
    """Make the gateway of a connection; raises GatewayMissing when it is not installed."""
    return find_gateway(connection.gateway)(
        Settings(
            base_url=connection.base_url,
            credentials=_open(merchant.uuid, bytes(connection.credentials)),
            options=connection.options,
            now=lambda: clock.business_now(offset=merchant.clock_offset),
            timeout=timedelta(seconds=settings.PAYDESK_GATEWAY_SECONDS),
        )
    )


def _seal(merchant_uuid: UUID, credentials: Mapping[str, str]) -> bytes:
    plain = json.dumps(dict(credentials), sort_keys=True).encode()
    return encryption.encrypt(plain, key=settings.PAYDESK_ENCRYPTION_KEY, place=f"{merchant_uuid}|{_FIELD}")


def _open(merchant_uuid: UUID, sealed: bytes) -> dict[str, str]:
    plain = encryption.decrypt(sealed, key=settings.PAYDESK_ENCRYPTION_KEY, place=f"{merchant_uuid}|{_FIELD}")
    opened: dict[str, str] = json.loads(plain)
    return opened
