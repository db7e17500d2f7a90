"""Commands about one network: ``nasedu draw`` and ``nasedu train``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from nasedu.cli.options import (
    BatchSize,
    ChildLr,
    DataName,
    Epochs,
    ImageSize,
    NumTrain,
    PrecisionName,
    ScheduleName,
    recipe_of,
)
from nasedu.errors import SettingError

Architecture = Annotated[
    str,
    typer.Argument(
        metavar="ARCH",
        help="JSON file, run folder (its best child), run folder:trial, or published:NAS_CNN_V1.",
    ),
]


def draw(
    arch: Architecture,
    out: Annotated[Path | None, typer.Option(help="Picture to write: svg, png, dot, pdf.")] = None,
    style: Annotated[
        Literal["graph", "matrix"], typer.Option(help="A matrix suits many skip connections.")
    ] = "graph",
    data: Annotated[
        str | None, typer.Option(help="Take shapes from this data set; default the run's.")
    ] = None,
) -> None:
    """Show a network as a table, and as a picture if asked."""
    from nasedu.searching import find_architecture
    from nasedu.viewing import draw as draw_architecture

    net, shape, num_classes = find_architecture(arch)
    if data is not None:
        from nasedu.data import load

        images = load(data)
        shape, num_classes = images.shape, images.num_classes
    drawing = draw_architecture(net, shape=shape, num_classes=num_classes, style=style)
    typer.echo(str(drawing))
    if out is not None:
        drawing.save(out)
        typer.echo(f"picture: {out}")


def train(
    arch: Architecture,
    data: DataName = "digits",
    seed: Annotated[int, typer.Option(help="Decides weights and order.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Write the outcome as JSON here.")] = None,
    epochs: Epochs = 20,
    lr: ChildLr = 0.1,
    batch_size: BatchSize = 64,
    schedule: ScheduleName = "linear",
    precision: PrecisionName = "auto",
    num_train: NumTrain = None,
    image_size: ImageSize = None,
) -> None:
    """Train one network for longer and read the test set, once, at the end."""
    from tqdm import tqdm

    from nasedu.data import load
    from nasedu.searching import find_architecture
    from nasedu.searching.runs import write_text
    from nasedu.searching.trial import check_seed
    from nasedu.training import ImageTrainer

    net = find_architecture(arch).net
    check_seed(seed)
    if out is not None and (out.is_dir() or not out.absolute().parent.is_dir()):
        raise SettingError(f"out is {str(out)!r}; expected a file in a folder that exists")
    recipe = recipe_of(epochs, lr, batch_size, schedule, precision, num_train, image_size)
    trainer = ImageTrainer(load(data), recipe)
    counts = trainer.cost(net)
    typer.echo(
        f"{trainer.data.title}: {len(trainer.train):,} training and {len(trainer.valid):,} "
        f"validation images; {len(net)} layers, {counts.num_parameters:,} parameters, "
        f"{counts.flop / 1e6:,.1f} MFLOP an image"
    )
    with tqdm(total=epochs, unit="epoch", disable=None) as bar:

        def on_epoch(epoch: int, accuracy: float) -> None:
            bar.update()
            tqdm.write(f"epoch {epoch:3d}  validation accuracy {accuracy:.4f}", file=sys.stdout)

        child, outcome = trainer.fit(net, seed, on_epoch)
    outcome = trainer.test_accuracy(child, outcome)
    typer.echo(f"test accuracy {outcome.test_accuracy:.4f} in {outcome.seconds:.1f} s of training")
    if out is not None:
        document = {"architecture": json.loads(net.to_json()), "data": trainer.data.title}
        document |= {"seed": seed, "recipe": recipe.to_dict(), "outcome": asdict(outcome)}
        write_text(out, json.dumps(document, indent=2) + "\n")
        typer.echo(f"outcome: {out}")
