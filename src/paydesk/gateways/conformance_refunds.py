"""The exam about refunds: once for a key, never more than was captured, and found again after a lost answer."""

from __future__ import annotations

from functools import partial

from paydesk.gateways.conformance_scene import AMOUNT, ExamScene, expect, new_key, refusal
from paydesk.gateways.contract import Capability, GatewayRefused, GatewayUnreachable, RefundRequest
from paydesk.kit.money import Money

_PART = Money(1500, "EUR")


def a_refund_is_made_once_for_a_repeated_key(scene: ExamScene) -> None:
    """A refund that is asked for twice gives the money back once."""
    charge = _charge(scene)
    request = _request(charge, _PART)
    first, again = scene.gateway.refund(request), scene.gateway.refund(request)
    expect(first.reference == again.reference, "the same key gave two refunds")
    expect(first.amount == _PART, f"the refund is about {first.amount}, not {_PART}")
    expect(first.state in ("pending", "succeeded"), f"a refund that was taken on is {first.state!r}")
    if Capability.FIND_BY_TAG in scene.gateway.capabilities():
        expect(
            first.tag == request.tag,
            f"the refund was marked {request.tag}, and comes back with {first.tag!r}",
        )
    expect(
        scene.refunded(charge) == _PART.minor,
        "one key was asked with twice, and more than once was given back",
    )


def a_refund_is_never_more_than_was_captured(scene: ExamScene) -> None:
    """Parts may be given back until nothing is left; more is a clear no."""
    charge = _charge(scene)
    scene.gateway.refund(_request(charge, _PART))
    too_much = _request(charge, AMOUNT)
    words = "a refund of more than is left has to raise GatewayRefused"
    refusal(GatewayRefused, partial(scene.gateway.refund, too_much), words)
    scene.gateway.refund(_request(charge, AMOUNT - _PART))
    words = "a refund of what was given back completely has to raise GatewayRefused"
    refusal(GatewayRefused, partial(scene.gateway.refund, _request(charge, Money(1, "EUR"))), words)
    expect(scene.refunded(charge) == AMOUNT.minor, "in the end just the whole charge is given back")


def a_lost_refund_is_found_again(scene: ExamScene) -> None:
    """The company gave the money back, and the answer never came."""
    charge = _charge(scene)
    request = _request(charge, _PART)
    with scene.losing_answers():
        words = "a lost answer to a refund has to raise GatewayUnreachable"
        refusal(GatewayUnreachable, partial(scene.gateway.refund, request), words)
    by_tag = Capability.FIND_BY_TAG in scene.gateway.capabilities()
    found = scene.gateway.find_refund(tag=request.tag if by_tag else "", charge_reference=charge)
    expect(found is not None and found.amount == _PART, f"a lost refund was looked up and gave {found}")
    again = scene.gateway.refund(request)
    expect(found is not None and again.reference == found.reference, "asking again made a second refund")
    expect(scene.refunded(charge) == _PART.minor, "a refund whose answer was lost was made twice")


def a_refund_that_nobody_asked_for_is_not_found(scene: ExamScene) -> None:
    """Nothing was given back, and a look-up says so."""
    charge = _charge(scene)
    by_tag = Capability.FIND_BY_TAG in scene.gateway.capabilities()
    found = scene.gateway.find_refund(tag=new_key() if by_tag else "", charge_reference=charge)
    expect(found is None, f"nobody asked for a refund, and a look-up gave {found}")


def a_refund_is_read_with_its_collectible(scene: ExamScene) -> None:
    """Whoever reads the collectible sees what was given back."""
    reference = scene.paid(scene.customer(), AMOUNT)
    before = scene.gateway.read_collectible(reference)
    expect(before is not None and bool(before.attempts), "a collectible that a charge paid has that attempt")
    if before is not None:
        expect(
            Capability.REFUND in scene.gateway.capabilities(before), "what a charge has paid can be refunded"
        )
        made = scene.gateway.refund(_request(before.attempts[-1].outcome.reference, _PART))
        after = scene.gateway.read_collectible(reference)
        refunds = after.refunds if after else ()
        expect(
            [(refund.reference, refund.amount) for refund in refunds] == [(made.reference, _PART)],
            f"a refund of {_PART} was made, and the collectible shows {refunds}",
        )


PARTS = [
    a_refund_is_made_once_for_a_repeated_key,
    a_refund_is_never_more_than_was_captured,
    a_lost_refund_is_found_again,
    a_refund_that_nobody_asked_for_is_not_found,
    a_refund_is_read_with_its_collectible,
]


def _charge(scene: ExamScene) -> str:
    """Give a charge that was captured."""
    paid = scene.gateway.read_collectible(scene.paid(scene.customer(), AMOUNT))
    expect(paid is not None and bool(paid.attempts), "a collectible that a charge paid has that attempt")
    return paid.attempts[-1].outcome.reference if paid else ""


def _request(charge: str, amount: Money) -> RefundRequest:
    return RefundRequest(key=new_key(), tag=new_key(), charge_reference=charge, amount=amount)
