"""Commands about searches: ``nasedu search``, ``resume``, ``report`` and ``explore``."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nasedu.cli.field_options import PartsCommand
from nasedu.cli.options import (
    ChildTimeout,
    Cluster,
    DataName,
    Gpus,
    ProblemName,
    RunFolder,
    Workers,
    check_range,
    crew,
)
from nasedu.cli.parts import GivenParts, Look, Part, of_a_problem, picked
from nasedu.cli.terminal import say, ticking
from nasedu.errors import SettingError

if TYPE_CHECKING:
    from nasedu.controller import DepthSchedule
    from nasedu.searching import Event

LOADING = "loading the data and starting the workers ..."
FEW = 20  # lines about batches, at least, of a search that takes seconds
SERVED = "reinforce"  # the strategy whose gradients can be applied elsewhere

TRAINED = frozenset(
    {"problem", "data", "workers", "cluster", "gpus", "child_timeout", "depth_schedule"}
)
"""Options of children that are trained, which say nothing about those of a table."""


class SearchCommand(PartsCommand):
    """`search`, with the options of the space, the recipe, the strategy and its servers."""

    picks = ("space", "recipe", "strategy")

    def look(self, words: Mapping[str, Any]) -> Look:
        """Find the problem: by its name, by the data, or by a table of children."""
        from nasedu.controller import ParameterServers
        from nasedu.controller.settings import FOR_A_FIRST_SEARCH
        from nasedu.problems import FIRST
        from nasedu.runs import Limits

        limits = Part("limits", Limits(), of="what a child may cost")
        strategy = picked("strategy", FOR_A_FIRST_SEARCH, words, "reinforce", is_apart=True)
        learning = (strategy,)
        if strategy.picked == SERVED:
            title = "figure 3 of the paper: many replicas of the controller"
            learning += (Part("servers", ParameterServers(), title),)
        if words.get("table") is not None:
            return _look_at_a_table(words["table"], (*learning, limits))
        look = of_a_problem(words, FIRST, FIRST)
        is_fixed = look.parts[0].value.deepest is None
        return replace(
            look,
            parts=(*look.parts, *learning, limits),
            closed=frozenset({"noise", "depth_schedule"} if is_fixed else {"noise"}),
            others={**look.others, "--table digits_3_layers": "children that are trained already"},
        )


def _look_at_a_table(path: str, others: tuple[Part, ...]) -> Look:
    """Open what makes the space of a table a smaller one, all of whose children it has."""
    from nasedu.tables import NetworkTable
    from nasedu.values import hints_of

    table = NetworkTable.load(path)
    values = {name: getattr(table.space, name) for name in hints_of(type(table.space))}
    narrow = {k for k, v in values.items() if v is True or (isinstance(v, tuple) and len(v) > 1)}
    space = Part("space", table.space, table.problem.title, fields=frozenset(narrow))
    instead = {"--data digits": "children that are to be trained"}
    return Look((space, *others), table, ("--table", path), TRAINED, instead)


def search(
    context: typer.Context,
    run: Annotated[Path, typer.Option(help="Folder to record in and resume from.")] = Path(
        "runs/first"
    ),
    problem: ProblemName = None,
    data: DataName = None,
    table: Annotated[
        str | None,
        typer.Option(help="Look children up in a table (name or file) instead of training them."),
    ] = None,
    noise: Annotated[
        bool, typer.Option("--noise", help="Draw one of the trainings that a table has.")
    ] = False,
    trials: Annotated[int, typer.Option(help="Children in all.")] = 160,
    batch: Annotated[
        int, typer.Option("--batch", "--children", help="Children per update, for each replica.")
    ] = 8,
    workers: Workers = None,
    cluster: Cluster = None,
    gpus: Gpus = None,
    seed: Annotated[int, typer.Option(help="Seed of all that is random.")] = 0,
    depth_schedule: Annotated[
        str | None,
        typer.Option(
            metavar="START,STEP,EVERY", help="Let children grow; the paper's is 6,2,1600."
        ),
    ] = None,
    child_timeout: ChildTimeout = 600,
) -> None:
    """Search for a network, a recurrent cell, or another kind of child.

    A first search, on the digits, takes about two minutes. On a text it searches for a recurrent
    cell: --data pydocs --trials 32 takes as long.
    Run again, it goes on with an unfinished run, or shows the report of a finished one.
    With --table the networks and their results are those of a table, and thousands of children
    take seconds; --no-skip-connections then searches only the table's chains.
    With --max-parameters 20000 it searches for the best child that is no larger.
    """
    from nasedu.controller import ParameterServers, make_strategy
    from nasedu.problems import FIRST
    from nasedu.runs.search_run import is_finished
    from nasedu.searching import search as run_search
    from nasedu.searching.loop import check_arguments
    from nasedu.tables import TabularEvaluator

    check_arguments(trials, batch, seed, crew(workers, cluster, gpus), child_timeout)
    parts: GivenParts = context.obj
    space, depth = parts.value("space"), _depth_of(depth_schedule)
    recipe = evaluator = None
    if table is not None:
        evaluator = TabularEvaluator(parts.look.found, space, noise=noise)
    else:
        row, data = parts.look.found
        is_first = parts["recipe"].picked == FIRST
        recipe = parts.value("recipe", row.load("task").quick(data) if is_first else None)
    numbers = asdict(parts.value("strategy"))
    chooser = make_strategy(parts["strategy"].picked, space.decisions, seed, **numbers)
    servers = parts.value("servers") if chooser.name == SERVED else None
    if evaluator is None and not is_finished(run, trials):
        say(LOADING, err=True)
    events = run_search(
        space,
        chooser,
        data=data,
        trials=trials,
        batch=batch,
        workers=crew(workers, cluster, gpus),
        seed=seed,
        run=run,
        evaluate=evaluator,
        depth=depth,
        limits=parts.value("limits"),
        recipe=recipe,
        child_timeout=None if evaluator else child_timeout,
        servers=None if servers == ParameterServers() else servers,  # a replica on its own
    )
    _follow(events, run)


def _depth_of(text: str | None) -> DepthSchedule | None:
    """Return the depth schedule that an option describes, or None."""
    from nasedu.controller import DepthSchedule
    from nasedu.field_words import read_field

    if text is None:
        return None
    numbers = read_field(text, tuple[int, int, int])
    if not isinstance(numbers, tuple):
        raise SettingError(
            f"--depth-schedule is {text!r}; expected three numbers: layers of the first children, "
            "layers added at a time, children of one depth, e.g. 6,2,1600"
        )
    check_range("--depth-schedule", numbers)
    return DepthSchedule(*numbers)


def resume(
    run: RunFolder,
    problem: ProblemName = None,
    trials: Annotated[int | None, typer.Option(help="Grow the run to so many children.")] = None,
    workers: Workers = None,
    cluster: Cluster = None,
    gpus: Gpus = None,
    child_timeout: ChildTimeout = 600,
) -> None:
    """Go on with an interrupted run, or let a finished one grow."""
    from nasedu.runs.search_run import is_finished
    from nasedu.searching import resume as resume_run

    crew_there = crew(workers, cluster, gpus)
    events = resume_run(run, trials=trials, workers=crew_there, child_timeout=child_timeout)
    if not is_finished(run, trials):
        say(LOADING, err=True)
    _follow(events, run)


def report(
    run: RunFolder,
    problem: ProblemName = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write a table with a row per child here, and no report.")
    ] = None,
    tensorboard: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write event files of TensorBoard into a new folder."),
    ] = None,
    optuna: Annotated[
        Path | None,
        typer.Option(help="Write an SQLite file here that optuna-dashboard shows."),
    ] = None,
) -> None:
    """Write the run's report.html, or the run for other tools.

    The run may be unfinished. For TensorBoard and Optuna the extra "export" has to be installed.
    """
    from nasedu.runs import Study
    from nasedu.viewing import write_report

    with Study(run) as study:
        if csv is tensorboard is optuna is None:
            say(f"report: {write_report(study, run)}")
        if csv is not None:
            from nasedu.viewing.exports.rows import write_rows

            say(f"table: {write_rows(study, csv)}")
        if tensorboard is not None:
            from nasedu.viewing.exports.event_files import write_events

            folder = write_events(study, tensorboard)
            say(f"event files: {folder}; show them with: tensorboard --logdir {folder}")
        if optuna is not None:
            from nasedu.viewing.exports.optuna_study import write_optuna

            file = write_optuna(study, optuna)
            say(f"Optuna study: {file}; show it with: optuna-dashboard sqlite:///{file}")


def explore(
    run: RunFolder,
    other: Annotated[
        Path | None, typer.Argument(metavar="[RUN2]", help="Another run, to see side by side.")
    ] = None,
    problem: ProblemName = None,
    out: Annotated[
        Path | None, typer.Option(help="The page to write; default explore.html in RUN.")
    ] = None,
) -> None:
    """Write a page to walk through a search.

    It shows the updates, the children and their drawings.

    It is one file that needs no network and no Python; open it in a browser. With a second run it
    shows both side by side. A run may be unfinished.
    """
    from nasedu.runs import Study
    from nasedu.viewing import explorer_of

    studies = [Study(folder) for folder in (run, other) if folder is not None]
    folder = run if run.is_dir() else run.parent
    say(f"explorer: {explorer_of(*studies).save(out or folder / 'explore.html')}")


def _follow(events: Generator[Event, None, None], run: Path) -> None:
    """Show a search while it runs, then write its report."""
    from tqdm import tqdm

    from nasedu.searching import Finished, Started, TrialFinished, Updated
    from nasedu.training.measure import REWARD
    from nasedu.viewing import write_report
    from nasedu.viewing.progress import (
        batch_line,
        closing_lines,
        is_looked_up,
        key_line,
        opening_lines,
    )
    from nasedu.viewing.units import measure_of

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
        say(f"\nstopped; {_kept(run)}", err=True)
        raise typer.Exit(130) from None


def _kept(run: Path) -> str:
    """Return what is left of a run that was stopped, perhaps as it began."""
    from nasedu.runs import Study, has_study

    if not has_study(run):
        return "nothing was recorded yet"
    with Study(run) as study:
        ended = sum(trial.outcome is not None for trial in study.trials())
    return f"{ended} children are kept. Go on with `nasedu resume {run}`"
