"""Where to go after signing in: a page of this very portal, or the overview (T12)."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import get_script_prefix, reverse

from paydesk.kit.local_paths import is_local_path


def wanted_path(request: HttpRequest) -> str:
    """Read `next` from the address or the form; empty when there is none that may be followed."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    return wanted if _is_of_this_portal(wanted) else ""


def followed(next_path: str) -> str:
    """Give the address to go to. Checked again, since it was stored meanwhile."""
    return next_path if _is_of_this_portal(next_path) else reverse("home")


def _is_of_this_portal(path: str) -> bool:
    return is_local_path(path) and path.startswith(get_script_prefix())
