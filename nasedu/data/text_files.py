"""The three files of a text: which they are in a source, and what is in them as plain text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass

from nasedu.data.source import Entries, Parts, content_of, left_out, text_part
from nasedu.data.summary import first_names
from nasedu.data.text import PARTS
from nasedu.errors import DataError

CHARACTERS = "char."  # in the names of a text that was cut into characters already
MARKS = {  # what a file begins with that tells its encoding; the longer ones first
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
IMAGE = re.compile(r"\S\.(jpe?g|png|bmp|gif|tiff?|webp|ppm)\b", re.IGNORECASE)
OTHERWISE = re.compile(r".*(val|dev|validation|eval|heldout)\.(txt|tokens|raw)")  # for valid
LINES_TRIED = 100  # to tell a list of images from a text


@dataclass(frozen=True, slots=True)
class TextFiles:
    """The files of a text.

    Attributes:
        prefix: What their names begin with, e.g. ``"ptb."``.
        names: Their names, by part.
        contents: Their bytes, by part.
        texts: What they hold, by part: without marks of an encoding, every line ended by a newline.
        others: Paths of what else lies in the source.
    """

    prefix: str
    names: dict[str, str]
    contents: dict[str, bytes]
    texts: dict[str, str]
    others: tuple[str, ...]


def text_paths(entries: Entries) -> dict[Parts, dict[str, Parts]]:
    """Return where files lie that may be parts of a text: by folder, prefix and ending, by part."""
    found: dict[Parts, dict[str, Parts]] = {}
    for parts, content in entries.items():
        named = text_part(parts[-1]) if parts else None
        if named and content is not None:
            prefix, part, ending = named
            found.setdefault((*parts[:-1], prefix, ending), {})[part] = parts
    return found


def find_text(entries: Entries, where: str) -> TextFiles | None:
    """Return the three files of a text, read, or None if there is no text.

    Args:
        entries: What lies in the source.
        where: Name of the source, for errors.

    Raises:
        DataError: A file of the three is missing or no plain text, or there are several texts.
    """
    found = text_paths(entries)
    whole = {key: paths for key, paths in found.items() if len(paths) == len(PARTS)}
    whole = {key: paths for key, paths in whole.items() if not _is_spelled(key, whole)}
    if len(whole) > 1:
        shown = first_names(sorted("/".join(paths["train"]) for paths in whole.values()))
        raise DataError(f"{where} holds {len(whole)} texts ({shown}); leave only one in it")
    if not whole:
        if found and not any("train" in parts for parts in entries):
            key, files = min(found.items())
            missing = ", ".join(f"{key[-2]}{p}{key[-1]}" for p in PARTS if p not in files)
            alike = sorted(p[-1] for p in entries if p and OTHERWISE.fullmatch(p[-1]))
            rename = f": rename {alike[0]!r}" if alike else ""
            raise DataError(
                f"{where} lacks {missing}; a text is train, valid and test, all three{rename}"
            )
        return None
    [(key, paths)] = whole.items()
    contents = {part: content_of(entries[paths[part]] or b"") for part in PARTS}
    texts = {part: decoded_text(contents[part], f"{where}: the text to {part}") for part in PARTS}
    names = {part: "/".join(paths[part]) for part in PARTS}
    others = left_out(entries, names.values())
    num_images = sum(IMAGE.search(other) is not None for other in others)
    if num_images > len(PARTS) or _lists_images(texts["train"]):
        raise DataError(
            f"{where}: {names['train']!r} seems to be a list of images and no text; put the images "
            "into train/<class>/* and test/<class>/*, or the three files of a text into a folder "
            "of their own"
        )
    return TextFiles(key[-2], names, contents, texts, others)


def _is_spelled(key: Parts, whole: Mapping[Parts, object]) -> bool:
    """Whether a text is another one cut into characters, which lies beside it as words."""
    *folder, prefix, ending = key
    return prefix.endswith(CHARACTERS) and (
        (*folder, prefix.removesuffix(CHARACTERS), ending) in whole
    )


def decoded_text(content: bytes, where: str) -> str:
    """Return what bytes say: without marks of an encoding, every line ended by a newline.

    Raises:
        DataError: They are no UTF-8, nor of the encoding that they are marked with, or no text.
    """
    encoding = next((name for mark, name in MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        shown = encoding.upper().removesuffix("-SIG")
        raise DataError(
            f"{where} is not {shown} (byte {error.start:,}); convert it to UTF-8 first"
        ) from None
    if "\0" in text:
        raise DataError(
            f"{where} holds NULs (character {text.index(chr(0)):,}), as UTF-16 text without a "
            "byte order mark does; convert it to UTF-8 first"
        )
    text = text.replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n")
    return text if text.endswith("\n") else f"{text}\n"


def _lists_images(text: str) -> bool:
    """Whether most lines name an image, as the lists of a split do."""
    lines = [line for line in text[: 1000 * LINES_TRIED].split("\n") if line.strip()][:LINES_TRIED]
    return 2 * sum(IMAGE.search(line) is not None for line in lines) > len(lines)
