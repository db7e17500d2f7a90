"""Pairs of sentences: each in two languages, as tokens of one list of subwords.

Legend: n sentences of a part, N tokens of all of them, V subwords, B sentences side by side,
T tokens of the longest of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from nasedu.errors import DataError

PAD, UNKNOWN, BEGIN, END = range(4)  # the first tokens of every list of subwords
SPECIAL = ("<pad>", "<unk>", "<s>", "</s>")  # and what they are called
SPACE = "▁"  # begins a subword that has a space before it
PARTS = ("train", "valid", "test")


@dataclass(frozen=True, eq=False)
class Sentences:
    """Sentences of one language, one after the other.

    Args:
        tokens: ``(N,)`` int64, without begin and end of sentences.
        lengths: ``(n,)`` int64, how many tokens each sentence has.
    """

    tokens: Tensor
    lengths: Tensor

    @classmethod
    def of(cls, sentences: Iterable[Sequence[int]]) -> Self:
        """Return sentences that are lists of tokens."""
        rows = [list(each) for each in sentences]
        tokens = torch.tensor([token for row in rows for token in row], dtype=torch.int64)
        return cls(tokens, torch.tensor([len(row) for row in rows], dtype=torch.int64))

    def __len__(self) -> int:
        return len(self.lengths)

    def first(self, number: int | None) -> Sentences:
        """Return the first so many sentences; None: all."""
        lengths = self.lengths[:number]
        return Sentences(self.tokens[: int(lengths.sum())], lengths)

    def to(self, device: torch.device) -> Sentences:
        """Return the same on a device."""
        return Sentences(self.tokens.to(device), self.lengths.to(device))

    def batch(self, which: Tensor) -> Tensor:
        """Return some sentences side by side.

        Args:
            which: ``(B,)`` int64 indices of sentences.

        Returns:
            ``(T, B)`` int64, each sentence ended by `END` and filled up with `PAD`.
        """
        lengths = self.lengths[which]  # (B,)
        starts = (self.lengths.cumsum(0) - self.lengths)[which]
        steps = torch.arange(int(lengths.max()) + 1, device=which.device)[:, None]  # (T, 1)
        places = (starts + steps).clamp(max=len(self.tokens) - 1)  # (T, B)
        rows = self.tokens[places].masked_fill(steps >= lengths, PAD)
        return rows.masked_fill(steps == lengths, END)


@dataclass(frozen=True, eq=False)
class SentencePairs:
    """One part of the data.

    Args:
        source: What is read.
        target: What is to be written, as tokens.
        references: The same as text, which translations are held against.
    """

    source: Sentences
    target: Sentences
    references: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.source)


@dataclass(frozen=True, eq=False, repr=False)
class PairData:
    """Sentences in two languages, in three parts.

    Args:
        name: What ``--data`` calls it.
        title: What figures and tables call it.
        languages: Those of source and target, e.g. ``("en", "de")``.
        subwords: The V pieces of both languages, those of `SPECIAL` first; a token is an index
            into them.
        train: To train on.
        valid: To validate on.
        test: For final figures alone.
    """

    name: str
    title: str
    languages: tuple[str, str]
    subwords: tuple[str, ...]
    train: SentencePairs
    valid: SentencePairs
    test: SentencePairs

    def __post_init__(self) -> None:
        if self.subwords[: len(SPECIAL)] != SPECIAL:
            raise DataError(f"{self.name}: the first subwords are not {', '.join(SPECIAL)}")
        if len(set(self.subwords)) != len(self.subwords):
            raise DataError(f"{self.name}: a subword is there twice; expected distinct ones")
        for part in PARTS:
            self._check(part)

    def _check(self, part: str) -> None:
        pairs: SentencePairs = getattr(self, part)
        counts = {len(pairs.source), len(pairs.target), len(pairs.references)}
        if len(counts) != 1 or counts == {0}:
            raise DataError(
                f"{self.name}: {part} has {sorted(counts)} sentences on its sides; expected the "
                "same number on both, at least one"
            )
        for side in (pairs.source, pairs.target):
            if int(side.lengths.sum()) != len(side.tokens) or int(side.lengths.min()) < 1:
                raise DataError(f"{self.name}: a sentence of {part} is empty or not whole")
            if not 0 <= int(side.tokens.min()) <= int(side.tokens.max()) < len(self.subwords):
                raise DataError(
                    f"{self.name}: a token of {part} is out of range; "
                    f"expected 0 to {len(self.subwords) - 1}"
                )

    @property
    def num_symbols(self) -> int:
        """V, the number of subwords."""
        return len(self.subwords)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Pairs of the three parts."""
        return len(self.train), len(self.valid), len(self.test)

    @property
    def facts(self) -> str:
        """How large it is, in words."""
        return pair_facts(self.counts, self.languages, self.num_symbols)

    @property
    def num_bytes(self) -> int:
        """Its size in memory, without the references."""
        parts = [getattr(self, part) for part in PARTS]
        sides = [side for pairs in parts for side in (pairs.source, pairs.target)]
        return sum(side.tokens.nbytes + side.lengths.nbytes for side in sides)

    def __repr__(self) -> str:
        return f"PairData({self.name!r}: {self.facts})"

    def text(self, tokens: Iterable[int]) -> str:
        """Return what tokens say; those that stand for no text are left out."""
        pieces = (self.subwords[token] for token in tokens if token >= len(SPECIAL))
        return "".join(pieces).replace(SPACE, " ").strip()


def pair_facts(counts: tuple[int, int, int], languages: tuple[str, str], num_symbols: int) -> str:
    """Say how large a set of pairs is."""
    train, valid, test = counts
    return (
        f"{train:,} sentence pairs {' to '.join(languages)} to train, {valid:,} to validate, "
        f"{test:,} to test, {num_symbols:,} subwords"
    )
