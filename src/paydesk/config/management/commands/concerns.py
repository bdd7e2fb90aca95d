"""List the doubts about money that a person has to look at, or close one that was looked at."""

from __future__ import annotations

import json
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError, CommandParser

from paydesk.billing.concerns.look import all_concerns, open_concerns
from paydesk.billing.concerns.models import Concern
from paydesk.billing.concerns.resolve import ResolveRefused, resolve_concern
from paydesk.billing.concerns.words import FACT_NAMES, WORDS, amount_of, other_facts
from paydesk.config.management.named import named_merchant, named_user
from paydesk.kit import clock
from paydesk.merchants.find import MerchantInSight, all_merchant_ids, merchant_by_id

_Listed = list[tuple[MerchantInSight, Concern]]


class Command(BaseCommand):
    help = (
        "List doubts about money that wait for a person, the oldest first; with --resolve, close one with a note of"
        " what was found."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--merchant", default="", help="the merchant's short name; without it: every one")
        parser.add_argument(
            "--all", action="store_true", dest="is_all", help="those that are resolved as well"
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="a list of JSON objects")
        parser.add_argument("--resolve", metavar="ID", default="", help="close this concern of --merchant")
        parser.add_argument("--note", default="", help="what you found and did, with --resolve")

    def handle(
        self, *, merchant: str, is_all: bool, as_json: bool, resolve: str, note: str, **_: object
    ) -> None:
        if resolve:
            self._resolve(merchant, resolve, note)
            return
        if note:
            raise CommandError("--note goes with --resolve ID.")
        listed = _listed(merchant, is_all=is_all)
        if as_json:
            self.stdout.write(json.dumps([_in_json(shop, concern) for shop, concern in listed]))
        else:
            self._show(listed)

    def _resolve(self, slug: str, public_id: str, note: str) -> None:
        if not slug:
            raise CommandError("Say whose concern it is: --merchant SLUG.")
        try:
            closed = resolve_concern(
                merchant_id=named_merchant(slug).id,
                public_id=public_id,
                resolved_by=named_user(),
                note=note,
                now=clock.wall_now(),
            )
        except ResolveRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"Closed: {_title(closed)}")

    def _show(self, listed: _Listed) -> None:
        if not listed:
            self.stdout.write("Nothing waits for a person.")
            return
        for merchant, concern in listed:
            self.stdout.write(f"{concern.public_id}  {merchant.slug}  {_title(concern)}")
            self.stdout.write(f"    since {_utc(concern.opened_at)}{_facts(concern)}")
            if concern.resolved_at is not None:
                self.stdout.write(
                    f"    closed {_utc(concern.resolved_at)} by {concern.resolved_by}: {concern.note}"
                )
        for kind in dict.fromkeys(concern.kind for _, concern in listed if concern.resolved_at is None):
            words = WORDS[kind]
            self.stdout.write(f"\n{words.title}.\n  {words.meaning}\n  {words.to_do}")
        self.stdout.write(
            '\nLooked at one? paydesk concerns --merchant SLUG --resolve ID --note "what you found"'
        )


def _listed(slug: str, *, is_all: bool) -> _Listed:
    merchants = [named_merchant(slug)] if slug else [merchant_by_id(one) for one in all_merchant_ids()]
    read = all_concerns if is_all else open_concerns
    listed = [(merchant, concern) for merchant in merchants for concern in read(merchant.id)]
    return sorted(listed, key=lambda one: (one[1].opened_at, one[1].id))


def _title(concern: Concern) -> str:
    title, amount = WORDS[concern.kind].title, amount_of(concern.facts)
    return f"{title}: {amount}" if amount else title


def _facts(concern: Concern) -> str:
    return "".join(
        f"; {FACT_NAMES.get(name, name).lower()} {value}"
        for name, value in other_facts(concern.facts).items()
    )


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _in_json(merchant: MerchantInSight, concern: Concern) -> dict[str, object]:
    return {
        "id": concern.public_id,
        "merchant": merchant.slug,
        "kind": concern.kind,
        "subject": concern.subject,
        "title": _title(concern),
        "facts": concern.facts,
        "opened_at": concern.opened_at.isoformat(),
        "resolved_at": concern.resolved_at.isoformat() if concern.resolved_at else None,
        "resolved_by": concern.resolved_by,
        "note": concern.note,
    }
