"""What Stripe accepts today, derived from the typed parameters of its own SDK; nothing of it is kept in the repository.

Every service method of the SDK names a method, a path and a TypedDict of parameters. The TypedDicts become JSON
schemas: unknown names are refused, and enums are closed, which the SDK leaves open for versions to come. A schema is
made when it is first asked for and kept in a folder named after the SDK's version, since all of them take seconds.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import jsonschema
import stripe
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from stripe._request_options import RequestOptions
from typing_extensions import TypedDict

VERSION = stripe.VERSION
Schema = dict[str, Any]
Form = dict[str, Any]
_NOTHING_TO_SAY: Schema = {"type": "object", "additionalProperties": False}


class Violation(Exception):
    """A request that Stripe would refuse today."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One call of the API: `path` has names in braces, `module` and `params` say where its parameters are typed."""

    method: str
    path: str
    module: str = ""
    params: str = ""

    def matches(self, method: str, path: str) -> bool:
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(self.path))
        return method == self.method and re.fullmatch(pattern, path) is not None


class Contract:
    """The operations of the pinned SDK, and a check of one request against them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / f"stripe-{VERSION}"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._operations = self._load_operations()
        self._schemas: dict[Operation, Schema] = {}

    def check(self, method: str, path: str, encoded: str) -> Form:
        """Give the parameters of a request, typed; raises Violation in words when the contract is broken."""
        schema = self._schema(self.operation(method, path))
        form: Form = typed(unflatten(encoded), schema, schema.get("$defs", {}))
        for broken in jsonschema.Draft202012Validator(schema).iter_errors(form):
            raise Violation(f"{method} {path}: {broken.json_path} {broken.message[:300]}")
        return form

    def operation(self, method: str, path: str) -> Operation:
        """Find the operation; one without a name in its path goes before one with (`/search` before `/{id}`)."""
        found = [one for one in self._operations if one.matches(method, path)]
        if not found:
            raise Violation(f"{method} {path}: no such operation")
        return min(found, key=lambda one: one.path.count("{"))

    def _load_operations(self) -> list[Operation]:
        kept = self._folder / "operations.json"
        if not kept.exists():
            _keep(kept, [asdict(one) for one in read_operations()])
        return [Operation(**one) for one in json.loads(kept.read_text())]

    def _schema(self, operation: Operation) -> Schema:
        if operation not in self._schemas:
            self._schemas[operation] = self._kept_schema(operation) if operation.params else _NOTHING_TO_SAY
        return self._schemas[operation]

    def _kept_schema(self, operation: Operation) -> Schema:
        kept = self._folder / f"{operation.params}.json"
        if not kept.exists():
            _keep(kept, make_schema(operation))
        schema: Schema = json.loads(kept.read_text())
        return schema


def read_operations() -> Iterator[Operation]:
    """Read every service of API v1 in the SDK's source: which method and path, and which parameters."""
    root = Path(stripe.__file__).parent
    for file in sorted(root.rglob("_*_service.py")):
        if "v2" in file.relative_to(root).parts:
            continue
        tree = ast.parse(file.read_text())
        homes = {
            name.name: node.module
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for name in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and (found := _asked(node)):
                method, path = found
                params = _params(node)
                yield Operation(method=method, path=path, module=homes.get(params, ""), params=params)


def make_schema(operation: Operation) -> Schema:
    """Make the closed JSON schema of one operation's parameters."""
    written = getattr(importlib.import_module(operation.module), operation.params)
    # The SDK lets options of the client travel with the parameters; they never reach the wire.
    own = {
        key: kind
        for key, kind in written.__annotations__.items()
        if key not in RequestOptions.__annotations__
    }
    make: Any = TypedDict
    typed_dict = make(operation.params, own)
    typed_dict.__module__ = operation.module
    typed_dict.__pydantic_config__ = {"arbitrary_types_allowed": True, "extra": "forbid"}
    schema: Schema = _closed(TypeAdapter(typed_dict).json_schema(schema_generator=_OnlyWhatCanBeSent))
    return schema


class _OnlyWhatCanBeSent(GenerateJsonSchema):
    """An object of the SDK among the kinds of a parameter cannot come out of a form: nothing matches it."""

    def is_instance_schema(self, schema: Any) -> Schema:
        return {"not": {}}


def _asked(function: ast.FunctionDef) -> tuple[str, str] | None:
    for call in ast.walk(function):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr == "_request"
        ):
            verb, where = call.args[:2]
            constants = [part.value for part in ast.walk(where) if isinstance(part, ast.Constant)]
            if isinstance(verb, ast.Constant) and isinstance(constants[0], str):
                return str(verb.value).upper(), constants[0]
    return None


def _params(function: ast.FunctionDef) -> str:
    for argument in function.args.args:
        if argument.arg == "params" and argument.annotation is not None:
            names = [part.value for part in ast.walk(argument.annotation) if isinstance(part, ast.Constant)]
            return str(names[0])
    return ""


def _closed(schema: Any) -> Any:
    """Close the enums: `Literal["a", "b"] | str` becomes a or b. `Literal[""] | str` stays: it clears a text."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if choices := schema.get("anyOf"):
        named = any(value for choice in choices for value in choice.get("enum", [choice.get("const")]))
        kept = [choice for choice in choices if not (named and choice == {"type": "string"})]
        schema = {**schema, "anyOf": kept}
    return {key: _closed(part) for key, part in schema.items()}


def unflatten(encoded: str) -> Form:
    """Undo the form encoding: `items[0][price]=x` becomes `{"items": {"0": {"price": "x"}}}`."""
    form: Form = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        first, *rest = [part.rstrip("]") for part in name.split("[")]
        place, last = form, first
        for part in rest:
            place = place.setdefault(last, {})
            last = part or str(len(place))
        place[last] = value
    return form


def typed(value: Any, schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    """Give texts of a form the type that the schema asks for; what does not fit stays a text, to be refused."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rsplit("/", 1)[-1]]
    if choices := schema.get("anyOf"):
        return _first_fitting(value, choices, definitions)
    if isinstance(value, dict):
        if schema.get("type") == "array":
            return [typed(part, schema["items"], definitions) for part in value.values()]
        named = schema.get("properties", {})
        other = schema.get("additionalProperties")
        return {
            key: typed(part, named.get(key) or (other if isinstance(other, dict) else {}), definitions)
            for key, part in value.items()
        }
    return _scalar(value, schema.get("type", ""))


def _first_fitting(value: Any, choices: list[Schema], definitions: Mapping[str, Any]) -> Any:
    for choice in choices:
        candidate = typed(value, choice, definitions)
        if jsonschema.Draft202012Validator({**choice, "$defs": definitions}).is_valid(candidate):
            return candidate
    return value


def _scalar(text: str, kind: str) -> Any:
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if kind == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text)
    return text


def _keep(file: Path, content: Any) -> None:
    """Write beside and move: two processes may make the same schema at once."""
    draft = file.with_name(f"{file.name}.{id(content)}.draft")
    draft.write_text(json.dumps(content))
    draft.replace(file)
