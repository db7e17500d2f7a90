"""The run folder: held by one process, and gone on with only as what it was begun as."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nasedu.documents import check_same, read_json
from nasedu.errors import StudyError
from nasedu.runs.provenance import MACHINE, versions, warn_of_other_machine
from nasedu.values import checked
from nasedu.whole_file import held, left_by_a_kill, write_whole

STUDY = "study.db"  # the record of a search
EARLIER = "training.json"  # the record of a training that knew images alone


@contextmanager
def open_run(run: Path, record: str, settings: dict[str, Any]) -> Iterator[None]:
    """Hold a folder in which one thing is done: begun now, or gone on with as the same.

    Args:
        run: The folder, made if it is not there.
        record: Name of the file that says what is done there, and where it was begun.
        settings: What is done, as JSON values.

    Raises:
        StudyError: The folder holds something else, or another process holds it.
    """
    with locked(run, record):
        begin_or_go_on(run / record, settings)
        yield


def begin_or_go_on(path: Path, settings: dict[str, Any]) -> None:
    """Record what is done in a folder that is held, or check that it is the same.

    Raises:
        StudyError: Something else was done there, or the record cannot be read.
    """
    if not path.exists():
        document = settings | {"begun_with": versions()}
        write_text(path, json.dumps(document, indent=2, sort_keys=True) + "\n")
        return
    try:
        recorded = checked(read_json(path), dict[str, Any], "the whole")
        then = checked(recorded.pop("begun_with", None), dict[str, Any], "begun_with")
        for name in MACHINE:
            checked(then.get(name), str, f"begun_with.{name}")
    except (OSError, ValueError) as error:
        raise StudyError(
            f"{path} does not say what was done ({error}); choose another folder"
        ) from None
    check_same(settings, recorded, str(path.parent), StudyError)
    warn_of_other_machine(str(path.parent), then, stacklevel=7)


@contextmanager
def locked(run: Path, record: str) -> Iterator[None]:
    """Hold a folder that is new, empty or has this record, so that no other process takes it.

    Raises:
        StudyError: The folder holds something else, or another process holds it.
    """
    try:
        _check_free(run, record)
        run.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudyError(f"{run} cannot be made: {error.strerror}; choose another folder") from None
    with held(run, StudyError, f"{run} is in use by another process; wait for it to end"):
        for left in left_by_a_kill(run):
            left.unlink(missing_ok=True)
        _check_free(run, record)  # again: until it was held, another could have begun there
        yield


def _check_free(run: Path, record: str) -> None:
    """Raise `StudyError` if a folder holds something, but not this record."""
    if run.exists() and not (run / record).exists() and not _is_empty(run):
        if (run / EARLIER).exists():
            raise StudyError(
                f"{run} was written by an earlier nasedu, which trains in another form; go on with "
                "that version, or choose another folder (nothing in this one was changed)"
            )
        raise StudyError(f"{run} is not a run folder; choose a folder that is new or empty")


def _is_empty(run: Path) -> bool:
    ours = {".lock", ".lock-journal", "config.json"}
    return run.is_dir() and all(
        entry.name in ours or entry.match(".*.[0-9]*.part") for entry in run.iterdir()
    )


def has_study(run: Path) -> bool:
    """Return whether a folder has the record of a search, which may have just begun."""
    return (run / STUDY).is_file()


def write_text(path: Path, text: str) -> None:
    """Write a file of a run whole or not at all, see `write_whole`.

    What UTF-8 has no bytes for, from the name of a file in another encoding, becomes a "?".

    Raises:
        StudyError: It cannot be written.
    """
    write_whole(path, text.encode(errors="replace"), StudyError)
