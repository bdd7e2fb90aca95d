"""What a company tells, as flows: of a charge whose answer was lost, of a refund, of a dispute, in any order."""

from __future__ import annotations

import io
import random
from typing import Any

from paydesk.billing.ledger.models import LedgerEntry
from paydesk.billing.payments.models import Payment, Refund
from paydesk.config.wsgi import application
from tests.drills.money.flows.flow import Flow, Stage, ends
from tests.drills.money.work import work_until_idle

TAKEN = 204
#: What is the same in each request.
_REQUEST: dict[str, Any] = {
    "REQUEST_METHOD": "POST",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "8000",
    "HTTP_HOST": "127.0.0.1:8000",
    "REMOTE_ADDR": "127.0.0.1",
    "CONTENT_TYPE": "application/json",
    "wsgi.errors": io.StringIO(),
    "wsgi.url_scheme": "http",
    "wsgi.version": (1, 0),
    "wsgi.multithread": False,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}


class NotTaken(AssertionError):
    """The door did not take a webhook that it had to take."""


def hear(stage: Stage) -> None:
    """Let all webhooks of the company so far come in by the door, then work off what they say."""
    deliver(stage)
    work_until_idle()


def deliver(stage: Stage, *, shuffle: float | None = None) -> None:
    """Post them all, each with a signature of this moment: the company repeats what got no answer.

    `shuffle`: a number that gives them another order, and some of them twice.
    """
    scene, ahead = stage.scene, stage.lane.clock.ahead().total_seconds()
    bodies = [body for body, _ in scene.webhooks()]
    if shuffle is not None:
        chance = random.Random(shuffle)  # noqa: S311
        bodies = chance.sample(bodies, len(bodies)) + chance.choices(bodies, k=2)
    for body in bodies:
        status = post(webhook_path(stage), body, scene.account.signed(body, age=-ahead))
        if status != TAKEN:
            raise NotTaken(f"the door said {status}")


def webhook_path(stage: Stage) -> str:
    """Give the address that the company knows."""
    return f"/m/{stage.scene.merchant.slug}/hooks/{stage.scene.connection.uuid}"


def post(path: str, body: bytes, headers: dict[str, str]) -> int:
    """Call the web application as a server does, and give the status that it answers."""
    said: list[str] = []

    def start_response(status: str, _headers: Any, _trouble: Any = None) -> Any:
        said.append(status)

    given = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    asked = {"PATH_INFO": path, "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
    answer: Any = application(_REQUEST | asked | given, start_response)
    for _ in answer:
        pass
    answer.close()
    return int(said[0].split()[0])


def _start_and_lose_the_answer(stage: Stage) -> None:
    stage.scene.start()
    stage.scene.account.fault("lost_after", operation="charge.confirm")
    work_until_idle()


def _pay_and_refund_there(stage: Stage) -> None:
    """Somebody of the merchant refunds a part, at the company's own pages."""
    stage.scene.start()
    work_until_idle()
    [charge] = stage.scene.account.charges()
    stage.scene.account.api("/refunds", key="refund", charge=charge["id"], amount_minor=1200)


def _pay_and_dispute(stage: Stage) -> None:
    stage.scene.start()
    work_until_idle()
    [charge] = stage.scene.account.charges()
    dispute = stage.scene.account.control("/disputes", charge=charge["id"], amount_minor=3000)
    stage.scene.account.control(f"/disputes/{dispute['id']}", won=True)


def _refunded(stage: Stage) -> list[str]:
    refunds = list(
        Refund.objects.filter(merchant_id=stage.scene.merchant.id).values_list("state", "amount_minor")
    )
    wrong = [] if refunds == [("succeeded", 1200)] else [f"the refunds are {refunds}"]
    kept = Payment.objects.filter(merchant_id=stage.scene.merchant.id, refunded_minor=1200).count()
    return [
        *ends("paid", "scheduled", minor=(3000,))(stage),
        *wrong,
        *([] if kept == 1 else ["no refund kept"]),
    ]


def _disputed(stage: Stage) -> list[str]:
    entries = LedgerEntry.objects.filter(merchant_id=stage.scene.merchant.id).order_by("id")
    kinds = sorted(entries.values_list("kind", flat=True))
    wrong = [] if kinds == ["charge", "dispute", "reversal"] else [f"the entries are {kinds}"]
    return [*ends("paid", "scheduled", minor=(3000,))(stage), *wrong]


WEBHOOKS = [
    Flow(
        name="webhook",
        prepare=_start_and_lose_the_answer,
        act=hear,
        come_back=deliver,
        expect=ends("paid", "scheduled", minor=(3000,)),
    ),
    Flow(name="refund", prepare=_pay_and_refund_there, act=hear, come_back=deliver, expect=_refunded),
    Flow(name="dispute", prepare=_pay_and_dispute, act=hear, come_back=deliver, expect=_disputed),
]
