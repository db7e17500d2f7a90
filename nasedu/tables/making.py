"""The making of a table: an enumeration that is searched in a run folder, and exported.

The study in the folder has every finished training, so that whatever stops the work costs the
children that were being trained and no other. Now and then all results so far are exported:
whoever has that file can go on from it, also without the folder.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nasedu.documents import check_same
from nasedu.errors import DataError, SettingError, StudyError
from nasedu.problems import FIRST, TABLE, problem_of
from nasedu.runs.folder import has_study
from nasedu.runs.provenance import warn_of_other_machine
from nasedu.runs.study import Study
from nasedu.runs.trial import Trial, check_seed
from nasedu.searching.cores import check_workers
from nasedu.searching.evaluator import train_child
from nasedu.searching.events import Started, TrialFinished, Updated
from nasedu.searching.loop import search
from nasedu.spaces import Space, count_sequences, sequences_at
from nasedu.tables.enumeration import (
    BEST,
    DIVERGED_REWARD,
    REPEATS,
    Enumeration,
    job_number,
    job_seed,
)
from nasedu.tables.network_table import DIVERGED, MISSING, NetworkTable
from nasedu.tables.results import Results, TestingEvaluator
from nasedu.training import Measure, Outcome

BATCH = 400  # trainings between two exports; they are queued together, the largest first
MOST = 2**15 - 1  # examples that a table can count
OLD_LOG, FILE = "measured.csv", "table.npz"


@dataclass(frozen=True, slots=True)
class TableEntry:
    """One more child was trained, or failed.

    Attributes:
        done: Trainings with a result, those of earlier runs included.
        total: Trainings that there will be; until the best are known, at most.
        trial: What was trained, with its outcome.
        measure: What its outcome is measured in.
    """

    done: int
    total: int
    trial: Trial
    measure: Measure


def make_table(
    folder: str | Path,
    space: Space,
    *,
    data: str | None = None,
    recipe: Any = None,
    seed: int = 0,
    best: int = BEST,
    workers: int | None = None,
    known: NetworkTable | None = None,
) -> Generator[TableEntry, None, None]:
    """Train every child of a space, some of them three times, and write the table.

    A random tenth of the space is trained first and three times, then the rest once in random
    order, then the best again. Leaving the loop ends the work; another call goes on with it.

    Args:
        folder: Run folder of the study, and of ``table.npz``, which grows with the work.
        space: At most ten million descriptions, each of all layers.
        data: Name of the data, see ``nasedu data list``; default the problem's first.
        recipe: How to train; default the problem's for a table.
        seed: Decides the seeds of the children and which of them are trained three times.
        best: How many of the best are trained three times; may grow later, not shrink.
        workers: Children trained at a time; default one a core.
        known: A table of the same space that was begun elsewhere; its trainings are not repeated.

    Raises:
        SettingError: An argument outside of what makes sense.
        SearchSpaceError: The space is too large.
        StudyError: The folder holds something else, or measurements that were made otherwise;
            or, at the end, trainings failed for which the child is not to blame.
    """
    check_seed(seed)
    count_sequences(space.decisions)
    Enumeration(space, seed, best=best)  # refuses now what it would refuse later
    check_workers(workers)
    folder = Path(folder)
    if (folder / OLD_LOG).exists():
        raise StudyError(
            f"{folder} has {OLD_LOG}, the log of an older nasedu, which is no longer read; choose "
            f"another folder, and go on from {FILE} by --known if it is there"
        )
    known_recipes = problem_of(space).load("recipes")
    recipe = recipe or known_recipes.get(TABLE, known_recipes[FIRST])
    evaluator = TestingEvaluator(space, data, recipe)
    settings = evaluator.settings
    most = max(settings[name] for name in ("num_valid", "num_test"))
    if evaluator.task.is_share and most > MOST:
        raise SettingError(f"{evaluator.data} has {most:,} to test; expected at most {MOST:,}")
    if known:
        _check_known(known, evaluator, seed)
        warn_of_other_machine(known.name or "the known table", known.about["machines"][0])
    return _make(folder, space, evaluator, seed, best, workers, known)


def _make(
    folder: Path,
    space: Space,
    evaluator: TestingEvaluator,
    seed: int,
    best: int,
    workers: int | None,
    known: NetworkTable | None,
) -> Generator[TableEntry, None, None]:
    tables = _known_tables(folder, evaluator, seed, known)
    best = max([best, *(table.about.get("best", 0) for table in tables)])
    about = {"seed": seed, "best": best, "machines": [], "evaluator": evaluator.settings}
    for table in tables:
        about["machines"] += [m for m in table.about["machines"] if m not in about["machines"]]
    results = Results(space, evaluator, tables)
    rewards = rewards_of(results.table(about)) if tables else None
    strategy = Enumeration(space, seed, best=best, known=rewards)
    trials, workers = _bound(folder, strategy, workers)
    events = search(
        space,
        strategy,
        trials=trials,
        batch=BATCH,
        workers=workers,
        seed=seed,
        run=folder,
        evaluate=evaluator,
    )
    total = 0
    with closing(events):
        for event in events:
            if isinstance(event, Started):
                about |= {"best": strategy.best}
                about["machines"] += [m for m in event.study.starts() if m not in about["machines"]]
                _add_all(results, strategy, event.study)
                total = strategy.total
            elif isinstance(event, TrialFinished):
                assert event.trial.outcome
                results.add(strategy.job_of(event.trial), event.trial.outcome)
                yield TableEntry(len(results), total, event.trial, evaluator.task.measure)
            elif isinstance(event, Updated):
                total = strategy.total
            if not isinstance(event, TrialFinished) and len(results):
                results.table(about).save(folder / FILE)
    if failed := strategy.failed:
        raise StudyError(
            f"{len(failed)} trainings failed, the first with {failed[0].reason!r}; "
            "run the command again to repeat them"
        )


def _check_known(table: NetworkTable, evaluator: TestingEvaluator, seed: int) -> None:
    """Raise `StudyError` unless the trainings of a table are those of the one to be built."""
    name = table.name or "the known table"
    ours = {"space": evaluator.space.to_dict(), "seed": seed, "evaluator": evaluator.settings}
    theirs = {"space": table.space.to_dict(), **{n: table.about[n] for n in ("seed", "evaluator")}}
    check_same(ours, theirs, name, StudyError)
    if len(table.valid) != REPEATS:
        raise StudyError(f"{name} has {len(table.valid)} trainings per network; expected {REPEATS}")


def _known_tables(
    folder: Path, evaluator: TestingEvaluator, seed: int, known: NetworkTable | None
) -> list[NetworkTable]:
    """Return what was measured before the study in the folder began, and is not in it."""
    tables = [known] if known else []
    if has_study(folder) and (folder / FILE).exists():
        try:
            table = NetworkTable.load(folder)
            _check_known(table, evaluator, seed)
        except (DataError, StudyError):  # the study says what is wrong, or makes it anew
            return tables
        tables.append(table)
    return tables


def _bound(folder: Path, strategy: Enumeration, workers: int | None) -> tuple[int, int | None]:
    """Return how many trials the study may come to have, and how many workers are of use."""
    if not has_study(folder):
        return max(1, strategy.left), workers if strategy.left else 1
    with Study(folder) as study:
        config = study.config
        is_ours = config.strategy["name"] == strategy.name
        if is_ours and config.space == strategy.space.to_json():  # else the search refuses it
            study.restore(strategy, torch.Generator())
        left = strategy.left
        return max(config.trials, study.num_asked + left), workers if left else 1


def _add_all(results: Results, strategy: Enumeration, study: Study) -> None:
    """Take note of all that a study has, and check that nothing which it builds on is gone.

    Raises:
        StudyError: It was begun from a table that is no longer there.
    """
    for trial in study.trials():
        if trial.outcome is not None:
            results.add(strategy.job_of(trial), trial.outcome)
    jobs = (~strategy.rewards.T.isnan()).nonzero().tolist()
    if not all(results.has((place, repeat)) for place, repeat in jobs):
        raise StudyError(
            f"{study.path} was begun from a table that is gone; give that table again by --known"
        )


def rewards_of(table: NetworkTable) -> Tensor:
    """Return the ``(R, N)`` rewards of a table's trainings, as an `Enumeration` knows them."""
    # NaN is asked for again, DIVERGED_REWARD is not: training it once more would give the same.
    rewards = torch.from_numpy(np.where(table.test == MISSING, np.nan, table.reward))
    rewards[torch.from_numpy(table.test == DIVERGED)] = DIVERGED_REWARD
    return rewards


def table_trial(space: Space, seed: int, place: int, repeat: int = 0) -> Trial:
    """Return the trial behind one training of a table: its number counts through all of them."""
    size, job = count_sequences(space.decisions), (place, repeat)
    tokens = tuple(sequences_at(space.decisions, place).tolist())
    return Trial(job_number(size, job), 1, tokens, job_seed(seed, size, job))


def evaluator_of(table: NetworkTable) -> TestingEvaluator:
    """Return what measured a table, to train an entry of it again.

    Raises:
        StudyError: The data are no longer those that it was measured on.
    """
    recorded = table.about["evaluator"]
    recipe = table.problem.read_recipe(recorded["recipe"])
    evaluator = TestingEvaluator(table.space, recorded["data"], recipe)
    check_same(evaluator.settings, recorded, "the table", StudyError)
    return evaluator


def train_again(
    evaluator: TestingEvaluator, table: NetworkTable, place: int, repeat: int = 0
) -> Outcome:
    """Train an entry of a table again, from the seed that it had."""
    return train_child(evaluator, table_trial(table.space, table.about["seed"], place, repeat))
