"""Commands about images and text: ``nasedu data``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

data_app = typer.Typer(help="Images and texts to train children on.", no_args_is_help=True)


@data_app.command("list")
def data_list() -> None:
    """List the data sets that can be trained on."""
    from nasedu.data import data_home, describe

    for row in describe():
        typer.echo(str(row))
    typer.echo(f"imported sets lie in {data_home()}; add one with `nasedu data add NAME PATH`")
    typer.echo("the official CIFAR-10 comes with `nasedu data get cifar10`")


@data_app.command("get")
def data_get(
    name: Annotated[str, typer.Argument(help="cifar10: the official images.")],
    url: Annotated[str | None, typer.Option(help="Mirror; its file is checked as well.")] = None,
    replace: Annotated[bool, typer.Option(help="Replace a set of the same name.")] = False,
) -> None:
    """Download a data set from its authors, 170 MB, and import it; interrupted, it goes on."""
    from tqdm import tqdm

    from nasedu.data import get

    with tqdm(unit="B", unit_scale=True, disable=None) as bar:

        def on_bytes(there: int, total: int | None) -> None:
            bar.total = total
            bar.update(there - bar.n)

        mirror = {"url": url} if url else {}
        summary = get(name, replace=replace, on_bytes=on_bytes, **mirror)
    typer.echo(str(summary))


@data_app.command("add")
def data_add(
    name: Annotated[str, typer.Argument(help="Name to train on it by, e.g. cifar10 or ptb.")],
    path: Annotated[Path, typer.Argument(help="Folder, .zip, .tar or .tar.gz.")],
    title: Annotated[str | None, typer.Option(help="What figures call it.")] = None,
    flip: Annotated[bool, typer.Option(help="A mirrored image is of the same class.")] = True,
    replace: Annotated[bool, typer.Option(help="Replace a set of the same name.")] = False,
) -> None:
    """Import images in train/<class>/* and test/<class>/*, CIFAR-10's own archive, or a text.

    A text is three files that end in train.txt, valid.txt and test.txt, with a sentence a line.
    """
    from tqdm import tqdm

    from nasedu.data import add

    with tqdm(unit="image", disable=None) as bar:

        def on_progress(done: int, total: int) -> None:
            bar.total = total or None
            bar.update(done - bar.n)

        summary = add(name, path, title=title, flip=flip, replace=replace, on_progress=on_progress)
    typer.echo(str(summary))
