"""What is kept of an account's reports: a month that is over for good, but for what is pending in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from paydesk.gateways.contract import Settings
from paydesk.gateways.paypal.report import Wanted, rows_since
from paydesk.gateways.paypal.requests import Json, Line, written

THEN = datetime(2026, 3, 10, tzinfo=UTC)
REFUNDS = Wanted(asked={"transaction_type": "T1107"}, is_kept=lambda _row: True)


class Reporting(Line):
    """A line on which PayPal lists one refund, whose status changes, and counts how often it is asked."""

    def __init__(self, status: str) -> None:
        credentials = {"client_id": str(uuid4())}
        super().__init__(Settings(base_url="", credentials=credentials, now=lambda: THEN))
        self.status = status
        self.windows: list[str] = []

    def read(self, *path: str, **query: str) -> Json | None:
        self.windows.append(query["start_date"])
        is_there = query["start_date"] <= written(THEN) <= query["end_date"]
        row = {"transaction_info": {"transaction_id": "R-1", "transaction_status": self.status}}
        listed = {"transaction_details": [row] if is_there else [], "total_pages": 1}
        return listed | {"last_refreshed_datetime": query["end_date"]}

    def statuses(self, *, days_later: float) -> list[str]:
        now = THEN + timedelta(days=days_later)
        return [row["transaction_status"] for row in rows_since(self, THEN, now, REFUNDS)]


def test_a_month_that_is_over_is_read_once() -> None:
    line = Reporting("S")
    for later in (100, 101, 200):
        assert line.statuses(days_later=later) == ["S"]

    assert len([one for one in line.windows if one <= written(THEN)]) == 1


def test_what_is_pending_is_read_again_until_it_is_decided() -> None:
    """A refund by cheque or transfer takes days, and outlasts its month."""
    line = Reporting("P")
    assert line.statuses(days_later=100) == ["P"]

    line.status = "S"
    assert line.statuses(days_later=101) == ["S"]

    asked = len([one for one in line.windows if one <= written(THEN)])
    line.statuses(days_later=102)
    assert len([one for one in line.windows if one <= written(THEN)]) == asked == 2
