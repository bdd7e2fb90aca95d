"""Run `paydesk reconcile` on a connected merchant, and change the company's or our side behind its back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from paydesk.billing.concerns.models import Concern
from paydesk.gateways.records import CollectibleRecord, Page
from paydesk.gateways.simulated.gateway import VaultGateway
from tests.connected import Connected


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How the command ended: its exit status, and what it said of the one connection."""

    status: int
    said: dict[str, Any]

    @property
    def kinds(self) -> list[str]:
        """Name what a person has to look at."""
        return sorted(one["kind"] for one in self.said["differences"])


def run_reconcile(scene: Connected, *options: str) -> Ended:
    """Run it, for a machine."""
    status, words = run_in_words(scene, "--json", *options)
    [said] = json.loads(words)
    return Ended(status=status, said=said)


def run_in_words(scene: Connected, *options: str) -> tuple[int, str]:
    """Run it, and give its exit status and what it wrote."""
    out = StringIO()
    try:
        call_command("reconcile", "--merchant", scene.merchant.slug, *options, stdout=out)
    except CommandError as ended:
        said = out.getvalue() if "--json" in options else f"{out.getvalue()}{ended}"
        return ended.returncode, said
    return 0, out.getvalue()


def outside_concerns(scene: Connected) -> list[Concern]:
    """List those that tell of a difference, open or not."""
    mine = Concern.objects.filter(merchant_id=scene.merchant.id, kind=Concern.Kind.OUTSIDE)
    return list(mine.order_by("id"))


@contextmanager
def listing(change: Callable[[CollectibleRecord], CollectibleRecord | None]) -> Iterator[None]:
    """Let the company list its bills otherwise than they are while the block runs; None: not at all."""
    lists = VaultGateway.list_history

    def changed(self: VaultGateway, customer_reference: str, *, cursor: str = "") -> Page[CollectibleRecord]:
        page = lists(self, customer_reference, cursor=cursor)
        return replace(page, records=[new for one in page.records if (new := change(one)) is not None])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VaultGateway, "list_history", changed)
        yield
