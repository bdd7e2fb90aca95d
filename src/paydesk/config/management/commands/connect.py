"""Connect a merchant's account at a payment company: `paydesk connect stripe --merchant SLUG --name "Stripe"`.

Credentials are asked for without an echo, read from a file, or taken from the environment; never from the command line,
where every other process of the machine can read them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from paydesk.config.management.named import named_merchant
from paydesk.gateways.contract import GatewayRefused, GatewayUnreachable
from paydesk.gateways.registry import GatewayMissing, find_gateway, installed_gateways
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight
from paydesk.merchants.open import (
    ConnectionRefused,
    ConnectionWanted,
    connection_uuid,
    open_connection,
    try_credentials,
)

_VARIABLE = "PAYDESK_CREDENTIAL_"


class Command(BaseCommand):
    help = "Connect an account at a payment company, or renew the credentials of a connection."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("gateway", help=f"one of: {', '.join(installed_gateways())}")
        parser.add_argument("--merchant", required=True, help="the merchant's short name")
        parser.add_argument(
            "--name", required=True, help="the merchant's word for this account; customers see it"
        )
        parser.add_argument(
            "--base-url", default="", help="where the company is, if not at its usual address"
        )
        parser.add_argument(
            "--option", action="append", default=[], metavar="NAME=VALUE", help="an option of the gateway"
        )
        parser.add_argument(
            "--credential-file", metavar="FILE", help="JSON of name and value; - reads standard input"
        )

    def handle(self, *, gateway: str, merchant: str, **options: Any) -> None:
        found = named_merchant(merchant)
        try:
            wanted = self._wanted(found, gateway, options)
            account = try_credentials(wanted, merchant=found)
            open_connection(wanted, merchant=found, now=clock.wall_now())
        except GatewayMissing as missing:
            raise CommandError(f"{missing} Installed are: {', '.join(installed_gateways())}.") from missing
        except ConnectionRefused as refused:
            raise CommandError(str(refused)) from refused
        except GatewayRefused as refused:
            raise CommandError(f"The company does not take these credentials: {refused}") from refused
        except GatewayUnreachable as silent:
            raise CommandError(f"The company gave no clear answer, so nothing was kept: {silent}") from silent
        self.stdout.write(f"Connected to {account!r} as {wanted.name!r}.")
        self.stdout.write(f"Next: paydesk import --merchant {found.slug} --connection {wanted.name!r}")

    def _wanted(self, merchant: MerchantInSight, gateway: str, options: dict[str, Any]) -> ConnectionWanted:
        """Say the webhook's address before asking: the company shows its signing secret in exchange for it."""
        kind = find_gateway(gateway)
        uuid = connection_uuid(merchant_id=merchant.id, gateway=gateway, name=options["name"])
        address = merchant.portal_url + reverse("webhook", args=[uuid])
        self.stdout.write(f"Let {kind.TITLE} send its webhooks to: {address}")
        self.stdout.flush()
        return ConnectionWanted(
            uuid=uuid,
            gateway=gateway,
            name=options["name"],
            base_url=options["base_url"],
            options=_pairs(options["option"], kind.OPTIONS),
            credentials=_credentials(kind.CREDENTIALS, options["credential_file"]),
        )


def _pairs(words: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    pairs = dict(word.split("=", 1) for word in words if "=" in word)
    if len(pairs) != len(words) or not set(pairs) <= set(known):
        raise CommandError(f"An option is NAME=VALUE, and NAME is one of: {', '.join(known) or 'none'}.")
    return pairs


def _credentials(names: Sequence[str], file: str | None) -> dict[str, str]:
    given = _from_file(file) if file else {}
    return {name: given.get(name) or os.environ.get(_VARIABLE + name.upper()) or _ask(name) for name in names}


def _from_file(file: str) -> dict[str, str]:
    try:
        found = json.loads(sys.stdin.read() if file == "-" else Path(file).read_text())
    except (OSError, ValueError) as trouble:
        raise CommandError(f"{file} cannot be read as JSON: {trouble}") from trouble
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise CommandError(f"{file} must hold one JSON object of texts.")
    return found


def _ask(name: str) -> str:
    """Without a terminal nobody can answer, and what is missing is refused by name."""
    return getpass(f"{name}: ").strip() if sys.stdin.isatty() else ""
