"""Importing folders and archives of images or text: ``nasedu data add NAME PATH``."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from nasedu.data import catalogue, cifar10, idx, storage
from nasedu.data.arranging import Layout, arrange, has_images
from nasedu.data.decoding import Decoded, decode
from nasedu.data.images import ImageData, LabelledImages
from nasedu.data.source import Source, left_out, read_source
from nasedu.data.summary import ImportSummary, passed_over
from nasedu.data.text_files import find_text, text_paths
from nasedu.data.text_importing import TextSummary, text_of_files
from nasedu.data.text_storage import write_characters
from nasedu.data.treebank import looks_like
from nasedu.errors import DataError, SettingError
from nasedu.whole_file import held

MAX_TITLE = 80
PATIENCE = 60  # seconds that another import may take to write its file

OnProgress = Callable[[int, int], None]


def add(
    name: str,
    path: Path | str,
    *,
    title: str | None = None,
    flip: bool = True,
    replace: bool = False,
    on_progress: OnProgress | None = None,
) -> ImportSummary | TextSummary:
    """Import images or a text, checking all of it, into a file that loads in less than a second.

    Nothing is written unless everything is in order.

    Args:
        name: What to call the data set.
        path: A folder, .zip, .tar, .tar.gz or .tgz of ``train/<class>/*`` and
            ``test/<class>/*``, possibly inside one folder. Images are 8-bit, of one size. Or
            CIFAR-10's official archive, in its binary or its Python version; or MNIST's four
            files. Or of a text: three files that end in ``train.txt``, ``valid.txt`` and
            ``test.txt`` (or ``.tokens``), such as ``ptb.train.txt``, a sentence a line. Images
            in classes win over a text that lies beside them.
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
    path = Path(path)
    check_name(name, replace)
    storage.check_folder(catalogue.IMAGES.path(name).parent)
    if title is not None and not (title.isprintable() and 0 < len(title.strip()) <= MAX_TITLE):
        raise SettingError(f"title is {title!r}; expected one line of 1 to {MAX_TITLE} characters")
    source, origin = read_source(path), _origin(path)
    where, passed = str(path), passed_over(source.litter)
    if not has_images(source.entries) and (files := find_text(source.entries, where)):
        text = text_of_files(name, title, files, where)
        texts = None if looks_like(name, files) else files.texts
        write = partial(write_characters, data=text, source=origin, texts=texts)
        size, target = _written(name, replace, write, catalogue.TEXTS)
        seconds = time.perf_counter() - started
        return TextSummary.of(text, files, target, size, seconds, passed)
    images, remarks, ignored = _images(source, name, title, flip, on_progress)
    write = partial(storage.write, data=images, source=origin)
    size, target = _written(name, replace, write, catalogue.IMAGES)
    seconds = time.perf_counter() - started
    return ImportSummary.of(images, target, size, seconds, remarks, ignored, passed)


def _images(
    source: Source, name: str, title: str | None, flip: bool, on_progress: OnProgress | None
) -> tuple[ImageData, tuple[str, ...], tuple[str, ...]]:
    """Return the images of a source, what is odd about them, and what of it was not read."""
    where, entries = str(source.path), source.entries
    if not has_images(entries):
        if version := cifar10.version_of(entries):
            default = cifar10.TITLE if cifar10.is_official(source.path) else name
            data = cifar10.cifar10_data(entries, version, name, title or default, flip, where)
            taken = ["/".join(parts) for parts in entries if parts[-1] in version.files]
            return data, (), left_out(entries, taken)
        if files := idx.find_idx(entries, where):
            data = idx.idx_data(files, name, title or name, flip, where)
            return data, (), left_out(entries, [path for path, _ in files.values()])
    try:
        layout = arrange(entries, where)
    except DataError as error:
        if not source.closed:
            raise
        closed = ", ".join(map(str, source.closed))
        raise DataError(f"{error} (and {closed} cannot be read: check its permissions)") from None
    decoded = decode(layout.train + layout.test, where, on_progress)
    counts = len(layout.train), len(layout.test)
    default = f"{name} (JPEG images)" if decoded.formats == {"JPEG"} else name
    if cifar10.is_jpeg_copy(layout.classes, counts, decoded.pixels.shape[1:], decoded.formats):
        default = cifar10.COPY
    data = _data_of(name, title or default, flip, layout, torch.from_numpy(decoded.pixels))
    return data, _remarks(source, decoded), layout.ignored


def _remarks(source: Source, decoded: Decoded) -> tuple[str, ...]:
    """Return what is to be said about images in a layout of their own."""
    remarks = []
    total = len(decoded.pixels)
    if decoded.num_turned:
        remarks.append(f"turned, as EXIF data says: {decoded.num_turned:,} of {total:,} images")
    if decoded.num_transparent:
        remarks.append(
            f"transparent, put on white: {decoded.num_transparent:,} of {total:,} images"
        )
    if text_paths(source.entries):
        remarks.append("images were taken, not the text beside them: give a text its own folder")
    return tuple(remarks)


def check_name(name: str, replace: bool) -> None:
    """Raise `SettingError` unless a data set may be called so, and the name is free."""
    if name.endswith(catalogue.CHARACTERS):
        raise SettingError(
            f"name is {name!r}; names in {catalogue.CHARACTERS!r} are those of the characters "
            "of a text: choose another"
        )
    if not catalogue.is_valid(name):
        taken = (name for shelf in catalogue.SHELVES for name in shelf.built_in)
        built_in = " or ".join(map(repr, taken))
        raise SettingError(
            f"name is {name!r}; expected 1 to 40 small letters, digits, '-' and '_', and not "
            f"{built_in}, which are built in"
        )
    for target in (shelf.path(name) for shelf in catalogue.SHELVES):
        if _exists(target) and not replace:
            raise SettingError(
                f"there is a data set {name!r} already ({target}); choose another name, or "
                "replace it with --replace"
            )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise storage.unreadable(path, error) from None


def _written(
    name: str, replace: bool, write: Callable[[Path], int], shelf: catalogue.Shelf
) -> tuple[int, Path]:
    """Write a data set unless its name was taken meanwhile; return the file's size and place."""
    target, folder = shelf.path(name), catalogue.IMAGES.path(name).parent
    storage.make_folder(target.parent)
    busy = f"another import into {folder} is still under way; wait for it"
    with held(folder, DataError, busy, PATIENCE):
        check_name(name, replace)
        for other in catalogue.SHELVES:
            if other is not shelf and _exists(path := other.path(name)):
                raise SettingError(
                    f"a {other.noun} is called {name!r} already ({path}); choose another name"
                )
        return write(target), target


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


def _origin(source: Path) -> dict[str, str | None]:
    """Return where data came from, without the folders of this machine."""
    return {"name": source.resolve().name, "sha256": _sha256(source)}


def _sha256(source: Path) -> str | None:
    """Return the digest of an archive, or None for a folder."""
    if source.is_dir():
        return None
    try:
        with source.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise storage.unreadable(source, error) from None
