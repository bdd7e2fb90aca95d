"""Credentials are sealed from the day they are stored, for one merchant; one that is missing is named."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection as database

from paydesk.gateways.contract import Account
from paydesk.gateways.registry import GatewayMissing, find_gateway
from paydesk.gateways.simulated.gateway import VaultGateway
from paydesk.kit.encryption import CannotDecrypt
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight, merchant_by_id
from paydesk.merchants.models import Connection, Merchant
from paydesk.merchants.open import (
    ConnectionRefused,
    ConnectionWanted,
    connection_uuid,
    open_connection,
    try_credentials,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
SECRET = "sk_test_do_not_show_this_to_anyone"


def _merchant(slug: str) -> MerchantInSight:
    row = Merchant.objects.create(
        slug=slug, name=slug, mode="test", support_email="help@example.com", created_at=NOW
    )
    return merchant_by_id(row.id)


def _wanted(name: str = "Main") -> ConnectionWanted:
    return ConnectionWanted(
        uuid=uuid4(),
        gateway="simulated-billing",
        name=name,
        credentials=dict.fromkeys(find_gateway("simulated-billing").CREDENTIALS, SECRET),
        base_url="http://127.0.0.1:1",
    )


def test_no_credential_stands_in_the_database() -> None:
    open_connection(_wanted(), merchant=_merchant("clay"), now=NOW)
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM merchants_connection")
        cells = [cell for row in cursor.fetchall() for cell in row]

    assert all(SECRET.encode() not in bytes(cell) for cell in cells if isinstance(cell, memoryview | bytes))
    assert SECRET not in repr(cells)


def test_the_gateway_gets_its_credentials_back_and_scrubs_them() -> None:
    merchant = _merchant("clay")
    gateway = connect(open_connection(_wanted(), merchant=merchant, now=NOW), merchant=merchant)

    assert SECRET not in gateway.scrub(f"Authorization: Bearer {SECRET}")


def test_credentials_copied_to_another_merchant_do_not_open() -> None:
    clay, wool = _merchant("clay"), _merchant("wool")
    stolen = open_connection(_wanted(), merchant=clay, now=NOW)
    Connection.objects.filter(id=stolen.id).update(merchant_id=wool.id)
    with pytest.raises(CannotDecrypt):
        connect(Connection.objects.get(id=stolen.id), merchant=wool)


def test_a_missing_credential_is_named_before_the_company_is_asked() -> None:
    with pytest.raises(ConnectionRefused, match="needs"):
        try_credentials(replace(_wanted(), credentials={}), merchant=_merchant("clay"))


@pytest.mark.parametrize(("is_test", "mode"), [(False, "test"), (True, "live")])
def test_real_money_and_play_money_are_kept_apart(
    monkeypatch: pytest.MonkeyPatch, is_test: bool, mode: str
) -> None:
    monkeypatch.setattr(VaultGateway, "check", lambda _self: Account(name="Kiln Ltd", is_test=is_test))
    clay, other = _merchant("clay"), "live" if mode == "test" else "test"
    assert try_credentials(_wanted(), merchant=replace(clay, mode=other)) == "Kiln Ltd"
    with pytest.raises(ConnectionRefused, match=f"and clay is a {mode} merchant"):
        try_credentials(_wanted(), merchant=replace(clay, mode=mode))


def test_a_company_that_does_not_tell_is_taken_at_the_merchants_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VaultGateway, "check", lambda _self: Account(name="Kiln Ltd", is_test=None))
    assert try_credentials(_wanted(), merchant=replace(_merchant("clay"), mode="live")) == "Kiln Ltd"


def test_a_name_belongs_to_one_gateway() -> None:
    merchant = _merchant("clay")
    open_connection(_wanted(), merchant=merchant, now=NOW)
    with pytest.raises(ConnectionRefused, match="already"):
        connection_uuid(merchant_id=merchant.id, gateway="stripe", name="Main")


def test_connecting_again_renews_the_credentials_and_keeps_the_history() -> None:
    merchant = _merchant("clay")
    first = open_connection(_wanted(), merchant=merchant, now=NOW)
    again = replace(
        _wanted(), uuid=connection_uuid(merchant_id=merchant.id, gateway=first.gateway, name="Main")
    )

    assert open_connection(again, merchant=merchant, now=NOW).id == first.id


def test_a_gateway_that_is_not_installed_is_said_to_be_missing() -> None:
    merchant = _merchant("clay")
    gone = Connection.objects.create(
        merchant_id=merchant.id, gateway="gone", name="Old", credentials=b"", created_at=NOW
    )
    with pytest.raises(GatewayMissing):
        connect(gone, merchant=merchant)
