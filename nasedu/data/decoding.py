"""From files to one array of pixels: what is in which class, and every image decoded."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from nasedu.data.images import MAX_SIZE
from nasedu.data.source import SPLITS, Entries, Parts
from nasedu.errors import DataError

FORMATS = ("JPEG", "PNG", "BMP", "PPM", "GIF", "TIFF", "WEBP")
MAX_PIXELS = 2**30  # of all images together: 3 GiB as RGB
LAYOUT = "expected train/<class>/* and test/<class>/*, possibly inside one folder"


@dataclass(frozen=True, slots=True)
class ImageFile:
    """One encoded image.

    Attributes:
        path: Where it lies in the source.
        label: Index of its class.
        content: Its bytes.
    """

    path: str
    label: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Layout:
    """What lies where in a source.

    Attributes:
        classes: Names of the classes, sorted.
        train: Training images, sorted by path.
        test: Test images, sorted by path.
        ignored: What else lies beside ``train`` and ``test``.
    """

    classes: tuple[str, ...]
    train: list[ImageFile]
    test: list[ImageFile]
    ignored: tuple[str, ...]


def arrange(entries: Entries, source: str) -> Layout:
    """Find the classes and the images of each.

    Args:
        entries: What `read_source` returned.
        source: What errors call it.

    Raises:
        DataError: A folder is missing, a class is empty or a file lies where none belongs.
    """
    root = _find_root(entries, source)
    found: dict[str, dict[str, list[Parts]]] = {split: {} for split in SPLITS}
    ignored = set()
    for parts in sorted(entries):
        if parts[: len(root)] != root or parts == root:
            continue
        inner = parts[len(root) :]
        is_folder = entries[parts] is None
        if inner[0] not in SPLITS:
            ignored.add(inner[0])
        elif len(inner) == 2 and is_folder:
            found[inner[0]].setdefault(inner[1], [])
        elif len(inner) == 3 and not is_folder:
            found[inner[0]].setdefault(inner[1], []).append(parts)
        elif len(inner) > 1:
            raise DataError(f"{source}: {'/'.join(parts)!r} is not in its place; {LAYOUT}")
    classes = _checked_classes(found["train"], found["test"], source)
    images = {
        split: [
            ImageFile("/".join(parts), label, entries[parts] or b"")
            for label, name in enumerate(classes)
            for parts in found[split][name]
        ]
        for split in SPLITS
    }
    return Layout(classes, images["train"], images["test"], tuple(sorted(ignored)))


def _find_root(entries: Entries, source: str) -> Parts:
    """Return the folder, here or one down, that holds both ``train`` and ``test``."""
    held: dict[Parts, set[str]] = {}
    for parts, content in entries.items():
        for depth in (0, 1):
            is_folder = len(parts) > depth + 1 or content is None
            if is_folder and parts[depth : depth + 1] in (("train",), ("test",)):
                held.setdefault(parts[:depth], set()).add(parts[depth])
    roots = sorted(root for root, splits in held.items() if len(splits) == 2)
    if not roots:
        there = sorted("/".join((*root, name)) for root, splits in held.items() for name in splits)
        raise DataError(f"{source} has {' and '.join(there) or 'no train and no test'}; {LAYOUT}")
    if len(roots) > 1 and roots[0]:
        names = ", ".join(root[0] for root in roots)
        raise DataError(f"{source} holds several data sets ({names}); import them one by one")
    return roots[0]


def _checked_classes(
    train: dict[str, list[Parts]], test: dict[str, list[Parts]], source: str
) -> tuple[str, ...]:
    """Return the names of the classes, each of which needs two images to train and one to test."""
    classes = sorted({*train, *test})
    for name in classes:
        counts = (len(train.get(name, ())), len(test.get(name, ())))
        if counts[0] < 2 or counts[1] < 1:
            raise DataError(
                f"{source}: class {name!r} has {counts[0]} images in train and {counts[1]} in "
                "test; expected at least 2 and 1: add images, or remove the class from both"
            )
        if not name.isprintable():
            raise DataError(f"{source}: class {name!r} has a name that cannot be shown; rename it")
    if len(classes) < 2:
        raise DataError(f"{source} has {len(classes)} classes; expected 2 or more")
    return tuple(classes)


def decode(
    files: list[ImageFile], source: str, on_progress: Callable[[int, int], None] | None = None
) -> tuple[np.ndarray, set[str]]:
    """Decode every image in full.

    Grey images stay grey if all are; else all become RGB. Transparency is dropped.

    Args:
        files: At least one; all must have one size.
        source: What errors call it.
        on_progress: Called with the number of images decoded and of all.

    Returns:
        ``(N, H, W, C)`` uint8 with C of 1 or 3, and the formats met, e.g. ``{"JPEG"}``.

    Raises:
        DataError: A file that does not decode or is of another size, too large or too many.
    """
    pixels = np.empty((0, 0, 0, 3), np.uint8)
    formats = set()
    all_grey = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata; pixels that are amiss raise
        for number, file in enumerate(files):
            image = _open(file, source)
            if number == 0:
                pixels = _room_for(len(files), image.size, source)
            if image.size != pixels.shape[2:0:-1]:
                raise DataError(
                    f"{source}: {file.path!r} is {_by(image.size)}; expected "
                    f"{_by(pixels.shape[2:0:-1])} (width x height) as {files[0].path!r}: "
                    "make all images the same size"
                )
            try:
                pixels[number] = _as_rgb(image)
            except Exception as error:
                raise _undecodable(file, source, error) from None
            formats.add(image.format or "")
            all_grey = all_grey and image.mode in ("1", "L")
            if on_progress:
                on_progress(number + 1, len(files))
    return (np.ascontiguousarray(pixels[..., :1]) if all_grey else pixels), formats


def _open(file: ImageFile, source: str) -> Image.Image:
    """Read the head of an image and refuse what is no small 8-bit picture."""
    try:
        image = Image.open(io.BytesIO(file.content), formats=FORMATS)
        frames = getattr(image, "n_frames", 1)  # reads the heads of all
    except Exception as error:  # Pillow's decoders raise almost anything
        raise _undecodable(file, source, error) from None
    if max(image.size) > MAX_SIZE:
        raise DataError(
            f"{source}: {file.path!r} is {_by(image.size)}; expected at most {MAX_SIZE} pixels a "
            "side: make the images smaller first (32 is usual here)"
        )
    if frames > 1:
        raise DataError(f"{source}: {file.path!r} has {frames} frames; expected one still image")
    if image.mode[0] in "IF":
        raise DataError(
            f"{source}: {file.path!r} has more than 8 bits a channel (mode {image.mode}); "
            "convert it to 8 bits first"
        )
    return image


def _as_rgb(image: Image.Image) -> np.ndarray:
    """Return ``(H, W, 3)`` uint8."""
    if image.mode == "P" and "transparency" in image.info:
        image = image.convert("RGBA")
    return np.asarray(image.convert("RGB"))


def _room_for(count: int, size: tuple[int, int], source: str) -> np.ndarray:
    width, height = size
    if count * width * height > MAX_PIXELS:
        raise DataError(
            f"{source} has {count:,} images of {_by(size)} pixels; expected at most "
            f"{MAX_PIXELS:,} pixels in all, since training keeps them in memory: use smaller "
            "images or fewer"
        )
    return np.empty((count, height, width, 3), np.uint8)


def _undecodable(file: ImageFile, source: str, error: Exception) -> DataError:
    why = " ".join(str(error).split()) or type(error).__name__
    if why.startswith("cannot identify"):
        why = f"none of {', '.join(FORMATS)}"
    return DataError(
        f"{source}: {file.path!r} does not decode as an image ({why}); replace or remove it"
    )


def _by(size: tuple[int, ...]) -> str:
    return "x".join(map(str, size))
