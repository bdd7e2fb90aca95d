"""Fill a demo once: accounts and history at the simulator, then the merchant's connections and the real import."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

from toolbox.demo import story
from toolbox.demo.agreements import PAUSED, PAUSED_DAYS, agreements_csv
from toolbox.demo.company import ask_company
from toolbox.demo.logo import draw_logo
from toolbox.demo.parts import PartEnded
from toolbox.demo.place import Place
from toolbox.demo.shipments import shipments_csv
from toolbox.environment import VENV

#: The gateway and the kind of account behind each connection.
CONNECTIONS = {story.MEMBERSHIPS: ("simulated-billing", "billing"), story.SHOP: ("simulated-vault", "vault")}

#: As the customer does it on the subscription's page.
_PAUSE = f"""
from datetime import timedelta
from paydesk.billing.arrangements.changes.pause_agreement import pause_agreement
from paydesk.billing.subscriptions.models import Subscription
from paydesk.kit import clock
from paydesk.merchants.find import merchant_by_slug
merchant = merchant_by_slug({story.SLUG!r})
agreed = Subscription.objects.get(merchant_id=merchant.id, reference={PAUSED!r})
pause_agreement(
    merchant=merchant,
    customer_id=agreed.customer_id,
    subscription_public_id=agreed.public_id,
    until=clock.local_date(merchant.business_now(), zone=merchant.time_zone) + timedelta(days={PAUSED_DAYS}),
    now=clock.wall_now(),
)
"""


def paydesk(place: Place, *words: str, given: str = "") -> str:
    """Run one `paydesk` command to its end and give what it printed."""
    ended = subprocess.run(
        [VENV / "bin" / "paydesk", *words],
        env=place.environment(),
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise PartEnded(f"paydesk {' '.join(words)} failed:\n{ended.stdout}{ended.stderr}")
    return ended.stdout


def seed(place: Place) -> None:
    """Make everything; the simulator runs already and the tables are there."""
    now = datetime.now(UTC).replace(microsecond=0)
    _say("Making a merchant")
    options = [word for pair in story.MERCHANT.items() for word in pair]
    paydesk(place, "merchant", story.SLUG, *options, *draw_logo(place.folder))
    made: dict[str, list[dict[str, Any]]] = {}
    for name, customers in ((story.MEMBERSHIPS, story.memberships(now)), (story.SHOP, story.shop(now))):
        _say(f"Telling two years of history to the company: {name}")
        _, kind = CONNECTIONS[name]
        account = ask_company(place, "accounts", kind=kind, name=f"Tidewater Ceramics, {name}")
        place.kept.accounts[name] = {part: account[part] for part in ("id", "api_key", "webhook_secret")}
        made[name] = ask_company(place, f"accounts/{account['id']}/seed", customers=customers)["customers"]
        connect(place, name)
        _say(f"Importing it: {name}")
        paydesk(place, "import", "--merchant", story.SLUG, "--connection", name)
    _say("Importing what Paydesk collects by itself")
    file = place.folder / "agreements.csv"
    file.write_text(agreements_csv(now))
    where = ("--merchant", story.SLUG, "--connection", story.SHOP)
    paydesk(place, "import", *where, "--agreements", str(file), "--past")
    paydesk(place, "shell", "--command", _PAUSE)
    _say("Importing what was sent")
    file = place.folder / "shipments.csv"
    file.write_text(shipments_csv(now, story.shop(now), made[story.SHOP]))
    paydesk(place, "import", "--merchant", story.SLUG, "--shipments", str(file))


def connect(place: Place, name: str) -> None:
    """Connect an account, or say where it is now, and tell the company where its webhooks go."""
    gateway, _ = CONNECTIONS[name]
    account = place.kept.accounts[name]
    words = ["connect", gateway, "--merchant", story.SLUG, "--name", name, "--base-url", place.simulator_url]
    secrets = {part: account[part] for part in ("api_key", "webhook_secret")}
    printed = paydesk(place, *words, "--credential-file", "-", given=json.dumps(secrets))
    address = re.search(r"webhooks to: (\S+)", printed)
    if address is None:
        raise PartEnded(f"paydesk connect named no address for webhooks:\n{printed}")
    ask_company(place, f"accounts/{account['id']}", webhook_url=address.group(1))


def _say(what: str) -> None:
    print(f"  {what} ...", file=sys.stderr, flush=True)
