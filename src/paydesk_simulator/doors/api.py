"""The company's API, which a merchant's key opens: faults are played, keys are remembered, the rest is one table."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace

from paydesk_simulator.company.accounts import Account, account_of_key
from paydesk_simulator.database import Books
from paydesk_simulator.doors.api_acts import ROUTES
from paydesk_simulator.doors.api_call import Act, Call
from paydesk_simulator.doors.exchange import Answer, AnswerLost, Request, as_json, refusal
from paydesk_simulator.doors.routes import Route, find_route
from paydesk_simulator.drills.faults import Fault, take_fault
from paydesk_simulator.fields import Fields
from paydesk_simulator.idempotency import recall, remember
from paydesk_simulator.refused import Refused


def answer_api(books: Books, request: Request) -> Answer:
    """Answer one request of a merchant, or lose the answer when a fault says so."""
    found = find_route(ROUTES, request.method, request.path)
    with books.open():
        account = account_of_key(books, request.bearer())
        fault = take_fault(books, account.id, found[0].operation) if account and found else None
    if account is None:
        return refusal(Refused(401, "bad_key", "This key opens no account."))
    if found is None:
        return refusal(Refused(404, "unknown_address", "There is nothing at this address."))
    return _play(fault, lambda: _act(books, account, request, *found))


def _play(fault: Fault | None, act: Callable[[], Answer]) -> Answer:
    """Let a fault happen before, after, or instead of the act."""
    kind = fault.kind if fault else ""
    if fault and kind == "busy":
        return _busy(seconds=max(1, fault.milliseconds // 1000))
    if fault and fault.milliseconds:
        time.sleep(fault.milliseconds / 1000)
    if kind == "lost_before":
        raise AnswerLost
    if kind == "error_before":
        return refusal(Refused(500, "broken", "Something went wrong, and nothing was done."))
    answer = act()
    if kind == "lost_after":
        raise AnswerLost
    if kind == "error_after":
        return refusal(Refused(500, "broken", "Something went wrong after it was done."))
    return answer


def _busy(*, seconds: int) -> Answer:
    answer = refusal(Refused(429, "busy", "Too many requests."))
    return replace(answer, headers={"Retry-After": str(seconds)})


def _act(books: Books, account: Account, request: Request, route: Route[Act], ids: dict[str, str]) -> Answer:
    key = request.headers.get("idempotency-key", "")
    words = f"{request.method} {request.path} ".encode() + request.body
    fingerprint = hashlib.sha256(words).hexdigest()
    now = account.now()
    try:
        with books.open():
            if request.method != "GET":
                if not key:
                    raise Refused(
                        400, "key_missing", "A request that changes something needs an Idempotency-Key."
                    )
                known = recall(books, account, key=key, fingerprint=fingerprint, now=now)
                if known:
                    return Answer(status=known.status, body=known.body.encode(), headers={"Replayed": "true"})
            fields = Fields.of(request.body)
            call = Call(
                books=books,
                account=account,
                now=now,
                ids=ids,
                query=request.query,
                fields=fields,
                key=key,
                base=request.base,
            )
            answer = as_json(route.act(call))
            if request.method != "GET":
                body = answer.body.decode()
                remember(
                    books, account, key=key, fingerprint=fingerprint, status=answer.status, body=body, now=now
                )
            return answer
    except Refused as refused:
        return refusal(refused)
