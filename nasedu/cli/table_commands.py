"""Commands about tables of trained networks: ``nasedu table``."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from nasedu.cli.field_options import PartsCommand
from nasedu.cli.options import Command, CommandGroup, DataName, ProblemName, Workers
from nasedu.cli.parts import Look, of_a_problem
from nasedu.cli.terminal import say

FIRST = 400  # trainings of this run, after which it is known how long the rest takes
EVERY = 4000  # trainings, from one line to the next


class BuildCommand(PartsCommand):
    """`build`, with the options of the space and of the recipe."""

    picks = ("space", "recipe")

    def look(self, words: Mapping[str, Any]) -> Look:
        """Find the problem, by its name or by the data."""
        from nasedu.problems import TABLE

        return of_a_problem(words, TABLE, TABLE)


table_app = typer.Typer(help="Tables of every child of a small space.", cls=CommandGroup)


@table_app.command(cls=BuildCommand)
def build(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Folder to measure in and go on from.")] = Path(
        "runs/table"
    ),
    seed: Annotated[int, typer.Option(help="Seed of the children's weights and order.")] = 0,
    workers: Workers = None,
    problem: ProblemName = None,
    data: DataName = None,
    best: Annotated[int, typer.Option(help="Train this many of the best three times.")] = 500,
    known: Annotated[
        str | None,
        typer.Option(help="Name or file of a table, or part of one, not to be trained again."),
    ] = None,
) -> None:
    """Train every child of a small space.

    Searches of the table take seconds afterwards. By default it takes about nine hours of one core;
    --data ptb-chars, for every recurrent cell of base 2, takes about five. It may be stopped at
    any time: the same command goes on. A seed that nobody knows makes a table that nobody has
    searched yet.
    """
    from tqdm import tqdm

    from nasedu.tables import NetworkTable, make_table
    from nasedu.tables.making import FILE
    from nasedu.viewing.drawings.view import view_of
    from nasedu.viewing.progress import duration
    from nasedu.viewing.report.table_sheet import write_sheet

    space, recipe = context.obj.value("space"), context.obj.value("recipe")
    _, data = context.obj.look.found
    options = {"data": data, "recipe": recipe, "seed": seed}
    table = NetworkTable.load(known) if known is not None else None
    events = make_table(folder, space, best=best, workers=workers, known=table, **options)
    epoch = "epoch" if recipe.epochs == 1 else "epochs"
    say(
        f"{space.size:,} {view_of(space).searched(space)}, {recipe.epochs} {epoch} each on "
        f"{data}; a random tenth and the best {min(best, space.size):,} three times"
    )
    done, here, top, told, begun = 0, 0, -1.0, "", time.monotonic()
    try:
        with closing(events), tqdm(unit="training", disable=None) as bar:
            for here, event in enumerate(events, start=1):
                done, outcome = event.done, event.trial.outcome
                if outcome and outcome.reward is not None and outcome.reward > top:
                    value = event.measure.best(outcome.valid_curve)
                    top, told = outcome.reward, f", best {event.measure.name} {value:.3f}"
                if here == 1:
                    begun = time.monotonic()
                    bar.initial = bar.n = bar.last_print_n = done - 1
                bar.total = event.total
                bar.set_postfix_str(told.removeprefix(", "), refresh=False)
                bar.update(done - bar.n)
                if here == FIRST or here % EVERY == 0:
                    left = (event.total - done) * (time.monotonic() - begun) / here
                    line = f"{done:,} of {event.total:,} trainings{told}"
                    say(f"{line}, about {duration(left)} to go")
    except KeyboardInterrupt:
        # Counted anew: one more may have ended while the key was pressed.
        trained = f"{_kept(folder):,} trainings are kept in {folder}"
        kept = trained if here else "nothing new was trained"
        say(f"\nstopped; {kept}. The same command goes on", err=True)
        raise typer.Exit(130) from None
    say(f"table: {folder / FILE}")
    say(f"data sheet: {write_sheet(folder / FILE)}")
    say(f"search it with `nasedu search --table {folder}`")


def _kept(folder: Path) -> int:
    """Return how many trainings a folder has."""
    from nasedu.runs import Study

    with Study(folder) as study:
        return sum(trial.outcome is not None for trial in study.trials())


@table_app.command(cls=Command)
def show(
    table: Annotated[
        str, typer.Argument(help="Name of a table that comes with nasedu, a file or a folder.")
    ] = "digits_3_layers",
) -> None:
    """Say what a table is: networks, trainings, accuracies, noise."""
    from nasedu.tables import NetworkTable
    from nasedu.viewing.report.table_facts import summary

    say(summary(NetworkTable.load(table)))
