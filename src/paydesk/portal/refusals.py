"""The pages for what cannot be shown: what happened, what it means and where to go on, with the right status."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from paydesk.portal.show import show_page


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say the same for what is missing and for what belongs to somebody else."""
    if getattr(request, "merchant", None) is None:
        return no_merchant(request)
    return _refusal(
        request,
        404,
        _("This page is not here"),
        _("The address may be old or mistyped. Nothing has happened to your payments."),
    )


def no_merchant(request: HttpRequest) -> HttpResponse:
    """Answer an address that belongs to no merchant."""
    return _refusal(
        request,
        404,
        _("There is no portal at this address"),
        _(
            "Open the link in a letter from the company you pay, or ask them for the address of their billing portal."
        ),
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what could not be read."""
    return _refusal(
        request,
        400,
        _("We could not read that"),
        _("Go back and send it again. Nothing was changed and nothing was charged."),
    )


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what may not be done."""
    return _refusal(
        request, 403, _("This cannot be done here"), _("Nothing was changed and nothing was charged.")
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that was open too long, or did not come from this portal."""
    return _refusal(
        request,
        403,
        _("This page was open for too long"),
        _(
            "To protect you, forms are good for a while only. Go back, load the page again and repeat it. "
            "Nothing was charged."
        ),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Answer when we made a mistake."""
    return _refusal(
        request,
        500,
        _("Something is wrong on our side"),
        _(
            "We have noted it. If you were paying, look at the payment before you pay again: "
            "it shows whether the money was taken."
        ),
    )


def _refusal(request: HttpRequest, status: int, title: str, words: str) -> HttpResponse:
    return show_page(request, "refusal.html", status=status, title=title, words=words)
