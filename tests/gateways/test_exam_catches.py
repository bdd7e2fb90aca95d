"""The exam fails gateways that deserve it, and says which mistakes they make."""

from functools import partial

import pytest

from paydesk.gateways.conformance import ExamFailed, sit_exam
from paydesk.gateways.conformance_money import a_lost_answer_is_doubt_and_a_look_up_ends_it
from paydesk.gateways.simulated.gateway import BillingGateway
from tests.gateways.bad_gateways import CarelessGateway, HastyGateway, SloppyGateway
from tests.gateways.exam_scene import SimulatedScene
from tests.simulator import Simulator

HASTY_FAILS_IN = {
    "a_lost_answer_is_doubt_and_a_look_up_ends_it",
    "an_unclear_answer_to_a_charge_is_doubt",
    "an_unclear_answer_to_a_look_up_is_doubt",
    "the_time_limit_is_obeyed",
}
CARELESS_FAILS_IN = {
    "money_moves_once_for_a_repeated_key",
    "money_moves_once_when_many_confirm_together",
    "a_key_is_not_good_for_another_amount",
    "a_lost_answer_is_doubt_and_a_look_up_ends_it",
    "a_refund_is_made_once_for_a_repeated_key",
    "a_lost_refund_is_found_again",
    "a_signed_webhook_is_believed",
    "a_webhook_of_a_stranger_is_refused",
    "a_webhook_that_was_changed_is_refused",
    "a_webhook_without_a_signature_is_refused",
    "an_old_webhook_is_refused_by_the_clock_that_was_handed_in",
    "a_webhook_names_what_has_changed",
    "a_webhook_about_our_charge_leads_to_our_attempt",
    "what_happened_is_listed_the_newest_first",
    "events_are_listed_back_to_the_oldest",
    "transcripts_are_scrubbed",
}

SLOPPY_FAILS_IN = {
    "a_subscription_has_a_method_of_its_own",
    "a_new_default_moves_no_subscription",
    "an_arrear_is_paid_with_the_method_that_its_subscription_was_given",
    "a_removed_method_is_gone",
    "the_customer_confirms_a_method_with_the_bank",
    "the_parts_of_a_collectible_add_up",
    "what_was_paid_in_part_is_asked_for_no_more",
    "what_happened_is_listed_the_newest_first",
    "events_are_listed_back_to_the_oldest",
    "a_company_that_is_busy_is_left_alone_for_as_long_as_it_says",
}


@pytest.mark.parametrize(
    ("gateway", "fails_in"),
    [
        (HastyGateway, HASTY_FAILS_IN),
        (CarelessGateway, CARELESS_FAILS_IN),
        (SloppyGateway, SLOPPY_FAILS_IN),
    ],
)
def test_a_bad_gateway_fails_where_it_is_bad(
    simulator: Simulator, gateway: type[BillingGateway], fails_in: set[str]
) -> None:
    failures = sit_exam(gateway, partial(SimulatedScene, simulator, gateway, kind="billing"))
    assert failures.keys() == fails_in, failures


def test_a_failure_says_what_happened(simulator: Simulator) -> None:
    scene = SimulatedScene(simulator, HastyGateway, kind="billing")
    with pytest.raises(ExamFailed, match=r"a lost answer has to raise GatewayUnreachable, but .*DECLINED"):
        a_lost_answer_is_doubt_and_a_look_up_ends_it(scene)
