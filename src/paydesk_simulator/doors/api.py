"""The company's API, which a merchant's key opens: faults are played, keys are remembered, the rest is one table."""

from __future__ import annotations

import hashlib

from paydesk_simulator.clock import pause, wall_now
from paydesk_simulator.company.accounts import Account, account_of_key
from paydesk_simulator.database import Books
from paydesk_simulator.doors.api_acts import ROUTES
from paydesk_simulator.doors.api_call import Act, Call
from paydesk_simulator.doors.exchange import Answer, Request, as_json, refusal, too_many_requests
from paydesk_simulator.doors.routes import Route, find_route
from paydesk_simulator.drills.faults import take_fault
from paydesk_simulator.drills.mishaps import play
from paydesk_simulator.fields import Fields
from paydesk_simulator.idempotency import recall, remember
from paydesk_simulator.refused import Refused
from paydesk_simulator.traffic import Traffic


def answer_api(books: Books, traffic: Traffic, request: Request) -> Answer:
    """Answer one request of a merchant, or lose the answer when a fault says so."""
    arrived_at = wall_now()
    found = find_route(ROUTES, request.method, request.path)
    with books.open():
        account = account_of_key(books, request.bearer())
        is_admitted = account is not None and traffic.admit(account, arrived_at)
        fault = (
            take_fault(books, account.id, found[0].operation) if account and is_admitted and found else None
        )
    if account is None:
        return refusal(Refused(401, "bad_key", "This key opens no account."))
    pause(account.latency_milliseconds)
    if not is_admitted:
        return too_many_requests(retry_after_seconds=1)
    if found is None:
        return refusal(Refused(404, "unknown_address", "There is nothing at this address."))
    return play(fault, lambda: _act(books, account, request, *found))


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
