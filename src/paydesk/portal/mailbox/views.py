"""Read the letters that the demo has caught. Anybody may, so it exists on loopback alone and belongs to no merchant."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from csp.constants import NONE, SELF
from csp.decorators import csp, csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paydesk.notices.mailbox import CaughtLetter, caught_letter, newest_letters
from paydesk.portal.show import show_page

Parameters = ParamSpec("Parameters")

_LETTER_POLICY = {
    "default-src": [NONE],
    "style-src": ["'unsafe-inline'"],
    "img-src": [SELF, "data:"],
    "frame-ancestors": [SELF],
}


def _in_the_demo(
    view: Callable[Concatenate[HttpRequest, Parameters], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Parameters], HttpResponse]:
    @wraps(view)
    def shown(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        if not settings.PAYDESK_MAILBOX or getattr(request, "merchant", None) is not None:
            raise Http404
        return view(request, *args, **kwargs)

    return shown


@require_safe
@_in_the_demo
def mailbox(request: HttpRequest) -> HttpResponse:
    """List the letters, the newest first."""
    return show_page(request, "mailbox/list.html", letters=newest_letters())


@require_safe
@csp_replace({"frame-src": [SELF]})  # type: ignore[arg-type]  # Its types know views without arguments only.
@_in_the_demo
def mailbox_letter(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Show one letter: its text with links that can be pressed, and below it the HTML as a mail program draws it."""
    return show_page(request, "mailbox/letter.html", letter=_found(letter_id))


# A letter carries its styles in its elements, as mail programs want it. It is drawn in a frame without scripts, forms
# or an origin, in the demo alone; no page of the portal allows styles like these.
@require_safe
@csp(_LETTER_POLICY)  # type: ignore[arg-type]
@_in_the_demo
def mailbox_html(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Give the HTML of a letter, for the frame."""
    return HttpResponse(_found(letter_id).html)


def _found(letter_id: int) -> CaughtLetter:
    letter = caught_letter(letter_id)
    if letter is None:
        raise Http404
    return letter
