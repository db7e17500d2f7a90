"""The file of sentence pairs: tokens and lengths, subwords as JSON, and the targets as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from nasedu.data.pairs import PARTS, PairData, SentencePairs, Sentences, pair_facts
from nasedu.data.storage import Packed, open_file, read_description, unusable
from nasedu.errors import DataError

KIND = "pair_data"
SIDES = ("source", "target")
NUMBERS = tuple(f"{p}_{side}{what}" for p in PARTS for side in SIDES for what in ("", "_lengths"))
TEXTS = tuple(f"{part}_utf8" for part in PARTS)  # of the target: a line a sentence
HINTS = {
    "title": str,
    "languages": tuple[str, str],
    "subwords": tuple[str, ...],
    "learned_by": dict[str, Any],
}


@dataclass(frozen=True, slots=True)
class PairHeader:
    """What the beginning of a file tells without reading its tokens.

    Attributes:
        title: What figures call the pairs.
        languages: Those of source and target.
        subwords: The V pieces.
        learned_by: Program, version and digest of the subwords.
        counts: Pairs of the three parts.
    """

    title: str
    languages: tuple[str, str]
    subwords: tuple[str, ...]
    learned_by: dict[str, Any]
    counts: tuple[int, int, int]

    @property
    def facts(self) -> str:
        """How large it is, in words."""
        return pair_facts(self.counts, self.languages, len(self.subwords))


def pack_pairs(data: PairData, learned_by: Mapping[str, Any]) -> Packed:
    """Return sentence pairs for their file.

    Args:
        data: The pairs.
        learned_by: Program, version and digest of the subwords, for the record.
    """
    tensors = {}
    for part in PARTS:
        pairs: SentencePairs = getattr(data, part)
        for side in SIDES:
            sentences: Sentences = getattr(pairs, side)
            tensors[f"{part}_{side}"] = sentences.tokens.int()
            tensors[f"{part}_{side}_lengths"] = sentences.lengths.int()
        text = bytearray("\n".join(pairs.references).encode())
        tensors[f"{part}_utf8"] = torch.frombuffer(text, dtype=torch.uint8)
    fields = {"title": data.title, "languages": data.languages, "subwords": data.subwords}
    return Packed(KIND, {**fields, "learned_by": dict(learned_by)}, tensors)


def read_pair_header(path: Path) -> PairHeader:
    """Return what a file holds, checked, without reading its tokens.

    Raises:
        DataError: The file is not there, truncated, of something else or of a newer nasedu.
    """
    fields, found = read_description(path, KIND, HINTS, (*NUMBERS, *TEXTS))
    kinds = [(found[name][0], len(found[name][1])) for name in (*NUMBERS, *TEXTS)]
    if kinds != [("I32", 1)] * len(NUMBERS) + [("U8", 1)] * len(TEXTS):
        raise unusable(path, f"its parts are {kinds[:3]} and so on, expected ('I32', 1) each")
    train, valid, test = (found[f"{part}_target_lengths"][1][0] for part in PARTS)
    return PairHeader(**fields, counts=(train, valid, test))


def read_pairs(path: Path) -> PairData:
    """Return the sentence pairs in a file.

    Raises:
        DataError: As for `read_pair_header`.
    """
    header, parts = read_pair_header(path), {}
    with open_file(path) as file:
        for part in PARTS:
            source, target = (
                Sentences(
                    file.get_tensor(f"{part}_{side}").long(),
                    file.get_tensor(f"{part}_{side}_lengths").long(),
                )
                for side in SIDES
            )
            text = bytes(file.get_tensor(f"{part}_utf8").numpy())
            try:
                parts[part] = SentencePairs(source, target, tuple(text.decode().split("\n")))
            except UnicodeDecodeError as error:
                raise unusable(path, str(error)) from None
    try:
        return PairData(path.stem, header.title, header.languages, header.subwords, **parts)
    except DataError as error:
        raise unusable(path, str(error)) from None
