"""Say what can still be given back of each charge that paid a payment (I17)."""

from __future__ import annotations

from dataclasses import dataclass

from paydesk.billing.payments.models import Attempt, Dispute, Payment, Refund

#: A dispute that was won has brought its money back, and one that only asks has taken none.
_TAKEN = ("open", "lost")


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeLeft:
    """A charge, and what of it is still here: `minor` units, above zero. `connection_id`: where it was made."""

    connection_id: int
    reference: str
    minor: int
    currency: str


def charges_left(payment: Payment) -> list[ChargeLeft]:
    """List the charges of a locked payment of which something is left, the latest first.

    What is on its way back counts as gone. Of what went back, a company need not say of which charge: that counts
    against each of them.
    """
    mine = {"merchant_id": payment.merchant_id, "payment_id": payment.id}
    refunds = list(Refund.objects.filter(**mine).exclude(state=Refund.State.FAILED))
    disputed_minor = sum(
        Dispute.objects.filter(**mine, state__in=_TAKEN).values_list("amount_minor", flat=True)
    )
    charges = Attempt.objects.filter(**mine, state=Attempt.State.SUCCEEDED).exclude(reference="")
    left = []
    for charge in charges.order_by("-number"):
        gone_minor = disputed_minor + sum(
            one.amount_minor for one in refunds if one.charge_reference in ("", charge.reference)
        )
        if charge.amount_minor > gone_minor:
            left.append(
                ChargeLeft(
                    connection_id=charge.connection_id,
                    reference=charge.reference,
                    minor=charge.amount_minor - gone_minor,
                    currency=charge.currency,
                )
            )
    return left
