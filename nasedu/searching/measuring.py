"""Training every network of a small space: the work behind a `NetworkTable`.

Every finished training is one line of whole numbers in a log, so that whatever stops the
work costs the children that were being trained and no other.
"""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasedu.data import DIVERGED, MISSING, NetworkTable
from nasedu.errors import StudyError, TrainingError
from nasedu.searching.config import MACHINE, first_difference, versions
from nasedu.searching.cores import check_workers
from nasedu.searching.evaluator import ImageEvaluator
from nasedu.searching.runs import locked, write_text
from nasedu.searching.trial import Trial, check_seed, child_seed
from nasedu.searching.workers import Workers, make_workers
from nasedu.spaces import ConvNetSpace, count_sequences, sequences_at
from nasedu.training import Outcome, Recipe

REPEATS = 3  # trainings of the networks that are trained more than once
SHARE = 0.1  # of the space is drawn at random to be among them
BEST = 500  # networks, by validation accuracy of their first training, are among them too
CHUNK = 400  # trainings that are queued at a time, the largest first
CHILD_TIMEOUT = 600.0  # seconds
LOG = "measured.csv"
PLACE, REPEAT, MICROSECONDS, TEST, VALID = range(5)  # columns; VALID is the first of E
Job = tuple[int, int]  # (place, repeat from 0)


@dataclass(frozen=True, slots=True)
class Measured:
    """One more network was trained, or failed.

    Attributes:
        done: Trainings in the log, those of earlier runs included.
        total: Trainings that there will be.
        trial: What was trained, with its outcome.
    """

    done: int
    total: int
    trial: Trial


class TestingEvaluator(ImageEvaluator):
    """Trains children and tests them too, since winners are to be compared by the test.

    On a CPU the seconds are the processor's, so that other work on the machine is not in them.
    """

    __test__ = False  # nothing for pytest to collect

    @property
    def settings(self) -> dict[str, Any]:
        """Return what decides the outcomes."""
        return {**super().settings, "num_test": len(self.trainer.data.test)}

    def __call__(
        self, trial: Trial, on_epoch: Callable[[int, float], None] | None = None
    ) -> Outcome:
        """Build, train and test the child that the trial describes."""
        start = time.thread_time()
        child, outcome = self.trainer.fit(self.space.decode(trial.tokens), trial.seed, on_epoch)
        if self.trainer.device.type == "cpu":
            outcome = replace(outcome, seconds=time.thread_time() - start)
        return self.trainer.test_accuracy(child, outcome)


def measure(
    folder: str | Path,
    space: ConvNetSpace,
    *,
    data: str = "digits",
    recipe: Recipe | None = None,
    seed: int = 0,
    best: int = BEST,
    workers: int | None = None,
) -> Generator[Measured, None, None]:
    """Train every network of a space, some of them three times, and write the table.

    A random tenth of the space is trained first and three times, then the rest once in random
    order, then the best again. Leaving the loop ends the work; another call goes on with it.

    Args:
        folder: Where the log and, at the end, ``table.npz`` lie.
        space: At most ten million networks, each of all layers.
        data: Name of the images, see ``nasedu data list``.
        recipe: How to train; default 5 epochs.
        seed: Decides the seeds of the children and which networks are trained three times.
        best: How many of the best networks are trained three times.
        workers: Children trained at a time; default one a core.

    Raises:
        StudyError: The folder holds something else, or measurements that were made otherwise.
    """
    check_seed(seed)
    count, folder = check_workers(workers), Path(folder)
    evaluator = TestingEvaluator(space, data, recipe or Recipe(epochs=5))
    settings = {"seed": seed, "space": json.loads(space.to_json()), "evaluator": evaluator.settings}
    return _measure(folder, evaluator, settings, best, count)


def _measure(
    folder: Path, evaluator: TestingEvaluator, settings: dict[str, Any], best: int, count: int
) -> Generator[Measured, None, None]:
    size = count_sequences(evaluator.space.decisions)
    with locked(folder, LOG):
        about = _continue(folder, settings)
        log = MeasurementLog(folder / LOG, evaluator)
        workers = make_workers(evaluator, count, None)
        try:
            jobs = first_jobs(size, about["seed"])
            expected = len(jobs) + (REPEATS - 1) * best
            yield from _train(jobs, expected, evaluator, about["seed"], workers, log)
            jobs += best_jobs(log.rows, size, best)
            yield from _train(jobs, None, evaluator, about["seed"], workers, log)
        finally:
            workers.cancel()
        network_table(evaluator, about, log.rows).save(folder / "table.npz")


def first_jobs(size: int, seed: int) -> list[Job]:
    """Return a random tenth of the places three times each, then the others once."""
    order = np.random.default_rng(seed).permutation(size).tolist()
    often = round(SHARE * size)
    repeated = [(place, repeat) for place in order[:often] for repeat in range(REPEATS)]
    return repeated + [(place, 0) for place in order[often:]]


def best_jobs(rows: NDArray[np.int64], size: int, best: int) -> list[Job]:
    """Return the further trainings of the places that were best after their first."""
    first = rows[rows[:, REPEAT] == 0]
    accuracy = np.full(size, MISSING)
    accuracy[first[:, PLACE]] = first[:, VALID:][:, -5:].max(1)
    places = np.argsort(-accuracy, kind="stable")[:best].tolist()
    return [(place, repeat) for place in places for repeat in range(1, REPEATS)]


def table_trial(space: ConvNetSpace, seed: int, place: int, repeat: int = 0) -> Trial:
    """Return the trial behind one training of a table: its number counts through all of them."""
    number = 1 + place + repeat * count_sequences(space.decisions)
    tokens = tuple(sequences_at(space.decisions, place).tolist())
    return Trial(number, 1, tokens, child_seed(seed, number))


def network_table(
    evaluator: ImageEvaluator, about: dict[str, Any], rows: NDArray[np.int64]
) -> NetworkTable:
    """Return measurements as a table; what is not measured yet is missing from it."""
    decisions = evaluator.space.decisions
    size, epochs = count_sequences(decisions), rows.shape[1] - VALID
    valid = np.full((REPEATS, size, epochs), MISSING, np.int16)
    test = np.full((REPEATS, size), MISSING, np.int16)
    seconds = np.full((REPEATS, size), np.nan, np.float32)
    where = rows[:, REPEAT], rows[:, PLACE]
    valid[where], test[where] = rows[:, VALID:], rows[:, TEST]
    seconds[where] = rows[:, MICROSECONDS] / 1e6
    nets = map(evaluator.space.decode, sequences_at(decisions, np.arange(size)).tolist())
    costs = [evaluator.trainer.cost(net) for net in nets]
    parameters = np.array([cost.num_parameters for cost in costs], np.int32)
    flop = np.array([cost.flop for cost in costs], np.int32)
    return NetworkTable(evaluator.space, about, valid, test, seconds, parameters, flop)


def _train(
    jobs: list[Job],
    total: int | None,
    evaluator: ImageEvaluator,
    seed: int,
    workers: Workers,
    log: MeasurementLog,
) -> Iterator[Measured]:
    """Train what is not in the log yet and add it, the largest of every chunk first."""
    total = total or len(set(jobs))
    done = set(map(tuple, log.rows[:, [PLACE, REPEAT]].tolist()))
    pending = [job for job in jobs if job not in done]
    failed: list[Trial] = []
    for start in range(0, len(pending), CHUNK):
        chunk = pending[start : start + CHUNK]
        trials = {table_trial(evaluator.space, seed, *job): job for job in chunk}
        for trial in sorted(trials, key=evaluator.cost, reverse=True):
            workers.submit(trial)
        for trial, outcome in workers.completed():
            trained = replace(trial, outcome=outcome)
            if not log.append(*trials[trial], outcome):
                failed.append(trained)
            yield Measured(len(log), total, trained)
    if failed:
        raise StudyError(
            f"{len(failed)} trainings failed, the first with {failed[0].reason!r}; "
            "run the command again to repeat them"
        )


class MeasurementLog:
    """The finished trainings, one line each: place, repeat, microseconds, images right.

    Args:
        path: A CSV file of whole numbers, made if it is not there. A last line that a kill cut
            short is taken off.
        evaluator: What measures.
    """

    def __init__(self, path: Path, evaluator: ImageEvaluator) -> None:
        epochs = evaluator.recipe.epochs
        self._settings = evaluator.settings
        names = ["place", "repeat", "microseconds", "test"]
        names += [f"valid_{epoch}" for epoch in range(1, epochs + 1)]
        self._path = path
        text = path.read_text(encoding="ascii") if path.exists() else ""
        whole = text[: text.rfind("\n") + 1] or ",".join(names) + "\n"
        if text != whole:
            write_text(path, whole)
        try:
            rows = [[int(n) for n in line.split(",")] for line in whole.splitlines()[1:]]
            self._rows = np.array(rows, np.int64).reshape(-1, len(names))
        except ValueError as error:
            raise StudyError(f"{path} is damaged ({error}); move it away to begin again") from None
        self._fresh: list[list[int]] = []

    def __len__(self) -> int:
        return len(self._rows) + len(self._fresh)

    @property
    def rows(self) -> NDArray[np.int64]:
        """``(n, 4 + E)``: the lines so far."""
        if self._fresh:
            self._rows = np.concatenate([self._rows, np.array(self._fresh, np.int64)])
            self._fresh = []
        return self._rows

    def append(self, place: int, repeat: int, outcome: Outcome) -> bool:
        """Add a training, also of a child that diverged; return False if there is no result."""
        microseconds = round(outcome.seconds * 1e6)
        if not outcome.is_failed:
            assert outcome.test_accuracy is not None
            valid = [round(a * self._settings["num_valid"]) for a in outcome.valid_curve]
            row = [round(outcome.test_accuracy * self._settings["num_test"]), *valid]
        elif (outcome.reason or "").startswith(TrainingError.__name__):
            row = [DIVERGED] * (self._rows.shape[1] - TEST)
        else:
            return False
        row = [place, repeat, microseconds, *row]
        with self._path.open("a", encoding="ascii") as file:
            file.write(",".join(map(str, row)) + "\n")
        self._fresh.append(row)
        return True


def _continue(folder: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """Return what is recorded of the measurements in a folder, or begin them.

    Raises:
        StudyError: They were made otherwise.
    """
    path, now = folder / "config.json", versions()
    if path.exists():
        about = json.loads(path.read_text(encoding="utf-8"))
        machines = about.pop("machines")
        if difference := first_difference(settings, about):
            key, ours, theirs = difference
            raise StudyError(
                f"{folder} was measured with {key} = {theirs!r} and not {ours!r}; "
                "choose another folder"
            )
    else:
        machines = []
    if now not in machines:
        machines.append(now)
    if len({tuple(machine[key] for key in MACHINE) for machine in machines}) > 1:
        warnings.warn(
            f"{folder} was begun on another processor or torch: repeating an entry may give "
            "another result in the last digits",
            stacklevel=2,
        )
    about = {**settings, "machines": machines}
    write_text(path, json.dumps(about, indent=2, sort_keys=True) + "\n")
    return about
