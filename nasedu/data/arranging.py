"""The layout of a source of images: which file is in which class, and what is left out."""

from __future__ import annotations

from dataclasses import dataclass

from nasedu.data.foreign import hint_for
from nasedu.data.source import SPLITS, Content, Entries, Parts, Source
from nasedu.data.summary import first_names
from nasedu.errors import DataError

LAYOUT = "expected train/<class>/* and test/<class>/*, possibly inside one folder"


@dataclass(frozen=True, slots=True)
class ImageFile:
    """One encoded image.

    Attributes:
        path: Where it lies in the source.
        label: Index of its class.
        content: Its bytes, or where it lies.
    """

    path: str
    label: int
    content: Content


@dataclass(frozen=True, slots=True)
class Layout:
    """What lies where in a source.

    Attributes:
        classes: Names of the classes, sorted.
        train: Training images, sorted by path.
        test: Test images, sorted by path.
        ignored: What else lies beside ``train`` and ``test``, and hidden files in them.
    """

    classes: tuple[str, ...]
    train: list[ImageFile]
    test: list[ImageFile]
    ignored: tuple[str, ...]


def layout_of(source: Source) -> Layout:
    """Return the layout of a source.

    Raises:
        DataError: As for `arrange`; folders that could not be looked into are named, too.
    """
    try:
        return arrange(source.entries, str(source.path))
    except DataError as error:
        if not source.closed:
            raise
        closed = ", ".join(map(str, source.closed))
        raise DataError(f"{error} (and {closed} cannot be read: check its permissions)") from None


def arrange(entries: Entries, source: str) -> Layout:
    """Find the classes and the images of each.

    Args:
        entries: What `read_source` returned.
        source: What errors call it.

    Raises:
        DataError: A folder is missing, a class is empty or a file lies where none belongs.
    """
    root = _find_root(entries, source)
    found: dict[str, dict[str, list[Parts]]] = {split: {} for split in SPLITS}
    ignored = set()
    for parts in sorted(entries):
        inner = parts[len(root) :]
        is_folder = entries[parts] is None
        if parts[: len(root)] != root:
            ignored.add(parts[0])
        elif not inner or inner[0] not in SPLITS:
            ignored.update(inner[:1])
        elif len(inner) == 2 and is_folder:
            found[inner[0]].setdefault(inner[1], [])
        elif _is_hidden(inner, is_folder):
            ignored.add("/".join(inner[:3]))
        elif len(inner) == 3 and not is_folder:
            found[inner[0]].setdefault(inner[1], []).append(parts)
        elif len(inner) > 1:
            raise DataError(f"{source}: {'/'.join(parts)!r} is not in its place; {LAYOUT}")
    classes = _checked_classes(found["train"], found["test"], source)
    images = {
        split: [
            ImageFile("/".join(parts), label, entries[parts] or b"")
            for label, name in enumerate(classes)
            for parts in found[split][name]
        ]
        for split in SPLITS
    }
    return Layout(classes, images["train"], images["test"], tuple(sorted(ignored)))


def _is_hidden(inner: Parts, is_folder: bool) -> bool:
    """Whether a path leads to a hidden file, or into a hidden folder that is no class."""
    classes = 2 if is_folder or len(inner) > 2 else 1  # ".net" may be the name of a class
    return any(part.startswith(".") for part in inner[classes:])


def has_images(entries: Entries) -> bool:
    """Whether files lie in classes of a ``train`` beside a ``test``, which no text has."""
    held = _splits_held(entries)
    return any(
        len(held.get(parts[:-3], ())) == len(SPLITS)
        for parts, content in entries.items()
        if content is not None and len(parts) in (3, 4) and parts[-3] in SPLITS
    )


def _splits_held(entries: Entries) -> dict[Parts, set[str]]:
    """Return which of ``train`` and ``test`` are folders, here and one folder down."""
    held: dict[Parts, set[str]] = {}
    for parts, content in entries.items():
        for depth in (0, 1):
            is_folder = len(parts) > depth + 1 or content is None
            if is_folder and parts[depth : depth + 1] in (("train",), ("test",)):
                held.setdefault(parts[:depth], set()).add(parts[depth])
    return held


def _find_root(entries: Entries, source: str) -> Parts:
    """Return the folder, here or one down, that holds both ``train`` and ``test``."""
    held = _splits_held(entries)
    roots = sorted(root for root, splits in held.items() if len(splits) == 2)
    if not roots:
        there = sorted("/".join((*root, name)) for root, splits in held.items() for name in splits)
        found = " and ".join(there) or "no train and no test"
        others = sorted({parts[0] for parts in entries} - set(SPLITS))
        beside = f" (beside {first_names(others)})" if there and others else ""
        hint = hint_for({name for parts in entries for name in parts[:3]})
        raise DataError(f"{source} has {found}{beside}; {LAYOUT}{hint and f': {hint}'}")
    if len(roots) > 1 and roots[0]:
        names = ", ".join(root[0] for root in roots)
        raise DataError(f"{source} holds several data sets ({names}); import them one by one")
    return roots[0]


def _checked_classes(
    train: dict[str, list[Parts]], test: dict[str, list[Parts]], source: str
) -> tuple[str, ...]:
    """Return the names of the classes, each of which needs two images to train and one to test."""
    classes = sorted({*train, *test})
    for name in classes:
        counts = (len(train.get(name, ())), len(test.get(name, ())))
        if counts[0] < 2 or counts[1] < 1:
            raise DataError(
                f"{source}: class {name!r} has {counts[0]} images in train and {counts[1]} in "
                "test; expected at least 2 and 1: add images, or remove the class from both"
            )
        if not name.isprintable():
            raise DataError(f"{source}: class {name!r} has a name that cannot be shown; rename it")
    if len(classes) < 2:
        raise DataError(f"{source} has {len(classes)} classes; expected 2 or more")
    return tuple(classes)
