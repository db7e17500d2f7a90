"""Mikolov's Penn Treebank: how it is recognised, and in what another text differs from it."""

from __future__ import annotations

import hashlib

from nasedu.data.text import PARTS, TextData
from nasedu.data.text_files import TextFiles

NAME, PREFIX, TITLE = "ptb", "ptb.", "Penn Treebank"
FILES = {  # tokens with one <eos> a line, and MD5, of Mikolov's preprocessing
    "train": (929_589, "f26c4b92c5fdc7b3f8c7cdcb991d8420"),
    "valid": (73_760, "aa0affc06ff7c36e977d7cd49e3839bf"),
    "test": (82_430, "8b80168b89c18661a38ef683c0dc3721"),
}
WORDS = 10_000


def looks_like(name: str, files: TextFiles) -> bool:
    """Whether a text claims to be the Penn Treebank, by its name or those of its files, or is it.

    Its characters are then spelled in Mikolov's way, see `characters_of`.
    """
    return name == NAME or files.prefix == PREFIX or len(other_digests(files)) < len(FILES)


def other_digests(files: TextFiles) -> tuple[str, ...]:
    """Return the parts whose MD5 is not that of Mikolov's Penn Treebank."""
    return tuple(
        part
        for part, (_, md5) in FILES.items()
        if hashlib.md5(files.contents[part], usedforsecurity=False).hexdigest() != md5
    )


def differences(data: TextData, files: TextFiles) -> tuple[str, ...]:
    """Return in what a text differs from Mikolov's Penn Treebank; nothing if it is that."""
    found = []
    for part, count in zip(PARTS, data.counts, strict=True):
        expected = FILES[part][0]
        if count != expected:
            found.append(f"{count:,} tokens to {part}, expected {expected:,}")
    if data.num_symbols != WORDS:
        found.append(f"{data.num_symbols:,} words, expected {WORDS:,}")
    if differing := other_digests(files):
        found.append(f"the MD5 sums of {', '.join(differing)} differ")
    return tuple(found)
