"""The official CIFAR-10, in its binary version (Krizhevsky 2009).

The same images come as pickles too, which can run any code when they are read. The binary
version is records of 3,073 bytes: the label, then 32x32 pixels of red, of green and of blue.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import torch

from nasedu.data import storage
from nasedu.data.images import ImageData, LabelledImages
from nasedu.data.source import Entries
from nasedu.errors import DataError

NAME, TITLE, COPY = "cifar10", "CIFAR-10", "CIFAR-10 (JPEG copy)"
ARCHIVE = "cifar-10-binary.tar.gz"
URL = f"https://www.cs.toronto.edu/~kriz/{ARCHIVE}"
MD5 = "c32a1d4ab5d03f1284b67883e8d87530"  # as published beside the archive
SHAPE = (3, 32, 32)
COUNTS = (50_000, 10_000)  # images to train and to test
NAMES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
RECORD = 1 + 3 * 32 * 32
CLASSES = "batches.meta.txt"
TRAIN = tuple(f"data_batch_{i}.bin" for i in range(1, 6))
TEST = ("test_batch.bin",)
FILES = (CLASSES, *TRAIN, *TEST)


def is_binary(entries: Entries) -> bool:
    """Whether these are the files of CIFAR-10's binary version, whole or not."""
    names = {parts[-1] for parts in entries if parts}
    return CLASSES in names and not names.isdisjoint(TRAIN + TEST)


def is_official(archive: Path) -> bool:
    """Whether this is the official archive, to the last byte."""
    return archive.is_file() and md5_of(archive) == MD5


def is_jpeg_copy(
    classes: tuple[str, ...], counts: tuple[int, int], size: tuple[int, ...], formats: set[str]
) -> bool:
    """Whether images are CIFAR-10's by classes, number and size, and all were JPEG.

    Args:
        classes: Their names, sorted.
        counts: Images to train and to test.
        size: ``(H, W, C)`` of every image.
        formats: Those met, e.g. ``{"JPEG"}``.
    """
    channels, height, width = SHAPE
    found = (classes, counts, size, formats)
    return found == (NAMES, COUNTS, (height, width, channels), {"JPEG"})


def md5_of(path: Path) -> str:
    """Return the MD5 sum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def data_of(entries: Entries, name: str, title: str, flip: bool, source: Path) -> ImageData:
    """Return the data set that the files hold.

    Args:
        entries: The files of the archive, or what lies in the folder.
        name: What ``--data`` calls it.
        title: What figures call it.
        flip: Whether a mirrored image is still of its class.
        source: The archive or folder.

    Raises:
        DataError: A file is missing or is not what it should be.
    """
    where, files = str(source), _files(entries, source)
    if missing := [file for file in FILES if file not in files]:
        raise _unusable(where, f"{missing[0]} is missing")
    classes = _classes(files[CLASSES], where)
    parts = {
        part: _images(b"".join(_whole(file, files[file], where) for file in of), classes, where)
        for part, of in (("train", TRAIN), ("test", TEST))
    }
    count = storage.num_valid(len(parts["train"]), len(classes))
    if count >= len(parts["train"]):
        raise _unusable(where, f"{len(parts['train'])} training images are too few")
    pad = storage.padding(SHAPE)
    return ImageData(name, title, classes, **parts, num_valid=count, flip=flip, pad=pad)


def _files(entries: Entries, source: Path) -> dict[str, bytes]:
    """Return the contents by name; of a folder `read_source` gave the names alone."""
    files: dict[str, bytes] = {}
    for parts, content in entries.items():
        if content is None or parts[-1] not in FILES:
            continue
        if parts[-1] in files:
            raise _unusable(str(source), f"{parts[-1]} is there twice")
        try:
            inside = source.joinpath(*parts)
            files[parts[-1]] = inside.read_bytes() if source.is_dir() else content
        except OSError as error:
            raise _unusable(str(source), f"{parts[-1]}: {error.strerror}") from None
    return files


def _classes(content: bytes, where: str) -> tuple[str, ...]:
    try:
        names = tuple(content.decode("ascii").split())
    except UnicodeDecodeError:
        names = ()
    if len(names) != 10 or len(set(names)) < 10 or not all(n.isprintable() for n in names):
        raise _unusable(where, f"{CLASSES} does not name ten classes")
    return names


def _whole(file: str, content: bytes, where: str) -> bytes:
    """Return the content, which must be whole records."""
    if not content or len(content) % RECORD:
        raise _unusable(
            where, f"{file} has {len(content):,} bytes, expected a multiple of {RECORD:,}"
        )
    return content


def _images(content: bytes, classes: tuple[str, ...], where: str) -> LabelledImages:
    records = np.frombuffer(content, np.uint8).reshape(-1, RECORD)
    labels = records[:, 0].astype(np.int64)
    if labels.max() >= len(classes):
        raise _unusable(where, f"a label is {labels.max()}, expected 0 to {len(classes) - 1}")
    images = torch.from_numpy(records[:, 1:].reshape(-1, *SHAPE).copy())
    images = images.contiguous(memory_format=torch.channels_last)
    return LabelledImages(images, torch.from_numpy(labels))


def _unusable(where: str, why: str) -> DataError:
    return DataError(f"{where} is not CIFAR-10's binary version ({why}); fetch it again")
