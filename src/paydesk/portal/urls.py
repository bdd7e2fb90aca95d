"""Every address of the portal; each belongs to one merchant, whose prefix the doorway has taken off."""

from __future__ import annotations

from django.urls import path

from paydesk.portal.theme.views import theme

urlpatterns = [
    path("theme/<str:color>.css", theme, name="theme"),
]
