"""Show an address so that its owner knows it and a stranger does not learn it."""

from __future__ import annotations

_HIDDEN = "•••"


def masked(address: str) -> str:
    """Write a••••@e•••.com: enough to see that it is not one's own (T10)."""
    local, _, domain = address.rpartition("@")
    name, _, ending = domain.rpartition(".")
    return f"{local[:1]}{_HIDDEN}@{name[:1]}{_HIDDEN}.{ending}"
