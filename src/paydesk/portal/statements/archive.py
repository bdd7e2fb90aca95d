"""Hand out all receipts and notes of a year as one ZIP, streamed: a PDF at a time is made and sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from paydesk.access import limits
from paydesk.billing.receipts.models import Receipt
from paydesk.billing.receipts.of_year import PapersOfYear, papers_of_year
from paydesk.billing.receipts.printing.pdf import LettersMissing, print_receipt
from paydesk.billing.receipts.printing.words import language_for, words_of
from paydesk.billing.receipts.snapshot import seller_of
from paydesk.database.transactions import in_transaction
from paydesk.kit import clock
from paydesk.kit.archives import ArchivedFile, archive_stream
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.receipts.file_names import file_name
from paydesk.portal.receipts.language import wishes_of
from paydesk.portal.show import show_page
from paydesk.portal.statements.wanted import no_statement, year_of


@require_GET
@customer_page
def receipts_zip(request: HttpRequest, at: AtHand, year: str) -> HttpResponseBase:
    """Begin the download, or say why not."""
    wanted = year_of(year)
    found = (
        None
        if wanted is None
        else papers_of_year(merchant=at.merchant, customer_id=at.customer.customer_id, year=wanted)
    )
    if found is None:
        return no_statement(request)
    free_at = _use_limit(at)
    if free_at is not None:
        return _too_often(request, at, free_at)
    wishes = wishes_of(request, at)
    speaks = translation.get_language() or at.merchant.language
    response = StreamingHttpResponse(
        archive_stream(_files(found, wishes, speaks)), content_type="application/zip"
    )
    named = file_name(seller_of(at.merchant), _("Receipts %(year)s") % {"year": found.year}, ending="zip")
    response["Content-Disposition"] = content_disposition_header(True, named) or ""
    return response


def _use_limit(at: AtHand) -> datetime | None:
    return in_transaction(
        lambda: limits.use(
            merchant_id=at.merchant.id,
            limit=limits.RECEIPTS_OF_A_YEAR,
            subject=str(at.customer.customer_id),
            now=clock.wall_now(),
        )
    )


def _too_often(request: HttpRequest, at: AtHand, free_at: datetime) -> HttpResponse:
    return show_page(
        request,
        "refusal.html",
        status=429,
        title=_("You have loaded this often enough for now"),
        words=_(
            "It takes a while to make. From %(time)s on you can load it again; each receipt can be loaded now."
        )
        % {"time": at.own_time(free_at)},
    )


def _files(found: PapersOfYear, wishes: tuple[str, ...], speaks: str) -> Iterator[ArchivedFile]:
    """Print paper by paper; what no font has the letters of is named in a last file, and not left out in silence."""
    zone, missing = ZoneInfo(found.merchant.time_zone), list[str]()
    now = clock.wall_now()
    for paper in found.papers(now=now):
        language = language_for(paper.snapshot["layout"], *wishes)
        name = _name(paper, language, zone)
        try:
            printed = print_receipt(paper, language=language)
        except LettersMissing:
            missing.append(name)
            continue
        yield ArchivedFile(name, paper.issued_at.astimezone(zone), printed)
    if missing:
        with translation.override(speaks):
            name = _("Not in here.txt")
            words = _(
                "The portal of %(merchant)s cannot print the letters of these yet. "
                "Their pages show everything, and you can print them from your browser:"
            ) % {"merchant": found.merchant.name}
        text = "\n".join((words, "", *missing, ""))
        yield ArchivedFile(name, now.astimezone(zone), text.encode())


def _name(paper: Receipt, language: str, zone: ZoneInfo) -> str:
    """The day first: so the files stand in its order. The word is the paper's own, the number makes it one."""
    day = datetime.fromisoformat(paper.snapshot["happened_at"]).astimezone(zone).date()
    word = words_of(paper.snapshot["layout"], language)[paper.kind].replace("/", "-")
    return f"{day.isoformat()} {word} {paper.number}.pdf"
