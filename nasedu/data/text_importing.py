"""The import of a text of three files, such as Mikolov's Penn Treebank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from nasedu.data import treebank
from nasedu.data.importing import Taken, Wanted
from nasedu.data.source import Source
from nasedu.data.summary import ImportSummary
from nasedu.data.text import EOS, PARTS, UNKNOWN, TextData, text_of_lines
from nasedu.data.text_files import TextFiles, find_text
from nasedu.data.text_storage import pack_text
from nasedu.errors import DataError

MAX_WORDS = 100_000  # distinct ones; more do not belong into a softmax


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSummary(ImportSummary):
    """What text was imported, with none of the text itself.

    Attributes:
        num_words: Size of the vocabulary.
        counts: Tokens to train, validate and test, one ``<eos>`` a line included.
        unknown: Tokens to validate and to test that became ``<unk>``.
        is_treebank: Whether it is, or claims to be, Mikolov's Penn Treebank.
        differences: In what it is not that; empty if it is.
        files: Names of the three files that were read.
    """

    num_words: int
    counts: tuple[int, int, int]
    unknown: int
    is_treebank: bool
    differences: tuple[str, ...]
    files: tuple[str, ...]

    def facts(self) -> Sequence[tuple[str, str]]:
        """Return how many words there are, and where they were."""
        train, valid, test = self.counts
        return [
            ("words", f"{self.num_words:,} distinct, <eos> at the end of a line among them"),
            ("tokens", f"{train:,} to train, {valid:,} to validate, {test:,} to test"),
            ("taken", f"a text of three files: {', '.join(map(repr, self.files))}"),
        ]

    def notes(self) -> Sequence[tuple[str, str]]:
        """Return under what name its characters are, and whether it is the Penn Treebank."""
        characters = "its characters, spaces and ends of lines as they are"
        if self.is_treebank:
            characters = "its characters as in Mikolov's files: words joined by _, <unk> spelled"
        rows = [("as well", f"{self.name}-chars: {characters}")]
        if self.unknown:
            words = f"{self.unknown:,} tokens not in the training part: {UNKNOWN}"
            rows.append(("unknown", words))
        if self.differences:
            words = f"not Mikolov's {treebank.TITLE}: {'; '.join(self.differences)}"
            rows.append(("warning", words))
        elif self.is_treebank:
            rows.append(("checked", f"the tokens and MD5 sums of Mikolov's {treebank.TITLE}"))
        return rows


def find_words(source: Source, wanted: Wanted) -> Taken | None:
    """Return the text of a source, read and checked, or None if there is none.

    Raises:
        DataError: A file of the three is missing or is no text, or there are several texts.
    """
    where = str(source.path)
    files = find_text(source.entries, where)
    if files is None:
        return None
    data = text_of_files(wanted.name, wanted.title, files, where)
    is_treebank = treebank.looks_like(wanted.name, files)
    summary = partial(
        TextSummary,
        num_words=data.num_symbols,
        counts=data.counts,
        unknown=_unknown(data, files),
        is_treebank=is_treebank,
        differences=treebank.differences(data, files) if is_treebank else (),
        files=tuple(files.names.values()),
    )
    return Taken(pack_text(data, None if is_treebank else files.texts), summary, files.others)


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
                "a line; remove it"
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
