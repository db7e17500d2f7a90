"""Data on their way: a machine of a cluster is sent the imported data that it does not have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nasedu.data.catalogue import SHELVES, data_home
from nasedu.errors import DataError
from nasedu.searching.evaluator import Evaluator
from nasedu.whole_file import write_whole


def files_of(name: str) -> dict[str, Path]:
    """Return the files of imported data, by their place in the folder of all data.

    Args:
        name: As ``--data`` takes it; of what is built in there are no files.
    """
    home = data_home()
    paths = [shelf.path(name.removesuffix(shelf.ending)) for shelf in SHELVES]
    return {path.relative_to(home).as_posix(): path for path in paths if path.is_file()}


def files_for(evaluator: Evaluator) -> dict[str, Path]:
    """Return the files of imported data that children are trained on, by `files_of`.

    Its settings name the data, also where another evaluator stands around the one that trains.
    """
    name = evaluator.settings.get("data")
    return files_of(name) if isinstance(name, str) else {}


def receive(files: Mapping[str, Any], fetch: Callable[[Any], Any]) -> None:
    """Write those files that are not here, each whole or not at all.

    What is here under the same name stays, also if it is something else: then a worker finds
    another digest, and the search ends with a line that says so.

    Args:
        files: Where to find the content of each, by its place in the folder of all data.
        fetch: Returns the content, an array of bytes.

    Raises:
        DataError: The disk is full or the folder cannot be written to.
    """
    for place, content in files.items():
        path = data_home() / place
        if not path.is_file():
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise DataError(f"{path.parent} cannot be made: {error.strerror}") from None
            write_whole(path, bytes(fetch(content)), DataError)
