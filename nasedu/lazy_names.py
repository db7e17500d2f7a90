"""Lazy names: what a package offers, loaded when it is first used (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def lazy_names(
    package: str, homes: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return the ``__getattr__`` and ``__dir__`` of a package whose names load when first used.

    So a module can be imported without all that stands beside it: a recipe needs no torch.
    Type checkers read the same names from imports under ``TYPE_CHECKING``.

    Args:
        package: The package's ``__name__``.
        homes: Its names, by the module that has them.
    """
    home = {name: module for module, names in homes.items() for name in names}

    def load(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(home[name]), name)
        vars(sys.modules[package])[name] = value  # from now on found without this function
        return value

    def listed() -> list[str]:
        return sorted({*vars(sys.modules[package]), *home})

    return load, listed
