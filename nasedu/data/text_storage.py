"""One file for an imported text: its tokens, and its vocabulary as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from nasedu.architectures.json_form import write_json
from nasedu.data.storage import open_file, read_description, unusable, write_tensors
from nasedu.data.text import PARTS, TextData
from nasedu.errors import DataError

KIND = "text_data"


@dataclass(frozen=True, slots=True)
class TextHeader:
    """What the beginning of a file tells without reading its tokens.

    Attributes:
        title: What figures call the text.
        symbols: Its words.
        counts: Tokens of the three parts.
    """

    title: str
    symbols: tuple[str, ...]
    counts: tuple[int, int, int]


def write_text(path: Path, data: TextData, source: dict[str, Any]) -> int:
    """Write a text of words whole or not at all, and return the size of its file in bytes.

    Args:
        path: Where to; an existing file is replaced.
        data: What to write.
        source: Where it came from, for the record: a JSON object.

    Raises:
        DataError: The disk is full or the folder cannot be written to.
    """
    fields = {"title": data.title, "symbols": data.symbols, "source": source}
    tensors = {part: getattr(data, part).int().cpu() for part in PARTS}
    return write_tensors(path, tensors, write_json(KIND, fields))


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


def read_text_header(path: Path) -> TextHeader:
    """Return what a file holds, checked, without reading its tokens.

    Raises:
        DataError: As for `read_text`.
    """
    fields, found = read_description(path, KIND, PARTS)
    kinds = [(dtype, len(shape)) for dtype, shape in found.values()]
    if kinds != [("I32", 1)] * 3:
        raise unusable(path, f"its parts are {kinds}, expected ('I32', 1) each")
    train, valid, test = (shape[0] for _, shape in found.values())
    title, symbols = fields.get("title"), fields.get("symbols")
    if not isinstance(title, str) or not isinstance(symbols, list):
        raise unusable(path, "its title or symbols are missing")
    if not all(isinstance(symbol, str) for symbol in symbols):
        raise unusable(path, "its symbols are not all text")
    return TextHeader(title, tuple(symbols), (train, valid, test))
