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


@contextmanager
def open_run(
    run: Path | None, config: RunConfig, strategy: Strategy, generator: Generator
) -> Iterator[Study]:
    """Hold a run folder and its study: a new one, or the recorded one to be continued.

    A continued run puts strategy and generator where they were left. Meanwhile a second
    search on the folder is refused.

    Args:
        run: The folder; None keeps the study in memory.
        config: What defines the run; a recorded one must have the same.
        strategy: As it is before the first update.
        generator: As it is before the first draw.

    Raises:
        StudyError: The folder holds something else, a run that was made differently, or one
            that another search is working on.
    """
    if run is None:
        yield Study.create(None, config, strategy, generator)
        return
    path = run / "study.db"
    if run.exists() and not path.exists() and not _is_empty(run):
        raise StudyError(f"{run} is not a run folder; choose a folder that is new or empty")
    if path.exists():
        with closing(Study(path)) as recorded:
            config.check_continues(recorded.config, str(run))
    try:
        run.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudyError(f"{run} cannot be made: {error.strerror}; choose another folder") from None
    with _locked(run):
        if path.exists():
            study = Study(path)
            study.restore(strategy, generator)
            if config.trials > study.config.trials:
                study.grow(config)
        else:
            study = Study.create(path, config, strategy, generator)
        write_text(run / "config.json", config.to_json(indent=2) + "\n")
        yield study


@contextmanager
def _locked(run: Path) -> Iterator[None]:
    # SQLite's own file lock works on every system and does not outlive its process.
    with closing(sqlite3.connect(run / ".lock", isolation_level=None, timeout=0)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise StudyError(f"{run} is in use by another search; wait for it to end") from None
        yield


def _is_empty(run: Path) -> bool:
    return run.is_dir() and all(entry.name in (".lock", "config.json") for entry in run.iterdir())


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
