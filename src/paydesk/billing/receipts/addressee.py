"""Say whom a customer wants their receipts made out to, in the form in which a bill of a company says it."""

from __future__ import annotations

from paydesk.billing.customers.details.keep import details_of
from paydesk.billing.customers.models import Customer
from paydesk.billing.payments.mirrored.breakdown import Billing


def own_billing(customer: Customer | None) -> Billing | None:
    """Give what the customer wrote in the portal; None where that is no more than a name.

    It goes before what the payment company has on its bill: the customer wrote it for their receipts.
    """
    if customer is None:
        return None
    said = details_of(merchant_id=customer.merchant_id, customer_id=customer.id).said
    if not (said.company or said.has_address or said.tax_id):
        return None
    made = Billing(
        name=said.company or said.name,
        email="",
        street=said.street.split("\n") if said.street else [],
        city=said.city,
        region=said.region,
        postal_code=said.postal_code,
        country=said.country,
        tax_ids=[said.tax_id] if said.tax_id else [],
    )
    if said.company and said.name:
        made["person"] = said.name
    if said.district:
        made["district"] = said.district
    return made
