"""Let a method pay what was chosen, then pay what is overdue with it, each payment once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from paydesk.billing.arrangements.models import MethodChange
from paydesk.billing.arrangements.switch_method import SwitchRefused, switch_method
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.billing.payments.refused import RetryRefused
from paydesk.billing.payments.retry import retry_payment
from paydesk.kit import clock
from paydesk.portal.door import AtHand
from paydesk.portal.methods.choice import Asked
from paydesk.portal.reads.method_changes import change_meanwhile


def take_press(
    at: AtHand, *, method: PaymentMethod, asked: Asked, replaced: PaymentMethod | None = None
) -> HttpResponse:
    """Do what was pressed and lead to the page that says how it went; raises SwitchRefused when nothing was changed.

    A company that does not answer is asked for no money: the page says what was not tried.
    """
    wanted = asked.payments if asked.is_paying else ()
    pressed_at = clock.wall_now()
    # Taking a method off is sensitive: who came in a while ago is shown afterwards that it is still there.
    removed = replaced if asked.takes_off and at.customer.has_just_come_in(pressed_at) else None
    try:
        change = _switch(at, method, asked, removed)
    except SwitchRefused:
        # A second press on the same page is answered by the result of the first.
        first = change_meanwhile(**at.ids, method_id=method.id, since=pressed_at, now=clock.wall_now())
        if first is None:
            raise
        return to_change(first, wanted)
    still = replaced.public_id if replaced and asked.takes_off and not removed else ""
    if change.state != MethodChange.State.OPEN:
        for public_id in wanted:
            _pay(at, public_id, method)
    return to_change(change.public_id, wanted, still=still)


def _switch(at: AtHand, method: PaymentMethod, asked: Asked, removed: PaymentMethod | None) -> MethodChange:
    """What an earlier press has taken off need not be taken off again."""
    return switch_method(
        merchant=at.merchant,
        customer_id=at.customer.customer_id,
        method_public_id=method.public_id,
        subscription_public_ids=asked.subscriptions,
        makes_default=asked.makes_default,
        removes_public_id=removed.public_id if removed and removed.removed_at is None else "",
        now=clock.wall_now(),
    )


def to_change(public_id: str, payments: Sequence[str] = (), *, still: str = "") -> HttpResponse:
    """Lead to the page of a change, with the payments that were to be made and the method that is still there."""
    address = reverse("method_change", args=[public_id])
    query = urlencode([*(("paid", payment) for payment in payments), *([("still", still)] if still else [])])
    return HttpResponseRedirect(f"{address}?{query}" if query else address, status=303)


def _pay(at: AtHand, public_id: str, method: PaymentMethod) -> None:
    """A refusal ("already on its way") is no error: the page shows each payment as it stands then."""
    with suppress(RetryRefused, Payment.DoesNotExist):
        retry_payment(
            merchant=at.merchant,
            customer_id=at.customer.customer_id,
            payment_public_id=public_id,
            method_public_id=method.public_id,
            asked_by=Attempt.AskedBy.CUSTOMER,
            return_url=at.absolute("payment_return", public_id),
            now=clock.wall_now(),
        )
