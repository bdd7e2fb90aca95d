"""Begin to move a subscription to a saved method: the new agreement is written, and the old one goes on for now.

Where Paydesk collects the old one too, no company has to be asked: it is charged to the other method from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from paydesk.billing.arrangements.changes.ask_company import locked_with_account, open_wishes, wait_for_change
from paydesk.billing.arrangements.changes.change import ChangeRefused, agreement_of
from paydesk.billing.arrangements.models import AskedBy
from paydesk.billing.arrangements.moving.agreement import write_agreement
from paydesk.billing.arrangements.moving.in_place import move_in_place, name_is_taken
from paydesk.billing.arrangements.moving.models import Move
from paydesk.billing.arrangements.moving.old_one import Standing, read_old_one, standing_of
from paydesk.billing.arrangements.moving.tell import tell_of_move
from paydesk.billing.arrangements.moving.terms import Terms, terms_of
from paydesk.billing.arrangements.moving.ways import methods_for, open_move, refusal
from paydesk.billing.payment_methods.models import PaymentMethod
from paydesk.billing.subscriptions.models import Subscription
from paydesk.database.transactions import in_transaction
from paydesk.gateways.contract import GatewayUnreachable
from paydesk.gateways.records import SubscriptionState
from paydesk.gateways.registry import GatewayMissing
from paydesk.kit import clock
from paydesk.kit.faults import fault
from paydesk.merchants.find import MerchantInSight


class MoveRefused(ChangeRefused):
    """It goes on as it did."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MovePreview:
    """What a move would come to. `terms`: None where Paydesk collects already, and only the method is another."""

    agreement: Subscription
    method: PaymentMethod
    terms: Terms | None
    refusal: str | None


def preview_move(
    *, merchant: MerchantInSight, customer_id: int, subscription_public_id: str, method_public_id: str
) -> MovePreview:
    """Say what would be charged when. Raises MoveRefused for a method that does not do, Subscription.DoesNotExist.

    Asks no company: the press reads it first.
    """
    agreement = agreement_of(merchant=merchant, customer_id=customer_id, public_id=subscription_public_id)
    method = _method(merchant, agreement, method_public_id)
    said = refusal(agreement, policies=merchant.policies)
    if agreement.collected_by == Subscription.CollectedBy.PAYDESK:
        said = said or name_is_taken(agreement, method)
        return MovePreview(agreement=agreement, method=method, terms=None, refusal=said)
    terms = _terms(merchant, standing_of(merchant=merchant, source_id=agreement.id))
    return MovePreview(
        agreement=agreement,
        method=method,
        terms=terms,
        refusal=said or (None if terms else _nothing_to_come()),
    )


def begin_move(
    *,
    merchant: MerchantInSight,
    customer_id: int,
    subscription_public_id: str,
    method_public_id: str,
    asked_by: AskedBy = AskedBy.CUSTOMER,
    now: datetime,
) -> Move:
    """Open the move, or give the one that is open. The worker does the rest, when its time has come.

    Raises MoveRefused, Subscription.DoesNotExist. `now` is wall time.
    """
    agreement = agreement_of(merchant=merchant, customer_id=customer_id, public_id=subscription_public_id)
    under_way = open_move(merchant_id=merchant.id, subscription_id=agreement.id)
    if under_way is not None:
        return under_way
    method = _method(merchant, agreement, method_public_id)
    if said := refusal(agreement, policies=merchant.policies):
        raise MoveRefused(said)
    if agreement.collected_by == Subscription.CollectedBy.PAYDESK:
        return move_in_place(
            merchant=merchant,
            agreement=agreement,
            method=method,
            asked_by=asked_by,
            refused=MoveRefused,
            now=now,
        )
    try:
        read_old_one(merchant=merchant, source=agreement)
    except (GatewayUnreachable, GatewayMissing) as silent:
        raise MoveRefused(
            _(
                "The payment company does not answer right now. Nothing was changed. Try again in a few minutes."
            )
        ) from silent
    return in_transaction(lambda: _open(merchant, agreement.id, method, asked_by))


def _open(merchant: MerchantInSight, subscription_id: int, method: PaymentMethod, asked_by: AskedBy) -> Move:
    # Not when the page was pressed: the company has been read in between.
    now = clock.wall_now()
    source = locked_with_account(merchant, subscription_id, MoveRefused)
    under_way = open_move(merchant_id=merchant.id, subscription_id=source.id)
    if under_way is not None:
        return under_way
    if open_wishes(merchant.id, source.id).filter(acts_at__isnull=True).exists():
        raise MoveRefused(wait_for_change())
    standing = standing_of(merchant=merchant, source_id=source.id)
    if said := refusal(standing.agreement, policies=merchant.policies):
        raise MoveRefused(said)
    terms = _terms(merchant, standing)
    if terms is None:
        raise MoveRefused(_nothing_to_come())
    target = write_agreement(merchant=merchant, source=source, method=method, terms=terms, now=now)
    move = Move.objects.create(
        merchant_id=merchant.id,
        customer_id=source.customer_id or 0,
        source_id=source.id,
        target_id=target.id,
        method_id=method.id,
        asked_by=asked_by,
        created_at=now,
        begins_again=_begins_again(source),
        acts_at=terms.acts_at,
        due_at=merchant.wall_time(terms.acts_at),
        **reckoned_from(standing, terms),
    )
    tell_of_move(move, "begun", now=now)
    fault("M01")
    return move


def reckoned_from(standing: Standing, terms: Terms) -> dict[str, object]:
    """Give what is kept of the old one, so that it is seen when it stands otherwise."""
    return {
        "source_next_at": standing.agreement.next_payment_at,
        "source_paid": standing.paid_count,
        "owed_minor": terms.owed_minor,
        "bills": list(terms.bills),
    }


def _terms(merchant: MerchantInSight, standing: Standing) -> Terms | None:
    return terms_of(
        standing.old(),
        begins_again=_begins_again(standing.agreement),
        now=merchant.business_now(),
        zone=merchant.time_zone,
    )


def _begins_again(agreement: Subscription) -> bool:
    """What pauses, and owes nothing that goes along, begins on the day on which it is moved."""
    return agreement.state == SubscriptionState.PAUSED


def _method(merchant: MerchantInSight, agreement: Subscription, public_id: str) -> PaymentMethod:
    for method in methods_for(merchant=merchant, agreement=agreement):
        if method.public_id == public_id:
            return method
    raise MoveRefused(_("This payment method is no longer there. Choose another one."))


def _nothing_to_come() -> str:
    return _("Nothing more is to come that could be paid another way. What is overdue can be paid as it is.")
