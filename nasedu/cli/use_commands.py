"""Commands that use a trained network: ``nasedu predict`` and ``export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nasedu.cli.options import ProblemName
from nasedu.cli.terminal import say
from nasedu.errors import SettingError

TrainedRun = Annotated[
    Path,
    typer.Argument(
        metavar="RUN", help="Folder of `nasedu train`, or of a search whose child was trained."
    ),
]


def predict(
    run: TrainedRun,
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Pictures.")],
    problem: ProblemName = None,
    top: Annotated[int, typer.Option(help="Name this many classes for each image.")] = 3,
    invert: Annotated[
        bool,
        typer.Option(
            "--invert", help="Turn dark ink on white into light on dark, as in most sets of digits."
        ),
    ] = False,
) -> None:
    """Say which class each picture has, and how sure the network is.

    Pictures become like those of the data set: grey or coloured, of its size, and normalised.
    """
    import torch

    from nasedu.data.one_image import read_one_image
    from nasedu.searching import TrainedNetwork

    if top < 1:
        raise SettingError(f"--top is {top}; expected at least 1")
    network = TrainedNetwork.load(run)
    shape, classes = network.final.task.picture_shape, network.final.task.classes
    pixels = torch.stack([read_one_image(path, shape, invert=invert) for path in images])
    say(network.words)
    for path, shares in zip(images, network.logits(pixels).softmax(1), strict=True):
        best = shares.topk(min(top, len(classes)))
        said = [
            f"{classes[place]} ({share:.3f})"
            for share, place in zip(best.values.tolist(), best.indices.tolist(), strict=True)
        ]
        say(f"{path}: {said[0]}" + (f"; then {', '.join(said[1:])}" if said[1:] else ""))


def export(
    run: TrainedRun,
    problem: ProblemName = None,
    onnx: Annotated[
        Path | None, typer.Option(help="Write the network here for other programs, as ONNX.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a page here on which you draw and the network reads.")
    ] = None,
) -> None:
    """Write a trained network so that it can be used elsewhere.

    An ONNX file takes pixels from 0 to 255 and gives logits. Before it is written, ONNX Runtime has
    to give the logits that torch gives. This needs the extra "export".

    A page needs only a browser, and no internet: the trained network is in it. It is for
    small grey images, such as digits.
    """
    from nasedu.searching import TrainedNetwork

    if onnx is None and html is None:
        raise SettingError("there is nothing to export; name a file with --onnx or --html")
    network = TrainedNetwork.load(run)
    say(network.words)
    if html is not None:
        from nasedu.viewing.reader.reader_page import write_reader

        say(f"page: {write_reader(network, html)}")
    if onnx is not None:
        from nasedu.searching.onnx_file import write_onnx

        images, difference = write_onnx(network, onnx)
        say(f"ONNX: {onnx}; ONNX Runtime and torch differ by {difference:.1g} on {images} images")
