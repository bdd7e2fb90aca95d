"""The addresses of a customer's own details."""

from __future__ import annotations

from django.urls import path

from paydesk.portal.details.correct import correct, replaced
from paydesk.portal.details.views import details

urlpatterns = [
    path("details", details, name="details"),
    path("payments/<str:public_id>/receipt/correct", correct, name="receipt_correct"),
    path("receipts/<str:public_id>/replaced", replaced, name="receipt_replaced"),
]
