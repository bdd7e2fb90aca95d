"""Find the merchant that a request is for: by the host name, else by the address `/m/SLUG/`; never by form or body."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from paydesk.database.compiled import CompiledQuery
from paydesk.kit import clock
from paydesk.merchants.branding import ShownLogo, shown_logo
from paydesk.merchants.models import Merchant
from paydesk.merchants.policies import Policies, policies_of
from paydesk.merchants.texts import OwnWords, Texts, text_for


@dataclass(frozen=True, kw_only=True, slots=True)
class MerchantInSight:
    """What every floor above may know of the merchant at hand. `portal_url` comes from settings alone (T14)."""

    id: int
    uuid: UUID
    slug: str
    host_name: str | None
    name: str
    mode: str
    time_zone: str
    language: str
    support_email: str
    support_url: str
    support_phone: str
    logo: ShownLogo | None
    accent_color: str
    link_minutes: int
    clock_offset: timedelta
    frame_origins: tuple[str, ...]
    sender_email: str
    texts: Texts
    policies: Policies
    portal_url: str

    @property
    def logo_digest(self) -> str:
        """Name the bytes of the logo on white paper: SHA-256 in hex, empty without one."""
        return self.logo.paper.digest if self.logo else ""

    def text(self, step: str, *, language: str) -> OwnWords | None:
        """Give what the merchant says at a step in its own words; None where it says nothing."""
        return text_for(self.texts, step, language=language, of_merchant=self.language)

    def business_now(self) -> datetime:
        """Give the time of what is due at this merchant."""
        return clock.business_now(offset=self.clock_offset)

    def wall_time(self, moment: datetime) -> datetime:
        """Give the wall time at which the merchant's own clock shows a moment."""
        return moment - self.clock_offset


_FOUND: dict[tuple[str, str], tuple[float, MerchantInSight]] = {}


class _MerchantRow(NamedTuple):
    id: int
    uuid: UUID
    slug: str
    host_name: str | None
    name: str
    mode: str
    time_zone: str
    language: str
    support_email: str
    support_url: str
    support_phone: str
    logo: dict[str, Any]
    accent_color: str
    link_minutes: int
    frame_origins: list[str]
    sender_email: str
    texts: dict[str, dict[str, str]]
    policies: dict[str, Any]
    offset_seconds: int | None


#: Columns that are not yet what they mean.
_READ_FURTHER = {"logo", "offset_seconds", "frame_origins", "policies"}
_COLUMNS = (*_MerchantRow._fields[:-1], "clockoffset__seconds")
_BY_SLUG = CompiledQuery(
    build=lambda slug: Merchant.objects.filter(slug=slug).values_list(*_COLUMNS),
    into=_MerchantRow,
    slots={"slug": str},
)
_BY_HOST = CompiledQuery(
    build=lambda host: Merchant.objects.filter(host_name=host).values_list(*_COLUMNS),
    into=_MerchantRow,
    slots={"host": str},
)
_BY_ID = CompiledQuery(
    build=lambda merchant_id: Merchant.objects.filter(id=merchant_id).values_list(*_COLUMNS),
    into=_MerchantRow,
    slots={"merchant_id": int},
)


def merchant_by_slug(slug: str) -> MerchantInSight | None:
    """Find a merchant by the name in `/m/SLUG/`."""
    return _remembered(("slug", slug), lambda: _in_sight(_BY_SLUG.first(slug=slug)))


def merchant_by_host(host: str) -> MerchantInSight | None:
    """Find a merchant by its own host name, without the port."""
    return _remembered(("host", host.lower()), lambda: _in_sight(_BY_HOST.first(host=host.lower())))


def merchant_by_id(merchant_id: int) -> MerchantInSight:
    """Give a merchant that a row of ours names."""
    found = _in_sight(_BY_ID.first(merchant_id=merchant_id))
    if found is None:
        raise Merchant.DoesNotExist(f"merchant {merchant_id}")
    return found


def all_merchant_ids() -> list[int]:
    """Name every merchant of the installation; for jobs that visit each."""
    return list(Merchant.objects.filter(Q(id__gt=0)).order_by("id").values_list("id", flat=True))


def _remembered(key: tuple[str, str], ask: Callable[[], MerchantInSight | None]) -> MerchantInSight | None:
    """Ask at most once in a few seconds. Only one that was found is remembered: strangers' names fill no memory."""
    seconds: int = settings.PAYDESK_MERCHANT_SECONDS
    until, known = _FOUND.get(key, (0.0, None))
    if known is not None and time.monotonic() < until:
        return known
    found = ask()
    if found is not None and seconds:
        _FOUND[key] = (time.monotonic() + seconds, found)
    return found


def _in_sight(row: _MerchantRow | None) -> MerchantInSight | None:
    if row is None:
        return None
    known = row._asdict()
    return MerchantInSight(
        **{name: value for name, value in known.items() if name not in _READ_FURTHER},
        logo=shown_logo(row.logo),
        clock_offset=timedelta(seconds=row.offset_seconds or 0),
        frame_origins=tuple(row.frame_origins),
        policies=policies_of(row.policies),
        portal_url=_portal_url(row),
    )


def _portal_url(row: _MerchantRow) -> str:
    """Build the address from what is configured, never from what a request says."""
    if row.host_name:
        base = urlsplit(settings.PAYDESK_URL)
        port = f":{base.port}" if base.port else ""
        return f"{base.scheme}://{row.host_name}{port}"
    return f"{settings.PAYDESK_URL}/m/{row.slug}"
