"""Addresses of choosing a backup."""

from __future__ import annotations

from django.urls import path

from paydesk.portal.backups.views import backup, backup_of_subscription

urlpatterns = [
    path("methods/backup", backup, name="backup"),
    path("subscriptions/<str:public_id>/backup", backup_of_subscription, name="subscription_backup"),
]
