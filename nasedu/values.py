"""Values: how they are declared, checked, written and read.

A frozen dataclass that is a `Value` says in its annotations what every field may be, and is checked
when it is made. `checked` and `fill` hold anything else to such annotations.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from math import inf
from sys import float_info
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Literal,
    Self,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from nasedu.documents import BITS, SHOWN, read_document, shown, write_document
from nasedu.errors import NaseduError, SettingError

WORDS = {
    bool: "true or false",
    int: "an integer",
    float: "a number",
    str: "a text",
    tuple: "a list",
    dict: "an object",
    NoneType: "nothing",
}
T = TypeVar("T")
Check = Callable[[Any, str], Any]  # a value and what it is -> what is kept of it, or a ValueError


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which numbers a field takes: ``Annotated[int, Bounds(at_least=1)]``."""

    at_least: float = -inf
    above: float = -inf
    below: float = inf
    at_most: float = inf

    def hold(self, number: float) -> bool:
        """Return whether a number lies within them; NaN never does."""
        return self.at_least <= number <= self.at_most and self.above < number < self.below

    def words(self, kind: type) -> str:
        """Return what is expected, of integers or numbers."""
        if kind is int:
            most = "" if self.at_most == inf else f" and at most {self.at_most}"
            return f"an integer of at least {self.at_least}{most}"
        if self.above == -inf and self.at_most < inf:
            return f"{self.at_least:g} to {self.at_most:g}"
        low = f"above {self.above:g}" if self.above > -inf else f"{self.at_least:g} or more"
        if self.below < inf:
            return f"{low} and below {self.below:g}"
        if self.at_most < inf:
            return f"{low} and at most {self.at_most:g}"
        return f"a number {low}" if self.above > -inf else low


LATER = "later"
Later = Annotated[T, LATER]  # a field that early documents lack: written if not its default
Count = Annotated[int, Bounds(at_least=1)]
Natural = Annotated[int, Bounds(at_least=0)]
Seed = Annotated[int, Bounds(at_least=0, at_most=2**BITS - 1)]  # what torch's generators take
Positive = Annotated[float, Bounds(above=0)]
NotNegative = Annotated[float, Bounds(at_least=0)]
Share = Annotated[float, Bounds(at_least=0, below=1)]
Fraction = Annotated[float, Bounds(at_least=0, at_most=1)]


class Value:
    """What frozen dataclasses inherit: checks, a canonical JSON, a digest.

    Every field is checked by its annotation, as `checked` says, so that lists become tuples; then
    `_check` looks at what concerns several fields. ``error`` is what both raise. A class with
    documents of its own has a ``kind``. A field annotated ``Later[...]`` is one that early
    documents do not have: it is written only if it is not its default, so that old digests stay.
    """

    __slots__ = ()

    error: ClassVar[type[NaseduError]] = SettingError
    kind: ClassVar[str]

    def __post_init__(self) -> None:
        try:
            for name, check in _checks(type(self)):
                value = getattr(self, name)
                if (kept := check(value, name)) is not value:
                    object.__setattr__(self, name, kept)
        except ValueError as error:
            raise self.error(str(error)) from None
        self._check()

    def _check(self) -> None:
        """Raise ``error`` if fields do not go together."""

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal: equal values, equal digests."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values, those that came later if they are not their default."""
        values = ((name, getattr(self, name), default) for name, default in _later(type(self)))
        return {name: _plain(value) for name, value, default in values if value != default}

    def to_json(self) -> str:
        """Return the canonical JSON: sorted keys, no spaces, with a schema version."""
        return write_document(self.kind, self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises:
            NaseduError: The class's ``error``: the text is malformed, of a newer schema, or no
                such value.
        """
        try:
            return fill(cls, read_document(cls.kind, text))
        except ValueError as error:
            raise cls.error(str(error)) from None


def fill(kind: type[T], found: Any) -> T:
    """Return a dataclass made from the fields of a JSON object, its lists as tuples.

    Args:
        kind: The dataclass; its annotations say what every field must be.
        found: The fields; those with a default may be missing.

    Raises:
        ValueError: A field is missing, unknown, or of another type; or a value is refused by
            the class, whose errors are its own.
    """
    found, checks = checked(found, dict[str, Any], "the whole"), dict(_checks(kind))
    if unknown := sorted(found.keys() - checks.keys()):
        raise ValueError(f"unknown field {unknown[0]!r:.{SHOWN}}; expected {', '.join(checks)}")
    for one in fields(kind):  # pyright: ignore
        if one.name not in found and one.default is MISSING and one.default_factory is MISSING:
            raise ValueError(f"{one.name} is missing")
    return kind(**{name: checks[name](value, name) for name, value in found.items()})


def checked(value: Any, hint: Any, name: str, error: type[Exception] = ValueError) -> Any:
    """Return a value if it is of a type, its lists as tuples where tuples are expected.

    An integer is a number too, and a truth value neither.

    Args:
        value: The value.
        hint: The type, as annotations write it: of ``bool``, ``int``, ``float``, ``str``,
            ``None``, ``Any``, ``Literal``, ``tuple``, ``dict``, numbers with `Bounds`, dataclasses
            (or objects with their fields), and unions of these.
        name: What the value is, for the error.
        error: What to raise.

    Raises:
        ValueError: It is of another type, or a number that is not finite or out of bounds.
    """
    try:
        return _check_of(hint)(value, name)
    except ValueError as refused:
        raise error(str(refused)) from None


@cache
def _check_of(hint: Any) -> Check:
    """Return the check of a type: made once, since networks are made by the thousand."""
    kind, inner = get_origin(hint) or hint, get_args(hint)
    if kind is Annotated:
        bounds = [mark for mark in inner[1:] if isinstance(mark, Bounds)]
        return _number_check(inner[0], bounds[0]) if bounds else _check_of(inner[0])
    if hint is Any:
        return lambda value, name: value
    if kind in (int, float):
        return _number_check(kind)
    if kind in (Union, UnionType):
        return _union_check(hint, inner)
    if kind is tuple:
        return _tuple_check(inner)
    if kind is dict:
        return _dict_check(inner[1] if inner else Any)
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass_check(kind)
    if kind is Literal:
        return _choice_check(inner, _words(hint))
    return _kind_check(kind)


def _number_check(kind: type, bounds: Bounds | None = None) -> Check:
    words, within = bounds.words(kind) if bounds else WORDS[kind], bounds or Bounds()
    kinds, most = (int, inf) if kind is int else ((int, float), float_info.max)
    least = within.at_least if kind is int and within == Bounds(within.at_least) else inf

    def check(value: Any, name: str) -> Any:
        if type(value) is int and value >= least:  # the most frequent, and fast
            return value
        is_number = isinstance(value, kinds) and not isinstance(value, bool)
        if is_number and within.hold(value) and abs(value) <= most:
            return value
        raise ValueError(f"{name} is {shown(value)}; expected {words}")

    return check


def _union_check(hint: Any, inner: tuple[Any, ...]) -> Check:
    checks, words = [_check_of(one) for one in inner if one is not NoneType], _words(hint)
    optional = len(checks) < len(inner)

    def check(value: Any, name: str) -> Any:
        if value is None and optional:
            return None
        if len(checks) == 1:
            return checks[0](value, name)
        for one in checks:
            with suppress(ValueError):
                return one(value, name)
        raise ValueError(f"{name} is {shown(value)}; expected {words}")

    return check


def _tuple_check(inner: tuple[Any, ...]) -> Check:
    """Return the check of a list of one type and any length, or of these types."""
    any_length = len(inner) == 2 and inner[1] is ...
    checks = [_check_of(one) for one in (inner[:1] if any_length else inner)]
    first = checks[0]

    def check(values: Any, name: str) -> Any:
        if not isinstance(values, tuple | list | range):
            raise ValueError(f"{name} is {shown(values)}; expected a list")
        if not any_length and len(checks) != len(values):
            raise ValueError(f"{name} has {len(values)} values; expected {len(checks)}")
        try:
            if any_length:
                kept = tuple([first(one, "") for one in values])
            else:
                kept = tuple([one(value, "") for one, value in zip(checks, values, strict=True)])
        except ValueError:  # only now are names made
            for k, value in enumerate(values):
                checks[0 if any_length else k](value, f"{name}[{k}]")
            raise
        return values if kept == values else kept

    return check


def _dict_check(of: Any) -> Check:
    inner = _check_of(of)

    def check(value: Any, name: str) -> Any:
        if not isinstance(value, dict):
            raise ValueError(f"{name} is {shown(value)}; expected an object")
        return {key: inner(one, f"{name}.{key}") for key, one in value.items()}

    return check


def _dataclass_check(kind: type) -> Check:
    def check(value: Any, name: str) -> Any:
        if isinstance(value, kind):
            return value
        if not isinstance(value, dict):
            raise ValueError(f"{name} is {shown(value)}; expected a {kind.__name__}")
        try:
            return fill(kind, value)
        except (ValueError, NaseduError) as error:
            raise ValueError(f"{name}: {error}") from None

    return check


def _choice_check(inner: tuple[Any, ...], words: str) -> Check:
    names = frozenset(one for one in inner if isinstance(one, str))

    def check(value: Any, name: str) -> Any:
        if (isinstance(value, str) and value in names) or any(value is one for one in inner):
            return value
        raise ValueError(f"{name} is {shown(value)}; expected {words}")

    return check


def _kind_check(kind: type) -> Check:
    def check(value: Any, name: str) -> Any:
        if isinstance(value, kind):
            return value
        raise ValueError(f"{name} is {shown(value)}; expected {_words(kind)}")

    return check


@cache
def _checks(kind: type) -> Sequence[tuple[str, Check]]:
    """Return the fields of a dataclass, each with its check."""
    return [(name, _check_of(hint)) for name, hint in hints_of(kind).items()]


@cache
def _later(kind: type) -> Sequence[tuple[str, Any]]:
    """Return the fields of a dataclass: those that came later with their default."""
    hints = hints_of(kind)
    late = {name for name, hint in hints.items() if LATER in get_args(hint)[1:]}
    return [(one.name, one.default if one.name in late else MISSING) for one in fields(kind)]


@cache
def hints_of(kind: type) -> Mapping[str, Any]:
    """Return the fields of a dataclass with their types, bounds and all."""
    hints = get_type_hints(kind, include_extras=True)
    return {one.name: hints[one.name] for one in fields(kind)}  # pyright: ignore


def _plain(value: Any) -> Any:
    """Return a field as a JSON value."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.to_dict() if isinstance(value, Value) else value


def _words(hint: Any) -> str:
    kind, inner = get_origin(hint) or hint, get_args(hint)
    if kind is Annotated:
        bounds = [mark for mark in inner[1:] if isinstance(mark, Bounds)]
        return bounds[0].words(inner[0]) if bounds else _words(inner[0])
    if kind is Literal:
        return ("one of " if len(inner) > 1 else "") + ", ".join(map(str, inner))
    if kind in (Union, UnionType):
        return " or ".join(map(_words, inner))
    return WORDS.get(kind, f"a {kind.__name__}")
