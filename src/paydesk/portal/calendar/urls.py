"""The addresses of calendars."""

from __future__ import annotations

from django.urls import path

from paydesk.portal.calendar.feed import feed
from paydesk.portal.calendar.views import calendars, make, stop

urlpatterns = [
    path("calendar", calendars, name="calendar"),
    path("calendar/make", make, name="calendar_make"),
    path("calendar/<str:public_id>/stop", stop, name="calendar_stop"),
    path("calendar/<str:secret>.ics", feed, name="calendar_feed"),
]
