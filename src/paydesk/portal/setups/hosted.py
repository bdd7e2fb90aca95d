"""Open the content security policy for a company's card fields: the declared origins, on this answer alone."""

from __future__ import annotations

from csp.constants import NONCE
from django.http import HttpResponse

from paydesk.gateways.method_setup import HostedFields


def allow_origins(response: HttpResponse, fields: HostedFields) -> HttpResponse:
    """Let the page load the company's script and frames, and let the script speak to its company.

    Some scripts add styles of their own: those that carry the page's nonce are let in.
    """
    response._csp_update = {  # type: ignore[attr-defined]  # noqa: SLF001 - django-csp reads it off the answer.
        "script-src": list(fields.script_origins),
        "frame-src": list(fields.frame_origins),
        "connect-src": list(fields.connect_origins),
        "style-src": [NONCE],
    }
    return response
