"""Training every network of a small space: the work behind a `NetworkTable`.

Every finished training is one line in a log, so that whatever stops the work costs the
children that were being trained and no other.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasedu.documents import check_same, read_json
from nasedu.errors import SettingError, StudyError
from nasedu.runs.folder import locked, write_text
from nasedu.runs.provenance import MACHINE, versions, warn_of_other_machine
from nasedu.runs.trial import Trial, check_seed, child_seed
from nasedu.searching.cores import check_workers
from nasedu.searching.evaluator import train_child
from nasedu.searching.workers import Workers, make_workers
from nasedu.spaces import ConvNetSpace, count_sequences, sequences_at
from nasedu.tables.measurements import (
    MICROSECONDS,
    PLACE,
    REPEAT,
    REPEATS,
    TEST,
    VALID,
    MeasurementLog,
    TestingEvaluator,
)
from nasedu.tables.network_table import MISSING, NetworkTable
from nasedu.training import Outcome, Recipe
from nasedu.values import checked, fill

SHARE = 0.1  # of the space is drawn at random to be among them
BEST = 500  # networks, by validation accuracy of their first training, are among them too
CHUNK = 400  # trainings that are queued at a time, the largest first
MOST_IMAGES = 2**15 - 1  # that a table can count
LOG, TABLE = "measured.csv", "table.npz"
Job = tuple[int, int]  # (place, repeat from 0)


@dataclass(frozen=True, slots=True)
class Measured:
    """One more network was trained, or failed.

    Attributes:
        done: Trainings in the log, those of earlier runs included.
        total: Trainings that there will be; until the best networks are known, at most.
        trial: What was trained, with its outcome.
    """

    done: int
    total: int
    trial: Trial


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
        best: How many of the best networks are trained three times; may grow later, not shrink.
        workers: Children trained at a time; default one a core.

    Raises:
        SettingError: An argument outside of what makes sense.
        SearchSpaceError: The space is too large.
        StudyError: The folder holds something else, or measurements that were made otherwise;
            or, at the end, trainings failed for which the network is not to blame.
    """
    check_seed(seed)
    if isinstance(best, bool) or not isinstance(best, int) or best < 0:
        raise SettingError(f"best is {best!r}; expected an integer of at least 0")
    count_sequences(space.decisions)
    count, folder = check_workers(workers), Path(folder)
    evaluator = TestingEvaluator(space, data, recipe or Recipe(epochs=5))
    settings = {"seed": seed, "space": json.loads(space.to_json()), "evaluator": evaluator.settings}
    images = max(settings["evaluator"][name] for name in ("num_valid", "num_test"))
    if images > MOST_IMAGES:
        raise SettingError(f"{data} has {images:,} test images; expected at most {MOST_IMAGES:,}")
    return _measure(folder, evaluator, settings, best, count)


def _measure(
    folder: Path, evaluator: TestingEvaluator, settings: dict[str, Any], best: int, count: int
) -> Generator[Measured, None, None]:
    size, seed = count_sequences(evaluator.space.decisions), settings["seed"]
    with locked(folder, LOG):
        machines, best = _continue(folder, settings, best)
        log = MeasurementLog(folder / LOG, evaluator)
        phases = _phases(size, seed, best, log)
        yield from _train(phases, evaluator, seed, count, log)
        about = {"seed": seed, "best": best, "machines": machines}
        about["evaluator"] = settings["evaluator"]
        network_table(evaluator, about, log.rows).save(folder / TABLE)


def random_tenth(size: int, seed: int) -> tuple[list[int], list[int]]:
    """Return the places of a random tenth, and all others in random order."""
    order = np.random.default_rng(seed).permutation(size).tolist()
    often = round(SHARE * size)
    return order[:often], order[often:]


def _phases(
    size: int, seed: int, best: int, log: MeasurementLog
) -> Iterator[tuple[list[Job], int]]:
    """Yield what has to be in the log, and how much that will be in the end."""
    jobs = first_jobs(size, seed)
    yield jobs, len(jobs) + (REPEATS - 1) * min(best, size)
    jobs += best_jobs(log.rows, size, best)
    yield jobs, len(set(jobs))


def first_jobs(size: int, seed: int) -> list[Job]:
    """Return a random tenth of the places three times each, then the others once."""
    often, once = random_tenth(size, seed)
    repeated = [(place, repeat) for place in often for repeat in range(REPEATS)]
    return repeated + [(place, 0) for place in once]


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


def evaluator_of(table: NetworkTable) -> TestingEvaluator:
    """Return what measured a table, to train an entry of it again.

    Raises:
        StudyError: The images are no longer those that it was measured on.
    """
    recorded = table.about["evaluator"]
    evaluator = TestingEvaluator(table.space, recorded["data"], fill(Recipe, recorded["recipe"]))
    check_same(evaluator.settings, recorded, "the table", StudyError)
    return evaluator


def train_again(
    evaluator: TestingEvaluator, table: NetworkTable, place: int, repeat: int = 0
) -> Outcome:
    """Train an entry of a table again, from the seed that it had."""
    return train_child(evaluator, table_trial(table.space, table.about["seed"], place, repeat))


def network_table(
    evaluator: TestingEvaluator, about: dict[str, Any], rows: NDArray[np.int64]
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
    costs = [evaluator.task.cost(net) for net in nets]
    parameters = np.array([cost.num_parameters for cost in costs], np.int32)
    flop = np.array([cost.flop for cost in costs], np.int64)
    return NetworkTable(evaluator.space, about, valid, test, seconds, parameters, flop)


def _train(
    phases: Iterator[tuple[list[Job], int]],
    evaluator: TestingEvaluator,
    seed: int,
    count: int,
    log: MeasurementLog,
) -> Iterator[Measured]:
    """Train what is not in the log yet and add it, phase by phase."""
    workers = None
    try:
        for jobs, total in phases:
            done = set(map(tuple, log.rows[:, [PLACE, REPEAT]].tolist()))
            pending = [job for job in jobs if job not in done]
            failed: list[Trial] = []
            for start in range(0, len(pending), CHUNK):
                workers = workers or make_workers(evaluator, min(count, len(pending)), None)
                chunk = pending[start : start + CHUNK]
                for trial, added in _train_chunk(chunk, evaluator, seed, workers, log):
                    failed += [] if added else [trial]
                    yield Measured(len(log), total, trial)
            if failed:
                raise StudyError(
                    f"{len(failed)} trainings failed, the first with {failed[0].reason!r}; "
                    "run the command again to repeat them"
                )
    finally:
        if workers:
            workers.cancel()


def _train_chunk(
    jobs: list[Job],
    evaluator: TestingEvaluator,
    seed: int,
    workers: Workers,
    log: MeasurementLog,
) -> Iterator[tuple[Trial, bool]]:
    """Train some, the largest first; yield each with whether it could be added to the log."""
    trials = {table_trial(evaluator.space, seed, *job): job for job in jobs}
    for trial in sorted(trials, key=evaluator.cost, reverse=True):
        workers.submit(trial)
    for trial, outcome in workers.completed():
        yield replace(trial, outcome=outcome), log.append(*trials[trial], outcome)


def _continue(
    folder: Path, settings: dict[str, Any], best: int
) -> tuple[list[dict[str, str]], int]:
    """Begin the measurements in a folder or go on with them.

    Returns:
        On which machines, and how many of the best networks are trained three times, which
        never becomes fewer.

    Raises:
        StudyError: They were made otherwise, or it is not said how.
    """
    path, now, recorded = folder / "config.json", versions(), {**settings, "machines": []}
    try:
        if path.exists() or (folder / LOG).exists():
            recorded = checked(read_json(path), dict[str, Any], "the whole")
        found = checked(recorded.pop("machines", None), tuple[dict[str, str], ...], "machines")
        best = max(best, checked(recorded.pop("best", 0), int, "best"))
        machines = list(found)
        for machine in machines:
            for key in MACHINE:
                checked(machine.get(key), str, f"machines.{key}")
    except (OSError, ValueError) as error:
        raise StudyError(f"{path} does not say how {LOG} was measured ({error})") from None
    check_same(settings, recorded, str(folder), StudyError)
    for machine in machines[:1]:
        warn_of_other_machine(str(folder), machine)
    if now not in machines:
        machines.append(now)
    recorded |= {"machines": machines, "best": best}
    write_text(path, json.dumps(recorded, indent=2, sort_keys=True) + "\n")
    return machines, best
