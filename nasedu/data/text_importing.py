"""Importing a text of three files, such as Mikolov's Penn Treebank."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nasedu.data import treebank
from nasedu.data.source import first_names
from nasedu.data.text import EOS, PARTS, UNKNOWN, TextData, text_of_lines
from nasedu.data.text_files import TextFiles
from nasedu.errors import DataError

MAX_WORDS = 100_000  # distinct ones; more do not belong into a softmax


@dataclass(frozen=True, slots=True)
class TextSummary:
    """What was imported; as text, the lines to print, with none of the text itself.

    Attributes:
        name: What ``--data`` calls it.
        title: What figures call it.
        num_words: Size of the vocabulary.
        counts: Tokens to train, validate and test, one ``<eos>`` a line included.
        unknown: Tokens to validate and to test that became ``<unk>``.
        is_treebank: Whether it is, or claims to be, Mikolov's Penn Treebank.
        differences: In what it is not that; empty if it is.
        num_bytes: Size of the file that was written.
        seconds: Wall time of the import.
        path: The file that was written.
        files: Names of the three files that were read.
        ignored: Paths of the other files of the source.
        passed: How many files systems had left behind, by name, in one phrase; or "".
    """

    name: str
    title: str
    num_words: int
    counts: tuple[int, int, int]
    unknown: int
    is_treebank: bool
    differences: tuple[str, ...]
    num_bytes: int
    seconds: float
    path: Path
    files: tuple[str, ...]
    ignored: tuple[str, ...] = ()
    passed: str = ""

    @classmethod
    def of(
        cls,
        data: TextData,
        files: TextFiles,
        path: Path,
        num_bytes: int,
        seconds: float,
        passed: str = "",
    ) -> TextSummary:
        """Return what is to be said of a text that was read from files and written."""
        is_treebank = treebank.looks_like(data.name, files)
        return cls(
            name=data.name,
            title=data.title,
            num_words=data.num_symbols,
            counts=data.counts,
            unknown=_unknown(data, files),
            is_treebank=is_treebank,
            differences=treebank.differences(data, files) if is_treebank else (),
            num_bytes=num_bytes,
            seconds=seconds,
            path=path,
            files=tuple(files.names.values()),
            ignored=files.others,
            passed=passed,
        )

    def __str__(self) -> str:
        train, valid, test = self.counts
        characters = "its characters, spaces and ends of lines as they are"
        if self.is_treebank:
            characters = "its characters as in Mikolov's files: words joined by _, <unk> spelled"
        lines = [
            f"imported {self.name}: {self.title}",
            f"  words    {self.num_words:,} distinct, <eos> at the end of a line among them",
            f"  tokens   {train:,} to train, {valid:,} to validate, {test:,} to test",
            f"  taken    a text of three files: {', '.join(map(repr, self.files))}",
            f"  file     {self.path} ({self.num_bytes / 1e6:.1f} MB, {self.seconds:.1f} s)",
            f"  as well  {self.name}-chars: {characters}",
        ]
        if self.unknown:
            lines.append(f"  unknown  {self.unknown:,} tokens not in the training part: {UNKNOWN}")
        if self.ignored:
            lines.append(f"  not read {first_names(self.ignored)}")
        if self.passed:
            lines.append(f"  skipped  {self.passed}")
        if self.differences:
            lines.append(
                f"  warning  not Mikolov's {treebank.TITLE}: {'; '.join(self.differences)}"
            )
        elif self.is_treebank:
            lines.append(f"  checked  the tokens and MD5 sums of Mikolov's {treebank.TITLE}")
        return "\n".join(lines)


def text_of_files(name: str, title: str | None, files: TextFiles, where: str) -> TextData:
    """Return the text of three files, one sentence a line, words apart by spaces.

    Args:
        name: What to call it.
        title: What figures call it; by default the Penn Treebank if it is that, else the name.
        files: What `find_text` returned.
        where: Name of the source, for errors.

    Raises:
        DataError: A file is empty, holds ``<eos>``, or there are too many words.
    """
    train, valid, test = (
        _lines(files.texts[part], f"{where}: the text to {part}") for part in PARTS
    )
    distinct = len({word for line in train for word in line})
    if distinct > MAX_WORDS:
        raise DataError(
            f"{where}: {distinct:,} distinct words; expected at most {MAX_WORDS:,}: replace the "
            f"rare ones by {UNKNOWN}"
        )
    if title is None:
        title = name if name != treebank.NAME else f"ptb (not the {treebank.TITLE})"
        title = title if treebank.other_digests(files) else treebank.TITLE
    return text_of_lines(name, title, train, valid, test)


def _lines(text: str, where: str) -> list[list[str]]:
    """Return the words of every line."""
    lines = [row.split() for row in text.removesuffix("\n").split("\n")]
    for number, words in enumerate(lines, 1):
        if EOS in words:
            raise DataError(
                f"{where} holds the word {EOS} (line {number:,}), which stands for the end of "
                "a line; take it out"
            )
    if not any(lines):
        raise DataError(f"{where} is empty; expected lines of words")
    return lines


def _unknown(data: TextData, files: TextFiles) -> int:
    """Return how many held-out tokens are ``<unk>`` that were not so in the files."""
    if UNKNOWN not in data.symbols:
        return 0
    place = data.symbols.index(UNKNOWN)
    tokens = int((data.valid == place).sum() + (data.test == place).sum())
    return tokens - sum(files.texts[part].split().count(UNKNOWN) for part in ("valid", "test"))
