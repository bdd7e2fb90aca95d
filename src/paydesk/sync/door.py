"""Take a webhook: verify the raw bytes, store it once, answer. Nothing is written for one that is not signed.

What it is about is not read here, so the answer takes the same time however slow the company is today. Only what the
company signs with may have to be fetched: once in a long while, and no more often for all that strangers send.
"""

from __future__ import annotations

import logging
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from paydesk.gateways.contract import BadSignature, GatewayUnreachable
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight
from paydesk.sync.inbox import UnknownConnection, store_webhook

log = logging.getLogger(__name__)

BODY_BYTES_MAX = 1024 * 1024


@csrf_exempt
@require_POST
def take_webhook(request: HttpRequest, connection_uuid: UUID) -> HttpResponse:
    """Answer 204 stored (or stored before), 400 not signed, 404 not ours, 413 too large, 503 not to be judged now.

    The last is so without the gateway, and where what the company signs with could not be had, or was asked for too
    often. It sends it again.
    """
    merchant: MerchantInSight | None = request.merchant  # type: ignore[attr-defined]
    if int(request.META.get("CONTENT_LENGTH") or 0) > BODY_BYTES_MAX:
        return HttpResponse(status=413)
    try:
        body = request.body
        store_webhook(
            merchant=merchant,
            connection_uuid=connection_uuid,
            body=body,
            headers={name.lower(): value for name, value in request.headers.items()},
            now=clock.wall_now(),
        )
    except RequestDataTooBig:
        return HttpResponse(status=413)
    except UnknownConnection:
        return HttpResponse(status=404)
    except BadSignature:
        return HttpResponse(status=400)
    except (GatewayMissing, GatewayUnreachable) as later:
        log.warning("a webhook of connection %s cannot be judged now: %s", connection_uuid, later)
        return _told(HttpResponse(status=503))
    return HttpResponse(status=204)


def _told(answer: HttpResponse) -> HttpResponse:
    """Keep Django from writing it down once more as a page that broke."""
    answer._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - what `log_response` sets.
    return answer
