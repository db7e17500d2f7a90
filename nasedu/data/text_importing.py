"""Reading a text of three files, as Mikolov's Penn Treebank comes: ``ptb.train.txt`` and so on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from nasedu.data.source import Entries, text_part
from nasedu.data.text import EOS, PARTS, UNKNOWN, TextData, text_of_lines
from nasedu.errors import DataError

MAX_WORDS = 100_000  # distinct ones; more do not belong into a softmax
TREEBANK = "Penn Treebank"
TREEBANK_FILES = {  # tokens with one <eos> a line, and MD5, of Mikolov's preprocessing
    "train": (929_589, "f26c4b92c5fdc7b3f8c7cdcb991d8420"),
    "valid": (73_760, "aa0affc06ff7c36e977d7cd49e3839bf"),
    "test": (82_430, "8b80168b89c18661a38ef683c0dc3721"),
}
TREEBANK_WORDS = 10_000


@dataclass(frozen=True, slots=True)
class TextSummary:
    """What was imported; as text, the lines to print, with none of the text itself.

    Attributes:
        name: What ``--data`` calls it.
        title: What figures call it.
        num_words: Size of the vocabulary.
        counts: Tokens to train, validate and test, one ``<eos>`` a line included.
        unknown: Tokens to validate and to test that became ``<unk>``.
        differences: In what it is not Mikolov's Penn Treebank; empty if it is.
        num_bytes: Size of the file that was written.
        seconds: Wall time of the import.
        path: The file that was written.
    """

    name: str
    title: str
    num_words: int
    counts: tuple[int, int, int]
    unknown: int
    differences: tuple[str, ...]
    num_bytes: int
    seconds: float
    path: Path

    @classmethod
    def of(
        cls, data: TextData, files: dict[str, bytes], path: Path, num_bytes: int, seconds: float
    ) -> TextSummary:
        """Return what is to be said of a text that was read from files and written."""
        return cls(
            name=data.name,
            title=data.title,
            num_words=data.num_symbols,
            counts=data.counts,
            unknown=_unknown(data, files),
            differences=_differences(data, files),
            num_bytes=num_bytes,
            seconds=seconds,
            path=path,
        )

    def __str__(self) -> str:
        train, valid, test = self.counts
        lines = [
            f"imported {self.name}: {self.title}",
            f"  words    {self.num_words:,} distinct, <eos> at the end of a line among them",
            f"  tokens   {train:,} to train, {valid:,} to validate, {test:,} to test",
            f"  file     {self.path} ({self.num_bytes / 1e6:.1f} MB, {self.seconds:.1f} s)",
            f"  as well  {self.name}-chars, the same as characters",
        ]
        if self.unknown:
            lines.append(f"  unknown  {self.unknown:,} tokens not in the training part: {UNKNOWN}")
        if self.differences:
            lines.append(f"  warning  not Mikolov's {TREEBANK}: {'; '.join(self.differences)}")
        else:
            lines.append(f"  checked  the tokens and MD5 sums of Mikolov's {TREEBANK}")
        return "\n".join(lines)


def find_text(entries: Entries, where: str) -> dict[str, bytes] | None:
    """Return the contents of the three files of a text, or None if there is no text.

    Args:
        entries: What `read_source` returned.
        where: Name of the source, for errors.

    Raises:
        DataError: A file of the three is missing, or there are several texts.
    """
    found: dict[tuple[str, ...], dict[str, bytes]] = {}
    for parts, content in entries.items():
        named = text_part(parts[-1]) if parts else None
        if named and content is not None:
            found.setdefault((*parts[:-1], named[0]), {})[named[1]] = content
    whole = {name: files for name, files in found.items() if len(files) == len(PARTS)}
    if len(whole) > 1:
        shown = ", ".join(sorted(repr("/".join(name) + "train.txt") for name in whole)[:4])
        raise DataError(f"{where} holds {len(whole)} texts ({shown}); leave only one in it")
    if not whole and found and not any("train" in parts for parts in entries):
        name, files = min(found.items())
        missing = ", ".join(f"{name[-1]}{part}.txt" for part in PARTS if part not in files)
        raise DataError(f"{where} lacks {missing}; a text is train, valid and test, all three")
    return next(iter(whole.values()), None)


def text_of_files(name: str, title: str | None, files: dict[str, bytes], where: str) -> TextData:
    """Return the text of three files, one sentence a line, words apart by spaces.

    Args:
        name: What to call it.
        title: What figures call it; by default the Penn Treebank if it is that, else the name.
        files: What `find_text` returned.
        where: Name of the source, for errors.

    Raises:
        DataError: A file is empty, not UTF-8, holds ``<eos>``, or there are too many words.
    """
    train, valid, test = (_lines(files[part], f"{where}: the text to {part}") for part in PARTS)
    distinct = len({word for line in train for word in line})
    if distinct > MAX_WORDS:
        raise DataError(
            f"{where}: {distinct:,} distinct words; expected at most {MAX_WORDS:,}: replace the "
            f"rare ones by {UNKNOWN}"
        )
    if title is None:
        title = name if name != "ptb" else f"ptb (not the {TREEBANK})"
        title = title if _other_digests(files) else TREEBANK
    return text_of_lines(name, title, train, valid, test)


def _lines(content: bytes, where: str) -> list[list[str]]:
    """Return the words of every line."""
    try:
        rows = content.decode("utf-8").replace("\r\n", "\n").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise DataError(f"{where} is not UTF-8 (byte {error.start:,}); convert it first") from None
    lines = [row.split() for row in rows]
    for number, words in enumerate(lines, 1):
        if EOS in words:
            raise DataError(
                f"{where} holds the word {EOS} (line {number:,}), which stands for the end of "
                "a line; take it out"
            )
    if not any(lines):
        raise DataError(f"{where} is empty; expected lines of words")
    return lines


def _other_digests(files: dict[str, bytes]) -> tuple[str, ...]:
    """Return the parts whose MD5 is not that of Mikolov's Penn Treebank."""
    return tuple(
        part
        for part, (_, md5) in TREEBANK_FILES.items()
        if hashlib.md5(files[part], usedforsecurity=False).hexdigest() != md5
    )


def _differences(data: TextData, files: dict[str, bytes]) -> tuple[str, ...]:
    """Return in what a text differs from Mikolov's Penn Treebank; nothing if it is that."""
    found = []
    for part, count in zip(PARTS, data.counts, strict=True):
        expected = TREEBANK_FILES[part][0]
        if count != expected:
            found.append(f"{count:,} tokens to {part}, expected {expected:,}")
    if data.num_symbols != TREEBANK_WORDS:
        found.append(f"{data.num_symbols:,} words, expected {TREEBANK_WORDS:,}")
    if differing := _other_digests(files):
        found.append(f"the MD5 sums of {', '.join(differing)} are others")
    return tuple(found)


def _unknown(data: TextData, files: dict[str, bytes]) -> int:
    """Return how many held-out tokens are ``<unk>`` that were not so in the files."""
    if UNKNOWN not in data.symbols:
        return 0
    place, word = data.symbols.index(UNKNOWN), UNKNOWN.encode()
    tokens = int((data.valid == place).sum() + (data.test == place).sum())
    return tokens - sum(files[part].split().count(word) for part in ("valid", "test"))
