"""One file for an imported data set: safetensors, with its description as JSON."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from nasedu.data.images import ImageData, LabelledImages, image_facts
from nasedu.documents import read_document, write_document
from nasedu.errors import DataError
from nasedu.values import checked
from nasedu.whole_file import left_by_a_kill, write_whole

KIND = "image_data"
REMEDY = "make room, or name another folder in the environment variable NASEDU_DATA"
TENSORS = ("train_images", "train_labels", "test_images", "test_labels")


@dataclass(frozen=True, slots=True)
class Header:
    """What the beginning of a file tells without reading its images.

    Attributes:
        title: What figures call the data set.
        classes: Names of the classes.
        flip: Whether a mirrored image is still of its class.
        shape: ``(C, H, W)`` of every image.
        num_train: Number of training images.
        num_test: Number of test images.
    """

    title: str
    classes: tuple[str, ...]
    flip: bool
    shape: tuple[int, int, int]
    num_train: int
    num_test: int

    @property
    def facts(self) -> str:
        """How large it is, in words."""
        return image_facts(self.num_train, self.num_test, self.shape, len(self.classes))


def num_valid(num_train: int, num_classes: int) -> int:
    """Return how many training images are for validation: a tenth, as in the paper (4.1)."""
    return max(num_train // 10, num_classes)


def padding(shape: tuple[int, int, int]) -> int:
    """Return how far images of this ``(C, H, W)`` may shift: an eighth, 4 pixels of 32."""
    return min(shape[1:]) // 8


def write(path: Path, data: ImageData, source: dict[str, Any]) -> int:
    """Write a data set whole or not at all, and return the size of its file in bytes.

    Images are stored as ``(N, H, W, C)``. Nothing in the file depends on the time or place
    of writing, so that equal imports give equal files.

    Args:
        path: Where to; an existing file is replaced.
        data: What to write.
        source: Where it came from, for the record: a JSON object.

    Raises:
        DataError: The disk is full or the folder cannot be written to.
    """
    fields = {"title": data.title, "classes": data.classes, "flip": data.flip, "source": source}
    tensors = {}
    for part in ("train", "test"):
        labelled: LabelledImages = getattr(data, part)
        tensors[f"{part}_images"] = labelled.images.permute(0, 2, 3, 1).contiguous()
        tensors[f"{part}_labels"] = labelled.labels
    return write_tensors(path, tensors, write_document(KIND, fields))


def write_tensors(path: Path, tensors: dict[str, Tensor], description: str) -> int:
    """Write tensors and their description whole or not at all; return the file's size in bytes.

    Raises:
        DataError: As for `write`.
    """
    content = save(tensors, metadata={"nasedu": description})
    make_folder(path.parent)
    for left in left_by_a_kill(path.parent, path.name):
        with suppress(OSError):
            left.unlink()
    write_whole(path, content, DataError, REMEDY)
    return len(content)


def check_folder(folder: Path) -> None:
    """Raise `DataError` if a folder, there or not, could not be written to, before the work."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        raise DataError(f"{there} cannot be written to; {REMEDY}")


def make_folder(folder: Path) -> None:
    """Make a folder for data, unless it is there.

    Raises:
        DataError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder} cannot be made: {error.strerror}; {REMEDY}") from None


def read(path: Path) -> ImageData:
    """Return the data set in a file; its images stay in the file until they are used.

    Raises:
        DataError: The file is not there, truncated, of something else or of a newer nasedu.
    """
    header = read_header(path)
    with open_file(path) as file:
        tensors = {name: file.get_tensor(name) for name in TENSORS}
    parts = {
        part: LabelledImages(
            tensors[f"{part}_images"].permute(0, 3, 1, 2), tensors[f"{part}_labels"]
        )
        for part in ("train", "test")
    }
    return ImageData(
        name=path.stem,
        title=header.title,
        classes=header.classes,
        num_valid=num_valid(header.num_train, len(header.classes)),
        flip=header.flip,
        pad=padding(header.shape),
        **parts,
    )


def read_header(path: Path) -> Header:
    """Return what a file holds, checked, without reading its images.

    Raises:
        DataError: As for `read`.
    """
    hints = {"title": str, "classes": tuple[str, ...], "flip": bool}
    fields, kinds = read_description(path, KIND, hints, TENSORS)
    if len(fields["classes"]) < 2:
        raise unusable(path, f"its classes are {fields['classes']}, expected two names or more")
    shapes = [_checked_shape(path, part, kinds) for part in ("train", "test")]
    if shapes[0][1:] != shapes[1][1:]:
        raise unusable(path, f"its images are {shapes[0][1:]} to train, {shapes[1][1:]} to test")
    num_train, height, width, channels = shapes[0]
    shape = (channels, height, width)
    return Header(**fields, shape=shape, num_train=num_train, num_test=shapes[1][0])


def read_description(
    path: Path,
    kind: str,
    hints: Mapping[str, Any],
    expected: Sequence[str],
    further: Sequence[str] = (),
) -> tuple[dict[str, Any], dict[str, tuple[str, list[int]]]]:
    """Return fields of a file's description, and type and shape of its tensors, left unread.

    Args:
        path: The file.
        kind: What the description must be of.
        hints: The fields and their types, see `checked`.
        expected: Names of the tensors that it must hold, no others.
        further: Names of those that it may hold as well, all of them or none.

    Raises:
        DataError: As for `read`.
    """
    with open_file(path) as file:
        text = (file.metadata() or {}).get("nasedu", "")
        names = set(file.keys())
        if further and names == {*expected, *further}:
            expected = (*expected, *further)
        if names != set(expected):
            raise unusable(path, f"it holds {sorted(names)[:4]}, expected {list(expected)}")
        slices = {name: file.get_slice(name) for name in expected}
        kinds = {name: (part.get_dtype(), part.get_shape()) for name, part in slices.items()}
    try:
        fields = read_document(kind, text)
        return {name: checked(fields.get(name), hint, name) for name, hint in hints.items()}, kinds
    except ValueError as error:
        raise unusable(path, str(error)) from None


def _checked_shape(
    path: Path, part: str, kinds: dict[str, tuple[str, list[int]]]
) -> tuple[int, int, int, int]:
    """Return the ``(N, H, W, C)`` of one part, if its images and labels are what they must be."""
    (image_type, shape), (label_type, labels) = kinds[f"{part}_images"], kinds[f"{part}_labels"]
    if (image_type, label_type) != ("U8", "I64"):
        raise unusable(path, f"its {part} images are {image_type} and its labels {label_type}")
    if len(shape) != 4 or shape[-1] not in (1, 3) or 0 in shape or labels != shape[:1]:
        raise unusable(path, f"its {part} images are {shape} and its labels {labels}")
    count, height, width, channels = shape
    return count, height, width, channels


def open_file(path: Path) -> Any:
    """Open a safetensors file, with an error of one line."""
    try:
        path.open("rb").close()  # what may not be read is no reason to import it again
    except PermissionError as error:
        raise unreadable(path, error) from None
    except OSError:
        pass
    try:
        return safe_open(path, framework="pt")
    except (OSError, SafetensorError) as error:
        raise unusable(path, str(error)) from None


def unreadable(path: Path | str, error: OSError) -> DataError:
    """Return the error for a file or folder that the system does not let us read."""
    return DataError(f"cannot read {path} ({error.strerror}); check its permissions")


def unusable(path: Path, why: str) -> DataError:
    """Return the error for a file that is not what it should be."""
    return DataError(
        f"{path} is no data set that this nasedu can read ({why}); "
        "import it again with: nasedu data add NAME PATH --replace"
    )
