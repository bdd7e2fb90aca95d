"""Your details: show what is kept of a customer, and keep what they write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from paydesk.billing.customers.details.address_form import countries, parts_of
from paydesk.billing.customers.details.keep import (
    DetailsMoved,
    DetailsRefused,
    Kept,
    details_of,
    keep_details,
)
from paydesk.billing.customers.details.tax_id import LENGTH_MAX as TAX_ID_LENGTH_MAX
from paydesk.billing.customers.details.written import Written
from paydesk.kit import clock
from paydesk.portal.details.told import told_words
from paydesk.portal.details.words import (
    AUTOCOMPLETE,
    country_choices,
    language_choices,
    part_word,
    zone_choices,
)
from paydesk.portal.door import AtHand, customer_page
from paydesk.portal.show import show_page


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
def details(request: HttpRequest, at: AtHand) -> HttpResponse:
    """Show the form; with `act=country` show the fields of the chosen country; else keep what was written."""
    kept = details_of(**at.ids)
    if request.method != "POST":
        return _page(request, at, kept.said, kept.version, kept_now=kept)
    written, seen = _read(request.POST, kept.said), _version(request.POST)
    if request.POST.get("act") == "country":
        return _page(request, at, written, seen)
    try:
        keep_details(
            **at.ids,
            written=written,
            seen_version=seen,
            languages=[code for code, _ in settings.LANGUAGES],
            now=clock.wall_now(),
        )
    except DetailsRefused as refused:
        # As it was typed: what was made of it meanwhile is nobody's own words.
        return _page(request, at, written, seen, errors=refused.wrong)
    except DetailsMoved as moved:
        return _page(request, at, written, details_of(**at.ids).version, moved=str(moved), kept=kept)
    return HttpResponseRedirect(reverse("details") + "?saved", status=303)


def _read(form: QueryDict, kept: Written) -> Written:
    """Take each field that the form has; what it does not show stays as it is kept."""
    return Written(
        **{each.name: form.get(each.name, getattr(kept, each.name))[:2000] for each in fields(Written)}
    )


def _version(form: QueryDict) -> int:
    text = form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _page(
    request: HttpRequest,
    at: AtHand,
    written: Written,
    version: int,
    *,
    errors: Mapping[str, str] | None = None,
    moved: str = "",
    kept: Kept | None = None,
    kept_now: Kept | None = None,
) -> HttpResponse:
    is_saved = "saved" in request.GET and not errors
    saved_at = kept_now.changed_at if is_saved and kept_now else None
    country = written.country if written.country in countries() else ""
    return show_page(
        request,
        "details/details.html",
        status=422 if errors else 409 if moved else 200,
        written=written,
        version=version,
        address=at.customer.address,
        parts=parts_of(country) if country else (),
        part_word=part_word,
        autocomplete=AUTOCOMPLETE,
        countries=country_choices(),
        languages=language_choices(written.language),
        zones=zone_choices(),
        tax_id_length_max=TAX_ID_LENGTH_MAX,
        # In the order of the form, so that the first link leads to the first field.
        errors=_in_order(errors or {}),
        moved=moved,
        kept=kept.said if kept else None,
        is_new_address="address" in request.GET,
        saved_at=saved_at,
        told=told_words(at, version) if saved_at else [],
    )


def _in_order(errors: Mapping[str, str]) -> dict[str, str]:
    order = [each.name for each in fields(Written)]
    return {name: errors[name] for name in order if name in errors}
