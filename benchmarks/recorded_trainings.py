"""What the benchmarks share that train many networks or cells, each for good: jobs that are kept.

Every training has a folder of its own, in which ``outcome.json`` says what came of it, so that
hours of them can be stopped, gone on with and looked at at any time. What is finished is a row of
a table under its folder's name, and counts as finished also where the folder is not: a copy of
the table is enough to go on, or to write the record again.
"""

import argparse
import json
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
from tqdm import tqdm

from nasedu import Outcome
from nasedu.searching import Trial, available_cores
from nasedu.runs.folder import write_text
from nasedu.searching.workers import make_workers

Document = dict[str, Any]


class Job(Protocol):
    """One training; it is sent to a worker, so it must pickle."""

    seed: int

    @property
    def file(self) -> str:
        """Name of its folder, and of its row."""

    def train(self, folder: Path) -> Document:
        """Train, or go on, and return what is kept; ``"outcome"`` is the outcome's fields."""

    def row(self, document: Document) -> Document:
        """Return its row of the table."""


class Trainings:
    """Trains jobs; a trial's number, from 1, says which.

    Args:
        jobs: All trainings, those first that are to be trained first.
        folder: Where they are kept, a folder each.
        table: CSV of all that are finished; its rows of other trainings stay. A row does not say
            by which recipe: if that changes, its rows have to go.
    """

    is_instant = False

    def __init__(self, jobs, folder, table):
        self.jobs, self.folder, self.table = jobs, folder, table
        rows = pd.read_csv(table).to_dict("records") if table.exists() else []
        self.finished = {row["training"]: row for row in rows}

    @property
    def settings(self):
        """Return nothing: no study records these trainings."""
        return {}

    def prepare(self):
        """Load nothing: jobs bring their data."""

    def cost(self, trial):
        """Return the same for all: they are trained in their order."""
        return 0

    def __call__(self, trial):
        job = self.jobs[trial.number - 1]
        folder = self.folder / job.file
        document = job.train(folder)
        if not (folder / "outcome.json").exists():
            folder.mkdir(parents=True, exist_ok=True)
            write_text(folder / "outcome.json", json.dumps(document, indent=2) + "\n")
        return Outcome.from_json(json.dumps(document["outcome"]))

    def row(self, job):
        """Return the row of a training that is finished, or None."""
        path = self.folder / job.file / "outcome.json"
        if path.exists():
            return {"training": job.file} | job.row(json.loads(path.read_text()))
        return self.finished.get(job.file)

    def write_table(self):
        """Write every finished training as a row; return those of the jobs, in their order."""
        rows = {job.file: row for job in self.jobs if (row := self.row(job)) is not None}
        self.finished = rows | {k: row for k, row in self.finished.items() if k not in rows}
        frame = pd.DataFrame(list(self.finished.values()))
        if len(frame):
            write_text(self.table, frame.to_csv(index=False, lineterminator="\n"))
        return frame.iloc[: len(rows)]

    def train(self, count):
        """Train what is not finished; the table grows with every training."""
        workers = make_workers(self, count, None)
        with tqdm(total=len(self.jobs), unit="training", disable=None) as bar:
            for number, job in enumerate(self.jobs, start=1):
                if self.row(job) is None:
                    workers.submit(Trial(number, 1, (0,), job.seed))
                else:
                    bar.update()
            try:
                for trial, outcome in workers.completed():
                    bar.update()
                    curve = ", ".join(f"{value:.4g}" for value in outcome.valid_curve)
                    print(f"{self.jobs[trial.number - 1].file}: {outcome.reason or curve}")
                    self.write_table()
            finally:
                workers.cancel()


def options(description, folder, arguments=None, toy=None, recipes=()):
    """Read the command line of such a benchmark.

    Args:
        description: What the benchmark does.
        folder: Of its trainings, in ``runs``.
        arguments: The words; None: those of the command line.
        toy: What ``--toy`` tries; None: there is no such option.
        recipes: Names that ``--recipe`` takes; none: there is no such option.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--folder", type=Path, default=Path("runs") / folder)
    parser.add_argument("--workers", type=int, default=available_cores())
    parser.add_argument(
        "--record", action="store_true", help="train nothing, write of what is finished"
    )
    if toy:
        parser.add_argument("--toy", action="store_true", help=f"a try, kept in FOLDER: {toy}")
    if recipes:
        parser.add_argument("--recipe", choices=list(recipes), help="train by this one alone")
    return parser.parse_args(arguments)
