"""The addresses of receipts, their notes, and the payment companies' own papers."""

from __future__ import annotations

from django.urls import path

from paydesk.portal.receipts.download import receipt_pdf
from paydesk.portal.receipts.send import send_again
from paydesk.portal.receipts.views import documents, receipt

urlpatterns = [
    path("payments/<str:public_id>/receipt", receipt, name="receipt"),
    path("payments/<str:public_id>/receipt/send", send_again, name="receipt_send"),
    path("payments/<str:public_id>/documents", documents, name="documents"),
    path("receipts/<str:public_id>.pdf", receipt_pdf, name="receipt_pdf"),
]
