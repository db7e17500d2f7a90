"""The file of a set of images: pixels and labels, with the names of the classes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nasedu.data.images import ImageData, LabelledImages, image_data, image_facts
from nasedu.data.storage import Packed, open_file, read_description, unusable

KIND = "image_data"
TENSORS = ("train_images", "train_labels", "test_images", "test_labels")


@dataclass(frozen=True, slots=True)
class ImageHeader:
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


def pack_images(data: ImageData) -> Packed:
    """Return a set of images for its file, as ``(N, H, W, C)``."""
    tensors = {}
    for part in ("train", "test"):
        labelled: LabelledImages = getattr(data, part)
        tensors[f"{part}_images"] = labelled.images.permute(0, 2, 3, 1).contiguous()
        tensors[f"{part}_labels"] = labelled.labels
    return Packed(KIND, {"title": data.title, "classes": data.classes, "flip": data.flip}, tensors)


def read_images(path: Path) -> ImageData:
    """Return the data set in a file; its images stay in the file until they are used.

    Raises:
        DataError: The file is not there, truncated, of something else or of a newer nasedu.
    """
    header = read_image_header(path)
    with open_file(path) as file:
        tensors = {name: file.get_tensor(name) for name in TENSORS}
    train, test = (
        LabelledImages(tensors[f"{part}_images"].permute(0, 3, 1, 2), tensors[f"{part}_labels"])
        for part in ("train", "test")
    )
    return image_data(path.stem, header.title, header.classes, train, test, flip=header.flip)


def read_image_header(path: Path) -> ImageHeader:
    """Return what a file holds, checked, without reading its images.

    Raises:
        DataError: As for `read_images`.
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
    return ImageHeader(**fields, shape=shape, num_train=num_train, num_test=shapes[1][0])


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
