"""How a customer enters a new method at a payment company: what is asked, what our page shows, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from paydesk.gateways.records import MethodRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class MethodSetupRequest:
    """Let the customer enter a new method at the company. They come back to `return_url`."""

    key: str
    customer_reference: str
    return_url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HostedFields:
    """Fields of the company inside our page: its script, our module that drives it, and what the module needs.

    `module` is a static file in the gateway's own folder. The page allows the named origins and nothing else.
    """

    script_url: str
    module: str
    values: Mapping[str, str]
    script_origins: Sequence[str]
    frame_origins: Sequence[str] = ()
    connect_origins: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MethodSetup:
    """A set-up that has begun: either a page of the company to go to, or fields to show."""

    reference: str
    page_url: str = ""
    fields: HostedFields | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FinishedSetup:
    """How a set-up stands: `method` when it is done, `refusal` (for the customer) when a try failed, else open."""

    method: MethodRecord | None = None
    refusal: str = ""
    can_try_again: bool = False  # the set-up takes another card; without it, a failed try ends it
