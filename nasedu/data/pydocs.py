"""Text that comes with Python: what ``help("for")`` and its like print, without any download."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache

from nasedu.data.text import TextData, characters_of, text_of_lines
from nasedu.errors import DataError

NAME = "pydocs"
MAX_WORDS = 1000  # of about 3,100; they cover 92 per cent of the text
MIN_LINE = 4  # words; shorter paragraphs are headings and fragments of code
HELD_OUT = 26  # of 256: a tenth each to validate and to test


@lru_cache(maxsize=1)
def pydocs() -> TextData:
    """Return the paragraphs of Python's own help topics as lines of lower-case words.

    Letters alone are kept. A paragraph that stands in several topics is kept once, before the
    split; which part it belongs to is decided by its hash. Paragraphs that differ in rare words
    alone are equal once those are ``<unk>``: in Python 3.11 one line of validation and two of the
    test are therefore lines of training, too. The text changes with Python: no exact figure on it
    means anything elsewhere.

    Raises:
        DataError: This Python comes without its help topics.
    """
    try:
        from pydoc_data.topics import topics
    except ImportError:
        raise DataError(
            f"{NAME} is made of Python's help topics, which this Python does not have "
            "(no module pydoc_data); install the whole standard library or import a text "
            "with: nasedu data add NAME PATH"
        ) from None
    lines = distinct_paragraphs(topics[name] for name in sorted(topics))
    parts: dict[str, list[tuple[str, ...]]] = {"train": [], "valid": [], "test": []}
    for line in lines:
        parts[part_of(line)].append(line)
    return text_of_lines(NAME, "Python's help topics", **parts, max_words=MAX_WORDS)


@lru_cache(maxsize=1)
def pydocs_characters() -> TextData:
    """Return the same as characters, its words joined by ``_``."""
    return characters_of(pydocs())


def distinct_paragraphs(texts: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the distinct paragraphs of texts, each as its words, in order."""
    cut = (piece for text in texts for piece in re.split(r"\n\s*\n", text))
    lines = (tuple(re.findall("[a-z]+", piece.lower())) for piece in cut)
    return list(dict.fromkeys(line for line in lines if len(line) >= MIN_LINE))


def part_of(line: tuple[str, ...]) -> str:
    """Return ``"train"``, ``"valid"`` or ``"test"``, by a hash that nothing changes."""
    place = hashlib.sha256(" ".join(line).encode()).digest()[0]
    return "valid" if place < HELD_OUT else "test" if place < 2 * HELD_OUT else "train"
