"""MNIST's own files, and those of Fashion-MNIST and its like: idx, with gzip or without.

A file begins with a magic number and its sizes as big-endian numbers of four bytes; bytes follow.
"""

from __future__ import annotations

import gzip
import io
import math
import struct
import zlib

import numpy as np
import torch

from nasedu.data.images import MAX_SIZE, ImageData, LabelledImages, image_data, num_valid_of
from nasedu.data.source import IDX_PART, Content, Entries, content_of
from nasedu.errors import DataError

ROLES = tuple((part, kind) for part in ("train", "t10k") for kind in ("images", "labels"))
DIMENSIONS = {"images": 3, "labels": 1}
BYTES = 8  # the code of unsigned bytes in a magic number
MAX_IMAGES = 100_000

Files = dict[tuple[str, str], tuple[str, Content]]  # path and content by part and kind


def find_idx(entries: Entries, where: str) -> Files:
    """Return the four files, or {} if there are none.

    Raises:
        DataError: Some of the four are missing, or one is there twice.
    """
    found: Files = {}
    for parts, content in entries.items():
        match = IDX_PART.fullmatch(parts[-1]) if parts else None
        if not match or content is None:
            continue
        role, path = (match[1], match[2]), "/".join(parts)
        if role in found and found[role][0].removesuffix(".gz") != path.removesuffix(".gz"):
            raise DataError(f"{where} holds {found[role][0]!r} and {path!r}; leave one of them")
        if role not in found or not path.endswith(".gz"):
            found[role] = (path, content)
    missing = [f"{part}-{kind}" for part, kind in ROLES if (part, kind) not in found]
    if found and missing:
        raise DataError(
            f"{where} lacks {', '.join(missing)}; MNIST has four files, and all are needed"
        )
    return found


def idx_data(files: Files, name: str, title: str, flip: bool, where: str) -> ImageData:
    """Return the data set that MNIST's four files hold.

    Args:
        files: What `find_idx` returned.
        name: What ``--data`` calls it.
        title: What figures call it.
        flip: Whether a mirrored image is still of its class.
        where: The archive or folder, for errors.

    Raises:
        DataError: A file is not what it should be.
    """
    try:
        arrays = {role: _array(*files[role], DIMENSIONS[role[1]]) for role in ROLES}
        classes = tuple(str(i) for i in range(int(arrays["train", "labels"].max(initial=0)) + 1))
        train, test = (
            _labelled(part, arrays[part, "images"], arrays[part, "labels"])
            for part in ("train", "t10k")
        )
        if len(classes) < 2 or num_valid_of(len(train), len(classes)) >= len(train):
            raise DataError(f"{len(train)} training images of {len(classes)} classes are too few")
    except DataError as error:
        raise DataError(
            f"{where} holds no files of MNIST's kind ({error}); fetch them again"
        ) from None
    return image_data(name, title, classes, train, test, flip=flip)


def _array(name: str, content: Content, dimensions: int) -> np.ndarray:
    """Return the bytes of a file in their shape, having read not more than it declares."""
    packed = content_of(content)
    with gzip.open(io.BytesIO(packed)) if packed[:2] == b"\x1f\x8b" else io.BytesIO(packed) as file:
        try:
            code, *shape = struct.unpack(f">{1 + dimensions}I", file.read(4 + 4 * dimensions))
            if code != 256 * BYTES + dimensions:
                raise DataError(f"{name} begins with {code}, expected {256 * BYTES + dimensions}")
            if not 1 <= shape[0] <= MAX_IMAGES or not all(1 <= n <= MAX_SIZE for n in shape[1:]):
                raise DataError(f"{name} is of {shape}; expected at most {MAX_IMAGES:,} images")
            size = math.prod(shape)
            data = file.read(size + 1)
        except (OSError, EOFError, struct.error, zlib.error) as error:
            raise DataError(f"{name} is damaged: {error}") from None
    if len(data) != size:
        found = f"{len(data):,}" if len(data) < size else "more"
        raise DataError(f"{name} declares {size:,} bytes and holds {found}")
    return np.frombuffer(data, np.uint8).reshape(shape)


def _labelled(part: str, images: np.ndarray, labels: np.ndarray) -> LabelledImages:
    """Return ``(N, H, W)`` grey images with their labels."""
    if len(images) != len(labels):
        raise DataError(f"{part} has {len(images):,} images and {len(labels):,} labels")
    tensor = torch.from_numpy(images[:, None].copy()).contiguous(memory_format=torch.channels_last)
    return LabelledImages(tensor, torch.from_numpy(labels.astype(np.int64)))
