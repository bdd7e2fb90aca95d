"""Show the years that have a statement, and the statement of one year."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paydesk.billing.receipts.statements.years import years_of
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.receipts.words import full_day
from paydesk.portal.show import show_page
from paydesk.portal.statements.rows import month_rows
from paydesk.portal.statements.wanted import no_statement, own_statement

#: Of a statement of more lines, a month shows its sum until it is opened.
_OPEN_MAX = 100


@require_safe
@customer_page
def statements(request: HttpRequest, at: AtHand) -> HttpResponse:
    """List the years, each with what it came to."""
    years = years_of(**at.ids, zone=at.merchant.time_zone)
    return show_page(request, "statements/list.html", here="history", years=years)


@require_safe
@customer_page
def statement(request: HttpRequest, at: AtHand, year: str) -> HttpResponse:
    """Show one year, as the books stand now."""
    found = own_statement(at, year)
    if found is None:
        return no_statement(request)
    this_year = at.now.astimezone(ZoneInfo(at.merchant.time_zone)).year
    return show_page(
        request,
        "statements/year.html",
        here="history",
        statement=found.statement,
        seller=found.seller,
        customer=[one for one in (found.customer_name, found.customer_address) if one],
        made_at=found.made_at,
        is_so_far=found.statement.year == this_year,
        is_open=found.statement.lines_count <= _OPEN_MAX,
        full_day=full_day,
        month_rows=month_rows,
    )
