"""The addresses of yearly statements."""

from __future__ import annotations

from django.urls import path

from paydesk.portal.statements.archive import receipts_zip
from paydesk.portal.statements.download import statement_pdf
from paydesk.portal.statements.views import statement, statements

urlpatterns = [
    path("statements", statements, name="statements"),
    path("statements/<str:year>.pdf", statement_pdf, name="statement_pdf"),
    path("statements/<str:year>/receipts.zip", receipts_zip, name="receipts_zip"),
    path("statements/<str:year>", statement, name="statement"),
]
