"""Check what must always be true of the books, and say what is not. It changes nothing: the hourly job does."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from paydesk.config.management.named import named_merchant
from paydesk.config.truths.check import Broken, check_truths
from paydesk.config.truths.table import TRUTHS
from paydesk.kit import clock
from paydesk.merchants.find import all_merchant_ids, merchant_by_id


class Command(BaseCommand):
    help = "Check the truths of the books. Ends with 1 when one is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--merchant", default="", help="the merchant's short name; without it, all merchants"
        )
        parser.add_argument("--json", action="store_true", help="for a monitor")

    def handle(self, *, merchant: str, json: bool, **_: Any) -> None:
        named = [named_merchant(merchant)] if merchant else map(merchant_by_id, all_merchant_ids())
        found = {one.slug: check_truths(one, now=clock.wall_now()) for one in named}
        if json:
            self._write_json(found)
        else:
            self._write(found)
        if any(found.values()):
            sys.exit(1)

    def _write(self, found: dict[str, list[Broken]]) -> None:
        for slug, broken in found.items():
            if not broken:
                self.stdout.write(f"{slug}: all {len(TRUTHS)} truths hold.")
            for one in broken:
                self.stdout.write(f"{slug}: {one.truth.name} is broken. {one.truth.says}")
                for example in one.examples:
                    self.stdout.write(f"  {example}")

    def _write_json(self, found: dict[str, list[Broken]]) -> None:
        told = {
            slug: {one.truth.name: list(one.examples) for one in broken} for slug, broken in found.items()
        }
        self.stdout.write(json.dumps(told))
