"""Let a page be seen by a signed-in customer alone, and hand it what every page needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from paydesk.access.doorway import signed_in
from paydesk.access.visitor import Visitor, visitor
from paydesk.merchants.find import MerchantInSight
from paydesk.portal.addresses import whole_url
from paydesk.portal.spoken import speak_to
from paydesk.portal.words.dates import clock_time
from paydesk.portal.words.reader import reading

Parameters = ParamSpec("Parameters")


@dataclass(frozen=True, kw_only=True, slots=True)
class AtHand:
    """Who is asking, whom they pay, and the business time of this request."""

    merchant: MerchantInSight
    customer: Visitor
    now: datetime

    @property
    def ids(self) -> dict[str, int]:
        """Give the two ids without which nothing is read."""
        return {"merchant_id": self.merchant.id, "customer_id": self.customer.customer_id}

    def absolute(self, name: str, *args: str) -> str:
        """Give a page's whole address for others to send the customer back to, from settings alone (T14)."""
        return whole_url(self.merchant, name, *args)

    def own_time(self, when: datetime) -> str:
        """Write the time of a moment, 09:14, by the clock on the customer's wall."""
        with reading(self.customer.time_zone or self.merchant.time_zone):
            return clock_time(when)


#: Most answer whole; a large download answers piece by piece.
View = Callable[Concatenate[HttpRequest, AtHand, Parameters], HttpResponseBase]


def customer_page(view: View[Parameters]) -> Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]:
    """Make a view that gets an `AtHand` as its second argument."""

    def shown(
        request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> HttpResponseBase:
        who = visitor(request)
        merchant: MerchantInSight | None = getattr(request, "merchant", None)
        if who is None or merchant is None:
            raise Http404
        speak_to(who)
        return view(
            request, AtHand(merchant=merchant, customer=who, now=merchant.business_now()), *args, **kwargs
        )

    update_wrapper(shown, view)
    guarded: Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase] = signed_in(shown)
    return guarded
