"""Take a payment method off; refused, in words, while something needs it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from paydesk.billing.arrangements.carry_out import Step, carry_out, open_change
from paydesk.billing.arrangements.models import MethodChange
from paydesk.billing.arrangements.needs import needed_by
from paydesk.billing.arrangements.switch_method import SwitchRefused, being_changed, method_of, read_first
from paydesk.billing.arrangements.what_pays_what import Account
from paydesk.merchants.find import MerchantInSight


class RemoveRefused(Exception):
    """The method stays. The words are for the customer; `needed_by` names what it pays."""

    def __init__(self, words: str, *, needed_by: Sequence[str] = ()) -> None:
        super().__init__(words)
        self.needed_by = needed_by


def remove_method(
    *, merchant: MerchantInSight, customer_id: int, method_public_id: str, now: datetime
) -> MethodChange:
    """Take it off at its company, which is read before and after. `now` is wall time. Raises RemoveRefused."""
    try:
        method = method_of(merchant_id=merchant.id, customer_id=customer_id, public_id=method_public_id)
        read_first(merchant=merchant, method=method)
    except SwitchRefused as refused:
        raise RemoveRefused(str(refused)) from refused

    def plan(account: Account) -> list[Step]:
        if not account.can_remove:
            raise RemoveRefused(_("A method cannot be taken off here. Please write to us."))
        if names := needed_by(account, method):
            raise RemoveRefused(_("This method is still needed."), needed_by=names)
        return [["remove", "", method.reference]]

    change = open_change(
        merchant=merchant,
        owner=method.gateway_customer,
        plan=plan,
        removed_method_id=method.id,
    )
    if change is None:
        raise RemoveRefused(being_changed())
    return carry_out(merchant=merchant, change=change)
