"""Every address: the portal's, the webhooks', and the few that belong to no merchant."""

from __future__ import annotations

from django.urls import include, path

from paydesk.config.health import health
from paydesk.sync.door import take_webhook

urlpatterns = [
    path("health", health, name="health"),
    path("hooks/<uuid:connection_uuid>", take_webhook, name="webhook"),
    path("", include("paydesk.portal.urls")),
]
handler400 = "paydesk.portal.refusals.bad_request"
handler403 = "paydesk.portal.refusals.not_allowed"
handler404 = "paydesk.portal.refusals.not_found"
handler500 = "paydesk.portal.refusals.broken"
