"""Ask the payment company for its own invoice and receipt of a payment, when a customer wants to see them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from paydesk.billing.payments.models import Payment
from paydesk.database.transactions import let_go
from paydesk.gateways.contract import Capability, GatewayRefused, GatewayUnreachable, NotOffered
from paydesk.gateways.records import DocumentLink
from paydesk.gateways.registry import GatewayMissing
from paydesk.merchants.connect import connect
from paydesk.merchants.find import MerchantInSight

log = logging.getLogger(__name__)

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class DocumentsSilent(Exception):
    """The company did not answer. The words are for the customer."""


def documents_of(
    *, merchant: MerchantInSight, customer_id: int, payment_public_id: str, is_loopback: bool
) -> Sequence[DocumentLink]:
    """Give the links that the company has for one of the customer's own payments; none where it has none.

    Asks the network. Only https is passed on, and on an installation on loopback http to loopback, for the demo.
    Raises Payment.DoesNotExist and DocumentsSilent.
    """
    payment = Payment.objects.select_related("connection").get(
        merchant_id=merchant.id, customer_id=customer_id, public_id=payment_public_id
    )
    if Capability.DOCUMENTS not in payment.capabilities or payment.connection.removed_at is not None:
        return []
    let_go()
    try:
        links = connect(payment.connection, merchant=merchant).documents(payment.reference)
    except NotOffered:
        return []
    except (GatewayUnreachable, GatewayRefused, GatewayMissing) as silent:
        log.warning("no documents of payment %s: %s", payment.public_id, silent)
        raise DocumentsSilent(
            _("The payment company does not answer right now. Come back in a few minutes.")
        ) from silent
    return [link for link in links if may_follow(link.url, is_loopback=is_loopback)]


def may_follow(address: str, *, is_loopback: bool) -> bool:
    """Say whether a customer may be sent to an address that a company gave."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host or parts.username is not None:
        return False
    return parts.scheme == "https" or (is_loopback and parts.scheme == "http" and host in _LOOPBACK)
