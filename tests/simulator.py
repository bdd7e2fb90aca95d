"""Start the simulated payment company as a process of its own, and steer it through its control API."""

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from paydesk.gateways.contract import Settings
from paydesk_simulator.webhooks import SIGNATURE_HEADER, sign
from tests.processes import Running, running_server

CONTROL_TOKEN = "control-token-of-the-tests"

Json = dict[str, Any]


class ControlRefused(AssertionError):
    """The control API said no; the message is its answer."""


@dataclass(frozen=True, kw_only=True)
class SimulatedAccount:
    """One account at the company, and everything that a test may do to it. Amounts are minor units."""

    simulator: "Simulator"
    id: str
    kind: str
    api_key: str
    webhook_secret: str

    @property
    def credentials(self) -> dict[str, str]:
        """Give what a connection needs."""
        return {"api_key": self.api_key, "webhook_secret": self.webhook_secret}

    def settings(self, **options: str) -> Settings:
        """Give what a gateway is made with."""
        return Settings(
            base_url=self.simulator.url,
            credentials=self.credentials,
            options=options,
            now=lambda: datetime.now(UTC),
            timeout=timedelta(seconds=10),
        )

    def control(self, path: str = "", /, **fields: object) -> Json:
        """Call any address of the control API below this account."""
        return self.simulator.control(f"accounts/{self.id}{path}", **fields)

    def read(self, path: str) -> list[Json]:
        """Read the rows of any listing of the control API below this account."""
        return self.simulator.read(f"accounts/{self.id}{path}")

    def api(self, path: str, *, key: str = "", **fields: object) -> Json:
        """Call the company's own API as its merchant; with a key it is a POST."""
        method = "POST" if key else "GET"
        return self.simulator.call(f"/v1{path}", token=self.api_key, method=method, key=key, fields=fields)

    def seed(self, *customers: Mapping[str, object]) -> list[Json]:
        """Make customers with their history; gives their ids in the same order."""
        made: list[Json] = self.control("/seed", customers=list(customers))["customers"]
        return made

    def seed_many(self, *, customers: int, bills_each: int) -> Json:
        """Make a crowd at once; gives `customers`, `payments` and `paid_minor`, what they paid together."""
        return self.control("/seed-many", customers=customers, bills_each=bills_each)

    def customer(self, *, email: str = "ada@example.com", name: str = "Ada") -> str:
        """Make one customer; gives the reference."""
        return str(self.seed({"email": email, "name": name})[0]["id"])

    def method(self, customer: str, card: str = "good", **fields: object) -> str:
        """Save a test card; gives the reference."""
        return str(self.control("/methods", customer=customer, card=card, **fields)["id"])

    def bill(self, customer: str, *, minor: int = 4900, currency: str = "EUR", **fields: object) -> Json:
        """Make a bill and, unless `collect=False`, let the company try it at once."""
        return self.control("/bills", customer=customer, amount_minor=minor, currency=currency, **fields)

    def subscription(
        self, customer: str, *, minor: int = 1900, currency: str = "EUR", **fields: object
    ) -> Json:
        """Start a subscription; its first bill is collected at once."""
        return self.control(
            "/subscriptions", customer=customer, amount_minor=minor, currency=currency, **fields
        )

    def enter_card(self, setup: str, card: str = "good") -> Json:
        """Do what a customer does on the hosted page."""
        return self.control(f"/setups/{setup}/card", card=card)

    def answer_bank(self, reference: str, *, confirm: bool = True) -> Json:
        """Do what a customer does in the 3-D Secure step of a set-up or a charge."""
        return self.control(f"/bank/{reference}", confirm=confirm)

    def advance(self, **period: float) -> Json:
        """Put the account's clock forward; what falls due on the way happens."""
        return self.control("/clock", advance_seconds=int(timedelta(**period).total_seconds()))

    def fault(self, kind: str, *, operation: str = "*", times: int = 1, milliseconds: int = 0) -> None:
        """Order one of `paydesk_simulator.drills.faults.KINDS`; docs/simulator.md says what each does."""
        self.control("/faults", kind=kind, operation=operation, times=times, milliseconds=milliseconds)

    def no_faults(self) -> None:
        """Let everything work again."""
        self.simulator.forget(f"accounts/{self.id}/faults")

    def forget_keys(self) -> int:
        """Let every idempotency key mean nothing any more; gives how many there were."""
        return int(self.control("/keys/forget")["forgotten"])

    def limit_calls(self, a_second: int) -> None:
        """Refuse with 429 what is more than this in any second; 0 lifts the limit."""
        self.control(calls_a_second=a_second)

    def answer_after(self, *, milliseconds: int) -> None:
        """Let each call of the API take so much longer from now on."""
        self.control(latency_milliseconds=milliseconds)

    def calls(self) -> Json:
        """Give how often the API was called: `calls`, `refused`, `most_in_a_second`, and a row for each second."""
        return self.simulator.call(f"/control/accounts/{self.id}/calls", token=CONTROL_TOKEN)

    def forget_calls(self) -> None:
        """Begin to count calls anew."""
        self.simulator.forget(f"accounts/{self.id}/calls")

    def send_webhooks_to(self, url: str) -> None:
        """Deliver webhooks to an address from now on."""
        self.control(webhook_url=url)

    def charges(self) -> list[Json]:
        """Give every charge with its tag and key, also those that were only prepared, oldest first."""
        return self.read("/charges")

    def journal(self) -> list[Json]:
        """Give every movement of money, oldest first."""
        return self.read("/journal?limit=1000000")

    def events(self) -> list[Json]:
        """Give every event, oldest first; `body` is what is delivered."""
        return self.read("/events")

    def deliveries(self) -> list[Json]:
        """Give every delivery with its status, oldest first."""
        return self.read("/deliveries")

    def signed(self, body: bytes, *, secret: str = "", age: float = 0) -> dict[str, str]:
        """Give the headers of a webhook that was signed `age` seconds ago."""
        timestamp = int(datetime.now(UTC).timestamp() - age)
        header = sign(body, secret=secret or self.webhook_secret, timestamp=timestamp)
        return {SIGNATURE_HEADER.lower(): header}


@dataclass(frozen=True, kw_only=True)
class Simulator:
    """The running company."""

    server: Running

    @property
    def url(self) -> str:
        """Give its address, without a slash at the end."""
        return self.server.url

    def account(self, kind: str = "billing", **fields: object) -> SimulatedAccount:
        """Open an account of its own for a test."""
        made = self.control("accounts", kind=kind, **fields)
        return SimulatedAccount(
            simulator=self,
            id=made["id"],
            kind=kind,
            api_key=made["api_key"],
            webhook_secret=made["webhook_secret"],
        )

    def control(self, path: str, /, **fields: object) -> Json:
        """Call the control API."""
        return self.call(f"/control/{path}", token=CONTROL_TOKEN, method="POST", fields=fields)

    def read(self, path: str) -> list[Json]:
        """Read the rows of a listing of the control API."""
        rows: list[Json] = self.call(f"/control/{path}", token=CONTROL_TOKEN)["rows"]
        return rows

    def forget(self, path: str) -> None:
        """Let the control API forget something."""
        self.call(f"/control/{path}", token=CONTROL_TOKEN, method="DELETE")

    def journal(self) -> list[Json]:
        """Give every movement of money of all accounts, oldest first."""
        return self.read("journal?limit=1000000")

    def call(
        self,
        path: str,
        *,
        token: str,
        method: str = "GET",
        key: str = "",
        fields: Mapping[str, object] | None = None,
    ) -> Json:
        """Call the server; a clear no is a ControlRefused."""
        body = json.dumps(fields or {}).encode() if method == "POST" else None
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        try:
            with urlopen(Request(self.url + path, data=body, headers=headers, method=method)) as answer:
                found: Json = json.load(answer)
                return found
        except HTTPError as refused:
            raise ControlRefused(f"{method} {path}: {refused.read().decode()}") from refused


@contextmanager
def start_simulator(*, database: Path | None = None, key_memory: int | None = None) -> Iterator[Simulator]:
    """Run the company while the block runs; with a database of its own unless one is given."""
    with tempfile.TemporaryDirectory(prefix="paydesk-simulator-") as folder:
        file = database or Path(folder) / "simulator.sqlite3"
        command: list[str | Path] = [sys.executable, "-m", "paydesk_simulator", "serve", "--port", "{port}"]
        command += ["--database", file, "--control-token", CONTROL_TOKEN]
        command += ["--key-memory", str(key_memory)] if key_memory else []
        with running_server(command, ready_path="/health") as server:
            yield Simulator(server=server)
