"""References: an architecture in one word, be it a file, a child of a run or a published one."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from nasedu.architectures import Architecture, published
from nasedu.documents import read_utf8
from nasedu.errors import SettingError
from nasedu.problems import read_architecture, read_space
from nasedu.runs.folder import has_study
from nasedu.runs.study import Study

PUBLISHED = "published:"


class Reference(NamedTuple):
    """An architecture, and the images it was made for.

    Attributes:
        net: The architecture.
        shape: ``(C, H, W)`` of the images of its run; CIFAR-10's if it is of none. A cell has
            no use for it.
        num_classes: Their classes.
    """

    net: Architecture
    shape: tuple[int, int, int] = (3, 32, 32)
    num_classes: int = 10


def find_architecture(text: str) -> Reference:
    """Return the architecture that a reference names, with the shape of its images.

    Args:
        text: A JSON file, a run folder (its best child), ``run-folder:trial``, or
            ``published:NAME``.

    Raises:
        SettingError: There is no such thing.
        ArchitectureError: The file holds no valid architecture.
    """
    if text.startswith(PUBLISHED):
        return Reference(_published(text.removeprefix(PUBLISHED)))
    try:
        return _on_disk(text)
    except OSError as error:  # a name that is too long, a folder that may not be read
        raise SettingError(f"{text[:60]!r} cannot be read: {error.strerror}") from None


def search_folder(text: str) -> Path | None:
    """Return the run folder of a search that a reference names, or None."""
    folder = Path(text)
    if not folder.is_dir():
        before, _, number = text.rpartition(":")
        if not (before and number.isdecimal()):
            return None
        folder = Path(before)
    return folder if has_study(folder) else None


def _on_disk(text: str) -> Reference:
    path = Path(text)
    if path.is_file() and path.suffix != ".db":
        try:
            content = read_utf8(path)
        except ValueError as error:
            raise SettingError(
                f"{text} is not text ({error}); expected an architecture's JSON"
            ) from None
        return Reference(read_architecture(content))
    if path.exists():
        return _child(text, None)
    folder, _, number = text.rpartition(":")
    # SQLite's integers have 19 digits; a longer number is no trial.
    if folder and number.isdecimal() and len(number) < 19 and Path(folder).exists():
        return _child(folder, int(number))
    raise SettingError(
        f"{text!r} is no architecture; expected a JSON file, a run folder, run-folder:trial, "
        "or published:NAS_CNN_V1"
    )


def _published(name: str) -> Architecture:
    known = [key for key, value in vars(published).items() if isinstance(value, Architecture)]
    if name not in known:
        raise SettingError(f"{name!r} is not published; expected one of {', '.join(known)}")
    return getattr(published, name)


def _child(folder: str, number: int | None) -> Reference:
    study = Study(folder)
    trials = {trial.number: trial for trial in study.trials()}
    trial = study.best() if number is None else trials.get(number)
    if trial is None:
        wanted = "finished trial" if number is None else f"trial {number}"
        raise SettingError(f"{folder} has no {wanted}; it has {len(trials)} trials")
    net = read_space(study.config.space).decode(trial.tokens)
    channels, height, width = study.config.evaluator.get("shape", (3, 32, 32))
    num_classes = study.config.evaluator.get("num_classes", 10)
    return Reference(net, (channels, height, width), num_classes)
