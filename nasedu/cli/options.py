"""Options that several commands share, and what is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperCommand, TyperGroup

from nasedu.errors import SettingError

if TYPE_CHECKING:
    from nasedu.controller import DepthSchedule
    from nasedu.problems import Problem

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
            if isinstance(value, int) and name != "seed":  # which is a name and no count
                _check_size(f"--{name.replace('_', '-')}", value)
        return rest


RunFolder = Annotated[Path, typer.Argument(help="Run folder, e.g. runs/first.")]
DataName = Annotated[
    str | None,
    typer.Option(help="Data set, see `nasedu data list`; default digits, or pydocs for cells."),
]
Workers = Annotated[int | None, typer.Option(help="Children at a time; default one a core.")]
ChildTimeout = Annotated[float, typer.Option(help="Seconds that one child may take.")]


def _learn(text: str | None) -> str | None:
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
        callback=_learn,
        is_eager=True,
        help="What kind of child: images, language, or a row of your own; default by the data.",
    ),
]

# The space
SpaceName = Annotated[
    str | None,
    typer.Option(help="A space of the paper: cifar10-v1, -v2, -v3; for cells max-and-sin."),
]
Layers = Annotated[int | None, typer.Option(help="Layers of every child; default 4.")]
Heights = Annotated[str, typer.Option(help="Filter heights to choose from.")]
Widths = Annotated[str, typer.Option(help="Filter widths to choose from.")]
Filters = Annotated[str, typer.Option(help="Numbers of filters to choose from.")]
SkipConnections = Annotated[bool, typer.Option(help="Let layers choose their inputs.")]
Depth = Annotated[
    str | None,
    typer.Option(metavar="START,STEP,EVERY", help="Let children grow; the paper's is 6,2,1600."),
]
Base = Annotated[
    int | None, typer.Option(help="Of cells: leaves of each, a power of two; default 8.")
]

# The recipe
RecipeName = Annotated[
    str | None,
    typer.Option(help="A recipe by name, which the options below change, e.g. zaremba-small."),
]
Epochs = Annotated[
    int | None,
    typer.Option(
        "--epochs", help="Passes over the data; default 20 in train, 2 in a search, of text 3."
    ),
]
ChildLr = Annotated[
    float | None,
    typer.Option(help="Learning rate of the children; default 0.1, of text 0.01."),
]
BatchSize = Annotated[
    int | None,
    typer.Option(help="Images an update; default 64. Of text streams; default 20."),
]
Schedule = Literal["linear", "step", "constant"]
ScheduleName = Annotated[
    Schedule | None,
    typer.Option(help="Let a child's rate fall to 0, or in two steps, or not; default linear."),
]
Precision = Literal["auto", "float32", "bfloat16"]
PrecisionName = Annotated[
    Precision | None, typer.Option(help="Arithmetic of the children; default auto.")
]
NumTrain = Annotated[
    int | None,
    typer.Option(
        help="Use only so many images, or symbols of text; a search's default all, of text 40,000.",
    ),
]
ImageSize = Annotated[int | None, typer.Option(help="Resize images to so many pixels a side.")]
WhiteningName = Annotated[
    Literal["channel", "image"] | None,
    typer.Option(help="Whose mean and deviation images lose; default channel."),
]
AugmentationName = Annotated[
    Literal["shift", "paper"] | None,
    typer.Option(
        help="Crops of the image in a frame of zeros (shift), or enlarged (paper); default shift."
    ),
]
HiddenSize = Annotated[
    int | None, typer.Option(help="Of text: numbers of a hidden state; default 32.")
]

FIELDS_OF_A_SPACE = {
    "layers": "num_layers",
    "heights": "filter_heights",
    "widths": "filter_widths",
    "filters": "num_filters",
    "skip_connections": "skip_connections",
    "base": "base",
}
FIELDS_OF_A_RECIPE = {
    "epochs": "epochs",
    "child_lr": "lr",
    "batch_size": "batch_size",
    "schedule": "schedule",
    "precision": "precision",
    "num_train": "num_train",
    "image_size": "image_size",
    "whitening": "whitening",
    "augmentation": "augmentation",
    "hidden_size": "hidden_size",
}
"""Which field an option fills; a space or a recipe that lacks it does not take the option."""


def filled(context: typer.Context, value: Any, names: Mapping[str, str], problem: Problem) -> Any:
    """Return a space or a recipe with the fields that options gave.

    Args:
        context: Of the command.
        value: What the options change.
        names: Fields by option.
        problem: Whose it is, for the error.

    Raises:
        SettingError: An option that it does not take, or a value that cannot be.
    """
    known, given = {one.name for one in fields(value)}, {}
    for option, name in names.items():
        if not is_given(context, option):
            continue
        if name not in known:
            raise SettingError(
                f"--{option.replace('_', '-')} does not go with {problem.title}; leave it out"
            )
        found = context.params[option]
        lists = option in ("heights", "widths", "filters")
        given[name] = numbers_of(option, found) if lists else found
    return replace(value, **given)


def is_given(context: typer.Context, name: str) -> bool:
    """Return whether an option stands on the command line."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def named(problem: Problem, part: str, name: str) -> Any:
    """Return a space or a recipe of a problem by its name.

    Raises:
        SettingError: There is none.
    """
    known = problem.load(part)
    if name not in known:
        raise SettingError(
            f"--{part[:-1]} is {name!r}; expected one of {', '.join(known)} for {problem.title}"
        )
    return known[name]


def depth_of(text: str | None) -> DepthSchedule | None:
    """Return the depth schedule that an option describes, or None."""
    from nasedu.controller import DepthSchedule

    if text is None:
        return None
    numbers = numbers_of("depth-schedule", text)
    if len(numbers) != 3:
        raise SettingError(
            f"--depth-schedule is {text!r}; expected three numbers: layers of the first children, "
            "layers added at a time, children of one depth, e.g. 6,2,1600"
        )
    return DepthSchedule(*numbers)


def numbers_of(name: str, text: str) -> tuple[int, ...]:
    """Return the numbers of a text such as ``"1,3,5"``."""
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise SettingError(f"{name} is {text!r}; expected numbers such as 1,3,5") from None
    for number in numbers:
        _check_size(name, number)
    return numbers


def _check_size(name: str, number: int) -> None:
    if abs(number) > MOST:
        raise SettingError(f"{name} is {number}; expected at most {MOST:,}")
