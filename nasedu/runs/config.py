"""The configuration: everything that decides the trials of a run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Self

from nasedu.controller import DepthSchedule, ParameterServers
from nasedu.documents import check_same, read_json, shown
from nasedu.errors import StudyError
from nasedu.problems import known_problems
from nasedu.runs.limits import Limits
from nasedu.values import Count, Later, Value, checked, fill

NEEDED = ("title", "num_train", "num_valid", "recipe")  # of every task of a known problem
KNOWN = {
    **dict.fromkeys(("kind", "data", "title", "unit", "table", "table_digest"), str),
    **dict.fromkeys(("num_train", "num_valid", "num_test", "num_classes"), int),
    "noise": bool,
    "shape": tuple[int, int, int],
    "recipe": dict[str, Any],
}
"""Settings of evaluators that commands, reports and pictures read, with their types."""


@dataclass(frozen=True)
class RunConfig(Value):
    """Everything that decides the trials of a run. Workers are not in it: they change nothing.

    Args:
        space: The space's JSON.
        strategy: Name and settings of the strategy.
        evaluator: Settings of the evaluator.
        batch: Children per update.
        seed: The study's seed.
        trials: Children in all. The one thing that may grow when a run is continued.
        depth: Fields of the depth schedule; None if all children have the space's depth.
        servers: Fields of the `ParameterServers`; None if one learner waits for every batch.
        limits: Fields of the limits that are not their defaults; None if there are no limits.
    """

    error = StudyError

    space: str
    strategy: dict[str, Any]
    evaluator: dict[str, Any]
    batch: Count
    seed: int
    trials: Count
    depth: Later[dict[str, int] | None] = None
    servers: Later[dict[str, int] | None] = None
    limits: Later[dict[str, Any] | None] = None

    @property
    def limit_penalty(self) -> float | None:
        """What a child above a limit costs; None if the strategy is told nothing of it."""
        return (self.limits or {}).get("limit_penalty")

    def to_json(self, indent: int | None = None) -> str:
        """Return the configuration as JSON."""
        fields = {**self.to_dict(), "space": json.loads(self.space)}
        return json.dumps(fields, sort_keys=True, indent=indent)

    @classmethod
    def from_json(cls, text: str) -> Self:
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
        except (StudyError, ValueError) as error:
            raise StudyError(f"not the configuration of a run ({error}): {shown(text)}") from None

    def check_continues(self, recorded: RunConfig, where: str) -> None:
        """Raise `StudyError` unless a recorded run can be continued as this one."""
        configs = [json.loads(config.to_json()) for config in (self, recorded)]
        for config in configs:
            del config["trials"]
            if "table_digest" in (evaluator := config["evaluator"]):
                del evaluator["table"]  # where it lies; the digest says which it is
        check_same(configs[0], configs[1], where, StudyError)
        if self.trials < recorded.trials:
            raise StudyError(
                f"{where} was asked for {recorded.trials} trials and not {self.trials}; "
                "a run can only grow"
            )


def _check_known(config: RunConfig) -> None:
    """Raise ValueError if what nasedu reads of a run's settings is not of its type.

    An evaluator of one's own may say anything, or nothing, under other names.
    """
    checked(config.strategy.get("name"), str, "strategy.name")
    if config.depth is not None:
        fill(DepthSchedule, config.depth)
    if config.servers is not None:
        fill(ParameterServers, config.servers)
    if config.limits is not None:
        fill(Limits, config.limits)
    evaluator = config.evaluator
    kinds = [row.name for row in known_problems()]
    is_ours = "table" in evaluator or evaluator.get("kind") in kinds
    for name, hint in KNOWN.items():
        if name in evaluator or (is_ours and name in NEEDED):
            checked(evaluator.get(name), hint, f"evaluator.{name}")
    if is_ours:
        checked(evaluator["recipe"].get("epochs"), int, "evaluator.recipe.epochs")
