"""The import of sentence pairs, such as Multi30k: two files a part, the same line in both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from nasedu.data.importing import Taken, Wanted
from nasedu.data.pair_storage import pack_pairs
from nasedu.data.pairs import PARTS, SPECIAL, UNKNOWN, PairData, SentencePairs, Sentences
from nasedu.data.source import PAIR_PART, Entries, Parts, Source, content_of, left_out
from nasedu.data.subwords import Subwords
from nasedu.data.summary import ImportSummary, first_names
from nasedu.data.text_files import decoded_text
from nasedu.errors import DataError

PART_OF = {"train": "train", "val": "valid", "valid": "valid", "dev": "valid", "test": "test"}
FIRST_LANGUAGE = "en"  # the source if it is there, as in the paper; else the alphabet decides
TITLES = {"multi30k": "Multi30k"}
MARKS = re.compile("|".join(map(re.escape, SPECIAL)))
EXPECTED = "expected train, val and test, each in the same two languages, such as train.en"

Sides = dict[str, dict[str, list[Parts]]]  # paths by part and language


@dataclass(frozen=True, slots=True, kw_only=True)
class PairSummary(ImportSummary):
    """What sentence pairs were imported, with none of the text itself.

    Attributes:
        languages: Those of source and target.
        counts: Pairs to train, validate and test.
        skipped: Pairs to train of which a side is empty.
        num_symbols: Subwords.
        learned_by: Program, version and digest of the subwords.
        unknown: Tokens to validate and to test that became ``<unk>``.
        files: Names of the files that were read.
    """

    languages: tuple[str, str]
    counts: tuple[int, int, int]
    skipped: int
    num_symbols: int
    learned_by: Mapping[str, str]
    unknown: int
    files: tuple[str, ...]

    def facts(self) -> Sequence[tuple[str, str]]:
        """Return how many pairs there are, which way they go, and how they were cut."""
        train, valid, test = self.counts
        by, (source, target) = self.learned_by, self.languages
        return [
            ("pairs", f"{train:,} to train, {valid:,} to validate, {test:,} to test"),
            ("way", f"from {source!r} to {target!r}"),
            (
                "subwords",
                f"{self.num_symbols:,}, learned on the training part by {by['program']} "
                f"{by['version']} (digest {by['digest'][:16]})",
            ),
            ("taken", f"six files: {', '.join(map(repr, self.files))}"),
        ]

    def notes(self) -> Sequence[tuple[str, str]]:
        """Return what was left out, and how much is unknown."""
        rows = []
        if self.skipped:
            rows.append(("left out", f"{self.skipped:,} pairs to train of which a side is empty"))
        if self.unknown:
            rows.append(("unknown", f"{self.unknown:,} letters not in the training part"))
        return rows


def find_pairs(source: Source, wanted: Wanted) -> Taken | None:
    """Return the sentence pairs of a source, read and checked, or None if there are none.

    Raises:
        DataError: A file is missing, empty or no text, or two do not have the same lines.
        SettingError: The package that learns subwords is not installed.
    """
    where = str(source.path)
    if (found := _found(source.entries, where)) is None:
        return None
    languages, paths = found
    lines, skipped = {}, 0
    for part in PARTS:
        sides = [_lines(source, paths[part, language]) for language in languages]
        lines[part], empty = _paired(sides, part, where)
        skipped += empty
    subwords = Subwords.learn(line for side in lines["train"] for line in side)
    title = wanted.title or TITLES.get(wanted.name, wanted.name)
    parts = {part: _pairs(subwords, *lines[part]) for part in PARTS}
    data = PairData(wanted.name, title, languages, subwords.pieces, **parts)
    sides = [side for pairs in parts.values() for side in (pairs.source, pairs.target)]
    files = tuple("/".join(paths[part, each]) for part in PARTS for each in languages)
    summary = partial(
        PairSummary,
        languages=languages,
        counts=data.counts,
        skipped=skipped,
        num_symbols=data.num_symbols,
        learned_by=subwords.learned_by,
        unknown=sum(int((side.tokens == UNKNOWN).sum()) for side in sides),
        files=files,
    )
    return Taken(pack_pairs(data, subwords.learned_by), summary, left_out(source.entries, files))


def _found(
    entries: Entries, where: str
) -> tuple[tuple[str, str], dict[tuple[str, str], Parts]] | None:
    """Return the languages, and the path of each part in each; None if nothing is in two."""
    sides: Sides = {part: {} for part in PARTS}
    for parts, content in sorted(entries.items()):
        match = PAIR_PART.fullmatch(parts[-1]) if parts else None
        if match and content is not None:
            sides[PART_OF[match[1]]].setdefault(match[2], []).append(parts)
    if len(sides["train"]) != 2:
        return None
    languages = sorted(sides["train"], key=lambda each: (each != FIRST_LANGUAGE, each))
    for part in PARTS:
        for language in languages:
            there = sides[part].get(language, [])
            if len(there) != 1:
                names = first_names(["/".join(each) for each in there]) if there else "no file"
                raise DataError(f"{where} has {names} to {part} in {language!r}; {EXPECTED}")
    source, target = languages
    return (source, target), {(p, each): sides[p][each][0] for p in PARTS for each in languages}


def _lines(source: Source, path: Parts) -> list[str]:
    """Return the lines of a file, with single spaces."""
    where = f"{source.path}: {'/'.join(path)!r}"
    text = decoded_text(content_of(source.entries[path] or b""), where)
    lines = [" ".join(line.split()) for line in text.removesuffix("\n").split("\n")]
    for number, line in enumerate(lines, 1):
        if mark := MARKS.search(line):
            raise DataError(
                f"{where} holds {mark[0]} (line {number:,}), which stands for something else; "
                "remove it"
            )
    return lines


def _paired(sides: list[list[str]], part: str, where: str) -> tuple[list[list[str]], int]:
    """Return both sides of a part, and how many pairs to train were left out for an empty one."""
    one, other = map(len, sides)
    if one != other:
        raise DataError(
            f"{where}: the files to {part} have {one:,} and {other:,} lines; expected as many, "
            "with each translation on the same line"
        )
    whole = [pair for pair in zip(*sides, strict=True) if all(pair)]
    if not whole or (part != "train" and len(whole) != one):
        raise DataError(f"{where}: a line to {part} is empty; expected a sentence in every line")
    return [list(side) for side in zip(*whole, strict=True)], one - len(whole)


def _pairs(subwords: Subwords, source: list[str], target: list[str]) -> SentencePairs:
    read, written = (Sentences.of(subwords.tokens(side)) for side in (source, target))
    return SentencePairs(read, written, tuple(target))
