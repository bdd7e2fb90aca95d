"""Show a page: whole, or its <main> alone when it is asked for with `Paydesk-Part: main`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils.cache import patch_vary_headers

from paydesk.access.visitor import visitor
from paydesk.merchants.find import MerchantInSight
from paydesk.portal.theme.look import look_of
from paydesk.portal.words.reader import reading

PART_HEADER = "Paydesk-Part"


def show_page(
    request: HttpRequest, template: str, *, status: int = 200, here: str = "", **context: Any
) -> HttpResponse:
    """Render a page of `portal/pages`. `here` is the name of the word in the frame that is lit."""
    merchant: MerchantInSight | None = getattr(request, "merchant", None)
    who = visitor(request)
    frame = {
        "merchant": merchant,
        "visitor": who,
        "is_part": request.headers.get(PART_HEADER) == "main",
        "here": here,
        "look": look_of(merchant),
    }
    with reading(merchant.time_zone if merchant else "UTC", who.time_zone if who else ""):
        response = HttpResponse(get_template(template).render(frame | context, request), status=status)
    patch_vary_headers(response, [PART_HEADER])
    return response
