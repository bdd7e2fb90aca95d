"""Add a merchant: `paydesk merchant add SLUG ...`."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser

from paydesk.kit import clock
from paydesk.merchants.add import MerchantRefused, MerchantWanted, add_merchant
from paydesk.merchants.find import merchant_by_id


class Command(BaseCommand):
    help = "Add a merchant to this installation."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        add = acts.add_parser("add", help="add a merchant")
        add.add_argument("slug", help="short name, as in /m/SLUG/")
        add.add_argument("--name", required=True, help="as customers know it")
        add.add_argument("--support-email", required=True, help="where customers can write to")
        add.add_argument("--mode", required=True, choices=["test", "live"])
        add.add_argument(
            "--time-zone", default="UTC", help="such as Europe/Berlin; what is due on a day is due there"
        )
        add.add_argument(
            "--language", default="en", help="of letters and pages, unless the customer prefers another"
        )
        add.add_argument("--host-name", default=None, help="its own host name, such as pay.example.com")
        add.add_argument("--accent", default="#3d5afe", help="the colour of buttons, as #rrggbb")

    def handle(self, **options: str) -> None:
        wanted = MerchantWanted(
            slug=options["slug"],
            name=options["name"],
            support_email=options["support_email"],
            mode=options["mode"],
            time_zone=options["time_zone"],
            language=options["language"],
            host_name=options["host_name"],
            accent_color=options["accent"],
        )
        try:
            merchant = add_merchant(wanted, now=clock.wall_now())
        except MerchantRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{merchant.name} has its portal at {merchant_by_id(merchant.id).portal_url}/")
