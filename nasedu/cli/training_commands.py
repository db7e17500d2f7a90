"""The command that trains one child for good: ``nasedu train``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nasedu.cli.field_options import PartsCommand, fields_as_options
from nasedu.cli.network_commands import Architecture
from nasedu.cli.options import DataName, ProblemName, Workers, learn
from nasedu.cli.parts import Look, recipe_of
from nasedu.cli.terminal import say
from nasedu.errors import SettingError

if TYPE_CHECKING:
    from nasedu.searching import FinalTraining
    from nasedu.training import Epoch, Measure, Outcome

CURVES, FOR_GOOD = "curves.png", "train"


class TrainCommand(PartsCommand):
    """`train`, with the options of the recipe of its architecture's kind."""

    picks = ("recipe",)

    def words(self, ctx: Any, args: Sequence[str]) -> dict[str, Any]:
        """Return what options say; to find the architecture among them, all recipes' are known."""
        from nasedu.problems import trained_problems

        learn(super().words(ctx, args).get("problem"))
        every = [fields_as_options(recipe_of(row, {}, FOR_GOOD)) for row in trained_problems()]
        hints = {name: hint for one in every for name, (_, hint) in one.items()}
        return self.skim(ctx, args, hints, allow_extra_args=True)

    def look(self, words: Mapping[str, Any]) -> Look:
        """Find the problem by the architecture; without one, help is about the first."""
        from nasedu.problems import IMAGES, find_problem, problem_of, trained_problems

        arch, name, net, led = words.get("arch"), words.get("problem"), None, ()
        if arch is not None:
            from nasedu.searching import find_architecture  # which loads torch

            net, led = find_architecture(arch).net, (arch,)
            named = "" if name is None else find_problem(name).data
            row = problem_of(net, words.get("data") or named)
        else:
            row = IMAGES if name is None else find_problem(name)
        others = {f"--problem {r.name}": r.title for r in trained_problems() if r != row}
        return Look((recipe_of(row, words, FOR_GOOD),), (row, net), led, others=others)


def train(
    context: typer.Context,
    arch: Architecture,
    problem: ProblemName = None,
    data: DataName = None,
    seed: Annotated[int, typer.Option(help="Seed of all that is random.")] = 0,
    run: Annotated[
        Path | None,
        typer.Option(
            help="Folder to keep every epoch in, and to go on from; default: inside the search's."
        ),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Stop after the epoch that passes this many minutes.")
    ] = None,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=V1,V2",
            help="Train with every value of a recipe's number, such as lr, weight_decay or "
            "dropout, and test what validates best; may be given several times.",
        ),
    ] = None,
    workers: Workers = None,
    out: Annotated[Path | None, typer.Option(help="Write the outcome as JSON here.")] = None,
) -> None:
    """Train one network or cell for longer, then test it, once.

    A child of a search keeps its weights in the search's folder, under trained/; anything else
    keeps them with --run. Such a training may be stopped at any time: the same command goes on
    after the last whole epoch, and comes to the same weights as if it had not been stopped. To use
    the network: `nasedu predict` and `nasedu export`.
    """
    import json

    from nasedu.runs import write_text
    from nasedu.searching import FinalTraining
    from nasedu.searching.references import search_folder
    from nasedu.searching.trained_network import folder_in
    from nasedu.whole_file import check_writable

    row, net = context.obj.look.found
    recipe = context.obj.value("recipe")
    if out is not None:
        check_writable(out, SettingError)
    final = FinalTraining(net, data or row.data, recipe, seed)
    if run is None and not grid and (search := search_folder(arch)) is not None:
        run = folder_in(search, final)
    if grid:
        record = _train_grid(final, grid, run, workers, minutes)
    else:
        record = _train_one(final, run, minutes)
    if record is None:
        return
    if run is not None:
        _echo_files(record, run)
        _echo_uses(final, run)
    else:
        say("its weights are not kept; --run FOLDER keeps them")
    if out is not None:
        write_text(out, json.dumps(record, indent=2) + "\n")
        say(f"outcome: {out}")


def _train_one(
    final: FinalTraining, run: Path | None, minutes: float | None
) -> dict[str, Any] | None:
    """Train, show every epoch, and return the record unless it was time to stop."""
    from dataclasses import replace

    from tqdm import tqdm

    from nasedu.searching import train_final

    _echo_opening(final)
    measure, epochs, done = final.task.measure, final.recipe.epochs, 0
    try:
        with tqdm(total=epochs, unit="epoch", disable=None) as bar:

            def on_epoch(epoch: Epoch) -> None:
                nonlocal done
                done = epoch.number
                bar.update()
                say(f"epoch {epoch.number:3d}  {_said(measure, epoch.valid)}")

            record = train_final(replace(final, on_epoch=on_epoch), run, minutes=minutes)
    except KeyboardInterrupt:
        kept = f"{done} of {epochs} epochs are kept in {run}. The same command goes on"
        lost = "nothing is kept; with --run FOLDER the same command would go on"
        say(f"\nstopped; {kept if run is not None else lost}", err=True)
        raise typer.Exit(130) from None
    if record is None:
        say(f"stopped after epoch {done} of {epochs}; the same command goes on")
    else:
        _echo_test(record, measure)
    return record


def _train_grid(
    final: FinalTraining,
    texts: list[str],
    run: Path | None,
    workers: int | None,
    minutes: float | None,
) -> dict[str, Any] | None:
    """Train a grid, show every point, and return the winner's record unless it was stopped."""
    from functools import partial

    from nasedu.searching import read_grid, train_grid
    from nasedu.searching.grid import point_words, points_of

    if run is None:
        raise SettingError("--grid keeps its points in a run folder; name one with --run FOLDER")
    values = read_grid(texts, final.recipe)
    total, done, measure = len(points_of(values)), 0, final.task.measure
    _echo_opening(final)
    say(f"a grid of {total} points over {', '.join(values)}, {final.recipe.epochs} epochs")

    def on_point(point: dict[str, float], outcome: Outcome, number: int, of: int) -> None:
        nonlocal done
        done = number
        result = outcome.reason
        if outcome.valid_curve:
            result = _said(measure, outcome.valid_curve[-1])
        say(f"{number} of {of} points  {point_words(point)}: {result}")

    try:
        record = train_grid(
            final,
            values,
            run,
            workers=workers,
            minutes=minutes,
            on_point=on_point,
            on_epoch=partial(_echo_epoch_of_a_point, measure),
        )
    except KeyboardInterrupt:
        kept = f"{done} points, and all whole epochs of others, are kept in {run}"
        say(f"\nstopped; {kept}. The same command goes on", err=True)
        raise typer.Exit(130) from None
    if record is None:
        say(f"stopped with {done} of {total} points finished; the same command goes on")
        return None
    best = {name: record["recipe"][name] for name in values}
    say(f"best on the validation part: {point_words(best)}")
    _echo_test(record, measure)
    return record


def _echo_epoch_of_a_point(measure: Measure, point: int, epoch: Epoch) -> None:
    """Say at once, in whichever process trains it, how far a point is."""
    say(f"point {point:2d}  epoch {epoch.number:3d}  {_said(measure, epoch.valid)}")


def _said(measure: Measure, point: float) -> str:
    return f"{measure.label} {measure.text(measure.read(point), more=1)}"


def _echo_opening(final: FinalTraining) -> None:
    data, cost = final.settings["data"], final.task.cost(final.net)
    unit = data.get("unit", "image")
    say(
        f"{data['title']}: {data['num_train']:,} training and {data['num_valid']:,} validation "
        f"{unit}s; {cost.num_parameters:,} parameters, {cost.flop / 1e6:,.1f} MFLOP per {unit}"
    )


def _echo_test(record: dict[str, Any], measure: Measure) -> None:
    outcome = record["outcome"]
    result = measure.text(measure.read(outcome["test"]), more=1)
    say(f"test {measure.short} {result} in {outcome['seconds']:.1f} s of training")
    for name, value in record.get("further_tests", {}).items():
        say(f"test {name} {value:.2f}")


def _echo_files(record: dict[str, Any], run: Path) -> None:
    """Draw the curves and say where everything is."""
    from nasedu.searching.jobs import RESULT
    from nasedu.viewing import training_figure

    curves = training_figure(record).save(run / CURVES)
    say(f"curves: {curves}\noutcome: {run / RESULT}")


def _echo_uses(final: FinalTraining, run: Path) -> None:
    """Say what a network that reads pictures is good for."""
    with suppress(SettingError):
        if final.task.classes:
            say(f"use it: `nasedu predict {run} IMAGE`, `nasedu export {run} --html read.html`")
