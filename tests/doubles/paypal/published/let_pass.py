"""What is let pass of PayPal's published files, and why: the one place for it."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

#: Operations that PayPal has and the files of 2024 have not (its reference, "List subscriptions", and its own SDK).
_TIME = {"type": "string", "minLength": 20, "maxLength": 64, "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*$"}
MISSING_OPERATIONS: dict[tuple[str, str], Json] = {
    ("GET", "/v1/billing/subscriptions"): {
        "parameters": [
            {"name": "plan_ids", "in": "query", "schema": {"type": "string", "minLength": 3, "maxLength": 1890}},
            {"name": "statuses", "in": "query", "schema": {"type": "string", "pattern": "^[A-Z_,]+$"}},
            {"name": "created_after", "in": "query", "schema": _TIME},
            {"name": "created_before", "in": "query", "schema": _TIME},
            {"name": "status_updated_before", "in": "query", "schema": _TIME},
            {"name": "status_updated_after", "in": "query", "schema": _TIME},
            {"name": "filter", "in": "query", "schema": {"type": "string", "maxLength": 100}},
            {"name": "page_size", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 20}},
            {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 10_000_000}},
            {"name": "customer_ids", "in": "query", "schema": {"type": "string"}},
        ],
        "responses": {"200": {"content": {"application/json": {"schema": {
            "type": "object",
            "properties": {
                "subscriptions": {"type": "array", "items": {"$ref": "#/components/schemas/subscription"}},
                "links": {"type": "array"},
            },
        }}}}},
    }
}  # fmt: skip
#: Values that closed lists lack: a payment token is made of a SETUP_TOKEN (reference, "Create payment token").
MISSING_VALUES = {"token_id_request": {"type": ["SETUP_TOKEN"]}}
#: Patterns that PayPal's own values break: a signature in base64 may begin with a slash.
FREE_TEXTS = {"verify_webhook_signature": {"transmission_sig"}}
#: Read-only fields are refused in a request, but an event is to be sent back for verification just as it came.
ECHOED = {"event"}
#: `PayPal-Request-Id` may be sent to any POST; only some operations list it.
HEADERS_EVERYWHERE = {"paypal-request-id"}
#: What answers are not held to: PayPal's examples break it (an empty list of transactions has at least one, ...).
NOT_OF_ANSWERS = {"pattern", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum"}
#: Of a long list in an answer the first few are checked: they are all made by the same lines.
LIST_CHECKED = 5
