"""Documents: JSON as it is written to files, and the one reader of it.

Files come from elsewhere, so that nothing in them is what it should be until it was looked at.
All of these raise nothing but `ValueError` (and `OSError` for a file that cannot be read).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

SCHEMA = 1  # of documents
DEEPEST = 20  # lists and objects inside of each other; nasedu writes seven
LARGEST = 2**26  # characters or bytes: a study of millions of children writes less into a record
BITS = 63  # of an integer: what SQLite and torch take
SHOWN = 60  # characters of a value in an error


def read_json(source: str | Path) -> Any:
    """Return the value of a JSON text, or of a file that holds one.

    Beyond what `json` asks for: numbers are finite and integers have at most 63 bits, an object
    has no name twice, and neither size nor depth is out of all proportion.

    Args:
        source: The text itself, or the file's path.

    Raises:
        ValueError: Not such a JSON text.
        OSError: The file cannot be read.
    """
    text = read_utf8(source) if isinstance(source, Path) else source
    if not isinstance(text, str) or len(text) > LARGEST:
        raise ValueError(f"{type(text).__name__} of {len(text):,}; expected a text of JSON")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_int=_integer,
            parse_float=_finite,
            parse_constant=_finite,
        )
    except RecursionError:
        raise ValueError(f"nested more than {DEEPEST} deep") from None
    if text.count("[") + text.count("{") > DEEPEST:
        _check_depth(value)
    return value


def read_utf8(path: Path) -> str:
    """Return the text of a file of UTF-8 and of bounded size.

    Raises:
        ValueError: It is too large or not text.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"more than {LARGEST:,} bytes")
    return content.decode("utf-8")


def kind_of(text: str, kinds: Sequence[str], remedy: str = "") -> str:
    """Return which of these kinds a document is of, as `write_document` writes it.

    Args:
        text: The document.
        kinds: That are known.
        remedy: What to do if it is of none of them.

    Raises:
        ValueError: Not JSON, or of none of them.
    """
    return _document(text, kinds, remedy)["kind"]


def write_document(kind: str, fields: dict[str, Any]) -> str:
    """Return canonical JSON: keys sorted, no spaces, so that equal values give equal text."""
    document = {"kind": kind, "schema": SCHEMA, **fields}
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)


def read_document(kind: str, text: str) -> dict[str, Any]:
    """Return the fields of a document of this kind, without kind and schema.

    Raises:
        ValueError: Not JSON, of another kind, or of a newer schema.
    """
    document = _document(text, (kind,))
    del document["kind"]
    if (schema := document.pop("schema", None)) != SCHEMA:
        raise ValueError(
            f"schema {shown(schema)} of this {kind!r} is not known; this nasedu reads schema "
            f"{SCHEMA}: a newer one needs a newer nasedu"
        )
    return document


def _document(text: str, kinds: Sequence[str], remedy: str = "") -> dict[str, Any]:
    *more, last = (f"a {kind!r}" for kind in kinds)
    wanted = f"{', '.join(more)} or {last}" if more else last
    try:
        document = read_json(text)
    except ValueError as error:
        raise ValueError(f"not valid JSON ({error}); expected {wanted}") from None
    if not isinstance(document, dict) or document.get("kind") not in kinds:
        found = document.get("kind") if isinstance(document, dict) else document
        raise ValueError(f"this JSON is a {str(found)[:60]!r}; expected {wanted}{remedy}")
    return document


def shown(value: Any) -> str:
    """Return a value for an error, not longer than a line has room for."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} ..."


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has a name twice")
    return found


def _integer(digits: str) -> int:
    if len(digits) > 20 or not -(2**BITS) <= (number := int(digits)) < 2**BITS:
        raise ValueError(f"{digits[:SHOWN]} is an integer of more than {BITS} bits")
    return number


def _finite(text: str) -> float:
    if not isfinite(number := float(text)):
        raise ValueError(f"{text[:SHOWN]} is no finite number")
    return number


def _check_depth(value: Any) -> None:
    level = [value] if isinstance(value, list | dict) else []
    for _ in range(DEEPEST):
        inner = [one.values() if isinstance(one, dict) else one for one in level]
        level = [each for one in inner for each in one if isinstance(each, list | dict)]
        if not level:
            return
    raise ValueError(f"nested more than {DEEPEST} deep")


def first_difference(ours: Any, theirs: Any) -> tuple[str, Any, Any] | None:
    """Return the dotted key of the first thing that differs in two JSON values, and both values.

    Names come first, for they say most, and digests last: they differ whenever anything does.
    """

    def rank(key: str) -> tuple[bool, bool, str]:
        return key.endswith("digest"), not key.endswith((".name", ".kind")), key

    ours, theirs = _flat(ours), _flat(theirs)
    for key in sorted({*ours, *theirs}, key=rank):
        if ours.get(key) != theirs.get(key):
            return key, ours.get(key), theirs.get(key)
    return None


def check_same(ours: Any, theirs: Any, where: str, error: type[Exception]) -> None:
    """Raise an error that names the first difference, unless two JSON values are the same.

    Args:
        ours: What is to be done.
        theirs: What was done and recorded.
        where: Name of the record.
        error: What to raise.
    """
    if difference := first_difference(json.loads(json.dumps(ours)), theirs):
        key, *found = difference
        # What a recipe does not say is what was done before there was a choice.
        here, there = (
            "its default" if one is None and "recipe." in key else repr(one) for one in found
        )
        raise error(
            f"{where} was made with {key} = {there} and not {here}; choose another folder, or go "
            "on with the options and the data that it was begun with"
        )


def _flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """Return a nested document with dotted keys, its tuples as lists, as JSON has them."""
    if isinstance(value, tuple):
        value = list(value)
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        items = (_flat(one, f"{prefix}[{i}]") for i, one in enumerate(value))
        return {key: one for flat in items for key, one in flat.items()}
    if not isinstance(value, dict):
        return {prefix: value}
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        flat |= _flat(inner, f"{prefix}.{key}" if prefix else key)
    return flat
