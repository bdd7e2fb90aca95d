"""The addresses of the design page."""

from __future__ import annotations

from django.urls import path

from paydesk.portal.design.views import design, pieces, sheet

urlpatterns = [
    path("design", design, name="design"),
    path("design/pieces/<str:scheme>", pieces, name="design_pieces"),
    path("design/<str:scheme>.css", sheet, name="design_sheet"),
]
