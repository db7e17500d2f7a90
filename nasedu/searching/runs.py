"""The run folder: made, recognised, locked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from torch import Generator

from nasedu.controller import Strategy
from nasedu.errors import StudyError
from nasedu.searching.config import RunConfig
from nasedu.searching.study import Study
from nasedu.whole_file import held, left_by_a_kill, write_whole


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
    with locked(run, path.name):
        if path.exists():
            study = Study(path)
            config.check_continues(study.config, str(run))
            study.restore(strategy, generator)
            if config.trials > study.config.trials:
                study.grow(config)
        else:
            study = Study.create(path, config, strategy, generator)
        write_text(run / "config.json", config.to_json(indent=2) + "\n")
        yield study


def is_finished(run: Path | None, trials: int | None = None) -> bool:
    """Return whether a folder has a run to which nothing is left to do.

    Args:
        run: The folder.
        trials: How many children are asked for; None for as many as the run was begun with.
    """
    path = run / "study.db" if run is not None else None
    if path is None or not path.exists():
        return False
    with closing(Study(path)) as study:
        return study.is_complete and (trials is None or trials <= study.config.trials)


@contextmanager
def locked(run: Path, record: str) -> Iterator[None]:
    """Hold a folder that is new, empty or has this record, so that no other search takes it.

    Raises:
        StudyError: The folder holds something else, or another search holds it.
    """
    try:
        _check_free(run, record)
        run.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudyError(f"{run} cannot be made: {error.strerror}; choose another folder") from None
    with held(run, StudyError, f"{run} is in use by another search; wait for it to end"):
        for left in left_by_a_kill(run):
            left.unlink(missing_ok=True)
        _check_free(run, record)  # again: until it was held, another could have begun there
        yield


def _check_free(run: Path, record: str) -> None:
    """Raise `StudyError` if a folder holds something, but not this record."""
    if run.exists() and not (run / record).exists() and not _is_empty(run):
        raise StudyError(f"{run} is not a run folder; choose a folder that is new or empty")


def _is_empty(run: Path) -> bool:
    ours = {".lock", ".lock-journal", "config.json"}
    return run.is_dir() and all(
        entry.name in ours or entry.match(".*.[0-9]*.part") for entry in run.iterdir()
    )


def write_text(path: Path, text: str) -> None:
    """Write a file of a run whole or not at all, see `write_whole`.

    What UTF-8 has no bytes for, from the name of a file in another encoding, becomes a "?".

    Raises:
        StudyError: It cannot be written.
    """
    write_whole(path, text.encode(errors="replace"), StudyError)
