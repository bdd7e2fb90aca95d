"""The exam that every gateway must pass, ours and other people's.

A gateway's author writes an `ExamScene` against the company's test account (or a double of it), and runs every part
that `parts_for` gives, each on a scene of its own. A part that fails raises `ExamFailed`, which says what happened and
why it matters. The exam needs no test runner: a part is a plain function.

    @pytest.mark.parametrize("part", parts_for(MyGateway), ids=str)
    def test_the_exam(part: Part, scene: MyScene) -> None:
        part.examine(scene)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from paydesk.gateways import conformance_customers as customers
from paydesk.gateways import conformance_money as money
from paydesk.gateways import conformance_network as network
from paydesk.gateways import conformance_reading as reading
from paydesk.gateways import conformance_refunds as refunds
from paydesk.gateways import conformance_settings as settings
from paydesk.gateways import conformance_webhooks as webhooks
from paydesk.gateways.conformance_scene import ExamFailed, ExamScene
from paydesk.gateways.contract import Capability, Gateway, Settings

__all__ = ["ExamFailed", "ExamScene", "Part", "parts_for", "sit_exam"]


@dataclass(frozen=True)
class Part:
    """One thing to examine. It concerns a gateway that offers at least one of `needs`, or any when that is empty."""

    examine: Callable[[ExamScene], None]
    needs: frozenset[Capability] = frozenset()

    def __str__(self) -> str:
        return self.examine.__name__


_CHARGING = frozenset({Capability.CHARGE_OFF_SESSION, Capability.RETRY_COLLECTIBLE})

_CHOOSING = frozenset({Capability.SET_SUBSCRIPTION_METHOD})

PARTS: Sequence[Part] = [
    Part(settings.it_says_what_it_is_and_what_it_needs),
    Part(settings.the_base_url_is_obeyed),
    Part(settings.wrong_credentials_are_noticed),
    Part(settings.what_is_missing_raises_not_offered),
    Part(settings.asking_for_capabilities_asks_no_network),
    Part(settings.transcripts_are_scrubbed),
    *(Part(examine, _CHARGING) for examine in money.PARTS),
    Part(money.what_was_paid_in_part_is_asked_for_no_more, frozenset({Capability.RETRY_COLLECTIBLE})),
    *(Part(examine, _CHARGING) for examine in network.PARTS),
    *(Part(examine, frozenset({Capability.REFUND})) for examine in refunds.PARTS),
    *(Part(examine) for examine in reading.PARTS),
    *(Part(examine, frozenset({Capability.LIST_CUSTOMERS})) for examine in reading.CUSTOMER_PARTS),
    Part(customers.a_repeated_key_makes_one_customer, frozenset({Capability.SET_UP_METHOD})),
    Part(customers.a_customers_details_are_taken, frozenset({Capability.UPDATE_CUSTOMER})),
    Part(customers.a_method_is_set_up_on_the_companys_side, frozenset({Capability.SET_UP_METHOD})),
    Part(customers.the_customer_confirms_a_method_with_the_bank, frozenset({Capability.SET_UP_METHOD})),
    Part(customers.one_method_is_the_default, frozenset({Capability.SET_DEFAULT_METHOD})),
    Part(customers.a_removed_method_is_gone, frozenset({Capability.REMOVE_METHOD})),
    Part(customers.a_subscription_reads_whole, frozenset({Capability.CANCEL_NOW})),
    *(Part(examine, _CHOOSING) for examine in customers.CHOOSING_PARTS),
    Part(customers.a_cancel_is_scheduled, frozenset({Capability.SCHEDULE_CANCEL})),
    Part(customers.a_scheduled_cancel_is_undone, frozenset({Capability.UNDO_CANCEL})),
    Part(customers.a_subscription_pauses_and_resumes, frozenset({Capability.PAUSE})),
    Part(customers.a_subscription_costs_less_for_a_while, frozenset({Capability.DISCOUNT})),
    Part(customers.a_subscription_is_cancelled_now, frozenset({Capability.CANCEL_NOW})),
    *(Part(examine) for examine in webhooks.PARTS),
    *(Part(examine, frozenset({Capability.LIST_EVENTS})) for examine in webhooks.LISTING_PARTS),
]


def parts_for(gateway: type[Gateway]) -> list[Part]:
    """Give the parts that concern a gateway. That the rest is refused is a part of its own."""
    nowhere = Settings(
        base_url="http://127.0.0.1:9",
        credentials=dict.fromkeys(gateway.CREDENTIALS, "none"),
        now=lambda: datetime(2026, 1, 1, tzinfo=UTC),
        timeout=timedelta(seconds=1),
    )
    offered = gateway(nowhere).capabilities()
    return [part for part in PARTS if not part.needs or part.needs & offered]


def sit_exam(gateway: type[Gateway], new_scene: Callable[[], ExamScene]) -> dict[str, str]:
    """Run every part, each on a new scene; gives the words of each failure by the name of its part."""
    failures = {}
    for part in parts_for(gateway):
        try:
            part.examine(new_scene())
        except ExamFailed as failed:
            failures[str(part)] = str(failed)
        except Exception as unexpected:  # noqa: BLE001  a part that breaks is a part that was not passed
            failures[str(part)] = f"broke with {unexpected!r}"
    return failures
