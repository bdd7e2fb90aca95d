"""Serve the stylesheet that carries a merchant's colour. The colour is in its address, so it never changes."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from paydesk.portal.accent import stylesheet

_DIGITS = frozenset("0123456789abcdef")


def theme(request: HttpRequest, color: str) -> HttpResponse:
    """Give the accent for `rrggbb`."""
    if len(color) != 6 or not _DIGITS.issuperset(color.lower()):
        raise Http404
    response = HttpResponse(stylesheet(color.lower()), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=86400, stale-while-revalidate=604800"
    return response
