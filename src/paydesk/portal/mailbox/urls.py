"""The addresses of the demo's mailbox."""

from __future__ import annotations

from django.urls import path

from paydesk.portal.mailbox.views import mailbox, mailbox_html, mailbox_letter

urlpatterns = [
    path("mailbox", mailbox, name="mailbox"),
    path("mailbox/<int:letter_id>", mailbox_letter, name="mailbox_letter"),
    path("mailbox/<int:letter_id>/html", mailbox_html, name="mailbox_html"),
]
