"""The control API of demos, tests and drills, which the control token opens."""

from __future__ import annotations

import hmac
import sqlite3

from paydesk_simulator.company.accounts import Account
from paydesk_simulator.database import Books
from paydesk_simulator.doors.control_acts import ROUTES
from paydesk_simulator.doors.control_call import Control
from paydesk_simulator.doors.exchange import Answer, Request, as_json, refusal
from paydesk_simulator.doors.routes import find_route
from paydesk_simulator.fields import Fields
from paydesk_simulator.refused import Refused, not_found
from paydesk_simulator.traffic import Traffic


def answer_control(
    books: Books, traffic: Traffic, request: Request, *, token: str, key_memory_seconds: int
) -> Answer:
    """Answer one request to the control API, in one transaction."""
    if not hmac.compare_digest(request.bearer().encode(), token.encode()):
        return refusal(Refused(401, "bad_token", "This is not the control token."))
    found = find_route(ROUTES, request.method, request.path)
    if found is None:
        return refusal(Refused(404, "unknown_address", "There is nothing at this address."))
    route, ids = found
    try:
        with books.open():
            account = books.get(Account, ids.get("account"))
            if account is None and "account" in ids:
                raise not_found("account")
            control = Control(
                books=books,
                traffic=traffic,
                chosen=account,
                ids=ids,
                query=request.query,
                fields=Fields.of(request.body),
                base=request.base,
                key_memory_seconds=key_memory_seconds,
            )
            return as_json(route.act(control))
    except Refused as refused:
        return refusal(refused)
    except sqlite3.IntegrityError as impossible:
        return refusal(Refused(400, "impossible", f"The books do not allow that: {impossible}"))
