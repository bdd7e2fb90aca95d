"""Addresses of paying several payments at once, and of their quotes."""

from __future__ import annotations

from django.urls import path

from paydesk.portal.quotes.pay_off import pay_off
from paydesk.portal.quotes.several import several
from paydesk.portal.quotes.views import come_back, quote

urlpatterns = [
    path("subscriptions/<str:public_id>/several", several, name="subscription_several"),
    path("subscriptions/<str:public_id>/pay-off", pay_off, name="subscription_pay_off"),
    path("quotes/<str:public_id>", quote, name="quote"),
    path("quotes/<str:public_id>/return", come_back, name="quote_return"),
]
