"""Commands and groups of the command line, and options that several share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from nasedu.errors import SettingError

if TYPE_CHECKING:
    from nasedu.searching import Crew

MOST = 2**31 - 1  # of anything that is counted


class CommandGroup(TyperGroup):
    """Commands under one name, which alone shows its help."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take no arguments at all for ``--help``."""
        return super().parse_args(ctx, args or ["--help"])


class Command(TyperCommand):
    """A command whose numbers are of a size that something can be done with."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse an integer that no part of a computer counts to."""
        rest = super().parse_args(ctx, args)
        for name, value in ctx.params.items():
            if name != "seed":  # which is a name and no count
                check_range(f"--{name.replace('_', '-')}", value)
        return rest


RunFolder = Annotated[Path, typer.Argument(help="Run folder, e.g. runs/first.")]
DataName = Annotated[
    str | None,
    typer.Option(help="Data set, see `nasedu data list`; default digits, or the problem's."),
]
Workers = Annotated[
    int | None, typer.Option(help="Children trained at a time; default one per core.")
]
ChildTimeout = Annotated[float, typer.Option(help="Seconds that one child may take.")]
Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="local|ADDRESS", help="Train on a cluster of Ray: of this machine, or of many."
    ),
]
Gpus = Annotated[
    float | None,
    typer.Option(help="GPUs that each child has on the cluster, e.g. 0.25; default one, if any."),
]


def crew(workers: int | None, cluster: str | None, gpus: float | None) -> int | Crew | None:
    """Return who trains: so many workers of this machine, or of a cluster.

    Raises:
        SettingError: There are shares of GPUs without a cluster, or no such cluster.
    """
    if cluster is None:
        if gpus is not None:
            raise SettingError(f"--gpus is {gpus:g} without a cluster; add --cluster local")
        return workers
    from nasedu.searching import RayWorkers

    return RayWorkers(cluster, workers, gpus)


def learn(text: str | None) -> str | None:
    """Make a problem of the user's own known before anything is read."""
    if text is not None:
        from nasedu.problems import find_problem

        find_problem(text)
    return text


ProblemName = Annotated[
    str | None,
    typer.Option(
        "--problem",
        metavar="NAME|MODULE:ROW",
        callback=learn,
        is_eager=True,
        help="What kind of child: images, language, nasnet, or a row of your own; by default "
        "the data decide.",
    ),
]


def check_range(name: str, value: Any) -> None:
    """Raise `SettingError` if an integer, or one of several, counts further than anything does."""
    for number in value if isinstance(value, tuple) else (value,):
        if isinstance(number, int) and abs(number) > MOST:
            raise SettingError(f"{name} is {number}; expected at most {MOST:,}")
