"""Extras: packages that are there only if the user asked for them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from nasedu.errors import SettingError


def needed(name: str, what: str, extra: str = "export") -> Any:
    """Return a module of a package that an extra brings.

    Args:
        name: The module.
        what: What needs it, e.g. ``"--onnx"``.
        extra: The extra, as ``pyproject.toml`` calls it.

    Raises:
        SettingError: It is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        raise SettingError(
            f"{name.partition('.')[0]} is not installed, which {what} needs; install it with: "
            f"pip install 'nasedu[{extra}]'"
        ) from None
