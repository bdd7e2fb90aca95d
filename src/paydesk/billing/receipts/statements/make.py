"""Make a customer's statement of one year, as the books stand now."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from paydesk.billing.receipts.statements.facts import facts_between
from paydesk.billing.receipts.statements.statement import Statement, statement_of
from paydesk.kit.clock import local_date, year_bounds
from paydesk.merchants.find import MerchantInSight

#: No payment company is older than this.
_FIRST_YEAR = 1971


def make_statement(
    *, merchant: MerchantInSight, customer_id: int, year: int, now: datetime
) -> Statement | None:
    """Give the statement, or None for a year in which nothing has moved, or that is still to come. `now`: business."""
    zone = merchant.time_zone
    if not _FIRST_YEAR <= year <= local_date(now, zone=zone).year:
        return None
    since, until = year_bounds(year, zone=zone)
    facts = facts_between(merchant_id=merchant.id, customer_id=customer_id, since=since, until=until)
    return statement_of(facts, year=year, zone=ZoneInfo(zone)) if facts.moves else None
