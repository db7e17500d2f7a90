"""Training one network for good: ``nasedu train``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nasedu.cli.networks import Architecture
from nasedu.cli.options import (
    AugmentationName,
    BatchSize,
    ChildLr,
    DataName,
    Epochs,
    ImageSize,
    NumTrain,
    PrecisionName,
    ScheduleName,
    WhiteningName,
    Workers,
)
from nasedu.cli.terminal import say
from nasedu.errors import SettingError

if TYPE_CHECKING:
    from nasedu.searching import FinalTraining
    from nasedu.training import Outcome

CURVES = "curves.png"


def train(
    arch: Architecture,
    data: DataName = "digits",
    seed: Annotated[int, typer.Option(help="Decides weights and order.")] = 0,
    run: Annotated[
        Path | None, typer.Option(help="Folder to keep every epoch in, and to go on from.")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Stop after the epoch that passes so many minutes.")
    ] = None,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=V1,V2",
            help="Train with every value of lr, weight_decay, bn_epsilon or decay_epoch and test "
            "what validates best; may be given several times.",
        ),
    ] = None,
    workers: Workers = None,
    out: Annotated[Path | None, typer.Option(help="Write the outcome as JSON here.")] = None,
    epochs: Epochs = 20,
    lr: ChildLr = 0.1,
    weight_decay: Annotated[float, typer.Option(help="L2 penalty, in the update.")] = 1e-4,
    batch_size: BatchSize = 64,
    schedule: ScheduleName = "linear",
    decay_epoch: Annotated[
        int | None, typer.Option(help="Epochs after which the learning rate begins to fall.")
    ] = None,
    bn_epsilon: Annotated[float, typer.Option(help="What batch norm adds to variances.")] = 1e-5,
    precision: PrecisionName = "auto",
    num_train: NumTrain = None,
    image_size: ImageSize = None,
    whitening: WhiteningName = "channel",
    augmentation: AugmentationName = "shift",
) -> None:
    """Train one network for longer, then test it, once.

    With --run it may be stopped at any time: the same command goes on after the last whole
    epoch, and comes to the same weights as if it had not been stopped.
    """
    from nasedu.architectures import ConvNet
    from nasedu.runs.folder import write_text
    from nasedu.searching import FinalTraining, find_architecture
    from nasedu.training import Recipe
    from nasedu.whole_file import check_writable

    net = find_architecture(arch).net
    if not isinstance(net, ConvNet):
        raise SettingError(
            f"{arch} is a recurrent cell; expected a network for images: a cell is trained in "
            "Python, by nasedu.training.LanguageTrainer"
        )
    recipe = Recipe(
        epochs=epochs,
        lr=lr,
        weight_decay=weight_decay,
        batch_size=batch_size,
        schedule=schedule,
        decay_epoch=decay_epoch,
        bn_epsilon=bn_epsilon,
        precision=precision,
        num_train=num_train,
        image_size=image_size,
        whitening=whitening,
        augmentation=augmentation,
    )
    if out is not None:
        check_writable(out, SettingError)
    final = FinalTraining(net, data, recipe, seed)
    if grid:
        record = _train_grid(final, grid, run, workers, minutes)
    else:
        record = _train_one(final, run, minutes)
    if record is None:
        return
    if run is not None:
        _echo_files(record, run)
    if out is not None:
        write_text(out, json.dumps(record, indent=2) + "\n")
        say(f"outcome: {out}")


def _train_one(
    final: FinalTraining, run: Path | None, minutes: float | None
) -> dict[str, Any] | None:
    """Train, show every epoch, and return the record unless it was time to stop."""
    from tqdm import tqdm

    from nasedu.searching import train_final

    _echo_opening(final)
    epochs, done = final.recipe.epochs, 0
    try:
        with tqdm(total=epochs, unit="epoch", disable=None) as bar:

            def on_epoch(epoch: int, accuracy: float) -> None:
                nonlocal done
                done = epoch
                bar.update()
                say(f"epoch {epoch:3d}  validation accuracy {accuracy:.4f}")

            record = train_final(final, run, minutes=minutes, on_epoch=on_epoch)
    except KeyboardInterrupt:
        kept = f"{done} of {epochs} epochs are kept in {run}. The same command goes on"
        lost = "nothing is kept; with --run FOLDER the same command would go on"
        say(f"\nstopped; {kept if run is not None else lost}", err=True)
        raise typer.Exit(130) from None
    if record is None:
        say(f"stopped after epoch {done} of {epochs}; the same command goes on")
    else:
        _echo_test(record)
    return record


def _train_grid(
    final: FinalTraining,
    texts: list[str],
    run: Path | None,
    workers: int | None,
    minutes: float | None,
) -> dict[str, Any] | None:
    """Train a grid, show every point, and return the winner's record unless it was stopped."""
    from nasedu.searching import read_grid, train_grid
    from nasedu.searching.grid import points_of, said

    if run is None:
        raise SettingError("--grid keeps its points in a run folder; name one with --run FOLDER")
    values = read_grid(texts)
    total, done = len(points_of(values)), 0
    _echo_opening(final)
    say(f"a grid of {total} points over {', '.join(values)}, {final.recipe.epochs} epochs")

    def on_point(point: dict[str, float], outcome: Outcome, number: int, of: int) -> None:
        nonlocal done
        done = number
        best = max(outcome.valid_curve[-5:], default=None)
        result = outcome.reason if best is None else f"validation accuracy {best:.4f}"
        say(f"{number} of {of} points  {said(point)}: {result}")

    try:
        record = train_grid(
            final,
            values,
            run,
            workers=workers,
            minutes=minutes,
            on_point=on_point,
            on_epoch=_echo_epoch_of_a_point,
        )
    except KeyboardInterrupt:
        kept = f"{done} points, and all whole epochs of others, are kept in {run}"
        say(f"\nstopped; {kept}. The same command goes on", err=True)
        raise typer.Exit(130) from None
    if record is None:
        say(f"stopped with {done} of {total} points finished; the same command goes on")
        return None
    best = {name: record["recipe"][name] for name in values}
    say(f"best on validation images: {said(best)}")
    _echo_test(record)
    return record


def _echo_epoch_of_a_point(point: int, epoch: int, accuracy: float) -> None:
    """Say at once, in whichever process trains it, how far a point is."""
    say(f"point {point:2d}  epoch {epoch:3d}  validation accuracy {accuracy:.4f}")


def _echo_opening(final: FinalTraining) -> None:
    trainer, net = final.trainer, final.net
    counts = trainer.cost(net)
    say(
        f"{trainer.data.title}: {len(trainer.train):,} training and {len(trainer.valid):,} "
        f"validation images; {len(net)} layers, {counts.num_parameters:,} parameters, "
        f"{counts.flop / 1e6:,.1f} MFLOP an image"
    )


def _echo_test(record: dict[str, Any]) -> None:
    outcome = record["outcome"]
    say(f"test accuracy {outcome['test_accuracy']:.4f} in {outcome['seconds']:.1f} s of training")


def _echo_files(record: dict[str, Any], run: Path) -> None:
    """Draw the curves and say where everything is."""
    from nasedu.searching.final_training import OUTCOME
    from nasedu.viewing import picture, training_alt, training_figure

    curves = picture(training_figure(record), training_alt(record)).save(run / CURVES)
    say(f"curves: {curves}\noutcome: {run / OUTCOME}")
