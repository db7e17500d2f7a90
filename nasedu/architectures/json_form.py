"""The JSON form of architectures and spaces: a kind, a schema version, canonical text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from nasedu.errors import ArchitectureError
from nasedu.values import checked, read_json, shown

SCHEMA = 1
LIST = tuple[Any, ...]


def check_int(name: str, value: Any, *, at_least: int) -> None:
    """Raise `ArchitectureError` unless ``value`` is an int (no bool) of at least that size."""
    if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
        raise ArchitectureError(
            f"{name} is {shown(value)}; expected an integer of at least {at_least}"
        )


def write_document(kind: str, fields: dict[str, Any]) -> str:
    """Return canonical JSON: keys sorted, no spaces, so that equal values give equal text."""
    document = {"kind": kind, "schema": SCHEMA, **fields}
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)


def kind_of(text: str, kinds: Sequence[str]) -> str:
    """Return which of these kinds a document is of.

    Raises:
        ArchitectureError: Not JSON, or of none of them.
    """
    return _document(text, kinds)["kind"]


def read_document(kind: str, text: str) -> dict[str, Any]:
    """Return the fields of a document of this kind, without kind and schema.

    Raises:
        ArchitectureError: Not JSON, of another kind, or of a newer schema.
    """
    document = _document(text, (kind,))
    del document["kind"]
    if (schema := document.pop("schema", None)) != SCHEMA:
        raise ArchitectureError(
            f"schema {shown(schema)} of this {kind!r} is not known; this nasedu reads schema "
            f"{SCHEMA}: a newer one needs a newer nasedu"
        )
    return document


def _document(text: str, kinds: Sequence[str]) -> dict[str, Any]:
    wanted = f"a {' or a '.join(map(repr, kinds))}"
    try:
        document = read_json(text)
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


def expect(value: Any, hint: Any, name: str) -> Any:
    """Return a value of a document as `checked` does; another type is an `ArchitectureError`."""
    try:
        return checked(value, hint, name)
    except ValueError as error:
        raise ArchitectureError(str(error)) from None


def digest_of(text: str) -> str:
    """Return the SHA-256 of a canonical JSON text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
