"""What defines a run: everything that decides its trials."""

from __future__ import annotations

import json
import platform
import subprocess
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from nasedu import __version__
from nasedu.errors import StudyError
from nasedu.searching.depth import DepthSchedule
from nasedu.training import language_recipe, pick_device, recipe
from nasedu.values import checked, fill, read_json, shown

MACHINE = ("torch", "processor", "device")  # versions that figures may depend on

NEEDED = ("title", "num_train", "num_valid", "recipe")  # of every evaluator of nasedu's
KNOWN = {
    **dict.fromkeys(("kind", "data", "title", "unit", "table", "table_digest"), str),
    **dict.fromkeys(("num_train", "num_valid", "num_test", "num_classes"), int),
    "noise": bool,
    "shape": tuple[int, int, int],
    "recipe": dict[str, Any],
}
"""Settings of evaluators that commands, reports and pictures read, with their types."""


@dataclass(frozen=True)
class RunConfig:
    """Everything that decides the trials of a run. Workers are not in it: they change nothing.

    Args:
        space: The space's JSON.
        strategy: Name and settings of the strategy.
        evaluator: Settings of the evaluator.
        batch: Children an update.
        seed: The study's seed.
        trials: Children in all. The one thing that may grow when a run is continued.
        depth: Fields of the depth schedule; None if all children have the space's depth.
    """

    space: str
    strategy: dict[str, Any]
    evaluator: dict[str, Any]
    batch: int
    seed: int
    trials: int
    depth: dict[str, int] | None = None

    def to_json(self, indent: int | None = None) -> str:
        """Return the configuration as JSON."""
        fields = {**asdict(self), "space": json.loads(self.space)}
        if self.depth is None:
            del fields["depth"]
        return json.dumps(fields, sort_keys=True, indent=indent)

    @classmethod
    def from_json(cls, text: str) -> RunConfig:
        """Read what `to_json` wrote.

        Raises:
            StudyError: The text is not a configuration.
        """
        try:
            fields = checked(read_json(text), dict[str, Any], "the whole")
            space = checked(fields.pop("space", None), dict[str, Any], "space")
            fields["space"] = json.dumps(space, sort_keys=True, separators=(",", ":"))
            config = fill(cls, fields)
            _check_known(config)
            return config
        except ValueError as error:
            raise StudyError(f"not the configuration of a run ({error}): {shown(text)}") from None

    def check_continues(self, recorded: RunConfig, where: str) -> None:
        """Raise `StudyError` unless a recorded run can be continued as this one."""
        configs = [json.loads(config.to_json()) for config in (self, recorded)]
        for config in configs:
            del config["trials"]
            if "recipe" in (evaluator := config["evaluator"]):
                evaluator["recipe"] = recipe.LATER | language_recipe.LATER | evaluator["recipe"]
            if "table_digest" in evaluator:
                del evaluator["table"]  # where it lies; the digest says which it is
        if difference := first_difference(*configs):
            key, ours, theirs = difference
            raise StudyError(
                f"{where} was made with {key} = {theirs!r} and not {ours!r}; choose another run "
                "folder, or go on with the options (`nasedu resume` knows them) and the data that "
                "it was begun with"
            )
        if self.trials < recorded.trials:
            raise StudyError(
                f"{where} was asked for {recorded.trials} trials and not {self.trials}; "
                "a run can only grow"
            )


def _check_known(config: RunConfig) -> None:
    """Raise ValueError if what nasedu reads of a run's settings is not of its type.

    An evaluator of one's own may say anything, or nothing, under other names.
    """
    for name in ("batch", "trials"):
        if getattr(config, name) < 1:
            raise ValueError(f"{name} is {getattr(config, name)}; expected at least 1")
    checked(config.strategy.get("name"), str, "strategy.name")
    if config.depth is not None:
        fill(DepthSchedule, config.depth)
    evaluator = config.evaluator
    is_ours = evaluator.get("kind") in ("images", "language", "table")
    for name, hint in KNOWN.items():
        if name in evaluator or (is_ours and name in NEEDED):
            checked(evaluator.get(name), hint, f"evaluator.{name}")
    if is_ours:
        checked(evaluator["recipe"].get("epochs"), int, "evaluator.recipe.epochs")


def first_difference(ours: Any, theirs: Any) -> tuple[str, Any, Any] | None:
    """Return the dotted key of the first thing that differs and both values.

    Names come first, for they say most, and digests last: they differ whenever anything does.
    """

    def rank(key: str) -> tuple[bool, bool, str]:
        return key.endswith("digest"), not key.endswith((".name", ".kind")), key

    ours, theirs = _flat(ours), _flat(theirs)
    for key in sorted({*ours, *theirs}, key=rank):
        if ours.get(key) != theirs.get(key):
            return key, ours.get(key), theirs.get(key)
    return None


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


def _flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """Return a nested document with dotted keys, so that a difference can be named."""
    if not isinstance(value, dict):
        return {prefix: value}
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        flat |= _flat(inner, f"{prefix}.{key}" if prefix else key)
    return flat
