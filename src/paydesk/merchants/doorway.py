"""Put the merchant on the request before anything else looks at it."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.urls import get_script_prefix, set_script_prefix

from paydesk.merchants.find import MerchantInSight, merchant_by_host, merchant_by_slug

_PREFIX = re.compile(r"^/m/([a-z0-9-]{1,40})(?=/|$)")


class MerchantMiddleware:
    """Set `request.merchant`, and strip `/m/SLUG` so that one table of addresses serves both forms."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = get_script_prefix()
        try:
            request.merchant = _merchant_of(request)  # type: ignore[attr-defined]
            return self.get_response(request)
        finally:
            # The thread may write addresses for something else next.
            set_script_prefix(before)


def _merchant_of(request: HttpRequest) -> MerchantInSight | None:
    host, _ = split_domain_port(request.META.get("HTTP_HOST", ""))
    if host != urlsplit(settings.PAYDESK_URL).hostname:
        return merchant_by_host(host)
    found = _PREFIX.match(request.path_info)
    if found is None:
        return None
    merchant = merchant_by_slug(found.group(1))
    if merchant is None or merchant.host_name:
        return None
    prefix = found.group(0)
    request.path_info = request.path_info[len(prefix) :] or "/"
    request.META["SCRIPT_NAME"] = prefix
    set_script_prefix(prefix + "/")
    return merchant
