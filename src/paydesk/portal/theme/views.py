"""Serve the stylesheet of a portal."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paydesk.portal.theme.sheet import sheet_of, theme_of

_DIGITS = frozenset("0123456789abcdef")
_FOR_EVER = "public, max-age=31536000, immutable"
#: A page that was open while we were updated asks for the old version and gets the new one.
_FOR_NOW = "public, max-age=60"


@require_safe
def theme(request: HttpRequest, version: str, color: str) -> HttpResponse:
    """Give our styles with the accent `rrggbb`."""
    if len(color) != 6 or not _DIGITS.issuperset(color):
        raise Http404
    sheet = sheet_of(color)
    takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(
        sheet.gzipped if takes_gzip else sheet.plain, content_type="text/css; charset=utf-8"
    )
    if takes_gzip:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = _FOR_EVER if version == theme_of(color).version else _FOR_NOW
    return response
