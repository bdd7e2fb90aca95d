"""The addresses of orders."""

from __future__ import annotations

from django.urls import path

from paydesk.portal.orders.listed import orders
from paydesk.portal.orders.views import order

urlpatterns = [
    path("orders", orders, name="orders"),
    path("orders/<str:public_id>", order, name="order"),
]
