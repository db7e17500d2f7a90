"""Commands that show one network: ``nasedu draw``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from nasedu.cli.options import ProblemName
from nasedu.cli.terminal import say
from nasedu.errors import DrawingError, SettingError

Architecture = Annotated[
    str,
    typer.Argument(
        metavar="ARCH",
        help="JSON file, run folder (its best child), run folder:trial, or published:NAME.",
    ),
]


def draw(
    arch: Architecture,
    problem: ProblemName = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File to write: svg, png, dot, or html, which answers questions."),
    ] = None,
    style: Annotated[
        Literal["graph", "matrix"], typer.Option(help="A matrix suits many skip connections.")
    ] = "graph",
    slide: Annotated[
        str | None,
        typer.Option(metavar="TITLE", help="Make the picture a slide, 16:9, with this title."),
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="Take shapes from this data set; default the run's.")
    ] = None,
) -> None:
    """Show a network or a recurrent cell as a table or a picture."""
    from nasedu.problems import problem_of
    from nasedu.searching import find_architecture
    from nasedu.viewing import draw as draw_architecture
    from nasedu.whole_file import check_writable

    if out is not None:
        check_writable(out, DrawingError)
    elif slide is not None:
        raise SettingError("--slide needs a picture; say with --out where to write it")
    net, shape, num_classes = find_architecture(arch)
    if data is not None:
        found = problem_of(net).load("task").shapes(data)
        if found is None:
            raise SettingError(f"--data gives shapes of images, and {arch} has none; leave it out")
        shape, num_classes = found
    drawing = draw_architecture(net, shape=shape, num_classes=num_classes, style=style)
    say(drawing)
    if out is not None:
        (drawing if slide is None else drawing.slide(slide)).save(out)
        say(f"picture: {out}")
