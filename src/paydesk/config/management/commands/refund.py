"""Give money of a payment back to its customer."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser

from paydesk.billing.payments.models import Payment, Refund
from paydesk.billing.payments.refunds.refund import RefundRefused, refund_payment
from paydesk.config.management.named import named_merchant, named_user
from paydesk.kit import clock
from paydesk.kit.money import Money, MoneyError, money_of_text

_SAID = {
    Refund.State.SUCCEEDED: "{amount} goes back to the customer.",
    Refund.State.PENDING: "{amount} is on its way; the bank has not confirmed it yet.",
}
_NO_ANSWER = (
    "No clear answer about {amount}. It is looked up until that is known: do not ask again meanwhile."
)


class Command(BaseCommand):
    help = "Refund a payment, whole or in part. Nothing is asked without --yes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--merchant", required=True, help="the merchant's short name")
        parser.add_argument("--payment", required=True, metavar="ID", help="as its page's address names it")
        parser.add_argument("--amount", default="", help='such as "12.50"; without it, all that is left')
        parser.add_argument("--yes", action="store_true", dest="is_sure", help="do it")

    def handle(self, *, merchant: str, payment: str, amount: str, is_sure: bool, **_: object) -> None:
        shop = named_merchant(merchant)
        found = Payment.objects.filter(merchant_id=shop.id, public_id=payment).first()
        if found is None:
            raise CommandError(f"{shop.slug} has no payment {payment!r}.")
        wanted = _amount(amount, found.currency)
        if not is_sure:
            raise CommandError(
                f"This would give back {wanted or 'all that is left'} of {found.title}. Say --yes to do it."
            )
        try:
            refund = refund_payment(
                merchant=shop,
                payment_public_id=found.public_id,
                amount_minor=wanted.minor if wanted else None,
                asked_by=named_user(),
                now=clock.wall_now(),
            )
        except RefundRefused as refused:
            raise CommandError(str(refused)) from refused
        words = _SAID.get(Refund.State(refund.state), _NO_ANSWER)
        self.stdout.write(words.format(amount=Money(refund.amount_minor, refund.currency)))


def _amount(text: str, currency: str) -> Money | None:
    if not text:
        return None
    try:
        return money_of_text(text, currency)
    except MoneyError as bad:
        raise CommandError(str(bad)) from bad
