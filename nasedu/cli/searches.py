"""Commands about searches: ``nasedu search``, ``resume`` and ``report``."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nasedu.cli.options import (
    AugmentationName,
    Base,
    BatchSize,
    ChildLr,
    ChildTimeout,
    DataName,
    Depth,
    Epochs,
    Filters,
    Heights,
    HiddenSize,
    ImageSize,
    Layers,
    NumTrain,
    PrecisionName,
    ProblemName,
    RecipeName,
    RunFolder,
    ScheduleName,
    SkipConnections,
    SpaceName,
    WhiteningName,
    Widths,
    Workers,
    depth_of,
)
from nasedu.cli.searched import searched
from nasedu.cli.terminal import say, ticking

if TYPE_CHECKING:
    from nasedu.searching import Event

LOADING = "loading the data and starting the workers ..."
FEW = 20  # lines about batches, at least, of a search that takes seconds


def search(
    context: typer.Context,
    run: Annotated[Path, typer.Option(help="Folder to record in and resume from.")] = Path(
        "runs/first"
    ),
    problem: ProblemName = None,
    data: DataName = None,
    table: Annotated[
        str | None,
        typer.Option(help="Look children up in a table, in place of training: its name or file."),
    ] = None,
    noise: Annotated[
        bool, typer.Option("--noise", help="Draw one of the trainings that a table has.")
    ] = False,
    strategy: Annotated[
        str, typer.Option(help="reinforce, ppo, evolution, local or random.")
    ] = "reinforce",
    trials: Annotated[int, typer.Option(help="Children in all.")] = 160,
    batch: Annotated[int, typer.Option(help="Children an update.")] = 8,
    workers: Workers = None,
    seed: Annotated[int, typer.Option(help="Decides what is found.")] = 0,
    space: SpaceName = None,
    layers: Layers = None,
    heights: Heights = "1,3,5,7",
    widths: Widths = "1,3,5,7",
    filters: Filters = "8,16,24,36",
    skip_connections: SkipConnections = False,
    depth_schedule: Depth = None,
    lr: Annotated[
        float,
        typer.Option(
            help="Learning rate of the controller; the paper's 0.0006, or 0.0005 for cells, suits "
            "many thousands of children."
        ),
    ] = 0.03,
    base: Base = None,
    recipe: RecipeName = None,
    epochs: Epochs = None,
    child_lr: ChildLr = None,
    batch_size: BatchSize = None,
    schedule: ScheduleName = None,
    precision: PrecisionName = None,
    num_train: NumTrain = None,
    hidden_size: HiddenSize = None,
    image_size: ImageSize = None,
    whitening: WhiteningName = None,
    augmentation: AugmentationName = None,
    child_timeout: ChildTimeout = 600,
) -> None:
    """Search for a network or a recurrent cell.

    A first search, on the digits, takes about two minutes. On a text it searches for a recurrent
    cell: --data pydocs --trials 32 takes as long.
    Run again, it goes on with an unfinished run, or shows the report of a finished one.
    With --table the networks and their training are the table's, and thousands of children
    take seconds; --no-skip-connections searches the table's chains alone.
    """
    from nasedu.controller import make_strategy
    from nasedu.runs.search_run import is_finished
    from nasedu.searching import search as run_search
    from nasedu.searching.loop import check_arguments

    check_arguments(trials, batch, seed, workers, child_timeout)
    chosen, depth = searched(context), depth_of(depth_schedule)
    settings = {"lr": lr} if strategy in ("reinforce", "ppo") else {}
    chooser = make_strategy(strategy, chosen.space.decisions, seed, **settings)
    if chosen.evaluator is None and not is_finished(run, trials):
        say(LOADING, err=True)
    events = run_search(
        chosen.space,
        chooser,
        data=chosen.data,
        trials=trials,
        batch=batch,
        workers=workers,
        seed=seed,
        run=run,
        evaluate=chosen.evaluator,
        depth=depth,
        recipe=chosen.recipe,
        child_timeout=None if chosen.evaluator else child_timeout,
    )
    _follow(events, run)


def resume(
    run: RunFolder,
    problem: ProblemName = None,
    trials: Annotated[int | None, typer.Option(help="Grow the run to so many children.")] = None,
    workers: Workers = None,
    child_timeout: ChildTimeout = 600,
) -> None:
    """Go on with an interrupted run, or let a finished one grow."""
    from nasedu.runs.search_run import is_finished
    from nasedu.searching import resume as resume_run

    events = resume_run(run, trials=trials, workers=workers, child_timeout=child_timeout)
    if not is_finished(run, trials):
        say(LOADING, err=True)
    _follow(events, run)


def report(run: RunFolder, problem: ProblemName = None) -> None:
    """Write the run's report.html, also of an unfinished run."""
    from nasedu.searching import Study
    from nasedu.viewing import write_report

    say(f"report: {write_report(Study(run), run)}")


def _follow(events: Generator[Event, None, None], run: Path) -> None:
    """Show a search while it runs, then write its report."""
    from tqdm import tqdm

    from nasedu.searching import Finished, Started, TrialFinished, Updated
    from nasedu.training.measure import REWARD
    from nasedu.viewing import write_report
    from nasedu.viewing.measures import measure_of
    from nasedu.viewing.progress import (
        batch_line,
        closing_lines,
        is_looked_up,
        key_line,
        opening_lines,
    )

    of = REWARD
    every, has_key = 1, False
    try:
        with (
            closing(events),
            tqdm(unit="child", disable=None, bar_format="{elapsed}") as bar,
            ticking(bar),
        ):
            for event in events:
                match event:
                    case Started(study=study, num_trials=total, num_done=done):
                        of = measure_of(study.config)
                        if is_looked_up(study.config.evaluator):
                            every = max(1, total // study.config.batch // FEW)
                        bar.bar_format = None  # from now on there are children to count
                        bar.reset(total)
                        bar.update(done)
                        say(opening_lines(event))
                    case TrialFinished():
                        bar.update()
                    case Updated(number=number):
                        if not has_key:
                            say(key_line(event, of))
                            has_key = True
                        if number % every == 0:
                            say(batch_line(event, of))
                    case Finished(study=study, best=best):
                        bar.close()
                        say(closing_lines(event))
                        say(f"report: {write_report(study, run)}")
                        if best is None:  # every child failed
                            raise typer.Exit(1)
    except KeyboardInterrupt:
        kept = f"{_num_kept(run)} children are kept. Go on with `nasedu resume {run}`"
        recorded = (run / "study.db").exists()
        say(f"\nstopped; {kept if recorded else 'nothing was recorded yet'}", err=True)
        raise typer.Exit(130) from None


def _num_kept(run: Path) -> int:
    """Return how many children of a run have an outcome; it may have been stopped as it began."""
    from nasedu.searching import Study

    if not (run / "study.db").exists():
        return 0
    with Study(run) as study:
        return sum(trial.outcome is not None for trial in study.trials())
