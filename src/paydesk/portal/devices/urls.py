"""The addresses of sessions."""

from __future__ import annotations

from django.urls import path

from paydesk.portal.devices.views import devices, end_device, end_other_devices, sign_out

urlpatterns = [
    path("devices", devices, name="devices"),
    path("devices/end-others", end_other_devices, name="devices_end_others"),
    path("devices/<str:session_id>/end", end_device, name="device_end"),
    path("sign-out", sign_out, name="sign_out"),
]
