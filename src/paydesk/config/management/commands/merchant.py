"""Add a merchant, or change one: `paydesk merchant SLUG --name ... --logo FILE`; what is not given stays.

`paydesk merchant apply FILE` makes one what a file says, and `paydesk merchant export SLUG FILE` writes such a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from paydesk.config.management.merchant_file import apply_file, export_file
from paydesk.config.management.said_cancels import said_cancels
from paydesk.kit import clock
from paydesk.merchants.add import VERBS, MerchantRefused, MerchantWanted, add_merchant
from paydesk.merchants.change import change_merchant
from paydesk.merchants.find import MerchantInSight, merchant_by_id, merchant_by_slug
from paydesk.merchants.logos.keep import drop_logo, keep_logo
from paydesk.merchants.logos.picture import LogoRefused, ReadPicture
from paydesk.merchants.logos.read import file_of_logo, read_logo
from paydesk.merchants.mended import colors_said
from paydesk.merchants.policies import PolicyRefused, check_policies, policies_said, set_policies

#: The option, the column that it sets, and what it means.
_FACTS = {
    "name": ("name", "as customers know it"),
    "mode": ("mode", "test or live; it stays as it was when the merchant was added"),
    "support-email": ("support_email", "where customers can write to"),
    "support-phone": ("support_phone", "where customers can call, such as '+351 21 555 0100'; '' for none"),
    "support-url": ("support_url", "the https address of a page that helps customers; '' for none"),
    "time-zone": ("time_zone", "such as Europe/Berlin; what is due on a day is due there"),
    "language": ("language", "of letters and pages, unless the customer prefers another"),
    "host-name": ("host_name", "its own host name, such as pay.example.com; '' for none"),
    "accent": ("accent_color", "the colour of buttons and links, as #rrggbb; mended where it cannot be read"),
}
_NEEDED = ("name", "support-email", "mode")


class Command(BaseCommand):
    help = (
        "Add a merchant to this installation, or change one. `apply FILE` makes it what a settings file says, and shows"
        " the difference first; `export SLUG FILE` writes such a file (docs/merchant-settings.md)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="short name, as in /m/SLUG/; or the verb apply or export")
        parser.add_argument("rest", nargs="*", help="after apply a FILE, after export a SLUG and a FILE")
        parser.add_argument("--yes", action="store_true", dest="is_agreed", help="with apply: do not ask")
        parser.add_argument(
            "--dry-run", action="store_true", dest="is_dry_run", help="with apply: only show the difference"
        )
        for option, (column, meaning) in _FACTS.items():
            parser.add_argument(f"--{option}", dest=column, help=meaning)
        parser.add_argument("--logo", metavar="FILE", help="PNG, JPEG or SVG, wide or square")
        parser.add_argument("--logo-dark", metavar="FILE", help="the same for dark pages; goes with --logo")
        parser.add_argument("--no-logo", action="store_true", help="show the name instead of a logo")
        parser.add_argument(
            "--policy",
            metavar="NAME=VALUE",
            action="append",
            default=[],
            help="what customers may do with what is still to come, as move_days=7 or pay_off=no; can be given again",
        )

        parser.add_argument(
            "--cancels",
            action="store_true",
            help="list why customers cancelled, the newest first, and what they chose where something was offered",
        )

    def handle(self, *, slug: str, rest: Sequence[str], **options: Any) -> None:
        match [slug, *rest]:
            case ["apply", file]:
                agreed = {name: options[name] for name in ("is_agreed", "is_dry_run")}
                merchant = apply_file(file, out=self.stdout, **agreed)
                if merchant:
                    self._say_where(merchant)
            case ["export", of, file]:
                export_file(of, file, out=self.stdout)
            case [_] if slug not in VERBS:
                self._change(slug, options)
            case _:
                raise CommandError(
                    "It is `merchant SLUG ...`, `merchant apply FILE` or `merchant export SLUG FILE`."
                )

    def _change(self, slug: str, options: Mapping[str, Any]) -> None:
        given = {column: options[column] for column, _ in _FACTS.values() if options[column] is not None}
        if "host_name" in given:
            given["host_name"] = given["host_name"] or None
        if "accent_color" in given:
            given["accent_color"] = given["accent_color"].lower()
        try:
            # Before anything is written: a refused logo changes nothing.
            pictures = _pictures(options["logo"], options["logo_dark"], is_without=options["no_logo"])
            policies = _pairs(options["policy"])
            check_policies(policies)
            merchant = self._merchant(slug, given)
        except (MerchantRefused, LogoRefused, PolicyRefused) as refused:
            raise CommandError(str(refused)) from refused
        self._logo(merchant, pictures, is_without=options["no_logo"])
        self._policies(merchant, policies)
        self._say_where(merchant)
        if options["cancels"]:
            self.stdout.write("\n".join(said_cancels(merchant)))

    def _say_where(self, merchant: MerchantInSight) -> None:
        self.stdout.write(f"{merchant.name} has its portal at {merchant.portal_url}/")

    def _merchant(self, slug: str, given: dict[str, Any]) -> MerchantInSight:
        known = merchant_by_slug(slug)
        if known is None:
            merchant = self._add(slug, given)
            self._say_colors(given.get("accent_color", ""))
            return merchant
        changes = change_merchant(merchant_id=known.id, given=given)
        for change in changes:
            words = change.name.replace("_", " ")
            self.stdout.write(f"{words}: {change.before or 'none'} -> {change.after or 'none'}")
            if change.name == "accent_color":
                self._say_colors(str(change.after))
        if given and not changes:
            self.stdout.write("Nothing was changed: it is so already.")
        return merchant_by_id(known.id)

    def _add(self, slug: str, given: dict[str, Any]) -> MerchantInSight:
        missing = [option for option in _NEEDED if not given.get(_FACTS[option][0])]
        if missing:
            raise MerchantRefused(
                f"There is no merchant {slug!r}. To add it, give {', '.join(f'--{one}' for one in missing)} as well."
            )
        return merchant_by_id(add_merchant(MerchantWanted(slug=slug, **given), now=clock.wall_now()).id)

    def _policies(self, merchant: MerchantInSight, given: Mapping[str, str]) -> None:
        policies = set_policies(merchant_id=merchant.id, given=given) if given else merchant.policies
        self.stdout.write(f"What customers may do: {policies_said(policies)}")

    def _say_colors(self, color: str) -> None:
        for sentence in colors_said(color) if color else []:
            self.stdout.write(f"  {sentence}")

    def _logo(self, merchant: MerchantInSight, pictures: list[ReadPicture], *, is_without: bool) -> None:
        if is_without:
            drop_logo(merchant_id=merchant.id)
            self.stdout.write("logo: none")
        if not pictures:
            return
        light, dark = pictures[0], pictures[1] if len(pictures) > 1 else None
        facts = keep_logo(merchant_id=merchant.id, light=light, dark=dark, now=clock.wall_now())
        self.stdout.write(f"logo: {_said(light)}" + (f"; on dark pages {_said(dark)}" if dark else ""))
        if facts["light"]["has_plate"]:
            self.stdout.write("  Its own colours would vanish on white: there it stands on a dark plate.")
        if facts["dark"]["has_plate"]:
            self.stdout.write(
                "  Its own colours would vanish on dark pages: there it stands on a white plate."
            )
            if dark is None:
                self.stdout.write("  With --logo-dark FILE you can give it colours for them.")


def _pictures(logo: str | None, logo_dark: str | None, *, is_without: bool) -> list[ReadPicture]:
    """Read the files: the logo, then its dark variant; raises LogoRefused with the name of the file."""
    if is_without and (logo or logo_dark):
        raise LogoRefused("A logo and --no-logo exclude each other.")
    if logo_dark and not logo:
        raise LogoRefused("--logo-dark goes with --logo: give both files.")
    return [_read(file) for file in (logo, logo_dark) if file]


def _pairs(words: Sequence[str]) -> dict[str, str]:
    """Cut NAME=VALUE in two; without a value it is refused where it is read."""
    return {name: value for name, _, value in (word.partition("=") for word in words)}


def _read(file: str) -> ReadPicture:
    try:
        return read_logo(file_of_logo(Path(file)))
    except (OSError, LogoRefused) as trouble:
        raise LogoRefused(f"{file}: {trouble}") from trouble


def _said(picture: ReadPicture) -> str:
    kind = picture.media_type.removeprefix("image/").removesuffix("+xml").upper()
    return f"{kind}, {picture.width} × {picture.height}, {len(picture.content) / 1024:.1f} KiB"
