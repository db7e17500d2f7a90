"""The JSON form of architectures and spaces: what is checked and read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from nasedu import values
from nasedu.errors import ArchitectureError
from nasedu.values import checked, shown

LIST = tuple[Any, ...]


def check_int(name: str, value: Any, *, at_least: int) -> None:
    """Raise `ArchitectureError` unless ``value`` is an int (no bool) of at least that size."""
    if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
        raise ArchitectureError(
            f"{name} is {shown(value)}; expected an integer of at least {at_least}"
        )


def read_document(kind: str, text: str) -> dict[str, Any]:
    """Return the fields of a document as `values.read_document` does.

    Raises:
        ArchitectureError: Not JSON, of another kind, or of a newer schema.
    """
    try:
        return values.read_document(kind, text)
    except ValueError as error:
        raise ArchitectureError(str(error)) from None


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
