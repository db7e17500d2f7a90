"""Jobs: work of minutes or hours with one result each, kept in run folders and gone on with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any, Protocol

from nasedu.documents import check_same, read_json
from nasedu.errors import SettingError, StudyError
from nasedu.runs import Trial, open_run, write_text
from nasedu.searching.clock import Deadline
from nasedu.searching.cores import check_workers
from nasedu.searching.workers import make_workers
from nasedu.training import Outcome
from nasedu.values import checked

RECORD, RESULT = "job.json", "outcome.json"
STOPPED = "it was time to stop"  # the reason of a job that goes on next time
Result = dict[str, Any]


class Job(Protocol):
    """One piece of work. It is sent to a worker, so it must pickle."""

    @property
    def name(self) -> str:
        """Name of its folder in the run, which no other job has."""
        ...

    @property
    def title(self) -> str:
        """What errors call it."""
        ...

    @property
    def settings(self) -> dict[str, Any]:
        """All that decides its result, as JSON values."""
        ...

    @property
    def asked(self) -> dict[str, Any]:
        """Those of the settings that are known before anything is loaded."""
        ...

    def prepare(self) -> None:
        """Load what it needs; called once in every process, of the first job alone."""
        ...

    def work(self, folder: Path, until: Deadline | None) -> Result | None:
        """Do the work, or go on with it; keep in the folder what is needed to go on.

        Args:
            folder: Of this job alone, held while it works.
            until: When to stop, at the next place to go on from.

        Returns:
            The result, as JSON values; None if it was time to stop.
        """
        ...


def run_jobs(
    jobs: Sequence[Job],
    folder: Path,
    *,
    workers: int | None = None,
    until: Deadline | None = None,
    finished: Mapping[str, Result] | None = None,
) -> Iterator[tuple[Job, Result]]:
    """Do jobs, several at a time, and yield each with its result as it ends.

    Those that are finished come first. Called again after a stop or a kill it goes on with the
    others. After the loop, jobs are missing if it was time to stop.

    Args:
        jobs: In the order in which they are begun.
        folder: A folder in it is each one's own.
        workers: Jobs at a time; default one a core.
        until: After it no other is begun, and those at work stop.
        finished: Results by name that are known from elsewhere.

    Raises:
        StudyError: A folder holds another job or cannot be read, or a job failed. Of one that is
            finished the data are not compared, for they are not loaded.
    """
    known, pending = dict(finished or {}), []
    for number, job in enumerate(jobs, start=1):
        if job.name not in known and (found := _finished(job, folder / job.name)) is not None:
            known[job.name] = found
        if job.name in known:
            yield job, known[job.name]
        else:
            pending.append(number)
    if not pending or (until is not None and until.has_passed):
        return
    evaluator = JobEvaluator(jobs, folder, until)
    crew = make_workers(evaluator, min(check_workers(workers), len(pending)), None)
    try:
        for number in pending:
            crew.submit(Trial(number, 1, (number - 1,), 0))  # a job travels as its number
        for trial, outcome in crew.completed():
            job = jobs[trial.number - 1]
            result = read_result(folder / job.name)  # what a job finds may not fit an Outcome
            if result is not None:
                yield job, result
            elif outcome.reason != STOPPED:
                raise StudyError(
                    f"{job.title} failed: {outcome.reason}; run the command again to go on"
                )
    finally:
        crew.cancel()


def _finished(job: Job, folder: Path) -> Result | None:
    """Return the result that a job has, None if it has none yet; no data are loaded.

    Raises:
        StudyError: It is that of a job that was asked for otherwise, or cannot be read.
    """
    result = read_result(folder)
    if result is not None:
        recorded = read_object(folder / RECORD, "choose another folder")
        check_same(job.asked, _part_like(job.asked, recorded), str(folder), StudyError)
    return result


def _part_like(asked: Any, recorded: Any) -> Any:
    """Return those values of a record that stand under the names of another one."""
    if not (isinstance(asked, dict) and isinstance(recorded, dict)):
        return recorded
    return {name: _part_like(value, recorded.get(name)) for name, value in asked.items()}


class JobEvaluator:
    """Does jobs where children are trained: a trial's number, from 1, says which."""

    is_instant = False

    def __init__(self, jobs: Sequence[Job], folder: Path, until: Deadline | None) -> None:
        self.jobs, self.folder, self.until = jobs, folder, until

    @property
    def settings(self) -> dict[str, Any]:
        """Return which jobs they are; what decides a result stands in the job's folder."""
        return {"jobs": [job.name for job in self.jobs]}

    def prepare(self) -> None:
        """Load what the first job needs; the others most often need the same."""
        copy(self.jobs[0]).prepare()

    def cost(self, trial: Trial) -> float:
        """Return the same for all: they are done in their order."""
        return 0.0

    def __call__(self, trial: Trial) -> Outcome:
        """Do a job; its result is in its folder."""
        job = self.jobs[trial.number - 1]
        if self.until is not None and self.until.has_passed:
            return Outcome.failed(STOPPED)
        done = do_job(copy(job), self.folder / job.name, self.until)  # lets go of what it loads
        return Outcome.failed(STOPPED) if done is None else Outcome(0.0)


def do_job(job: Job, folder: Path, until: Deadline | None = None) -> Result | None:
    """Do one job in this process, or return the result that it has; None if it was stopped.

    Raises:
        StudyError: The folder holds something else, or another process is at work there.
    """
    with open_run(folder, RECORD, job.settings):
        result = read_result(folder)
        if result is None:
            result = job.work(folder, until)
            if result is not None:
                write_text(folder / RESULT, json.dumps(result, indent=2) + "\n")
        return result


def read_result(folder: Path) -> Result | None:
    """Return what came of a job, None if it is not finished.

    Raises:
        StudyError: The file cannot be read.
    """
    path = folder / RESULT
    return read_object(path, "move it away to do it again") if path.exists() else None


def read_object(path: Path, remedy: str) -> dict[str, Any]:
    """Return the object in a file of JSON.

    Raises:
        StudyError: The file cannot be read.
    """
    try:
        return checked(read_json(path), dict[str, Any], "the whole")
    except (OSError, ValueError) as error:
        raise StudyError(f"{path} cannot be read ({error}); {remedy}") from None


def check_minutes(minutes: float | None, run: str | Path | None) -> Deadline | None:
    """Return when to stop, or None.

    Raises:
        SettingError: The minutes are not above 0, or there is no folder to go on from.
    """
    if minutes is None:
        return None
    if not 0 < minutes < float("inf"):
        raise SettingError(f"minutes is {minutes}; expected a number above 0")
    if run is None:
        raise SettingError(f"minutes is {minutes}, but no run folder is named to go on from")
    return Deadline(60 * minutes)
