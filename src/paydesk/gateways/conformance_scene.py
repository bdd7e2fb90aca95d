"""What the exam asks of a gateway's author: a scene at the company that the exam can set, and look behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn, Protocol
from uuid import uuid4

from paydesk.gateways.contract import (
    Capability,
    ChargeQuery,
    ChargeRequest,
    Gateway,
    ObjectKind,
    ObjectReference,
    Settings,
)
from paydesk.gateways.method_setup import MethodSetup
from paydesk.gateways.records import Outcome, Verdict
from paydesk.kit.money import Money

#: What the exam charges, where the amount does not matter.
AMOUNT = Money(4900, "EUR")


class ExamFailed(AssertionError):
    """The gateway breaks the contract; the words say where, and why it matters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """A webhook as it comes in. Header names are lower case."""

    body: bytes
    headers: Mapping[str, str]


class ExamScene(Protocol):
    """One scene for one part: what a gateway's author provides. The references that it gives are the company's own.

    Whatever reads the company's books (`captured`, `refunded`) asks the company itself, never the gateway. What a test
    account cannot play is given as an empty text (or False), and is then not examined: an asking method, an arrear, a
    bill in parts, a bill of which a part was paid, a bank that asks when a method is entered. The rest is owed by every
    author.
    """

    gateway: Gateway
    settings: Settings  # what the gateway was made with

    def customer(self) -> str:
        """Make a customer with an e-mail address and a name."""

    def good_method(self, customer: str) -> str:
        """Save a method that pays, and that no bank asks about."""

    def declining_method(self, customer: str) -> str:
        """Save a method that is declined when it is charged."""

    def asking_method(self, customer: str) -> str:
        """Save a method whose bank asks the customer at each charge (3-D Secure); empty when there is none."""

    def owed(self, customer: str, amount: Money) -> str:
        """Make a collectible that the company failed to collect. Only asked where RETRY_COLLECTIBLE is offered."""

    def paid(self, customer: str, amount: Money) -> str:
        """Make a collectible that was paid by a charge, without the gateway."""

    def long_history(self) -> tuple[str, Collection[str]]:
        """Make a customer with more collectibles than fit on a page; gives the customer and all of them."""

    def subscription(self, customer: str, amount: Money) -> str:
        """Start a monthly, open-ended subscription whose first payment was made. Only asked where CANCEL_NOW is."""

    def arrear(self, subscription: str) -> str:
        """Let the next payment of a subscription fail on the method that pays it; gives the open collectible.

        Only asked where SET_SUBSCRIPTION_METHOD is offered.
        """

    def in_parts(self, customer: str) -> str:
        """Make a collectible of several lines, with whatever of discounts, taxes and balance the company knows."""

    def part_paid(self, amount: Money, part: Money) -> tuple[str, str]:
        """Make an open collectible of which a charge paid a part, without the gateway; gives its customer and it.

        Only asked where RETRY_COLLECTIBLE is offered.
        """

    def enter_method(self, setup: MethodSetup) -> None:
        """Do what a customer does on the company's page or in its fields: enter a good method."""

    def enter_asking_method(self, setup: MethodSetup) -> bool:
        """The same with a method whose bank asks the customer when it is entered; `answer_bank` answers it."""

    def answer_bank(self, waiting: str, *, confirm: bool) -> None:
        """Do what a customer does in the 3-D Secure step of a charge or a set-up.

        What no longer waits takes no notice.
        """

    def losing_answers(self) -> AbstractContextManager[None]:
        """While it is open, the company does what money-moving requests ask, and every answer is lost."""

    def captured(self, customer: str) -> Collection[Money]:
        """Read what the company took from a customer: each charge that succeeded, refunded or not."""

    def refunded(self, charge: str) -> int:
        """Read how many minor units of a charge the company gave back."""

    def unknown(self, kind: ObjectKind) -> str:
        """Give a reference that looks like the company's and names nothing."""

    def webhook(self, about: ObjectReference | None, *, signed_at: datetime, honest: bool = True) -> Webhook:
        """Sign a webhook about an object, or of a kind that the gateway cannot know.

        `honest=False` signs with another secret. A webhook about a charge of ours carries its tag.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One way to charge, with a customer of its own and a request that nobody has made yet."""

    scene: ExamScene
    way: str
    customer: str
    request: ChargeRequest
    taken_before: Counter[Money]

    def expect_taken(self, wanted: Collection[Money], when: str) -> None:
        """Fail the exam unless the company has taken just this from the customer since the case began."""
        taken = Counter(self.scene.captured(self.customer)) - self.taken_before
        words = f"{self.way}: {when}; the company took {_amounts(taken.elements())}, not {_amounts(wanted)}"
        expect(taken == Counter(wanted), words)


def cases(scene: ExamScene, method_of: Callable[[str], str]) -> Iterator[Case]:
    """Give a case for each way to charge that is offered; `method_of` saves the customer's method."""
    offered = scene.gateway.capabilities()
    for capability, way in _WAYS.items():
        if capability in offered:
            customer = scene.customer()
            collects = capability is Capability.RETRY_COLLECTIBLE
            request = ChargeRequest(
                key=new_key(),
                tag=new_key(),
                amount=AMOUNT,
                customer_reference=customer,
                collectible=scene.owed(customer, AMOUNT) if collects else "",
                method_reference=method_of(customer),
                description="Exam",
                return_url="https://merchant.example/back",
            )
            before = Counter(scene.captured(customer))
            yield Case(scene=scene, way=way, customer=customer, request=request, taken_before=before)


_WAYS = {
    Capability.CHARGE_OFF_SESSION: "a charge of our own",
    Capability.RETRY_COLLECTIBLE: "paying what the company collects",
}


def _amounts(amounts: Iterable[Money]) -> str:
    return " and ".join(map(str, amounts)) or "nothing"


def queries(
    scene: ExamScene, request: ChargeRequest, reference: str, asked_at: datetime
) -> list[ChargeQuery]:
    """List the ways to look a charge up: by its reference, and by its tag where the company can search."""
    by_reference = ChargeQuery(
        reference=reference, tag=request.tag, collectible=request.collectible, asked_at=asked_at
    )
    if Capability.FIND_BY_TAG not in scene.gateway.capabilities():
        return [by_reference]
    return [by_reference, ChargeQuery(tag=request.tag, collectible=request.collectible, asked_at=asked_at)]


def new_key() -> str:
    """Make a key or a tag that nobody has used."""
    return str(uuid4())


def expect(condition: bool, words: str) -> None:
    """Fail the exam unless the condition holds."""
    if not condition:
        fail(words)


def fail(words: str) -> NoReturn:
    """Fail the exam."""
    raise ExamFailed(words)


def refusal(
    kinds: type[Exception] | tuple[type[Exception], ...], act: Callable[[], object], words: str
) -> Exception:
    """Fail the exam unless the act raises one of the kinds; gives what it raised."""
    try:
        answer = act()
    except kinds as raised:
        return raised
    except Exception as other:  # noqa: BLE001  whatever else comes is the failure that we report
        fail(f"{words}, but it raised {other!r}")
    fail(f"{words}, but it answered {answer!r}")


def expect_success(outcome: Outcome, when: str, *, amount: Money = AMOUNT) -> None:
    """Fail the exam unless the outcome is a whole success."""
    expect(outcome.verdict is Verdict.SUCCEEDED, f"{when}: {outcome.verdict} instead of a success")
    expect(outcome.amount == amount, f"{when}: the amount is {outcome.amount}, not {amount}")
    expect(bool(outcome.reference), f"{when}: the money's own reference is missing")
    expect(outcome.decline is None, f"{when}: a success has no decline")


def expect_decline(outcome: Outcome, when: str) -> None:
    """Fail the exam unless the outcome is a no with a reason."""
    expect(outcome.verdict is Verdict.DECLINED, f"{when}: {outcome.verdict} instead of a decline")
    expect(outcome.decline is not None, f"{when}: a decline without a reason and advice")
