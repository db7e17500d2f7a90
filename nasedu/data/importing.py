"""Importing folders and archives of images or text: ``nasedu data add NAME PATH``."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from nasedu.data import catalogue, cifar10, storage
from nasedu.data.decoding import Layout, arrange, decode
from nasedu.data.images import ImageData, LabelledImages
from nasedu.data.source import Entries, read_source
from nasedu.data.text_importing import TextSummary, find_text, text_of_files
from nasedu.data.text_storage import write_text
from nasedu.errors import SettingError

MAX_TITLE = 80
MAX_LISTED = 10  # names of classes in a summary


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
        ignored: What lay beside ``train`` and ``test`` and was not read.
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
    ignored: tuple[str, ...] = ()

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
        if self.ignored:
            lines.append(f"  not read {', '.join(map(repr, self.ignored[:MAX_LISTED]))}")
        return "\n".join(lines)


def add(
    name: str,
    path: Path | str,
    *,
    title: str | None = None,
    flip: bool = True,
    replace: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> ImportSummary | TextSummary:
    """Import images or a text, checking all of it, into a file that loads in less than a second.

    Nothing is written unless everything is in order.

    Args:
        name: What to call the data set.
        path: A folder, .zip, .tar, .tar.gz or .tgz of ``train/<class>/*`` and
            ``test/<class>/*``, possibly inside one folder. Images are 8-bit, of one size. Or
            CIFAR-10's official archive, in its binary version. Or of a text: three files that
            end in ``train.txt``, ``valid.txt`` and ``test.txt``, such as ``ptb.train.txt``, a
            sentence a line.
        title: What figures call it. By default the name, with a note if all images are JPEG;
            "CIFAR-10" for the official archive and "CIFAR-10 (JPEG copy)" for images that are
            its by classes, number and size; for the file sums of Mikolov's Penn Treebank, that.
        flip: For images: whether a mirrored image is still of its class.
        replace: Whether an imported data set of that name may be replaced.
        on_progress: Called with the number of images decoded and of all.

    Raises:
        SettingError: The name or title cannot be, or the name is taken.
        DataError: The source is not as described above, or the disk is full.
    """
    started = time.perf_counter()
    source = Path(path)
    check_name(name, replace)
    if title is not None and not (title.isprintable() and 0 < len(title.strip()) <= MAX_TITLE):
        raise SettingError(f"title is {title!r}; expected one line of 1 to {MAX_TITLE} characters")
    entries, ignored = read_source(source), ()
    if files := find_text(entries, str(source)):
        target = _target(name, text=True)
        text = text_of_files(name, title, files, str(source))
        size = write_text(target, text, _origin(source))
        return TextSummary.of(text, files, target, size, time.perf_counter() - started)
    target = _target(name, text=False)
    if cifar10.is_binary(entries):
        default = cifar10.TITLE if cifar10.is_official(source) else name
        data = cifar10.data_of(entries, name, title or default, flip, source)
    else:
        data, ignored = _decoded(entries, name, title, flip, str(source), on_progress)
    size = storage.write(target, data, _origin(source))
    return ImportSummary(
        name=name,
        title=data.title,
        classes=data.classes,
        train_counts=_counts(data.train, data.num_classes),
        test_counts=_counts(data.test, data.num_classes),
        num_valid=data.num_valid,
        shape=data.shape,
        num_bytes=size,
        seconds=time.perf_counter() - started,
        path=target,
        ignored=ignored,
    )


def _decoded(
    entries: Entries,
    name: str,
    title: str | None,
    flip: bool,
    where: str,
    on_progress: Callable[[int, int], None] | None,
) -> tuple[ImageData, tuple[str, ...]]:
    """Return the data set of a source of image files, and what of the source was not read."""
    layout = arrange(entries, where)
    pixels, formats = decode(layout.train + layout.test, where, on_progress)
    default = f"{name} (JPEG images)" if formats == {"JPEG"} else name
    counts = len(layout.train), len(layout.test)
    if cifar10.is_jpeg_copy(layout.classes, counts, pixels.shape[1:], formats):
        default = cifar10.COPY
    data = _data_of(name, title or default, flip, layout, torch.from_numpy(pixels))
    return data, layout.ignored


def check_name(name: str, replace: bool) -> None:
    """Raise `SettingError` unless a data set may be called so, and the name is free."""
    if name.endswith(catalogue.CHARACTERS):
        raise SettingError(
            f"name is {name!r}; names in {catalogue.CHARACTERS!r} are those of the characters "
            "of a text: choose another"
        )
    if not catalogue.is_valid(name):
        built_in = " or ".join(map(repr, (*catalogue.BUILT_IN, *catalogue.BUILT_IN_TEXT)))
        raise SettingError(
            f"name is {name!r}; expected 1 to 40 small letters, digits, '-' and '_', and not "
            f"{built_in}, which are built in"
        )
    for target in (catalogue.imported_path(name), catalogue.text_path(name)):
        if target.exists() and not replace:
            raise SettingError(
                f"there is a data set {name!r} already ({target}); choose another name, or "
                "replace it with --replace"
            )


def _target(name: str, *, text: bool) -> Path:
    """Return the file to write, for a name that is not taken by the other kind of data."""
    images, words = catalogue.imported_path(name), catalogue.text_path(name)
    target, other = (words, images) if text else (images, words)
    if other.exists():
        kind = "images are" if text else "a text is"
        raise SettingError(f"{kind} called {name!r} already ({other}); choose another name")
    return target


def _data_of(name: str, title: str, flip: bool, layout: Layout, pixels: torch.Tensor) -> ImageData:
    """Return the data set of ``(N, H, W, C)`` pixels, training images first."""
    images = pixels.permute(0, 3, 1, 2)
    labels = torch.tensor([file.label for file in layout.train + layout.test])
    num_train = len(layout.train)
    channels, height, width = images.shape[1:]
    return ImageData(
        name=name,
        title=title,
        classes=layout.classes,
        train=LabelledImages(images[:num_train], labels[:num_train]),
        test=LabelledImages(images[num_train:], labels[num_train:]),
        num_valid=storage.num_valid(num_train, len(layout.classes)),
        flip=flip,
        pad=storage.padding((channels, height, width)),
    )


def _counts(images: LabelledImages, num_classes: int) -> tuple[int, ...]:
    return tuple(images.labels.bincount(minlength=num_classes).tolist())


def _counted(counts: tuple[int, ...]) -> str:
    """Return e.g. ``"50,000 (5,000 a class)"``."""
    least, most = min(counts), max(counts)
    return f"{sum(counts):,} ({least:,}{f' to {most:,}' if most > least else ''} a class)"


def _origin(source: Path) -> dict[str, str | None]:
    """Return where data came from, without the folders of this machine."""
    return {"name": source.resolve().name, "sha256": _sha256(source)}


def _sha256(source: Path) -> str | None:
    """Return the digest of an archive, or None for a folder."""
    if source.is_dir():
        return None
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
