"""Commands about tables of trained networks: ``nasedu table``."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from nasedu.cli.options import (
    Command,
    Filters,
    Group,
    Heights,
    SkipConnections,
    Widths,
    Workers,
    numbers_of,
)
from nasedu.cli.terminal import say

FIRST = 400  # trainings of this run, after which it is known how long the rest takes
EVERY = 4000  # trainings, from one line to the next

table_app = typer.Typer(help="Tables of every network of a small space.", cls=Group)


@table_app.command(cls=Command)
def build(
    folder: Annotated[Path, typer.Argument(help="Folder to measure in and go on from.")] = Path(
        "runs/table"
    ),
    seed: Annotated[int, typer.Option(help="Decides the children's weights and order.")] = 0,
    workers: Workers = None,
    data: Annotated[str, typer.Option(help="Images, see `nasedu data list`.")] = "digits",
    epochs: Annotated[int, typer.Option(help="Passes over the images.")] = 5,
    layers: Annotated[int, typer.Option(help="Layers of every network.")] = 3,
    heights: Heights = "1,3,5",
    widths: Widths = "1,3,5",
    filters: Filters = "8,24",
    skip_connections: SkipConnections = True,
    best: Annotated[int, typer.Option(help="Train so many of the best three times.")] = 500,
    known: Annotated[
        str | None,
        typer.Option(help="Table, or a part of one, whose trainings are not repeated: name, file."),
    ] = None,
) -> None:
    """Train every network of a space.

    Searches of it take seconds afterwards. As it stands it takes about nine hours of one core. It
    may be stopped at any time: the same command goes on. A seed that nobody knows makes a table
    that nobody has searched yet.
    """
    from tqdm import tqdm

    from nasedu.spaces import ConvNetSpace
    from nasedu.tables import NetworkTable, measure
    from nasedu.tables.building import TABLE
    from nasedu.training import Recipe
    from nasedu.viewing.progress import duration
    from nasedu.viewing.table_sheet import write_sheet

    space = ConvNetSpace(
        layers,
        numbers_of("heights", heights),
        numbers_of("widths", widths),
        numbers_of("filters", filters),
        skip_connections=skip_connections,
    )
    options = {"data": data, "recipe": Recipe(epochs=epochs), "seed": seed}
    table = NetworkTable.load(known) if known is not None else None
    events = measure(folder, space, best=best, workers=workers, known=table, **options)
    say(
        f"{space.size:,} networks of {layers} layers, {epochs} epochs each on {data}; a random "
        f"tenth and the best {min(best, space.size):,} three times"
    )
    done, here, top, begun = 0, 0, 0.0, time.monotonic()
    try:
        with closing(events), tqdm(unit="training", disable=None) as bar:
            for here, event in enumerate(events, start=1):
                done, outcome = event.done, event.trial.outcome
                if outcome and outcome.valid_curve:
                    top = max(top, *outcome.valid_curve[-5:])
                if here == 1:
                    begun = time.monotonic()
                    bar.initial = bar.n = bar.last_print_n = done - 1
                bar.total = event.total
                bar.set_postfix_str(f"best accuracy {top:.3f}", refresh=False)
                bar.update(done - bar.n)
                if here == FIRST or here % EVERY == 0:
                    left = (event.total - done) * (time.monotonic() - begun) / here
                    line = f"{done:,} of {event.total:,} trainings, best accuracy {top:.3f}"
                    say(f"{line}, about {duration(left)} to go")
    except KeyboardInterrupt:
        kept = f"{done:,} trainings are kept in {folder}" if here else "nothing new was trained"
        say(f"\nstopped; {kept}. The same command goes on", err=True)
        raise typer.Exit(130) from None
    say(f"table: {folder / TABLE}")
    say(f"data sheet: {write_sheet(folder / TABLE)}")
    say(f"search it with `nasedu search --table {folder}`")


@table_app.command(cls=Command)
def show(
    table: Annotated[
        str, typer.Argument(help="Name of a table that comes with nasedu, a file or a folder.")
    ] = "digits_3_layers",
) -> None:
    """Say what a table is: networks, trainings, accuracies, noise."""
    from nasedu.tables import NetworkTable
    from nasedu.viewing.table_facts import summary

    say(summary(NetworkTable.load(table)))
