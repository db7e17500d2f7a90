"""The catalogue of data sets: which there are, and where imported ones lie.

Names are known without torch: a kind of data is a row here, whose parts are loaded when used.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasedu.data.storage import unreadable
from nasedu.errors import DataError
from nasedu.problems import load_named

if TYPE_CHECKING:
    from nasedu.data.images import ImageData
    from nasedu.data.text import TextData

CHARACTERS = "-chars"  # what a text is called that is cut into characters


@dataclass(frozen=True, slots=True)
class DataRow:
    """One line of ``nasedu data list``.

    Attributes:
        name: What ``--data`` calls it.
        title: What figures call it.
        facts: How large it is and what of, in words.
        num_bytes: Size of the file, or in memory if it is built in.
        path: Its file, or None if it is built in.
        problem: Why it cannot be used; empty if it can.
    """

    name: str
    title: str
    facts: str
    num_bytes: int
    path: Path | None
    problem: str = ""

    def __str__(self) -> str:
        if self.problem:
            return f"{self.name:<10} cannot be used: {self.problem}"
        place = f"built in, {self.num_bytes / 1e6:.1f} MB" if self.path is None else self.path
        return f"{self.name:<10} {self.title}: {self.facts} ({place})"


@dataclass(frozen=True, eq=False)
class Shelf:
    """Data of one kind: where they stand, and how they are read and imported.

    Functions are named as ``"module:function"``.

    Attributes:
        noun: What one of them is, e.g. ``"text"``.
        folder: Below that of all imported data.
        built_in: What needs no file: the function that makes it, by name.
        read: Takes a path, and returns the data in that file.
        header: Likewise the beginning of the file, which has a ``title`` and ``facts``.
        find: Takes a `Source` and what is `Wanted`, and returns what of its kind was `Taken`.
        ending: What a name may end in, and then is read in another way; empty: nothing.
        read_otherwise: Reads a file in that way.
    """

    noun: str
    folder: str
    built_in: Mapping[str, str]
    read: str
    header: str
    find: str
    ending: str = ""
    read_otherwise: str = ""

    def path(self, name: str) -> Path:
        """Return the file of an imported data set, there or not."""
        return imported_folder() / self.folder / f"{name}.safetensors"

    def stems(self) -> Iterator[str]:
        """Yield the names without an ending, the built-in ones before any folder is read."""
        yield from self.built_in_stems()
        yield from _imported(self.path("any").parent)

    def built_in_stems(self) -> Iterator[str]:
        """Yield the names without an ending that need no file."""
        return (name for name in self.built_in if not self._is_otherwise(name))

    def names(self) -> Iterator[str]:
        """Yield the names that ``--data`` takes, those with the ending too."""
        for stem in self.stems():
            yield stem
            if self.ending:
                yield stem + self.ending

    def load(self, name: str) -> Any:
        """Return the data of a name; they stay in memory, or in their file, for the next call.

        Raises:
            DataError: There is none of that name, or its file cannot be read.
        """
        if name in self.built_in:
            return load_named(self.built_in[name])()
        stem = name.removesuffix(self.ending)
        if stem not in self.stems():
            raise self.missing(name)
        path = self.path(stem)
        reader = self.read_otherwise if self._is_otherwise(name) else self.read
        return _load(load_named(reader), path, path.stat().st_mtime_ns)

    def _is_otherwise(self, name: str) -> bool:
        return bool(self.ending) and name.endswith(self.ending)

    def missing(self, name: str) -> DataError:
        """Return the error if there is none of a name."""
        known = ", ".join(self.stems())
        for other in SHELVES:
            if other is not self and name.removesuffix(other.ending) in other.stems():
                return DataError(
                    f"{name!r} is a {other.noun}, no {self.noun}; expected one of {known}"
                )
        more = f", with {self.ending} after it for characters" if self.ending else ""
        return DataError(
            f"there is no {self.noun} {name!r}; expected one of {known}{more}, or add one with: "
            "nasedu data add NAME PATH"
        )

    def row(self, name: str) -> DataRow:
        """Return what is said of one, also if it cannot be read."""
        more = f"; {name}{self.ending}: the same as characters" if self.ending else ""
        if name in self.built_in:
            data = self.load(name)
            return DataRow(name, data.title, data.facts + more, data.num_bytes, None)
        path = self.path(name)
        size = path.stat().st_size
        try:
            head = load_named(self.header)(path)
        except DataError as error:
            return DataRow(name, "", "", size, path, problem=str(error))
        return DataRow(name, head.title, head.facts + more, size, path)


def data_home() -> Path:
    """Return where data lies: $NASEDU_DATA, else the checkout's data/, else ~/.nasedu/data.

    A user without a home, as in a container, has a folder among the temporary files.

    Raises:
        DataError: $NASEDU_DATA begins with the home of somebody who has none.
    """
    if named := os.environ.get("NASEDU_DATA"):
        try:
            return Path(named).expanduser()
        except RuntimeError:
            raise DataError(
                f"NASEDU_DATA is {named!r}, and there is no such home folder; give a full path"
            ) from None
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").is_file():
        return checkout / "data"
    try:
        return Path.home() / ".nasedu" / "data"
    except RuntimeError:
        return Path(tempfile.gettempdir()) / f"nasedu-{os.getuid()}" / "data"


def imported_folder() -> Path:
    """Return where all imported data lie, there or not."""
    return data_home() / "imported"


def is_valid(name: str) -> bool:
    """Whether a data set can be imported under this name."""
    for shelf in SHELVES:
        if name in shelf.built_in or (shelf.ending and name.endswith(shelf.ending)):
            return False
    return re.fullmatch(r"[a-z0-9_-]{1,40}", name) is not None


def _imported(folder: Path) -> list[str]:
    """Return the names of what was imported into a folder, sorted."""
    try:
        files = [file for file in folder.iterdir() if file.suffix == ".safetensors"]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise unreadable(folder, error) from None
    return sorted(file.stem for file in files if is_valid(file.stem))


@lru_cache(maxsize=8)
def _load(read: Callable[[Path], Any], path: Path, _changed: int) -> Any:
    """Read a file once for each time that it was written."""
    return read(path)


IMAGES = Shelf(
    noun="set of images",
    folder="",
    built_in={"digits": "nasedu.data.digits:digits"},
    read="nasedu.data.image_storage:read_images",
    header="nasedu.data.image_storage:read_image_header",
    find="nasedu.data.image_importing:find_images",
)
TEXTS = Shelf(
    noun="text",
    folder="text",
    built_in={
        "pydocs": "nasedu.data.pydocs:pydocs",
        f"pydocs{CHARACTERS}": "nasedu.data.pydocs:pydocs_characters",
    },
    read="nasedu.data.text_storage:read_text",
    header="nasedu.data.text_storage:read_text_header",
    find="nasedu.data.text_importing:find_words",
    ending=CHARACTERS,
    read_otherwise="nasedu.data.text_storage:read_characters",
)
PAIRS = Shelf(
    noun="set of sentence pairs",
    folder="pairs",
    built_in={"prices": "nasedu.data.prices:prices"},
    read="nasedu.data.pair_storage:read_pairs",
    header="nasedu.data.pair_storage:read_pair_header",
    find="nasedu.data.pair_importing:find_pairs",
)
SHELVES = (IMAGES, TEXTS, PAIRS)
"""All kinds; a source that several of them could take is of the first."""

names_of_images = IMAGES.names
names_of_texts = TEXTS.names
names_of_pairs = PAIRS.names


def names() -> tuple[str, ...]:
    """Return the names of all sets of images, the built-in ones first."""
    return tuple(IMAGES.stems())


def text_names() -> tuple[str, ...]:
    """Return the names of all texts of words, the built-in ones first."""
    return tuple(TEXTS.stems())


def load(name: str) -> ImageData:
    """Return a set of images; its images stay in memory, or in its file, for the next call.

    Raises:
        DataError: There is none of that name, or its file cannot be read.
    """
    return IMAGES.load(name)


def load_text(name: str) -> TextData:
    """Return a text; it stays in memory for the next call.

    Args:
        name: ``"pydocs"``, or what was imported, such as ``"ptb"``. With ``-chars`` after it,
            the same as characters: those of the text itself, or of the words joined by ``_``
            for ``pydocs`` and Mikolov's Penn Treebank (see `characters_of`).

    Raises:
        DataError: There is none of that name, or its file cannot be read.
    """
    return TEXTS.load(name)


def describe() -> list[DataRow]:
    """Return one row for every data set, also for what cannot be read."""
    return [shelf.row(name) for shelf in SHELVES for name in shelf.stems()]
