"""Let a company say no, or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from paydesk.gateways.contract import GatewayRefused, GatewayUnreachable
from paydesk.gateways.simulated.gateway import BillingGateway, VaultGateway


def refuse(monkeypatch: pytest.MonkeyPatch, *verbs: str) -> None:
    """Let the old company say no to these."""

    def no(*_: object, **__: object) -> Any:
        raise GatewayRefused("not now")

    for verb in verbs:
        monkeypatch.setattr(BillingGateway, verb, no)


def silence(monkeypatch: pytest.MonkeyPatch, company: type[VaultGateway], *verbs: str) -> None:
    """Let a company not answer these."""

    def nothing(*_: object, **__: object) -> Any:
        raise GatewayUnreachable("no answer")

    for verb in verbs:
        monkeypatch.setattr(company, verb, nothing)
