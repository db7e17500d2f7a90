"""The run folder: made, recognised, locked."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from torch import Generator

from nasedu.controller import Strategy
from nasedu.errors import StudyError
from nasedu.searching.config import RunConfig
from nasedu.searching.study import Study


def open_run(
    run: Path | None, config: RunConfig, strategy: Strategy, generator: Generator
) -> Study:
    """Return the study of a run folder: a new one, or the recorded one to be continued.

    A continued run puts strategy and generator where they were left.

    Args:
        run: The folder; None keeps the study in memory.
        config: What defines the run; a recorded one must have the same.
        strategy: As it is before the first update.
        generator: As it is before the first draw.

    Raises:
        StudyError: The folder holds something else, or a run that was made differently.
    """
    if run is None:
        return Study.create(None, config, strategy, generator)
    path = run / "study.db"
    if path.exists():
        study = Study(path)
        recorded = study.config
        config.check_continues(recorded, str(run))
        if config.trials > recorded.trials:
            study.grow(config)
            write_text(run / "config.json", config.to_json(indent=2) + "\n")
        study.restore(strategy, generator)
        return study
    if run.exists() and (not run.is_dir() or any(run.iterdir())):
        raise StudyError(f"{run} is not a run folder; choose a folder that is new or empty")
    try:
        run.mkdir(parents=True, exist_ok=True)
        write_text(run / "config.json", config.to_json(indent=2) + "\n")
        return Study.create(path, config, strategy, generator)
    except OSError as error:
        raise StudyError(f"{run} cannot be made: {error.strerror}; choose another folder") from None


@contextmanager
def locked(run: Path | None) -> Iterator[None]:
    """Hold the run folder; a second search on it is refused. The lock ends with the process."""
    if run is None:
        yield
        return
    # SQLite's own file lock works on every system and does not outlive its process.
    with closing(sqlite3.connect(run / ".lock", isolation_level=None, timeout=0)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise StudyError(f"{run} is in use by another search; wait for it to end") from None
        yield


def write_text(path: Path, text: str) -> None:
    """Write a whole file or nothing."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise StudyError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        fresh.unlink(missing_ok=True)
