"""Text as streams of tokens: one int64 tensor a part, and the symbols that they stand for.

Legend: N tokens of a part, V symbols.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor

from nasedu.errors import DataError, SettingError

Unit = Literal["word", "character"]
Line = Sequence[str]  # the words of one line

EOS, UNKNOWN = "<eos>", "<unk>"
LINE_END: dict[Unit, str] = {"word": EOS, "character": "\n"}
PARTS = ("train", "valid", "test")


@dataclass(frozen=True, eq=False, repr=False)
class TextData:
    """A text in three parts, in the order in which it is read.

    Args:
        name: What ``--data`` calls it.
        title: What figures and tables call it, e.g. ``"Penn Treebank"``.
        unit: Whether a token is a word or a character.
        symbols: The V words or characters; a token is an index into them.
        train: ``(N,)`` int64 tokens to train on.
        valid: ``(N,)`` int64 tokens that decide the reward.
        test: ``(N,)`` int64 tokens, for final figures alone.
    """

    name: str
    title: str
    unit: Unit
    symbols: tuple[str, ...]
    train: Tensor
    valid: Tensor
    test: Tensor

    def __post_init__(self) -> None:
        if self.unit not in get_args(Unit):
            raise DataError(f"unit is {self.unit!r}; expected one of {get_args(Unit)}")
        if len(set(self.symbols)) != len(self.symbols):
            raise DataError(f"{self.name}: a symbol is there twice; expected distinct symbols")
        if LINE_END[self.unit] not in self.symbols:
            raise DataError(f"{self.name}: no symbol is {LINE_END[self.unit]!r}, which ends a line")
        for part in PARTS:
            tokens: Tensor = getattr(self, part)
            if tokens.dtype != torch.int64 or tokens.ndim != 1 or not len(tokens):
                raise DataError(
                    f"{self.name}: {part} is {tokens.dtype} of shape {tuple(tokens.shape)}; "
                    "expected torch.int64 of shape (N,), one token or more"
                )
            if not 0 <= int(tokens.min()) <= int(tokens.max()) < len(self.symbols):
                raise DataError(
                    f"{self.name}: a token of {part} is out of range; "
                    f"expected 0 to {len(self.symbols) - 1}"
                )

    @property
    def num_symbols(self) -> int:
        """V, the size of the vocabulary."""
        return len(self.symbols)

    @property
    def line_end(self) -> int:
        """The token that ends a line; also what comes before the first token of a part."""
        return self.symbols.index(LINE_END[self.unit])

    @property
    def counts(self) -> tuple[int, int, int]:
        """Tokens of the three parts, ends of lines included."""
        return len(self.train), len(self.valid), len(self.test)

    @property
    def facts(self) -> str:
        """How large it is, in words."""
        return text_facts(self.counts, self.num_symbols)

    @property
    def num_bytes(self) -> int:
        """Its size in memory."""
        return sum(getattr(self, part).nbytes for part in PARTS)

    def __repr__(self) -> str:
        train, valid, test = self.counts
        return (
            f"TextData({self.name!r}: {train} train, {valid} valid, {test} test, "
            f"{self.num_symbols} {self.unit}s)"
        )


def text_facts(counts: tuple[int, int, int], num_words: int) -> str:
    """Say how large a text of words is."""
    train, valid, test = counts
    return (
        f"{train:,} words to train, {valid:,} to validate, {test:,} to test, {num_words:,} distinct"
    )


def text_of_lines(
    name: str,
    title: str,
    train: Sequence[Line],
    valid: Sequence[Line],
    test: Sequence[Line],
    max_words: int | None = None,
) -> TextData:
    """Return lines of words as tokens, with one ``<eos>`` after every line.

    The vocabulary is that of the training part, the most frequent word first; a word outside
    of it becomes ``<unk>``.

    Args:
        name: As in `TextData`.
        title: As in `TextData`.
        train: Lines to train on.
        valid: Lines to validate on.
        test: Lines to test on.
        max_words: Size of the vocabulary at most, ``<eos>`` and ``<unk>`` included; None: all.

    Raises:
        SettingError: ``max_words`` is below 3.
    """
    if max_words is not None and max_words < 3:
        raise SettingError(f"max_words is {max_words}; expected at least 3")
    counts = Counter(chain.from_iterable(train))
    counts[EOS] = len(train)
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    all_words = {EOS, *chain.from_iterable(chain(train, valid, test))}
    if (max_words is not None and len(all_words) > max_words) or not all_words <= counts.keys():
        rest = [word for word in ranked if word not in (EOS, UNKNOWN)]
        ranked = [EOS, UNKNOWN, *(rest if max_words is None else rest[: max_words - 2])]
    index = {word: i for i, word in enumerate(ranked)}
    parts = (torch.from_numpy(_tokens(lines, index)) for lines in (train, valid, test))
    return TextData(name, title, "word", tuple(ranked), *parts)


def _tokens(lines: Iterable[Line], index: dict[str, int]) -> np.ndarray:
    """Return the ``(N,)`` int64 tokens of lines, each with its end."""
    unknown = index.get(UNKNOWN, 0)
    words = chain.from_iterable((*line, EOS) for line in lines)
    return np.fromiter((index.get(word, unknown) for word in words), dtype=np.int64)


def characters_of(words: TextData) -> TextData:
    """Return a text as characters, in the way of Mikolov's ``ptb.char`` files.

    The words of a line are joined by ``_``, the line ends in a newline, which counts as a
    character, and ``<unk>`` is spelled out. Bits per character are comparable only between
    texts that were cut up alike: there are two other conventions for the same text.
    """
    if words.unit != "word":
        raise DataError(f"{words.name} is made of {words.unit}s; expected words")
    texts = [_spelled(words, getattr(words, part)) for part in PARTS]
    return text_of_characters(words.name, words.title, *texts)


def text_of_characters(name: str, title: str, train: str, valid: str, test: str) -> TextData:
    """Return three texts as tokens, one a character, ends of lines included.

    Characters of the held-out parts alone are known, too; the most frequent in training is first.

    Args:
        name: What ``--data`` calls the text as words.
        title: What figures call it.
        train: The text to train on; every line ends in a newline.
        valid: The text to validate on.
        test: The text to test on.
    """
    texts = [train, valid, test]
    known = "".join(sorted({*"".join(texts)}))
    codes = _codes(known)
    place = np.zeros(int(codes.max()) + 1, dtype=np.int64)
    place[codes] = np.arange(len(codes))
    found = [place[_codes(text)] for text in texts]
    order = np.lexsort((codes, -np.bincount(found[0], minlength=len(codes))))
    rank = np.zeros(len(codes), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return TextData(
        f"{name}-chars",
        f"{title}, characters",
        "character",
        tuple(known[i] for i in order),
        *(torch.from_numpy(rank[tokens]) for tokens in found),
    )


def _spelled(words: TextData, tokens: Tensor) -> str:
    """Return the characters of ``(N,)`` words."""
    end, count = words.line_end, words.num_symbols
    first = torch.ones_like(tokens, dtype=torch.bool)
    first[1:] = tokens[:-1] == end
    pieces = [*words.symbols, *("_" + word for word in words.symbols)]
    pieces[end] = pieces[end + count] = "\n"
    return "".join(map(pieces.__getitem__, (tokens + count * ~first).tolist()))


def _codes(text: str) -> np.ndarray:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
