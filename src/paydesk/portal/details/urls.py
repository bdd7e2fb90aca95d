"""The addresses of a customer's own details."""

from __future__ import annotations

from django.urls import path

from paydesk.portal.details.address_links import new_address_link, new_address_undo
from paydesk.portal.details.correct import correct, replaced
from paydesk.portal.details.new_address import new_address, new_address_code
from paydesk.portal.details.views import details

urlpatterns = [
    path("details", details, name="details"),
    path("details/email", new_address, name="new_address"),
    path("details/email/code", new_address_code, name="new_address_code"),
    path("details/email/link", new_address_link, name="new_address_link"),
    path("details/email/undo", new_address_undo, name="new_address_undo"),
    path("payments/<str:public_id>/receipt/correct", correct, name="receipt_correct"),
    path("receipts/<str:public_id>/replaced", replaced, name="receipt_replaced"),
]
