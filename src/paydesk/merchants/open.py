"""Open a connection to a payment company, or renew one: its credentials are tried before they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings

from paydesk.gateways.contract import Settings
from paydesk.gateways.registry import find_gateway
from paydesk.kit import clock
from paydesk.merchants.connect import seal
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.models import Connection, Merchant


class ConnectionRefused(Exception):
    """The words say what is missing; staff read them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionWanted:
    """What a connection is to be. `name` is the merchant's own word for it; `uuid` stands in its webhook address."""

    uuid: UUID
    gateway: str
    name: str
    credentials: Mapping[str, str]
    options: Mapping[str, str] = field(default_factory=dict)
    base_url: str = ""


def connection_uuid(*, merchant_id: int, gateway: str, name: str) -> UUID:
    """Give the identity of the connection with this name, or a new one; refuse a name that another gateway has."""
    known = Connection.objects.filter(merchant_id=merchant_id, name=name).first()
    if known is None:
        return uuid4()
    if known.gateway != gateway:
        raise ConnectionRefused(f"{name!r} is a connection to {known.gateway} already. Choose another name.")
    return known.uuid


def try_credentials(wanted: ConnectionWanted, *, merchant: MerchantInSight) -> str:
    """Ask the company whose account this is, and give its name for it.

    Real money under a test merchant, whose clock people put forward, is refused, and so is play money under a live one.
    Raises ConnectionRefused, GatewayRefused, GatewayUnreachable and GatewayMissing.
    """
    gateway = find_gateway(wanted.gateway)
    missing = [name for name in gateway.CREDENTIALS if not wanted.credentials.get(name)]
    if missing:
        raise ConnectionRefused(f"{gateway.TITLE} needs: {', '.join(missing)}.")
    account = gateway(
        Settings(
            base_url=wanted.base_url,
            credentials=wanted.credentials,
            options=wanted.options,
            now=clock.wall_now,
            timeout=timedelta(seconds=settings.PAYDESK_GATEWAY_SECONDS),
        )
    ).check()
    if account.is_test is not None and account.is_test != (merchant.mode == Merchant.Mode.TEST):
        moves = "play" if account.is_test else "real"
        raise ConnectionRefused(
            f"{account.name!r} moves {moves} money, and {merchant.slug} is a {merchant.mode} merchant."
            f" Take {merchant.mode} credentials, or another merchant."
        )
    return account.name


def open_connection(wanted: ConnectionWanted, *, merchant: MerchantInSight, now: datetime) -> Connection:
    """Keep a connection. One with this identity is renewed: new credentials, the same history. `now` is wall time."""
    names = find_gateway(wanted.gateway).CREDENTIALS
    kept = {
        "base_url": wanted.base_url,
        "options": dict(wanted.options),
        "credentials": seal(merchant.uuid, {name: wanted.credentials[name] for name in names}),
    }
    mine = Connection.objects.filter(merchant_id=merchant.id, uuid=wanted.uuid)
    if not mine.update(**kept, removed_at=None):
        Connection.objects.create(
            merchant_id=merchant.id,
            uuid=wanted.uuid,
            gateway=wanted.gateway,
            name=wanted.name,
            created_at=now,
            **kept,
        )
    return mine.get()
