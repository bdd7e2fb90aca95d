"""The addresses of a customer's own details."""

from __future__ import annotations

from django.urls import path

from paydesk.portal.details.views import details

urlpatterns = [
    path("details", details, name="details"),
]
