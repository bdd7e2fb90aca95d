"""Say why charging waits. Until there are holds, it never does."""

from __future__ import annotations


def held_because(*, merchant_id: int, connection_id: int) -> str:
    return ""
