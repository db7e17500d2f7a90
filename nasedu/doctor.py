"""The doctor: is everything there that the course needs? And if not, what is to be done?"""

from __future__ import annotations

import platform
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Literal

from nasedu import __version__

State = Literal["ok", "note", "missing"]
SIGNS = {"ok": "ok     ", "note": "note   ", "missing": "MISSING"}
MIN_PYTHON = (3, 11)
MIN_DISK = 1e9  # bytes, for runs and imported images


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at.

    Attributes:
        name: What was looked at.
        state: ``"ok"``; ``"note"``, works with a limit; or ``"missing"``, the course needs it.
        found: What is there.
        remedy: What to do; empty if nothing is.
    """

    name: str
    state: State
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        line = f"{SIGNS[self.state]}  {self.name}: {self.found}"
        return f"{line}\n         -> {self.remedy}" if self.remedy else line


@dataclass(frozen=True, slots=True)
class Examination:
    """All that was looked at."""

    checks: tuple[Diagnosis, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing that the course needs is missing."""
        return all(check.state != "missing" for check in self.checks)

    def __str__(self) -> str:
        missing = sum(check.state == "missing" for check in self.checks)
        verdict = "Everything is there." if self.is_well else f"{missing} missing: see the arrows."
        return "\n".join([*map(str, self.checks), verdict])

    def block(self) -> str:
        """Return a block to paste for a teacher: no paths, no names of people or machines."""
        head = f"nasedu {__version__}, Python {platform.python_version()}, {platform.system()}"
        return f"```\n{head}\n{self}\n```"


def examine() -> Examination:
    """Look at everything, one after the other; what raises is missing."""
    looks = (_python, _packages, _torch, _device, _cores, _drawing, _data, _disk, _kernel)
    return Examination(tuple(_carefully(look) for look in looks))


def _carefully(look: Callable[[], Diagnosis]) -> Diagnosis:
    try:
        return look()
    except Exception as error:
        name = look.__name__.strip("_")
        reason = (f"{type(error).__name__}: {error}".splitlines() or [""])[0]
        return Diagnosis(name, "missing", reason, "install again: `python3 start.py lab`")


def _python() -> Diagnosis:
    found = platform.python_version()
    if sys.version_info < MIN_PYTHON:
        wanted = ".".join(map(str, MIN_PYTHON))
        return Diagnosis("Python", "missing", found, f"install Python {wanted} or newer")
    return Diagnosis("Python", "ok", found)


def _packages() -> Diagnosis:
    named = [r for r in requires("nasedu") or [] if "extra ==" not in r]
    absent, found = [], []
    for requirement in named:
        name = re.split(r"[^A-Za-z0-9_.-]", requirement, maxsplit=1)[0]
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            absent.append(name)
    if absent:
        remedy = f"`python -m pip install {' '.join(absent)}`"
        return Diagnosis("packages", "missing", ", ".join(absent), remedy)
    return Diagnosis("packages", "ok", ", ".join(found))


def _torch() -> Diagnosis:
    import torch

    product = torch.ones(8, 8) @ torch.ones(8, 8)
    if product.sum() != 512:
        return Diagnosis(
            "torch", "missing", f"{torch.__version__} multiplies wrongly", "reinstall it"
        )
    return Diagnosis("torch", "ok", f"{torch.__version__} multiplies")


def _device() -> Diagnosis:
    import torch

    from nasedu.children import has_bfloat16
    from nasedu.training import pick_device

    device = pick_device()
    if device.type == "cuda":
        return Diagnosis("device", "ok", torch.cuda.get_device_name())
    fast = has_bfloat16(device)
    found = "CPU with bfloat16" if fast else "CPU without bfloat16"
    return Diagnosis("device", "ok" if fast else "note", f"{found}, no GPU; the course needs none")


def _cores() -> Diagnosis:
    from nasedu.searching import available_cores

    cores = available_cores()
    if cores == 1:
        return Diagnosis("cores", "note", "1", "searches take twice the minutes that lessons state")
    return Diagnosis("cores", "ok", str(cores))


def _drawing() -> Diagnosis:
    from nasedu.architectures import ConvLayer, ConvNet
    from nasedu.viewing import draw

    svg = draw(ConvNet((ConvLayer(3, 3, 8, (0,)),))).svg
    return Diagnosis("drawing", "ok", f"an SVG of {len(svg):,} characters was drawn")


def _data() -> Diagnosis:
    from nasedu.data import load
    from nasedu.data.catalogue import SHELVES

    digits, sets = load("digits"), ", ".join(each for shelf in SHELVES for each in shelf.stems())
    found = f"{len(digits.train):,} + {len(digits.test):,} digits; sets: {sets}"
    return Diagnosis("data", "ok", found)


def _disk() -> Diagnosis:
    from nasedu.data import data_home

    home = data_home()
    while not home.exists():
        home = home.parent
    free = shutil.disk_usage(home).free
    found = f"{free / 1e9:.0f} GB free"
    if free < MIN_DISK:
        return Diagnosis("disk", "missing", found, "make room: runs and images need about 1 GB")
    return Diagnosis("disk", "ok", found)


def _kernel() -> Diagnosis:
    from jupyter_client.kernelspec import KernelSpecManager

    kernels = sorted(KernelSpecManager().find_kernel_specs())
    if "python3" not in kernels:
        remedy = "`python -m ipykernel install --sys-prefix` in the course's environment"
        return Diagnosis("notebooks", "missing", f"kernels: {', '.join(kernels) or 'none'}", remedy)
    return Diagnosis("notebooks", "ok", f"JupyterLab {version('jupyterlab')}, kernel python3")
