"""The JSON form of architectures and spaces: a kind, a schema version, canonical text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from nasedu.errors import ArchitectureError
from nasedu.values import read_json as value_of
from nasedu.values import shown

SCHEMA = 1
WORDS = {list: "a list", int: "an integer", str: "a text"}


def check_int(name: str, value: Any, *, at_least: int) -> None:
    """Raise `ArchitectureError` unless ``value`` is an int (no bool) of at least that size."""
    if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
        raise ArchitectureError(
            f"{name} is {shown(value)}; expected an integer of at least {at_least}"
        )


def write_json(kind: str, fields: dict[str, Any]) -> str:
    """Return canonical JSON: keys sorted, no spaces, so that equal values give equal text."""
    document = {"kind": kind, "schema": SCHEMA, **fields}
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)


def kind_of(text: str, kinds: Sequence[str]) -> str:
    """Return which of these kinds a document is of.

    Raises:
        ArchitectureError: Not JSON, or of none of them.
    """
    return _document(text, kinds)["kind"]


def read_json(kind: str, text: str) -> dict[str, Any]:
    """Return the fields of a document of this kind.

    Raises:
        ArchitectureError: Not JSON, of another kind, or of a newer schema.
    """
    document = _document(text, (kind,))
    schema = document.get("schema")
    if schema != SCHEMA:
        raise ArchitectureError(
            f"schema {shown(schema)} of this {kind!r} is not known; this nasedu reads schema "
            f"{SCHEMA}: a newer one needs a newer nasedu"
        )
    return document


def _document(text: str, kinds: Sequence[str]) -> dict[str, Any]:
    wanted = f"a {' or a '.join(map(repr, kinds))}"
    try:
        document = value_of(text)
    except ValueError as error:
        raise ArchitectureError(f"not valid JSON ({error}); expected {wanted}") from None
    if not isinstance(document, dict) or document.get("kind") not in kinds:
        found = document.get("kind") if isinstance(document, dict) else document
        raise ArchitectureError(f"this JSON is a {str(found)[:60]!r}; expected {wanted}")
    return document


def check_names(fields: dict[str, Any], known: Iterable[str], where: str) -> None:
    """Raise `ArchitectureError` for a field that is not known."""
    if unknown := sorted(set(fields) - set(known)):
        raise ArchitectureError(
            f"{where} has the unknown field {unknown[0]!r}; expected {sorted(known)}"
        )


def take(fields: dict[str, Any], name: str, kind: type, where: str = "") -> Any:
    """Return ``fields[name]``, which must be there and of this type."""
    if not isinstance(fields.get(name), kind):
        raise ArchitectureError(
            f"{where}{name} is {shown(fields.get(name))}; expected {WORDS[kind]}"
        )
    return fields[name]


def digest_of(text: str) -> str:
    """Return the SHA-256 of a canonical JSON text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
