"""The import of images: in folders of classes, or the files of CIFAR-10 or MNIST."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch

from nasedu.data import cifar10, idx
from nasedu.data.arranging import has_images, layout_of
from nasedu.data.decoding import Decoded, decode
from nasedu.data.image_storage import pack_images
from nasedu.data.images import ImageData, LabelledImages, image_data
from nasedu.data.importing import Taken, Wanted
from nasedu.data.source import Source, left_out
from nasedu.data.summary import MAX_LISTED, ImportSummary, first_names
from nasedu.data.text_files import text_paths


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSummary(ImportSummary):
    """What images were imported.

    Attributes:
        classes: Names of the classes.
        train_counts: Training images of every class, before validation images are split off.
        test_counts: Test images of every class.
        num_valid: How many of the training images are for validation.
        shape: ``(C, H, W)`` of every image.
        remarks: What is odd about the images, a sentence each.
    """

    classes: tuple[str, ...]
    train_counts: tuple[int, ...]
    test_counts: tuple[int, ...]
    num_valid: int
    shape: tuple[int, int, int]
    remarks: tuple[str, ...] = ()

    def facts(self) -> Sequence[tuple[str, str]]:
        """Return how many images there are, and of what."""
        channels, height, width = self.shape
        colour = "grey" if channels == 1 else "RGB"
        classes = ", ".join(self.classes[:MAX_LISTED])
        if len(self.classes) > MAX_LISTED:
            classes += f" and {len(self.classes) - MAX_LISTED} more"
        count = sum(self.train_counts) + sum(self.test_counts)
        return [
            ("images", f"{count:,} of {width}x{height} pixels, {colour}, every one decoded"),
            ("classes", f"{len(self.classes)}: {classes}"),
            ("train", f"{_counted(self.train_counts)}; {self.num_valid:,} of them to validate"),
            ("test", _counted(self.test_counts)),
        ]

    def notes(self) -> Sequence[tuple[str, str]]:
        """Return what is odd."""
        return [("remark", remark) for remark in self.remarks]


def find_images(source: Source, wanted: Wanted) -> Taken | None:
    """Return the images of a source, read and checked, or None if there are none.

    Raises:
        DataError: A file or folder of images is not what it should be.
    """
    entries, where = source.entries, str(source.path)
    name, title, flip, remarks = wanted.name, wanted.title, wanted.flip, ()
    if has_images(entries):
        data, remarks, ignored = _in_classes(source, wanted)
    elif version := cifar10.version_of(entries):
        default = cifar10.TITLE if cifar10.is_official(source.path) else name
        data = cifar10.cifar10_data(entries, version, name, title or default, flip, where)
        taken = ["/".join(parts) for parts in entries if parts[-1] in version.files]
        ignored = left_out(entries, taken)
    elif files := idx.find_idx(entries, where):
        data = idx.idx_data(files, name, title or name, flip, where)
        ignored = left_out(entries, [path for path, _ in files.values()])
    else:
        return None
    summary = partial(
        ImageSummary,
        classes=data.classes,
        train_counts=_counts(data.train, data.num_classes),
        test_counts=_counts(data.test, data.num_classes),
        num_valid=data.num_valid,
        shape=data.shape,
        remarks=(*remarks, *_equal_images(data)),
    )
    return Taken(pack_images(data), summary, ignored)


def _in_classes(
    source: Source, wanted: Wanted
) -> tuple[ImageData, tuple[str, ...], tuple[str, ...]]:
    """Return images in folders of classes, what is odd about them, and what was not read."""
    layout, name = layout_of(source), wanted.name
    decoded = decode(layout.train + layout.test, str(source.path), wanted.on_progress)
    num_train, num_test = len(layout.train), len(layout.test)
    default = f"{name} (JPEG images)" if decoded.formats == {"JPEG"} else name
    size = decoded.pixels.shape[1:]
    if cifar10.is_jpeg_copy(layout.classes, (num_train, num_test), size, decoded.formats):
        default = cifar10.COPY
    images = torch.from_numpy(decoded.pixels).permute(0, 3, 1, 2)  # training images first
    labels = torch.tensor([file.label for file in layout.train + layout.test])
    train = LabelledImages(images[:num_train], labels[:num_train])
    test = LabelledImages(images[num_train:], labels[num_train:])
    title = wanted.title or default
    data = image_data(name, title, layout.classes, train, test, flip=wanted.flip)
    return data, _remarks(source, decoded), layout.ignored


def _remarks(source: Source, decoded: Decoded) -> tuple[str, ...]:
    remarks = []
    total = len(decoded.pixels)
    if decoded.num_turned:
        remarks.append(f"turned, as EXIF data says: {decoded.num_turned:,} of {total:,} images")
    if decoded.num_transparent:
        remarks.append(
            f"transparent, put on white: {decoded.num_transparent:,} of {total:,} images"
        )
    if text_paths(source.entries):
        remarks.append("images were imported, not the text beside them: give a text its own folder")
    return tuple(remarks)


def _equal_images(data: ImageData) -> tuple[str, ...]:
    """Return a remark on classes whose training images are all the same, which cannot be meant."""
    equal = []
    for label, name in enumerate(data.classes):
        images = data.train.images[data.train.labels == label]
        if len(images) > 1 and bool((images[0] == images[1:]).all()):
            equal.append(name)
    if not equal:
        return ()
    return (
        f"all training images are equal, pixel by pixel, in {first_names(equal)}: look at them",
    )


def _counts(images: LabelledImages, num_classes: int) -> tuple[int, ...]:
    return tuple(images.labels.bincount(minlength=num_classes).tolist())


def _counted(counts: tuple[int, ...]) -> str:
    """Return e.g. ``"50,000 (5,000 a class)"``."""
    least, most = min(counts), max(counts)
    return f"{sum(counts):,} ({least:,}{f' to {most:,}' if most > least else ''} a class)"
