"""Addresses of moving an agreement to another way of paying."""

from __future__ import annotations

from django.urls import path

from paydesk.portal.moving.views import elsewhere, enter_card, take_back

urlpatterns = [
    path("subscriptions/<str:public_id>/elsewhere", elsewhere, name="subscription_elsewhere"),
    path("subscriptions/<str:public_id>/elsewhere/card", enter_card, name="subscription_elsewhere_card"),
    path("subscriptions/<str:public_id>/elsewhere/undo", take_back, name="subscription_elsewhere_undo"),
]
