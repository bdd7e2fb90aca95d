"""The addresses of tickets."""

from __future__ import annotations

from django.urls import path

from paydesk.portal.tickets.views import give_ticket, open_ticket

urlpatterns = [
    path("tickets", give_ticket, name="ticket"),
    path("tickets/open", open_ticket, name="ticket_open"),
]
