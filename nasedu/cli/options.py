"""Options that several commands share, and what is made of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperCommand, TyperGroup

from nasedu.errors import SettingError

if TYPE_CHECKING:
    from nasedu.searching import DepthSchedule
    from nasedu.spaces import ConvNetSpace

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
DataName = Annotated[str, typer.Option(help="Data set, see `nasedu data list`.")]
Workers = Annotated[int | None, typer.Option(help="Children at a time; default one a core.")]
ChildTimeout = Annotated[float, typer.Option(help="Seconds that one child may take.")]

# The space
SpaceName = Annotated[
    str | None,
    typer.Option(help="A space of the paper: cifar10-v1, -v2, -v3; default by the options below."),
]
Layers = Annotated[int, typer.Option(help="Layers of every child.")]
Heights = Annotated[str, typer.Option(help="Filter heights to choose from.")]
Widths = Annotated[str, typer.Option(help="Filter widths to choose from.")]
Filters = Annotated[str, typer.Option(help="Numbers of filters to choose from.")]
SkipConnections = Annotated[bool, typer.Option(help="Let layers choose their inputs.")]
Depth = Annotated[
    str | None,
    typer.Option(metavar="START,STEP,EVERY", help="Let children grow; the paper's is 6,2,1600."),
]

# The space of cells
Base = Annotated[int, typer.Option(help="On text: leaves of every cell, a power of two.")]
MaxAndSin = Annotated[
    bool, typer.Option("--max-and-sin", help="On text: let cells choose max and sin, too.")
]

# The recipe
Epochs = Annotated[int, typer.Option(help="Passes over the training images.")]
ChildLr = Annotated[float, typer.Option(help="Learning rate of the children.")]
BatchSize = Annotated[int, typer.Option(help="Images an update of a child.")]
Schedule = Literal["linear", "step", "constant"]
ScheduleName = Annotated[
    Schedule, typer.Option(help="Let a child's rate fall to 0, or in two steps, or not.")
]
Precision = Literal["auto", "float32", "bfloat16"]
PrecisionName = Annotated[Precision, typer.Option(help="Arithmetic of the children.")]
NumTrain = Annotated[int | None, typer.Option(help="Use only so many training images.")]
ImageSize = Annotated[int | None, typer.Option(help="Resize images to so many pixels a side.")]
WhiteningName = Annotated[
    Literal["channel", "image"], typer.Option(help="Whose mean and deviation images lose.")
]
AugmentationName = Annotated[
    Literal["shift", "paper"],
    typer.Option(help="Crops of the image in a frame of zeros, or of the enlarged image."),
]
HiddenSize = Annotated[
    int | None, typer.Option(help="On text: numbers of a hidden state; default 32.")
]

# The same where the default depends on the data
EpochsOfData = Annotated[
    int | None, typer.Option("--epochs", help="Passes over the data; default 2, on text 3.")
]
LrOfData = Annotated[
    float | None,
    typer.Option("--child-lr", help="Learning rate of the children; default 0.1, on text 0.01."),
]
BatchSizeOfData = Annotated[
    int | None,
    typer.Option("--batch-size", help="Images an update; default 64, on text 20 streams."),
]
NumTrainOfData = Annotated[
    int | None,
    typer.Option(
        "--num-train",
        help="Use only so many images, or symbols of a text; default all, of a text 40,000.",
    ),
]


def space_of(
    layers: int, heights: str, widths: str, filters: str, skip_connections: bool
) -> ConvNetSpace:
    """Return the space that options describe."""
    from nasedu.spaces import ConvNetSpace

    return ConvNetSpace(
        num_layers=layers,
        filter_heights=_numbers("heights", heights),
        filter_widths=_numbers("widths", widths),
        num_filters=_numbers("filters", filters),
        skip_connections=skip_connections,
    )


def depth_of(text: str | None) -> DepthSchedule | None:
    """Return the depth schedule that an option describes, or None."""
    from nasedu.searching import DepthSchedule

    if text is None:
        return None
    numbers = _numbers("depth-schedule", text)
    if len(numbers) != 3:
        raise SettingError(
            f"--depth-schedule is {text!r}; expected three numbers: layers of the first children, "
            "layers added at a time, children of one depth, e.g. 6,2,1600"
        )
    return DepthSchedule(*numbers)


def _numbers(name: str, text: str) -> tuple[int, ...]:
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
