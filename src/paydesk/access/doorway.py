"""Stand at the door of every request: who comes, what may be kept, who may frame; and `signed_in` for views."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from paydesk.access.visitor import bearer_token, visitor
from paydesk.kit.local_paths import is_local_path

Parameters = ParamSpec("Parameters")


class VisitorMiddleware:
    """Put the visitor on the request, let bearer requests pass without a CSRF token, and close every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.visitor = SimpleLazyObject(lambda: visitor(request))  # type: ignore[attr-defined]
        if getattr(request, "merchant", None) is not None and bearer_token(request) is not None:
            if visitor(request) is None:
                return _close(request, _not_signed_in())
            # No page of another site can add this header, so there is nothing to forge. Cookies always need the token.
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # noqa: SLF001 - Django's own switch.
        return _close(request, self.get_response(request))


def signed_in(
    view: Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]:
    """Let a view be seen by a customer alone; send everybody else to sign in and back."""

    @wraps(view)
    def guarded(
        request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> HttpResponseBase:
        if getattr(request, "merchant", None) is None:
            raise Http404
        if visitor(request) is None:
            return HttpResponseRedirect(
                f"{reverse('sign_in')}?{urlencode({'next': _page_of(request)})}", status=303
            )
        return view(request, *args, **kwargs)

    return guarded


def _page_of(request: HttpRequest) -> str:
    """Name the page to come back to. A form's own address may take no GET, so for a form it is the page it stood on."""
    if request.method in {"GET", "HEAD"}:
        return _local(request.get_full_path())
    came_from = urlsplit(request.META.get("HTTP_REFERER", ""))
    if came_from.netloc != request.get_host():
        return reverse("home")
    return _local(f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path)


def _local(path: str) -> str:
    return path if is_local_path(path) else reverse("home")


def _not_signed_in() -> HttpResponse:
    return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})


def _close(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Nothing of a customer's is kept by a cache, and only the merchant's registered origins may frame it, if any."""
    if not response.has_header("Cache-Control"):
        response["Cache-Control"] = "no-store"
    merchant = getattr(request, "merchant", None)
    if merchant is not None and merchant.frame_origins and _may_be_framed(request):
        changes = dict(getattr(response, "_csp_replace", None) or {})
        changes |= {"frame-ancestors": list(merchant.frame_origins)}
        response._csp_replace = changes  # type: ignore[attr-defined]  # noqa: SLF001 - what csp_replace sets.
    return response


def _may_be_framed(request: HttpRequest) -> bool:
    """In a frame a customer comes by bearer token. By cookie or ticket they see a page at the top level alone.

    A page of the same site would be sent the cookie in its frame as well, and there a press proves nothing.
    """
    return bearer_token(request) is not None or visitor(request) is None
