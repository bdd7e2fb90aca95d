"""Find the address that a request comes from; a forwarded one counts only as far as our own proxies wrote it."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Give the client's IP address.

    Each proxy of ours appends whom it saw, so with N of them the Nth entry from the right was written by the outermost
    one. What stands left of it is the client's own invention, and so is all of it when PAYDESK_PROXY_COUNT is 0.
    """
    peer: str = request.META.get("REMOTE_ADDR", "")
    forwarded = [
        entry.strip() for entry in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if entry.strip()
    ]
    count: int = settings.PAYDESK_PROXY_COUNT
    if count < 1 or len(forwarded) < count:
        return peer
    return forwarded[-count] if _parsed(forwarded[-count]) else peer


def network_of(address: str) -> str:
    """Give what one subscriber has: an IPv4 address, or the first 64 bits of an IPv6 address."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed or address)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None
