"""Transaction Search: the account's books as its merchant may read them, some hours late.

A window has at most 31 days. `last_refreshed_datetime` says up to when everything is there; what begins later
is refused, as PayPal does ("Data for the given start date is not available"). More than 10,000 rows are
refused too.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.doubles.paypal.state import Account, Answer, Call, Json, Move, Refusal, moment_of

WINDOW_MAX = timedelta(days=31)
ROWS_MAX = 10_000
_STATES = {"captured": "S", "refunded": "S", "declined": "D", "pending": "P"}
_FIELDS = {
    "all",
    "transaction_info",
    "payer_info",
    "shipping_info",
    "cart_info",
    "store_info",
    "auction_info",
}
#: What a row refers to: an order, a transaction, or the agreement of a subscription.
_REFERENCE_TYPES = {"T0002": "SUB", "T1107": "TXN"}


def search(call: Call) -> Answer:
    account, query = call.account, call.query
    start, end = moment_of(query["start_date"]), moment_of(query["end_date"])
    refreshed = call.now - account.lag
    _check_window(start, end, refreshed)
    fields = query.get("fields", "transaction_info").split(",")
    if strange := set(fields) - _FIELDS:
        raise Refusal(400, "INVALID_REQUEST", f"fields: {sorted(strange)}")
    found = [
        move for move in account.moves if start <= move.at <= min(end, refreshed) and _asked(move, query)
    ]
    if len(found) > ROWS_MAX:
        raise Refusal(400, "RESULTSET_TOO_LARGE", "Result set size is greater than the maximum limit.")
    size, page = query.get("page_size", 100), query.get("page", 1)
    rows = [_shown(account, move, fields) for move in found[(page - 1) * size : page * size]]
    body = {
        "transaction_details": rows,
        "account_number": account.client_id[:13],
        "start_date": written(start),
        "end_date": written(min(end, refreshed)),
        "last_refreshed_datetime": written(refreshed),
        "page": page,
        "total_items": len(found),
        "total_pages": -(-len(found) // size),
        "links": [call.link("self", "/v1/reporting/transactions")],
    }
    return Answer(body=body)


def _check_window(start: datetime, end: datetime, refreshed: datetime) -> None:
    if end < start:
        raise Refusal(400, "INVALID_REQUEST", "The end date is before the start date.")
    if end - start > WINDOW_MAX:
        raise Refusal(400, "INVALID_REQUEST", "Date range is greater than 31 days")
    if start > refreshed:
        raise Refusal(400, "INVALID_REQUEST", "Data for the given start date is not available.")


def _asked(move: Move, query: Json) -> bool:
    """Declined payments move no balance: they come where all records are asked for."""
    everything = query.get("balance_affecting_records_only", "Y") == "N"
    return (
        (everything or move.kind != "declined")
        and query.get("transaction_id", move.reference) == move.reference
        and query.get("transaction_type", move.code) == move.code
        and query.get("transaction_status", _STATES[move.kind]) == _STATES[move.kind]
        and query.get("transaction_currency", move.amount.currency) == move.amount.currency
    )


def _shown(account: Account, move: Move, fields: list[str]) -> Json:
    amount = move.amount * (-1 if move.kind == "refunded" else 1)
    row: Json = {
        "transaction_id": move.reference,
        "paypal_reference_id": move.about,
        "paypal_reference_id_type": _REFERENCE_TYPES.get(move.code, "ODR"),
        "transaction_event_code": move.code,
        "transaction_initiation_date": written(move.at),
        "transaction_updated_date": written(move.at),
        "transaction_amount": amount.shown(),
        "transaction_status": _STATES[move.kind],
        "protection_eligibility": "02",
    }
    if move.custom:
        row["custom_field"] = move.custom
    shown = {"transaction_info": row}
    if "all" in fields or "payer_info" in fields:
        subscription = account.subscriptions.get(move.payer)
        shown["payer_info"] = {"email_address": subscription.email} if subscription else {}
    return shown


def written(moment: datetime) -> str:
    """Write a moment as this API does: to the second, and with an offset."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
