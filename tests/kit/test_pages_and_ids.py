"""Cursors read back exactly, foreign ones are refused, keys are the same when asked again."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paydesk.kit.ids import idempotency_key, new_public_id
from paydesk.kit.pages import BadCursor, Cursor, read_cursor

_FAR_APART = (datetime(1970, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001 - Hypothesis wants them without a zone.


@given(moment=st.datetimes(*_FAR_APART), row_id=st.integers(1, 2**62))
def test_a_cursor_reads_back_to_the_microsecond(moment: datetime, row_id: int) -> None:
    cursor = Cursor(moment=moment.replace(tzinfo=UTC), row_id=row_id)

    assert read_cursor(cursor.text()) == cursor


@pytest.mark.parametrize("text", ["", "x", "!!!", "MTIz", "é", "MS4yLjM", "9" * 400])
def test_a_cursor_that_we_did_not_make_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        read_cursor(text)


def test_a_restored_backup_asks_with_the_same_key() -> None:
    merchant = uuid4()
    ask = {"merchant": merchant, "collectible": "c:in_1", "attempt_number": 2, "operation": "charge"}

    assert idempotency_key(**ask) == idempotency_key(**ask)  # type: ignore[arg-type]
    assert idempotency_key(**{**ask, "attempt_number": 3}) != idempotency_key(**ask)  # type: ignore[arg-type]


def test_public_ids_do_not_repeat_and_can_be_read_out() -> None:
    ids = {new_public_id() for _ in range(2_000)}

    assert len(ids) == 2_000
    assert all(len(one) == 16 and not set(one) & set("ilou") for one in ids)
