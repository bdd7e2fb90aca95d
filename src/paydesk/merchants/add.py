"""Add a merchant to the installation."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

from paydesk.kit.accent import DEFAULT, is_color
from paydesk.kit.contacts import is_page, is_phone
from paydesk.merchants.models import Merchant

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+")
_NAME_MAX = 120


class MerchantRefused(Exception):
    """The words say what is wrong with the wish; staff read them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MerchantWanted:
    """What a merchant is to be. Without `host_name` its portal is at `/m/SLUG/`; `accent_color` is `#rrggbb`.

    `support_url` is an https address; it and `support_phone` may be empty.
    """

    slug: str
    name: str
    support_email: str
    mode: str
    time_zone: str = "UTC"
    language: str = "en"
    host_name: str | None = None
    accent_color: str = DEFAULT
    support_url: str = ""
    support_phone: str = ""


def add_merchant(wanted: MerchantWanted, *, now: datetime) -> Merchant:
    """Keep a new merchant, or raise MerchantRefused. `now` is wall time."""
    said = refusal(wanted)
    if said is not None:
        raise MerchantRefused(said)
    # The slug and the host name are doors of the whole installation, so they are looked for across merchants.
    if Merchant.objects.filter(
        Q(slug=wanted.slug) | Q(host_name__isnull=False, host_name=wanted.host_name)
    ).exists():
        raise MerchantRefused(
            f"There is a merchant with the name {wanted.slug!r} or with that host name already."
        )
    return Merchant.objects.create(uuid=uuid4(), created_at=now, **asdict(wanted))


def refusal(wanted: MerchantWanted) -> str | None:
    """Say what is wrong with the wish, or None."""
    if not _SLUG.fullmatch(wanted.slug):
        return "The short name takes 1 to 40 small letters, digits and hyphens."
    if not wanted.name.strip() or len(wanted.name) > _NAME_MAX or not wanted.name.isprintable():
        return f"A merchant needs a name of at most {_NAME_MAX} letters, in one line."
    if wanted.mode not in Merchant.Mode.values:
        return "The mode is live or test."
    if wanted.host_name is not None and not _HOST_NAME.fullmatch(wanted.host_name):
        return "The host name must look like pay.example.com, in small letters."
    if not is_color(wanted.accent_color):
        return "The accent colour must look like #3d5afe."
    return _refusal_of_zone(wanted.time_zone) or _refusal_of_contacts(wanted)


def _refusal_of_zone(time_zone: str) -> str | None:
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"There is no time zone {time_zone!r}; they look like Europe/Berlin."
    return None


def _refusal_of_contacts(wanted: MerchantWanted) -> str | None:
    try:
        validate_email(wanted.support_email)
    except ValidationError:
        return f"{wanted.support_email!r} is not an e-mail address."
    if wanted.support_url and not is_page(wanted.support_url):
        return f"{wanted.support_url!r} is not the address of a page; it must look like https://example.com/help."
    if wanted.support_phone and not is_phone(wanted.support_phone):
        return f"{wanted.support_phone!r} is not a telephone number; it must look like +351 21 555 0100."
    return None
