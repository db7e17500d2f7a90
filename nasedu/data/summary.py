"""The summary of an import of images: what was taken, what was passed over, what is odd."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from nasedu.data.images import ImageData, LabelledImages
from nasedu.data.source import MAX_LISTED, first_names


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What images were imported; as text, the lines to print.

    Attributes:
        name: What ``--data`` calls it.
        title: What figures call it.
        classes: Names of the classes.
        train_counts: Training images of every class, before validation images are split off.
        test_counts: Test images of every class.
        num_valid: How many of the training images are for validation.
        shape: ``(C, H, W)`` of every image.
        num_bytes: Size of the file that was written.
        seconds: Wall time of the import.
        path: The file that was written.
        remarks: What is odd about the images, a sentence each.
        ignored: What lay beside ``train`` and ``test`` and was not read.
        passed: How many files systems had left behind, by name, in one phrase; or "".
    """

    name: str
    title: str
    classes: tuple[str, ...]
    train_counts: tuple[int, ...]
    test_counts: tuple[int, ...]
    num_valid: int
    shape: tuple[int, int, int]
    num_bytes: int
    seconds: float
    path: Path
    remarks: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    passed: str = ""

    @classmethod
    def of(
        cls,
        data: ImageData,
        path: Path,
        num_bytes: int,
        seconds: float,
        remarks: tuple[str, ...] = (),
        ignored: tuple[str, ...] = (),
        passed: str = "",
    ) -> ImportSummary:
        """Return what is to be said of images that were read and written."""
        return cls(
            name=data.name,
            title=data.title,
            classes=data.classes,
            train_counts=_counts(data.train, data.num_classes),
            test_counts=_counts(data.test, data.num_classes),
            num_valid=data.num_valid,
            shape=data.shape,
            num_bytes=num_bytes,
            seconds=seconds,
            path=path,
            remarks=(*remarks, *_equal_images(data)),
            ignored=ignored,
            passed=passed,
        )

    def __str__(self) -> str:
        channels, height, width = self.shape
        colour = "grey" if channels == 1 else "RGB"
        classes = ", ".join(self.classes[:MAX_LISTED])
        if len(self.classes) > MAX_LISTED:
            classes += f" and {len(self.classes) - MAX_LISTED} more"
        count = sum(self.train_counts) + sum(self.test_counts)
        lines = [
            f"imported {self.name}: {self.title}",
            f"  images   {count:,} of {width}x{height} pixels, {colour}, every one decoded",
            f"  classes  {len(self.classes)}: {classes}",
            f"  train    {_counted(self.train_counts)}; {self.num_valid:,} of them to validate",
            f"  test     {_counted(self.test_counts)}",
            f"  file     {self.path} ({self.num_bytes / 1e6:.1f} MB, {self.seconds:.1f} s)",
        ]
        lines += [f"  remark   {remark}" for remark in self.remarks]
        if self.passed:
            lines.append(f"  skipped  {self.passed}")
        if self.ignored:
            lines.append(f"  not read {first_names(self.ignored)}")
        return "\n".join(lines)


def passed_over(litter: Counter[str]) -> str:
    """Return e.g. ``"files that systems leave behind: '.DS_Store' (2)"``, or ""."""
    if not litter:
        return ""
    names = ", ".join(f"{name!r} ({n:,})" for name, n in litter.most_common(MAX_LISTED))
    if (more := len(litter) - MAX_LISTED) > 0:
        names += f" and {more:,} more names"
    return f"files that systems leave behind: {names}"


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
