"""Pickles read without running them: bytes, texts, numbers, lists, dicts and arrays of bytes.

A pickle may name any function and call it. Here it gets stand-ins of our own for the few names
that numpy's arrays need, which keep what they are given, and no other name at all.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from typing import Any

import numpy as np

from nasedu.errors import DataError


class _Type:
    """Stands for ``numpy.dtype``."""

    def __init__(self, code: object = b"", *_: object) -> None:
        self.code = code

    def __setstate__(self, state: object) -> None:
        """Drop the order of bytes and the like."""


class _Array:
    """Stands for ``numpy.ndarray``."""

    def __init__(self, *_: object) -> None:
        self.array = np.empty(0, np.uint8)

    def __setstate__(self, state: Any) -> None:
        """Take shape, type and bytes as they stand in the pickle."""
        _, shape, kind, is_fortran, content = state
        if kind.code not in ("u1", b"u1", "uint8", b"uint8") or is_fortran:
            raise pickle.UnpicklingError("an array is not of bytes, row by row")
        self.array = np.frombuffer(content, np.uint8).reshape(shape)


def _encode(text: str, _encoding: object = None) -> bytes:
    """Stand for ``_codecs.encode``, by which Python 3 writes bytes in old protocols."""
    return text.encode("latin-1")


STAND_INS = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Type,
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("_codecs", "encode"): _encode,
}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str, /) -> Any:
        if (module, name) not in STAND_INS:
            raise pickle.UnpicklingError(f"it names {module}.{name}")
        return STAND_INS[module, name]


def read_pickle(content: bytes, where: str) -> dict[str, Any]:
    """Return the dict in a pickle, its keys as text, arrays of bytes as numpy's.

    Raises:
        DataError: It is no such pickle, or names anything but arrays.
    """
    try:
        for opcode, argument, _ in pickletools.genops(content):
            if "PUT" in opcode.name and int(argument or 0) > len(content):
                raise pickle.UnpicklingError("a number in it is far too large")
        found = _Reader(io.BytesIO(content), encoding="bytes").load()
        if not isinstance(found, dict):
            raise pickle.UnpicklingError(f"it is a {type(found).__name__} and not a dict")
        return {
            key.decode() if isinstance(key, bytes) else str(key): (
                value.array if isinstance(value, _Array) else value
            )
            for key, value in found.items()
        }
    except Exception as error:  # a damaged pickle raises almost anything
        why = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{where} is no pickle of lists and arrays ({why})") from None
