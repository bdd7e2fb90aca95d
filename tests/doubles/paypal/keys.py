"""The memory of `PayPal-Request-Id`: the same key brings the first answer's latest state, another body a refusal.

How long keys are kept is said in each published file, at the header. What a reused key with another request
brings is named by PayPal's error pages: DUPLICATE_REQUEST_ID, for the vault
PAYPAL_REQUEST_ID_PREVIOUSLY_USED. A key is unique among requests of one kind. Two requests with one key at
the same time: PayPal "processes the first request and might fail the second" (its guide to idempotency); here
the second is refused with 409 while the first is on its way.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.doubles.paypal.state import Answer, Call, Refusal

KEPT_FOR = {
    "/v1/billing": timedelta(hours=72),
    "/v2/checkout": timedelta(hours=6),
    "/v2/payments": timedelta(days=45),
    "/v3/vault": timedelta(hours=3),
}


@dataclass(kw_only=True)
class Kept:
    """What a key brought. `on_its_way`: its answer has not been sent yet."""

    asked: str
    answer: Answer
    at: datetime
    on_its_way: bool = True


def once(call: Call, template: str, act: Callable[[Call], Answer]) -> Answer:
    """Act, unless this key did already."""
    horizon = next((kept for start, kept in KEPT_FOR.items() if template.startswith(start)), None)
    if not call.key or horizon is None:
        return act(call)
    place = (template, call.key)
    asked = json.dumps([dict(call.ids), call.body], sort_keys=True)
    found = call.account.keys.get(place)
    if isinstance(found, Kept) and call.now - found.at < horizon:
        return _again(found, asked, template)
    try:
        answer = act(call)
    except Refusal as refusal:
        if refusal.kept:
            call.account.keys[place] = Kept(asked=asked, answer=refusal.answer(), at=call.now)
        raise
    call.account.keys[place] = Kept(asked=asked, answer=answer, at=call.now)
    return answer


def answered(call: Call, template: str) -> None:
    """Note that the answer is out: from now on the key may be used again."""
    found = call.account.keys.get((template, call.key))
    if isinstance(found, Kept):
        found.on_its_way = False


def _again(found: Kept, asked: str, template: str) -> Answer:
    if found.asked != asked:
        vault = template.startswith("/v3/vault")
        issue = "PAYPAL_REQUEST_ID_PREVIOUSLY_USED" if vault else "DUPLICATE_REQUEST_ID"
        raise Refusal(422, issue, "The value of PayPal-Request-Id header has already been used.", kept=False)
    if found.on_its_way:
        words = "A previous request on this resource is currently in progress."
        raise Refusal(409, "PREVIOUS_REQUEST_IN_PROGRESS", words)
    if found.answer.status >= 400:
        return found.answer
    body = found.answer.again() if found.answer.again else found.answer.body
    # The file of captures and refunds has one yes, 201; the others have 200 for what was asked before.
    again = found.answer.status if template.startswith("/v2/payments") else 200
    return Answer(status=204 if found.answer.status == 204 else again, body=body)
