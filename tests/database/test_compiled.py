"""A compiled query gives what the ORM gives, on both databases, with every kind of parameter."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest

from paydesk.database.compiled import CompiledQuery
from paydesk.merchants.models import Connection, Merchant

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 3, 12, 0, 0, 123456, tzinfo=UTC)


class _Row(NamedTuple):
    id: int
    uuid: UUID
    name: str
    created_at: datetime
    host_name: str | None
    offset: int | None


_FIELDS = ("id", "uuid", "name", "created_at", "host_name", "clockoffset__seconds")
_AFTER = CompiledQuery(
    build=lambda moment, name: (
        Merchant.objects.filter(created_at__gte=moment, name__gte=name).order_by("id").values_list(*_FIELDS)
    ),
    into=_Row,
    slots={"moment": datetime, "name": str},
)
_BY_UUID = CompiledQuery(
    build=lambda uuid: Merchant.objects.filter(uuid=uuid).values_list(*_FIELDS),
    into=_Row,
    slots={"uuid": UUID},
)


class _Sealed(NamedTuple):
    name: str
    credentials: bytes


_BY_BYTES = CompiledQuery(
    build=lambda merchant_id, sealed: Connection.objects.filter(
        merchant_id=merchant_id, credentials=sealed
    ).values_list("name", "credentials"),
    into=_Sealed,
    slots={"merchant_id": int, "sealed": bytes},
)


def _merchant(name: str, created_at: datetime = NOON) -> Merchant:
    return Merchant.objects.create(
        slug=name.lower(), name=name, mode="test", support_email="help@example.com", created_at=created_at
    )


def test_it_gives_the_rows_that_the_orm_gives() -> None:
    early, late = _merchant("Early", NOON - timedelta(days=1)), _merchant("Late")

    assert [row.name for row in _AFTER.rows(moment=NOON, name="A")] == ["Late"]
    assert [row.name for row in _AFTER.rows(moment=NOON - timedelta(days=2), name="A")] == ["Early", "Late"]
    assert [row.name for row in _AFTER.rows(moment=NOON - timedelta(days=2), name="F")] == ["Late"]
    row = _AFTER.rows(moment=NOON, name="A")[0]
    assert (row.id, row.uuid, row.created_at, row.host_name, row.offset) == (
        late.id,
        late.uuid,
        NOON,
        None,
        None,
    )
    assert early.id != late.id


def test_a_uuid_and_bytes_are_parameters_too() -> None:
    merchant = _merchant("One")
    Connection.objects.create(
        merchant=merchant, gateway="g", name="Shop", credentials=b"\x01\x00\xff", created_at=NOON
    )

    assert _BY_UUID.first(uuid=merchant.uuid).name == "One"  # type: ignore[union-attr]
    assert _BY_UUID.first(uuid=uuid4()) is None
    assert _BY_BYTES.first(merchant_id=merchant.id, sealed=b"\x01\x00\xff").name == "Shop"  # type: ignore[union-attr]


def test_a_slot_that_is_not_used_is_our_bug() -> None:
    query = CompiledQuery(
        build=lambda moment, name: Merchant.objects.filter(name=name).values_list(*_FIELDS),
        into=_Row,
        slots={"moment": datetime, "name": str},
    )
    with pytest.raises(AssertionError, match="moment"):
        query.rows(moment=NOON, name="x")


def test_text_that_looks_like_sql_stays_text() -> None:
    _merchant("One")
    named = CompiledQuery(
        build=lambda name: Merchant.objects.filter(name=name).values_list(*_FIELDS),
        into=_Row,
        slots={"name": str},
    )

    assert named.rows(name="' OR 1=1 --") == []
    assert [row.name for row in named.rows(name="One")] == ["One"]
