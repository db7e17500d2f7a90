"""The recorded experiment: jobs of minutes or hours, whose results are rows of a committed table.

Every job and every search has a run folder, so that hours of them can be stopped, gone on with and
looked at. The table is written whole as results come. What stands finished there is finished, also
where its folder is gone: the committed table is enough to go on, or to write the record again.
"""

import argparse
import csv
import io
import json
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
from record import HERE
from tqdm import tqdm

from nasedu import search
from nasedu.controller import make_strategy
from nasedu.errors import TrainingError
from nasedu.problems import problem_of, problem_on
from nasedu.runs import Study, Trial, write_text
from nasedu.searching import (
    FinalTraining,
    Started,
    TrainingEvaluator,
    Updated,
    check_minutes,
    run_jobs,
)
from nasedu.searching.clock import Deadline
from nasedu.searching.evaluator import reason_of
from nasedu.spaces import Space
from nasedu.training import LanguageRecipe, Outcome, Recipe
from nasedu.training.measure import Measure
from nasedu.viewing.progress import batch_line

TABLES = HERE.parent / "data" / "tables"
UNFINISHED = 75  # exit status where there is more to do: sysexits' EX_TEMPFAIL
STRATEGIES = {"reinforce": {"lr": 0.03}, "random": {}}
NAMES = {"reinforce": "REINFORCE", "random": "random search"}


def options_of(description, folder, arguments=None, toy=None, recipes=(), table=None):
    """Read the command line of an experiment.

    Args:
        description: What it does.
        folder: Of its jobs, in ``runs``.
        arguments: The words; None: those of the command line.
        toy: What ``--toy`` tries; None: there is no such option.
        recipes: Names that ``--recipe`` takes; none: there is no such option.
        table: The table that it is about, unless ``--table`` says another; None: of none.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--folder", type=Path, default=Path("runs") / folder)
    parser.add_argument("--workers", type=int, help="jobs at a time; default one a core")
    parser.add_argument("--minutes", type=float, help=f"of this call; {UNFINISHED} if not finished")
    parser.add_argument("--record", action="store_true", help="write of what is finished, no more")
    if toy:
        parser.add_argument("--toy", action="store_true", help=f"a try, kept in FOLDER: {toy}")
    if recipes:
        parser.add_argument("--recipe", choices=list(recipes), help="train by this one alone")
    if table:
        parser.add_argument("--table", default=table, help="name or file of the table")
    return parser.parse_args(arguments)


def read_rows(path):
    """Return the rows of a table as they are written, none if it is not there yet."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path, rows):
    """Write a table whole or not at all; a row that lacks a column has nothing there."""
    text = io.StringIO()
    columns = dict.fromkeys(column for row in rows for column in row)
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())


def deadline_of(options):
    """Return when to stop, or None; to record is to stop at once."""
    return Deadline(0) if options.record else check_minutes(options.minutes, options.folder)


class Experiment:
    """Jobs, each of which makes a row of a table; ``row(result)`` is a method of theirs.

    Args:
        jobs: All of them, those first that are to be done first.
        options: The command line, see `options_of`.
        table: CSV of all that are finished; its rows of other jobs stay. A row does not say by
            which recipe: if that changes, its rows have to go.
    """

    def __init__(self, jobs, options, table):
        self.jobs, self.options, self.table = jobs, options, table
        self.rows = {row["training"]: row for row in read_rows(table)}

    def work(self, jobs=None):
        """Do what is not finished; return whether to write the record."""
        jobs, options = self.jobs if jobs is None else jobs, self.options
        how = {"workers": options.workers, "until": deadline_of(options), "finished": self.rows}
        with tqdm(total=len(jobs), unit="job", disable=None) as bar:
            for job, result in run_jobs(jobs, options.folder, **how):
                bar.update()
                if job.name not in self.rows:
                    self.rows[job.name] = {"training": job.name} | job.row(result)
                    self.write()
        self.write()
        return options.record or all(job.name in self.rows for job in jobs)

    def write(self):
        """Write the table, the rows of the jobs first, in their order."""
        own = {job.name: self.rows[job.name] for job in self.jobs if job.name in self.rows}
        self.rows = own | {name: row for name, row in self.rows.items() if name not in own}
        if self.rows:
            write_rows(self.table, list(self.rows.values()))

    def frame(self):
        """Return the rows of the jobs that are finished, in their order.

        Raises:
            SystemExit: There is none.
        """
        names = {job.name for job in self.jobs if job.name in self.rows}
        if not names:
            raise SystemExit("no training is finished; there is nothing to record")
        frame = pd.read_csv(self.table)
        return frame[frame["training"].isin(names)].reset_index(drop=True)


@dataclass(frozen=True)
class RecordedTraining(FinalTraining):
    """A training whose result is a row: of an architecture, or of what makes another child.

    Args:
        label: What the table calls the child.
    """

    label: str = ""

    def __post_init__(self):
        super().__post_init__()
        object.__setattr__(self, "on_epoch", partial(say_epoch, self.name, self.recipe.epochs))

    @property
    def problem(self):
        """That of the architecture; of what makes a child, which is of no kind, the data's."""
        try:
            return problem_of(self.net, self.data)
        except TypeError:
            return problem_on(self.data)

    def work(self, folder, until):
        """Train, or go on; a training that diverges is a result, since it would again."""
        try:
            training = self.follow(folder, until)
            return self.result(training) if training.is_finished else None
        except TrainingError as error:
            return {"outcome": fields(Outcome.failed(reason_of(error)))}

    def result(self, training):
        """Return the result of a training that is finished; the test part is read once."""
        return {"outcome": fields(training.test())}


def fields(outcome):
    """Return an outcome as JSON values."""
    return json.loads(outcome.to_json())


def say_epoch(name, epochs, epoch):
    """Print a line of progress."""
    print(f"{name}: epoch {epoch.number} of {epochs}, {epoch.valid:.5g}", flush=True)


@dataclass(frozen=True)
class RecordedSearch:
    """Searches of one space that differ in who searches and in their seed: a run folder each.

    Args:
        name: Of the table, and of the folder in ``runs``.
        space: What is searched.
        data: On what children are trained.
        recipe: How; None: as a first search does.
        trials: Children of each search.
        measure: What children are measured in; its name is also that of a column.
        seeds: Seeds of the searches.
        strategies: Who searches, each with every seed.
        columns: First columns of its rows, where a table holds the searches of several spaces.
    """

    name: str
    space: Space
    data: str
    recipe: Recipe | LanguageRecipe | None
    trials: int
    measure: Measure
    seeds: tuple[int, ...] = (0, 1, 2)
    strategies: tuple[str, ...] = tuple(STRATEGIES)
    columns: tuple[tuple[str, str], ...] = ()

    @property
    def table(self):
        """Where all children are written."""
        return TABLES / f"{self.name}.csv"

    def which(self):
        """Return the first columns of every search, in the order in which they run."""
        pairs = ((seed, name) for seed in self.seeds for name in self.strategies)
        return [dict(self.columns) | {"strategy": n, "seed": str(s)} for s, n in pairs]

    def run(self, options):
        """Run or go on with every search, one after the other; return whether to write the record.

        The table grows with every update; a search that is complete in it is not begun.
        """
        until = deadline_of(options)
        left = [key for key in self.which() if len(self.rows(key)) < self.trials]
        runs = [options.folder / "-".join(key.values()).replace(" ", "-") for key in left]
        for key, run in zip(left, runs, strict=True):
            if (run / "study.db").exists():
                self.write(key, Study(run))
        for key, run in zip(left, runs, strict=True):
            if until is None or not until.has_passed:
                self.go_on(key, run, options.workers, until)
        return options.record or all(len(self.rows(key)) == self.trials for key in left)

    def go_on(self, key, run, workers, until):
        """Go on with one search, until it is finished or it is time to stop."""
        own = {"data": self.data, "recipe": self.recipe, "run": run, "workers": workers}
        with closing(self.events(key, **own)) as events:
            for event in events:
                if isinstance(event, Started):
                    study = event.study
                if isinstance(event, Updated):
                    self.write(key, study)
                    print(run.name, batch_line(event, self.measure), flush=True)
                    if until is not None and until.has_passed:
                        break

    def events(self, key, **options):
        """Return the events of one search."""
        name, seed = key["strategy"], int(key["seed"])
        strategy = make_strategy(name, self.space.decisions, seed, **STRATEGIES[name])
        return search(self.space, strategy, trials=self.trials, seed=seed, **options)

    def rows(self, key):
        """Return the children of one search that the table has."""
        return [row for row in read_rows(self.table) if key.items() <= row.items()]

    def write(self, key, study):
        """Put the children of one search that have an outcome into the table."""
        rows = [row for row in read_rows(self.table) if not key.items() <= row.items()]
        children = [trial for trial in study.trials() if trial.outcome is not None]
        rows += [key | self.row(trial) for trial in children]
        kept = [*dict(self.columns), "strategy", "seed"]
        ranks = {name: str(rank) for rank, name in enumerate(NAMES)}
        rows.sort(key=lambda row: [ranks.get(row[column], row[column]) for column in kept])
        write_rows(self.table, rows)

    def row(self, trial):
        """Return one child as the columns after those of its search."""
        outcome, curve = trial.outcome, trial.outcome.valid_curve
        return {
            "trial": trial.number,
            "tokens": " ".join(map(str, trial.tokens)),
            self.measure.name: round(self.measure.best(curve), 6) if curve else None,
            "reward": outcome.reward,
            "parameters": outcome.num_parameters,
            "flop": outcome.flop,
            "seconds": round(outcome.seconds, 3),
        }

    def study(self, key):
        """Return a study in memory of one search that is complete, as the table has it."""
        for event in self.events(key, evaluate=Replayed(self, self.rows(key)), workers=1):
            if isinstance(event, Started):
                study = event.study
        return study

    def halves(self, frame, name):
        """Return for each seed the middle of the first and second half, and the best, as text."""
        part = frame[frame["strategy"] == name]
        second = part["trial"] > self.trials // 2
        values, best = self.measure.name, "max" if self.measure.higher_is_better else "min"
        middles = part.groupby(["seed", second])[values].agg(self.measure.middle_name).unstack()
        top = part.groupby("seed")[values].agg(best)
        digits = 3 if top.max() < 1 else 1
        return [
            [f"{NAMES[name]}, seed {s}", *(f"{v:.{digits}f}" for v in (*middles.loc[s], top[s]))]
            for s in self.seeds
        ]


class Replayed:
    """Gives every child of a search the outcome that its row of the table has."""

    is_instant = True

    def __init__(self, searched: RecordedSearch, rows: list[dict[str, str]]) -> None:
        own = searched.space, searched.data, searched.recipe
        self.searched, self.rows, self.settings = searched, rows, TrainingEvaluator(*own).settings

    def prepare(self) -> None:
        """Load nothing."""

    def cost(self, trial: Trial) -> float:
        """Return the same for all."""
        return 0.0

    def __call__(self, trial: Trial) -> Outcome:
        """Return a child's outcome; one of which the curve is not kept, but for its best point."""
        row = self.rows[trial.number - 1]
        if row["tokens"] != " ".join(map(str, trial.tokens)):
            raise SystemExit(f"{self.searched.table} has other children than are searched today")
        if not row["reward"]:
            return Outcome.failed("as recorded")
        sizes = {"seconds": float(row["seconds"]), "num_parameters": int(row["parameters"])}
        return Outcome(float(row["reward"]), (float(row[self.searched.measure.name]),), **sizes)
