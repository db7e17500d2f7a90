"""Provenance: where a record was made, and what happens if it is gone on with elsewhere."""

from __future__ import annotations

import platform
import shlex
import subprocess
import sys
import warnings
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from nasedu import __version__
from nasedu.training import pick_device

MACHINE = ("torch", "processor", "device")  # versions that figures may depend on


def made_by() -> dict[str, Any]:
    """Return versions, commit and command of what is being made, as JSON values."""
    command = shlex.join(["nasedu", *sys.argv[1:]])
    return {"versions": versions() | {"commit": commit()}, "command": command}


def warn_of_other_machine(where: str, then: Mapping[str, str | None], stacklevel: int = 3) -> None:
    """Warn if a record is gone on with by another torch, processor or kind of device.

    Args:
        where: Name of the record.
        then: The `versions` that it was begun with.
        stacklevel: As for `warnings.warn`, of who calls this.
    """
    now = versions()
    changed = [name for name in MACHINE if now[name] != then.get(name)]
    if changed:
        warnings.warn(
            f"{where} was begun with "
            + " and ".join(f"{name} {then.get(name)}, now {now[name]}" for name in changed)
            + ": what follows may differ from undisturbed work in the last digits",
            stacklevel=stacklevel,
        )


def versions() -> dict[str, str]:
    """Return what figures may depend on: versions, processor and system."""
    return {
        "nasedu": __version__,
        "torch": version("torch"),
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "processor": _processor(),
        "device": pick_device().type,
    }


def commit() -> str | None:
    """Return the commit of the checkout that nasedu runs from, marked if it was changed since.

    None if it runs from anywhere else, or there is no git.
    """
    checkout = Path(__file__).resolve().parents[2]
    if not (checkout / ".git").exists():
        return None
    describe = ("describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
    try:
        done = subprocess.run(
            ["git", "-C", str(checkout), *describe], capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def _processor() -> str:
    """Return the processor's name and the instructions torch uses: with others sums may differ."""
    return f"{_processor_name()}, {torch.backends.cpu.get_cpu_capability()}"


def _processor_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
