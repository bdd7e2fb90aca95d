"""Addresses of changing what is still to come of an agreement."""

from __future__ import annotations

from django.urls import path

from paydesk.portal.changes.cancel import cancel
from paydesk.portal.changes.go_on import keep, resume
from paydesk.portal.changes.move import move
from paydesk.portal.changes.pause import pause
from paydesk.portal.changes.skip import skip, unskip

urlpatterns = [
    path("subscriptions/<str:public_id>/move", move, name="subscription_move"),
    path("subscriptions/<str:public_id>/skip", skip, name="subscription_skip"),
    path("subscriptions/<str:public_id>/unskip", unskip, name="subscription_unskip"),
    path("subscriptions/<str:public_id>/pause", pause, name="subscription_pause"),
    path("subscriptions/<str:public_id>/resume", resume, name="subscription_resume"),
    path("subscriptions/<str:public_id>/cancel", cancel, name="subscription_cancel"),
    path("subscriptions/<str:public_id>/keep", keep, name="subscription_keep"),
]
