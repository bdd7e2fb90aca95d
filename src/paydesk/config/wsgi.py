"""The portal as a WSGI application; static files are served around it, hashed and precompressed."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "paydesk.config.settings")


def _portal() -> WSGIHandler:
    portal = get_wsgi_application()
    # Not before: it imports tables.
    from paydesk.work.heartbeat.look import know_file

    know_file()
    return portal


application = WhiteNoise(_portal(), root=settings.STATIC_ROOT, prefix=settings.STATIC_URL, max_age=60)
