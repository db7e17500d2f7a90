"""Extras: packages that are there only if the user asked for them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from nasedu.errors import SettingError


def needed(name: str, what: str) -> Any:
    """Return a module of a package that the extra "export" brings.

    Args:
        name: The module.
        what: What needs it, e.g. ``"--onnx"``.

    Raises:
        SettingError: It is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        raise SettingError(
            f"{name.partition('.')[0]} is not installed, which {what} needs; install it with: "
            "pip install 'nasedu[export]'"
        ) from None
