"""Say what of a company's records is in the books as it is: most of them are, and need not be looked at again."""

from __future__ import annotations

from collections.abc import Sequence

from paydesk.billing.payments.mirrored.collectible import fingerprint
from paydesk.billing.payments.mirrored.unknown_marks import marked_charge
from paydesk.billing.payments.models import Attempt, Payment
from paydesk.gateways.records import CollectibleRecord, Verdict
from paydesk.merchants.models import Connection


def as_it_was(connection: Connection, records: Sequence[CollectibleRecord]) -> set[str]:
    """Name the bills that have not changed, and the charges of ours that are settled and from which nothing came back.

    A charge with a mark that nothing gives is never among them: what is known meanwhile may give it now.
    """
    charges = {
        record.reference: charge.outcome.verdict
        for record in records
        if (charge := marked_charge(record)) and not record.refunds and not record.disputes
    }
    prints = {record.reference: fingerprint(record) for record in records if not marked_charge(record)}
    mine = {"merchant_id": connection.merchant_id, "connection_id": connection.id}
    ours = Attempt.objects.filter(**mine, origin=Attempt.Origin.PAYDESK, reference__in=charges)
    bills = Payment.objects.filter(**mine, reference__in=prints).values_list("reference", "fingerprint")
    settled = ours.exclude(state__in=Attempt.OPEN).values_list("reference", "state")
    return {
        # A bank may let money go after a charge was called off: then the books and the company do not agree.
        *(
            reference
            for reference, state in settled
            if state == Attempt.State.SUCCEEDED or charges[reference] is not Verdict.SUCCEEDED
        ),
        *(reference for reference, seen in bills if prints[reference] == seen),
    }
