"""The catalogue of data sets: which there are, and where imported ones lie."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from nasedu.data import digits, pydocs, storage
from nasedu.data.images import ImageData
from nasedu.data.text import TextData, characters_of
from nasedu.data.text_storage import read_characters, read_text, read_text_header
from nasedu.errors import DataError

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
    """Where data of one kind stand, and how they are read.

    Attributes:
        noun: What one of them is, e.g. ``"text"``.
        folder: Below that of all imported data.
        built_in: What needs no file: what makes it, by name.
        ending: What a name may end in, and then is read in another way; empty: nothing.
        read: Reads a file, and in the other way if a name has the ending.
        header: Reads the beginning of a file, which has a ``title`` and ``facts``.
    """

    noun: str
    folder: str
    built_in: Mapping[str, Callable[[bool], Any]]
    read: Callable[[Path, bool], Any]
    header: Callable[[Path], Any]
    ending: str = ""

    def path(self, name: str) -> Path:
        """Return the file of an imported data set, there or not."""
        return data_home() / "imported" / self.folder / f"{name}.safetensors"

    def stems(self) -> Iterator[str]:
        """Yield the names without an ending, the built-in ones before any folder is read."""
        yield from self.built_in
        yield from _imported(self.path("any").parent)

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
        stem = name.removesuffix(self.ending)
        if stem in self.built_in:
            return self.built_in[stem](stem != name)
        if stem not in self.stems():
            raise self.missing(name)
        path = self.path(stem)
        return _load(self, path, path.stat().st_mtime_ns, stem != name)

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
            head = self.header(path)
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
        raise storage.unreadable(folder, error) from None
    return sorted(file.stem for file in files if is_valid(file.stem))


@lru_cache(maxsize=8)
def _load(shelf: Shelf, path: Path, _changed: int, otherwise: bool) -> Any:
    """Read a file once for each time that it was written."""
    return shelf.read(path, otherwise)


def _read_images(path: Path, _: bool) -> ImageData:
    return storage.read(path)


def _read_text(path: Path, characters: bool) -> TextData:
    return read_characters(path) if characters else read_text(path)


@cache
def _pydocs(characters: bool) -> TextData:
    return characters_of(pydocs.pydocs()) if characters else pydocs.pydocs()


IMAGES = Shelf(
    "set of images", "", {digits.NAME: lambda _: digits.digits()}, _read_images, storage.read_header
)
TEXTS = Shelf("text", "text", {pydocs.NAME: _pydocs}, _read_text, read_text_header, CHARACTERS)
SHELVES = (IMAGES, TEXTS)

names_of_images = IMAGES.names
names_of_texts = TEXTS.names


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
