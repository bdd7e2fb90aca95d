"""A payment company in this process, with books of its own: what it moved is the truth that every run is judged by.

It charges in two steps, remembers keys for a while, knows charges by our mark, and has cards that behave.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from paydesk.gateways.contract import ChargeRequest, RefundRequest
from tests.drills.simulation.company.objects import Back, Charge, Happening, Method
from tests.drills.simulation.company.virtual_clock import VirtualClock

KEY_MEMORY = timedelta(hours=24)
#: How long a debit takes that a bank settles later.
SETTLES_WITHIN = (timedelta(minutes=30), timedelta(hours=8))


class KeyConflict(Exception):
    """The key is known, with other wishes."""


class NotKnown(Exception):
    """There is no such object."""


class Company:
    """One account. Nothing here knows of Paydesk's rows."""

    def __init__(self, clock: VirtualClock, chance: Random) -> None:
        self._clock = clock
        self._chance = chance
        self._keys: dict[str, tuple[datetime, tuple[object, ...], str]] = {}
        #: What no merchant's software may do, as the company sees it.
        self.complaints: list[str] = []
        self.methods: dict[str, Method] = {}
        self.charges: dict[str, Charge] = {}
        self.happened: list[Happening] = []
        self.on_event: Callable[[Happening], None] = lambda _: None

    # --- What the merchant's software asks -----------------------------------------------------------------------

    def prepare(self, request: ChargeRequest) -> Charge:
        """Make the charge's object; the same key gives the same object for as long as it is remembered."""
        wishes = (
            request.amount,
            request.customer_reference,
            request.method_reference,
            request.tag,
            request.on_session,
        )
        known = self._keys.get(request.key)
        if not request.key:
            self.complaints.append("an ask for money had no key")
        elif known is not None and self._clock.now - known[0] < KEY_MEMORY:
            if known[1] != wishes:
                raise KeyConflict(request.key)
            return self.charges[known[2]]
        charge = Charge(
            reference=f"ch_{len(self.charges) + 1}",
            tag=request.tag,
            customer=request.customer_reference,
            method=request.method_reference,
            minor=request.amount.minor,
            currency=request.amount.currency,
            on_session=request.on_session,
            made_at=self._clock.now,
        )
        self.charges[charge.reference] = charge
        self._keys[request.key] = (self._clock.now, wishes, charge.reference)
        return charge

    def confirm(self, reference: str) -> Charge:
        """Move the money, unless it was decided before: an object is charged once."""
        charge = self.charge(reference)
        if charge.status == "prepared":
            _CARDS[self._card_of(charge)](self, charge)
        return charge

    def give_back(self, request: RefundRequest) -> tuple[Back, Charge]:
        """Refund what was asked for, once for each key; never more than is left."""
        wishes = (request.amount, request.charge_reference, request.tag)
        known = self._keys.get(request.key)
        charge = self.charge(request.charge_reference)
        if known is not None and self._clock.now - known[0] < KEY_MEMORY:
            if known[1] != wishes:
                raise KeyConflict(request.key)
            return next(one for one in charge.refunds if one.reference == known[2]), charge
        if charge.status != "succeeded" or request.amount.minor > charge.left_minor:
            raise NotKnown("so much left")
        back = self.refund(charge, request.amount.minor, tag=request.tag)
        self._keys[request.key] = (self._clock.now, wishes, back.reference)
        return back, charge

    def cancel(self, reference: str) -> Charge:
        """End what waits. What has moved has moved, and what a bank decides later cannot be called off."""
        charge = self.charge(reference)
        if charge.status in ("prepared", "needs_customer"):
            was_asked = charge.status == "needs_customer"
            self._finish(charge, "canceled", code="canceled")
            if was_asked and self._card_of(charge) == "stubborn":
                self._clock.put_off(timedelta(hours=1), lambda: self._take_all_the_same(charge))
        return charge

    def charge(self, reference: str) -> Charge:
        """Give a charge, or raise NotKnown."""
        if reference not in self.charges:
            raise NotKnown(reference)
        return self.charges[reference]

    def tagged(self, tag: str) -> list[Charge]:
        """List the charges with a mark."""
        return [one for one in self.charges.values() if one.tag == tag]

    # --- What people and banks do ----------------------------------------------------------------------------------

    def add_method(self, customer: str, card: str, *, is_default: bool) -> Method:
        """Save a card that behaves as its name says."""
        method = Method(reference=f"pm_{len(self.methods) + 1}", customer=customer, card=card)
        self.methods[method.reference] = method
        if is_default:
            self.set_default(method.reference)
        else:
            self._tell("method.added", id=method.reference, customer=customer)
        return method

    def set_default(self, reference: str) -> None:
        """Let a method pay whatever names none."""
        chosen = self.methods[reference]
        for method in self.methods.values():
            if method.customer == chosen.customer:
                method.is_default = method is chosen
        self._tell("customer.changed", id=chosen.customer)

    def remove_method(self, reference: str) -> None:
        """Forget a card."""
        method = self.methods[reference]
        method.is_removed, method.is_default = True, False
        self._tell("method.removed", id=reference, customer=method.customer)

    def verify(self, charge: Charge, *, is_good: bool) -> None:
        """The customer comes to the bank's page, and passes or does not."""
        if charge.status == "needs_customer":
            if is_good:
                self._finish(charge, "succeeded")
            else:
                self._finish(charge, "declined", code="verification_failed")

    def refund(self, charge: Charge, minor: int, *, tag: str = "", fails_later: bool = False) -> Back:
        """Give money back; staff did it at the company."""
        count = sum(len(one.refunds) for one in self.charges.values())
        back = Back(
            reference=f"re_{count + 1}", minor=minor, state="succeeded", made_at=self._clock.now, tag=tag
        )
        charge.refunds.append(back)
        self._tell_of_back("refund.succeeded", back, charge)
        if fails_later:
            self._clock.put_off(
                timedelta(hours=5), lambda: self._end(back, charge, "refund.failed", "failed")
            )
        return back

    def dispute(self, charge: Charge, *, ends: str) -> None:
        """A bank takes the money back, and gives it again when the dispute is won."""
        count = sum(len(one.disputes) for one in self.charges.values())
        back = Back(
            reference=f"dp_{count + 1}", minor=charge.left_minor, state="open", made_at=self._clock.now
        )
        charge.disputes.append(back)
        self._tell_of_back("dispute.opened", back, charge)
        self._clock.put_off(timedelta(hours=9), lambda: self._end(back, charge, f"dispute.{ends}", ends))

    def moved(self) -> list[Charge]:
        """List the charges that took money: the journal."""
        return [one for one in self.charges.values() if one.status == "succeeded"]

    def took_all_the_same(self) -> bool:
        """Say whether it took money that it had called off."""
        return any(one.took_all_the_same for one in self.charges.values())

    # --- Inside ----------------------------------------------------------------------------------------------------

    def _card_of(self, charge: Charge) -> str:
        method = self.methods.get(charge.method)
        return "gone" if method is None or method.is_removed else method.card

    def good(self, charge: Charge) -> None:
        self._finish(charge, "succeeded")

    def no_money(self, charge: Charge) -> None:
        self._finish(charge, "declined", code="not_enough_money")

    def flaky(self, charge: Charge) -> None:
        if self._chance.random() < 0.5:
            self.good(charge)
        else:
            self.no_money(charge)

    def gone(self, charge: Charge) -> None:
        self._finish(charge, "declined", code="method_unknown")

    def asks(self, charge: Charge) -> None:
        self._set(charge, "needs_customer")

    def slow(self, charge: Charge) -> None:
        """A bank debit: the company says when it will know."""
        first, last = SETTLES_WITHIN
        delay = first + (last - first) * self._chance.random()
        charge.settles_at = self._clock.now + delay
        self._set(charge, "pending")
        is_good = self._chance.random() < 0.7
        self._clock.put_off(delay, lambda: self.good(charge) if is_good else self.no_money(charge))

    def stubborn(self, charge: Charge) -> None:
        """The bank wants the customer, and lets the money go though the charge was called off."""
        self._set(charge, "needs_customer")

    def _finish(self, charge: Charge, status: str, *, code: str = "") -> None:
        if charge.status in ("succeeded", "declined", "canceled"):
            raise AssertionError(f"{charge.reference} was decided before")
        charge.code, charge.finished_at = code, self._clock.now
        self._set(charge, status)

    def _take_all_the_same(self, charge: Charge) -> None:
        """What was said to be over took money: our books have to notice, and a person has to look."""
        charge.took_all_the_same, charge.finished_at, charge.code = True, self._clock.now, ""
        self._set(charge, "succeeded")

    def _set(self, charge: Charge, status: str) -> None:
        charge.status = status
        self._tell(f"charge.{status}", charge=charge.reference, charge_tag=charge.tag)

    def _end(self, back: Back, charge: Charge, kind: str, state: str) -> None:
        back.state = state
        self._tell_of_back(kind, back, charge)

    def _tell_of_back(self, kind: str, back: Back, charge: Charge) -> None:
        self._tell(kind, id=back.reference, charge=charge.reference, charge_tag=charge.tag)

    def _tell(self, kind: str, **about: str) -> None:
        event = Happening(
            reference=f"ev_{len(self.happened) + 1}", kind=kind, about=about, at=self._clock.now
        )
        self.happened.append(event)
        self.on_event(event)


_CARDS: dict[str, Callable[[Company, Charge], None]] = {
    "good": Company.good,
    "no_money": Company.no_money,
    "flaky": Company.flaky,
    "asks": Company.asks,
    "slow": Company.slow,
    "gone": Company.gone,
    "stubborn": Company.stubborn,
}
