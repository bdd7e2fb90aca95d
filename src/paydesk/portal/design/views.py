"""Show the design system: every component in every state, light and dark, at three widths."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import SimpleNamespace
from typing import Concatenate, ParamSpec

from csp.constants import SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paydesk.merchants.find import MerchantInSight
from paydesk.portal.addresses import url
from paydesk.portal.design import scene
from paydesk.portal.show import show_page
from paydesk.portal.theme.look import look_of
from paydesk.portal.theme.sheet import sheet_of

Parameters = ParamSpec("Parameters")

SCHEMES = ("light", "dark")
#: Of a phone, a tablet and a desk, in CSS pixels.
WIDTHS = (390, 768, 1280)
_VISITOR = SimpleNamespace(customer_name="Ada Okafor", address="ada@example.com", language="", time_zone="")


def _on_loopback(
    view: Callable[Concatenate[HttpRequest, MerchantInSight, Parameters], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Parameters], HttpResponse]:
    """Customers have no use for it, and it shows nothing of anybody's."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        merchant: MerchantInSight | None = getattr(request, "merchant", None)
        if not settings.IS_LOOPBACK or merchant is None:
            raise Http404
        return view(request, merchant, *args, **kwargs)

    return shown


@require_safe
@csp_replace({"frame-src": [SELF]})
@_on_loopback
def design(request: HttpRequest, merchant: MerchantInSight) -> HttpResponse:
    """Frame the components six times: each width in each scheme."""
    return show_page(request, "design/design.html", widths=WIDTHS, schemes=SCHEMES)


@require_safe
@csp_replace({"frame-ancestors": [SELF]})  # type: ignore[arg-type]  # Its types know views without arguments only.
@_on_loopback
def pieces(request: HttpRequest, merchant: MerchantInSight, scheme: str) -> HttpResponse:
    """Show all components in one scheme, whatever the browser prefers."""
    if scheme not in SCHEMES:
        raise Http404
    look = look_of(merchant)._replace(stylesheet=url("design_sheet", scheme))
    return show_page(request, "design/pieces.html", visitor=_VISITOR, look=look, **scene.everything())


@require_safe
@_on_loopback
def sheet(request: HttpRequest, merchant: MerchantInSight, scheme: str) -> HttpResponse:
    """Give the portal's stylesheet with its scheme chosen: the same tokens, and no second copy of them."""
    if scheme not in SCHEMES:
        raise Http404
    plain = sheet_of(merchant.accent_color).plain.decode()
    for written in ("(prefers-color-scheme: dark)", "(prefers-color-scheme:dark)"):
        plain = plain.replace(written, "(min-width: 0)" if scheme == "dark" else "(max-width: 0)")
    plain = plain.replace("color-scheme: light dark;", f"color-scheme: {scheme};")
    return HttpResponse(plain, content_type="text/css; charset=utf-8")
