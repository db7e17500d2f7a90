"""Images as one uint8 tensor that sits on the device, and the split into parts.

Legend: N images, B images of a batch, C channels, H rows, W columns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from nasedu.errors import DataError, SettingError

CHUNK = 1024  # images that are worked on at a time, so that float copies stay small
MAX_SIZE = 512  # pixels per side; larger images do not belong in one resident tensor


@dataclass(frozen=True, eq=False, repr=False)
class LabelledImages:
    """Images and the class of each.

    The memory order of the images is channels-last, which convolutions on a CPU prefer.

    Args:
        images: ``(N, C, H, W)`` uint8.
        labels: ``(N,)`` int64, indices of classes.
    """

    images: Tensor
    labels: Tensor

    def __post_init__(self) -> None:
        if self.images.dtype != torch.uint8 or self.images.ndim != 4:
            raise DataError(
                f"images are {self.images.dtype} of shape {tuple(self.images.shape)}; "
                "expected torch.uint8 of shape (N, C, H, W)"
            )
        if self.labels.dtype != torch.int64 or self.labels.shape != self.images.shape[:1]:
            raise DataError(
                f"labels are {self.labels.dtype} of shape {tuple(self.labels.shape)}; "
                f"expected torch.int64 of shape ({len(self.images)},), one for each image"
            )

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        channels, height, width = self.images.shape[1:]
        return f"LabelledImages({len(self)} images of {channels}x{height}x{width})"

    def to(self, device: torch.device | str) -> LabelledImages:
        """Return the same images on a device, in channels-last memory order."""
        images = self.images.to(device, memory_format=torch.channels_last)
        return LabelledImages(images, self.labels.to(device))

    def take(self, indices: Tensor) -> LabelledImages:
        """Return the images at these ``(n,)`` int64 indices, in that order."""
        indices = indices.to(self.labels.device)
        images = self.images[indices].contiguous(memory_format=torch.channels_last)
        return LabelledImages(images, self.labels[indices])

    def resized(self, size: int) -> LabelledImages:
        """Return the images at ``size`` x ``size`` pixels (bilinear, antialiased).

        Raises:
            SettingError: The size is not 1 to 512.
        """
        if not 1 <= size <= MAX_SIZE:
            raise SettingError(f"size is {size}; expected 1 to {MAX_SIZE} pixels per side")
        if self.images.shape[2:] == (size, size):
            return self
        small = [
            interpolate(part.float(), (size, size), mode="bilinear", antialias=True).round_().byte()
            for part in self.images.split(CHUNK)
        ]
        images = torch.cat(small).contiguous(memory_format=torch.channels_last)
        return LabelledImages(images, self.labels)


@dataclass(frozen=True, eq=False, repr=False)
class ImageData:
    """A data set of images in classes, with what training has to know about it.

    Args:
        name: What ``--data`` calls it.
        title: What figures and tables call it, e.g. ``"CIFAR-10 (JPEG copy)"``.
        classes: Names of the classes; a label is an index into them.
        train: Training images, from which `split` takes the validation images.
        test: Test images, for the final training alone.
        num_valid: How many of the training images `split` sets aside for validation.
        flip: Whether a mirrored image is still of its class.
        pad: How many pixels an augmentation may shift an image, in each direction.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    train: LabelledImages
    test: LabelledImages
    num_valid: int
    flip: bool
    pad: int

    def __post_init__(self) -> None:
        if self.test.images.shape[1:] != self.train.images.shape[1:]:
            raise DataError(f"{self.name}: {self.test!r} to test, but {self.train!r} to train")
        for part, labels in (("train", self.train.labels), ("test", self.test.labels)):
            if len(labels) and not 0 <= int(labels.min()) <= int(labels.max()) < self.num_classes:
                raise DataError(
                    f"{self.name}: a label of {part} is out of range; "
                    f"expected 0 to {self.num_classes - 1}"
                )
        if not 1 <= self.num_valid < len(self.train):
            raise DataError(
                f"{self.name}: {self.num_valid} validation images from {len(self.train)} to train; "
                "expected at least one of each kind"
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """``(C, H, W)`` of every image."""
        channels, height, width = self.train.images.shape[1:]
        return channels, height, width

    @property
    def num_classes(self) -> int:
        """How many classes there are."""
        return len(self.classes)

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.shape))
        return (
            f"ImageData({self.name!r}: {len(self.train)} train, {len(self.test)} test, {shape}, "
            f"{self.num_classes} classes)"
        )

    def split(
        self, seed: int = 0, num_train: int | None = None
    ) -> tuple[LabelledImages, LabelledImages]:
        """Draw validation images from the training images (section 4.1); leave the test alone.

        Both parts hold the classes in the proportions of the whole, and a smaller
        ``num_train`` takes a part of what a larger one takes.

        Args:
            seed: Decides which images; equal seeds give equal splits.
            num_train: How many of the other images to train on; all of them by default.

        Returns:
            The images to train on and the ``num_valid`` images to validate on.

        Raises:
            SettingError: There are not ``num_train`` images, or too few for every class.
        """
        most = len(self.train) - self.num_valid
        num_train = most if num_train is None else num_train
        if not self.num_classes <= num_train <= most:
            raise SettingError(
                f"num_train is {num_train}; expected {self.num_classes} (one per class) to {most} "
                f"(all of {self.name!r} but {self.num_valid} validation images)"
            )
        generator = torch.Generator().manual_seed(seed)
        labels = self.train.labels.cpu()
        order = stratified(labels, torch.randperm(len(labels), generator=generator))
        valid, rest = order[: self.num_valid], order[self.num_valid :]
        rest = rest[torch.randperm(len(rest), generator=generator)]
        return self.train.take(stratified(labels, rest)[:num_train]), self.train.take(valid)

    @property
    def facts(self) -> str:
        """How large it is, in words."""
        return image_facts(len(self.train), len(self.test), self.shape, self.num_classes)

    @property
    def num_bytes(self) -> int:
        """Its size in memory, without the labels."""
        return self.train.images.nbytes + self.test.images.nbytes

    def resized(self, size: int) -> ImageData:
        """Return the data at ``size`` x ``size`` pixels, with shifts in proportion."""
        train = self.train.resized(size)
        if train is self.train:
            return self
        pad = round(self.pad * size / max(self.shape[1:]))
        return replace(self, train=train, test=self.test.resized(size), pad=pad)


def num_valid_of(num_train: int, num_classes: int) -> int:
    """Return how many training images are for validation: a tenth, as in the paper (4.1)."""
    return max(num_train // 10, num_classes)


def image_data(
    name: str,
    title: str,
    classes: tuple[str, ...],
    train: LabelledImages,
    test: LabelledImages,
    *,
    flip: bool,
) -> ImageData:
    """Return an imported data set: a tenth validates, and images shift by an eighth, 4 of 32."""
    return ImageData(
        name=name,
        title=title,
        classes=classes,
        train=train,
        test=test,
        num_valid=num_valid_of(len(train), len(classes)),
        flip=flip,
        pad=min(train.images.shape[2:]) // 8,
    )


def image_facts(
    num_train: int, num_test: int, shape: tuple[int, int, int], num_classes: int
) -> str:
    """Say how large a set of images is, and of what."""
    channels, height, width = shape
    return (
        f"{num_train:,} to train, {num_test:,} to test, {channels}x{height}x{width}, "
        f"{num_classes} classes"
    )


def stratified(labels: Tensor, order: Tensor) -> Tensor:
    """Rearrange an order so that every beginning of it holds the classes in proportion.

    The image that comes r-th of the n of its class (from 0) moves to the share r / n of the
    way; equal shares stay in the given order. So the first images are one of each class.

    Args:
        labels: ``(N,)`` int64 class of every image.
        order: ``(n,)`` int64 indices into ``labels``, shuffled, each at most once.

    Returns:
        ``(n,)`` int64: the same indices.
    """
    classes = labels[order]
    counts = classes.bincount()
    ranks = torch.empty_like(order)
    ranks[classes.sort(stable=True).indices] = torch.cat([torch.arange(n) for n in counts.tolist()])
    share = ranks.double() / counts[classes]
    return order[share.sort(stable=True).indices]
