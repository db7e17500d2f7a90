"""The file of a text: its tokens, its vocabulary as JSON, and the text itself.

The text itself, in UTF-8, is what its characters are made of. A file without it is of the Penn
Treebank, whose characters are made of its words (see `characters_of`), or of an older nasedu,
which made those of every text so.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from nasedu.data.storage import Packed, open_file, read_description, unusable
from nasedu.data.text import PARTS, TextData, characters_of, text_facts, text_of_characters
from nasedu.errors import DataError

KIND = "text_data"
WRITTEN = {part: f"{part}_utf8" for part in PARTS}


@dataclass(frozen=True, slots=True)
class TextHeader:
    """What the beginning of a file tells without reading its tokens.

    Attributes:
        title: What figures call the text.
        symbols: Its words.
        counts: Tokens of the three parts.
        has_characters: Whether the text itself is in the file.
    """

    title: str
    symbols: tuple[str, ...]
    counts: tuple[int, int, int]
    has_characters: bool

    @property
    def facts(self) -> str:
        """How large it is, in words."""
        return text_facts(self.counts, len(self.symbols))


def pack_text(data: TextData, texts: dict[str, str] | None = None) -> Packed:
    """Return a text of words for its file.

    Args:
        data: The text.
        texts: What its characters are made of, by part, every line ended by a newline; None
            for words joined by ``_``, as in Mikolov's files of the Penn Treebank.
    """
    tensors = {part: getattr(data, part).int().cpu() for part in PARTS}
    for part, text in (texts or {}).items():
        tensors[WRITTEN[part]] = torch.frombuffer(bytearray(text.encode()), dtype=torch.uint8)
    return Packed(KIND, {"title": data.title, "symbols": data.symbols}, tensors)


def read_text(path: Path) -> TextData:
    """Return the text in a file.

    Raises:
        DataError: The file is not there, truncated, of something else or of a newer nasedu.
    """
    header = read_text_header(path)
    with open_file(path) as file:
        train, valid, test = (file.get_tensor(part).to(torch.int64) for part in PARTS)
    try:
        return TextData(path.stem, header.title, "word", header.symbols, train, valid, test)
    except DataError as error:
        raise unusable(path, str(error)) from None


def read_characters(path: Path) -> TextData:
    """Return the text in a file as characters.

    Raises:
        DataError: As for `read_text`.
    """
    header = read_text_header(path)
    if not header.has_characters:
        return characters_of(read_text(path))
    with open_file(path) as file:
        written = [bytes(file.get_tensor(WRITTEN[part]).numpy()) for part in PARTS]
    try:
        train, valid, test = (text.decode() for text in written)
        return text_of_characters(path.stem, header.title, train, valid, test)
    except (DataError, UnicodeDecodeError, ValueError) as error:
        raise unusable(path, str(error)) from None


def read_text_header(path: Path) -> TextHeader:
    """Return what a file holds, checked, without reading its tokens.

    Raises:
        DataError: As for `read_text`.
    """
    hints = {"title": str, "symbols": tuple[str, ...]}
    fields, found = read_description(path, KIND, hints, PARTS, tuple(WRITTEN.values()))
    kinds = [(dtype, len(shape)) for dtype, shape in found.values()]
    if kinds not in ([("I32", 1)] * 3, [("I32", 1)] * 3 + [("U8", 1)] * 3):
        raise unusable(path, f"its parts are {kinds}, expected ('I32', 1) each")
    train, valid, test = (found[part][1][0] for part in PARTS)
    return TextHeader(**fields, counts=(train, valid, test), has_characters=len(found) > len(PARTS))
