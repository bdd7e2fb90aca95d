"""Serve what a portal looks like: its stylesheet, logo and icon. A merchant's own only, whatever the address says."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paydesk.kit.accent import DEFAULT
from paydesk.merchants.branding import logo_by_digest
from paydesk.merchants.find import MerchantInSight
from paydesk.portal.theme.icon import icon_of, icon_version
from paydesk.portal.theme.sheet import sheet_of, version_of

_FOR_EVER = "public, max-age=31536000, immutable"
#: A page that was open while something changed asks for the old version and gets the new one.
_FOR_NOW = "public, max-age=60"
#: A picture that is opened by itself may do nothing at all.
_PICTURE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


@require_safe
def theme(request: HttpRequest, version: str) -> HttpResponse:
    """Give our styles with the merchant's colour."""
    merchant = _merchant(request)
    color = merchant.accent_color if merchant else DEFAULT
    sheet = sheet_of(color)
    takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(
        sheet.gzipped if takes_gzip else sheet.plain, content_type="text/css; charset=utf-8"
    )
    if takes_gzip:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = _FOR_EVER if version == version_of(color) else _FOR_NOW
    return response


@require_safe
def logo(request: HttpRequest, digest: str) -> HttpResponse:
    """Give a picture of this merchant's: the logo of today, or one that an older letter shows."""
    merchant = _merchant(request)
    found = logo_by_digest(merchant_id=merchant.id, digest=digest) if merchant else None
    if found is None:
        raise Http404
    return _picture(found.content, found.media_type, _FOR_EVER)


@require_safe
def icon(request: HttpRequest, version: str) -> HttpResponse:
    """Give the merchant's letter on its colour."""
    merchant = _merchant(request)
    if merchant is None:
        raise Http404
    look = (merchant.name, merchant.accent_color)
    lasts = _FOR_EVER if version == icon_version(*look) else _FOR_NOW
    return _picture(icon_of(*look).encode(), "image/svg+xml", lasts)


def _picture(content: bytes, media_type: str, lasts: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Cache-Control"] = lasts
    response["Content-Security-Policy"] = _PICTURE_POLICY
    return response


def _merchant(request: HttpRequest) -> MerchantInSight | None:
    merchant: MerchantInSight | None = getattr(request, "merchant", None)
    return merchant
