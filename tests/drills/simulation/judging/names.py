"""Name things in the words of a history."""

from paydesk.billing.payments.models import Payment


def name(payment: Payment) -> str:
    """Name a payment by what stays the same from run to run."""
    return f"{payment.title} no. {payment.position or payment.reference}"
