"""What PayPal accepts and answers, from its published OpenAPI files.

Requests are held to everything that the files say: names that they do not know are refused. Answers are held
to names, types, required fields and closed lists, but not to patterns, lengths and counts, which PayPal's own
examples break. A file is read when something of it is first asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import jsonschema

from tests.doubles.paypal.published.let_pass import HEADERS_EVERYWHERE, LIST_CHECKED, MISSING_OPERATIONS
from tests.doubles.paypal.published.schemas import Schemas, followed

Json = dict[str, Any]

FILES = {
    "/v1/billing": "billing_subscriptions_v1.json",
    "/v2/checkout": "checkout_orders_v2.json",
    "/v2/payments": "payments_payment_v2.json",
    "/v3/vault": "vault_payment_tokens_v3.json",
    "/v1/reporting": "reporting_transactions_v1.json",
    "/v1/notifications": "notifications_webhooks_v1.json",
}


class Violation(Exception):
    """A request that PayPal would refuse, or an answer that it would not give."""


class Contract:
    """The operations of all files, and checks of requests and answers against them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._operations: dict[tuple[str, str], Operation] = {}
        self._files: dict[str, Json] = {}

    def operation(self, method: str, template: str) -> Operation:
        """Find an operation by its path with names in braces; raises Violation when the files know none such."""
        if (method, template) not in self._operations:
            self._operations[method, template] = self._load(method, template)
        return self._operations[method, template]

    def _load(self, method: str, template: str) -> Operation:
        name = next((file for start, file in FILES.items() if template.startswith(start)), "")
        if name and name not in self._files:
            self._files[name] = json.loads((self._folder / "paypal" / name).read_text())
        described = self._files.get(name, {"paths": {}})
        path = described["paths"].get(template, {})
        said = MISSING_OPERATIONS.get((method, template)) or path.get(method.lower())
        if not said:
            raise Violation(f"{method} {template}: no such operation")
        return Operation(described, said, path.get("parameters", []))


class Operation:
    """One call of the API."""

    def __init__(self, described: Json, said: Json, shared_parameters: list[Json]) -> None:
        self._described = described
        self._said = said
        self._parameters = [
            followed(described, one) for one in [*shared_parameters, *said.get("parameters", [])]
        ]

    def check_request(
        self, *, ids: Mapping[str, str], query: Mapping[str, str], headers: Mapping[str, str], body: Any
    ) -> Json:
        """Give the query with its types; raises Violation in words. `body` is None when there is none."""
        _hold(self._validator_of("path"), ids, "path")
        _hold(self._validator_of("header"), self._of_paypal(headers), "header")
        asked = _typed(query, self._schema_of("query")["properties"])
        _hold(self._validator_of("query"), asked, "query")
        if self._body_validator is None:
            if body is not None:
                raise Violation("body: this operation takes none")
        else:
            _hold(self._body_validator, {} if body is None else body, "body")
        return asked

    def check_answer(self, status: int, body: Any) -> None:
        """Raise Violation when a successful answer is none of the published ones."""
        responses = self._said["responses"]
        if str(status) not in responses:
            raise Violation(f"answer: {status} is not documented")
        if status not in self._answer_validators:
            described = followed(self._described, responses[str(status)])
            schema = described.get("content", {}).get("application/json", {}).get("schema", {})
            self._answer_validators[status] = _validator(
                Schemas(self._described, strict=False).closed(schema)
            )
        _hold(self._answer_validators[status], _shortened(body), "answer")

    @cached_property
    def _answer_validators(self) -> dict[int, jsonschema.Draft202012Validator]:
        return {}

    @cached_property
    def _body_validator(self) -> jsonschema.Draft202012Validator | None:
        body = followed(self._described, self._said.get("requestBody", {}))
        schema = body.get("content", {}).get("application/json", {}).get("schema")
        return schema and _validator(Schemas(self._described, strict=True).closed(schema))

    @cached_property
    def _validators(self) -> dict[str, jsonschema.Draft202012Validator]:
        return {}

    def _validator_of(self, place: str) -> jsonschema.Draft202012Validator:
        if place not in self._validators:
            self._validators[place] = _validator(self._schema_of(place))
        return self._validators[place]

    @cached_property
    def _schemas(self) -> dict[str, Json]:
        return {}

    def _schema_of(self, place: str) -> Json:
        if place not in self._schemas:
            made = Schemas(self._described, strict=True)
            here = {
                one["name"].lower() if place == "header" else one["name"]: one
                for one in self._parameters
                if one["in"] == place
            }
            self._schemas[place] = {
                "type": "object",
                "properties": {name: made.closed(one["schema"]) for name, one in here.items()},
                "required": [name for name, one in here.items() if one.get("required")],
                "additionalProperties": False,
            }
        return self._schemas[place]

    def _of_paypal(self, headers: Mapping[str, str]) -> Json:
        """Pick the headers that are PayPal's own: others belong to HTTP."""
        known = self._schema_of("header")["properties"]
        named = {name.lower(): value for name, value in headers.items()}
        return {
            name: value
            for name, value in named.items()
            if name in known or (name.startswith("paypal-") and name not in HEADERS_EVERYWHERE)
        }


def _typed(sent: Mapping[str, str], schemas: Json) -> Json:
    """Read numbers and truths out of a query's texts; what cannot be read stays a text, and is refused as one."""
    return {name: _read(value, schemas.get(name, {}).get("type", "string")) for name, value in sent.items()}


def _read(value: str, kind: str) -> Any:
    if kind == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    return value


def _shortened(body: Any) -> Any:
    if isinstance(body, dict):
        return {name: _shortened(value) for name, value in body.items()}
    return [_shortened(one) for one in body[:LIST_CHECKED]] if isinstance(body, list) else body


def _validator(schema: Json) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema)


def _hold(validator: jsonschema.Draft202012Validator, value: Any, place: str) -> None:
    errors: Iterator[jsonschema.ValidationError] = validator.iter_errors(value)
    for broken in errors:
        raise Violation(f"{place}: {broken.json_path} {broken.message[:300]}")
