"""The answer of a student's function, whatever it is, as numbers to compare."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

import numpy as np

FLOAT32 = 1e-5  # how far answers may differ, as a share: what is left of float32 after some steps


class AnswerError(ValueError):
    """An answer that cannot be read as numbers; its text completes "f(...) gives ..."."""


def as_lists(value: Any) -> Any:
    """Return lists, tuples, arrays and tensors as nested lists of Python's own numbers."""
    if isinstance(value, list | tuple):
        return [as_lists(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


def numbers_of(answer: Any) -> np.ndarray:
    """Return the numbers of an answer, as an array of Python's own ints and floats.

    Numbers, lists, tuples, arrays and tensors are all welcome; ints stay exact.

    Raises:
        AnswerError: Anything else, in words for the student.
    """
    if answer is None:
        raise AnswerError("`None`: the function has to end with a `return`")
    try:
        numbers = np.array(as_lists(answer), dtype=object)
    except Exception:  # whatever an unknown object does when it is read
        raise AnswerError(f"a {type(answer).__name__}; expected numbers") from None
    for leaf in numbers.flat:
        if isinstance(leaf, list):
            raise AnswerError("a list whose rows differ in length")
        if isinstance(leaf, bool) or not isinstance(leaf, Real):
            kind = type(leaf).__name__
            found = f"{quote(leaf)}, a {kind}" if isinstance(leaf, bool | str) else f"a {kind}"
            raise AnswerError(
                f"{found}{' inside a list' if numbers.ndim else ''}; expected numbers"
            )
    return numbers


def is_whole(numbers: np.ndarray) -> bool:
    """Whether all numbers are ints, and not floats that happen to be whole."""
    return all(isinstance(number, Integral) for number in numbers.flat)


def is_finite(numbers: np.ndarray) -> bool:
    """Whether no number is nan or infinite."""
    return all(isinstance(number, Integral) or math.isfinite(number) for number in numbers.flat)


def equal(a: np.ndarray, b: np.ndarray, tolerance: float = FLOAT32) -> bool:
    """Whether two answers have one shape and the same numbers: ints exactly, floats nearly."""
    if a.size == b.size == 1 and 0 in (a.ndim, b.ndim):  # [0.5] passes for 0.5
        return close(a.item(), b.item(), tolerance)
    return a.shape == b.shape and all(
        close(x, y, tolerance) for x, y in zip(a.flat, b.flat, strict=True)
    )


def close(a: Any, b: Any, tolerance: float = FLOAT32) -> bool:
    """Whether two numbers are equal: exactly if both are ints, else by a relative tolerance."""
    if isinstance(a, Integral) and isinstance(b, Integral):
        return a == b
    if a != a and b != b:  # nan
        return True
    try:
        return math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance / 10)
    except OverflowError:  # an int that is too large for a float
        return False


def quote(value: Any) -> str:
    """Return a value between backticks, floats with six digits."""
    try:
        return code(_written(value))
    except Exception:  # the student's own class, or an int of thousands of digits
        return code(f"<{type(value).__name__}>")


def code(text: str, limit: int = 200) -> str:
    """Return text between backticks: one line, cut if it is long."""
    line = " ".join(text.split()).replace("`", "'")
    return f"`{line if len(line) <= limit else line[: limit - 1] + '…'}`"


def _written(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return f"{value:.6g}" if isinstance(value, float) else repr(value)
