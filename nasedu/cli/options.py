"""Commands and groups of the command line, and options that several share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from nasedu.errors import SettingError

MOST = 2**31 - 1  # of anything that is counted


class Group(TyperGroup):
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
                check_size(f"--{name.replace('_', '-')}", value)
        return rest


RunFolder = Annotated[Path, typer.Argument(help="Run folder, e.g. runs/first.")]
DataName = Annotated[
    str | None,
    typer.Option(help="Data set, see `nasedu data list`; default digits, or the problem's."),
]
Workers = Annotated[int | None, typer.Option(help="Children at a time; default one a core.")]
ChildTimeout = Annotated[float, typer.Option(help="Seconds that one child may take.")]


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
        help="What kind of child: images, language, nasnet, or a row of your own; default by "
        "the data.",
    ),
]


def check_size(name: str, value: Any) -> None:
    """Raise `SettingError` if an integer, or one of several, counts further than anything does."""
    for number in value if isinstance(value, tuple) else (value,):
        if isinstance(number, int) and abs(number) > MOST:
            raise SettingError(f"{name} is {number}; expected at most {MOST:,}")
