"""A student's folder: what its build allows, and what the student did in it.

A build of the course carries ``course.json``, by which code that runs in a lesson knows where it
is. In a student's build what the student does is kept beside it, in ``answers.json``; elsewhere (a
lesson of the repository, a test) in this process alone:

    attempts   exercise -> {"tries": how many, "right": whether one of them was}
    guesses    key      -> {"question": its text, "guess": the last one}
    quizzes    lesson   -> a list a question of the letters chosen, in their order
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from nasedu.documents import read_json
from nasedu.errors import SettingError
from nasedu.whole_file import held, write_whole

SETTINGS = "course.json"
RECORD = "answers.json"
PATIENCE = 5.0  # seconds for another lesson that keeps something at the same moment

Kind = Literal["attempts", "guesses", "quizzes"]

_of_this_process: dict[str, dict[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Settings:
    """For whom a build is, and what they may see.

    Args:
        student: Whether it is a student's; an instructor's has everything.
        solutions: Whether a student may unlock solutions.
    """

    student: bool = True
    solutions: bool = True

    @classmethod
    def of(cls, folder: Path) -> Self | None:
        """Return those of a build; None if the folder is none."""
        found = read_plain(folder / SETTINGS)
        if not found or found.get("build") not in ("student", "instructor"):
            return None
        return cls(found["build"] == "student", found.get("solutions") is not False)

    def to_json(self) -> dict[str, Any]:
        """Return them as they are written."""
        build = "student" if self.student else "instructor"
        return {"build": build, "solutions": self.solutions}


def here() -> tuple[Path | None, Settings]:
    """Return the student's folder that this process runs in, if any, and its settings."""
    try:
        current = Path.cwd()
    except OSError:  # it was removed
        return None, Settings()
    for folder in (current, *current.parents):
        settings = Settings.of(folder)
        if settings is not None:
            return (folder if settings.student else None), settings
    return None, Settings()


def kept(kind: Kind, name: str) -> Any:
    """Return what was kept last under this name; None if nothing was."""
    folder, _ = here()
    found = (read_plain(folder / RECORD) or {}) if folder else {}
    own = _of_this_process.get(kind, {}).get(name)
    section = found.get(kind)
    return section.get(name, own) if isinstance(section, dict) else own


def keep(kind: Kind, name: str, change: Callable[[Any], Any]) -> None:
    """Keep something, in a student's folder for good; what cannot be written is warned of.

    The same lesson may be open twice, so what is kept follows from what the file has now, and not
    from what this kernel saw there.

    Args:
        kind: What it is.
        name: Of the exercise, the guess or the quiz.
        change: From what was kept until now, None if nothing was, to what is kept from now on,
            which is anything that JSON has. It leaves what it is given as it is.
    """
    own = _of_this_process.setdefault(kind, {})
    before = own.get(name)
    own[name] = change(before)
    folder, _ = here()
    if folder is None:
        return
    busy = f"{folder} is busy; close the other lessons, and run the cell again"
    try:
        with held(folder, SettingError, busy, PATIENCE):
            found = read_plain(folder / RECORD)
            if found is None or not isinstance(found.setdefault(kind, {}), dict):
                raise SettingError(f"{folder / RECORD} is damaged; move it elsewhere")
            own[name] = found[kind][name] = change(found[kind].get(name, before))
            write_plain(folder / RECORD, found)
    except SettingError as error:
        warnings.warn(f"not kept: {error}", stacklevel=2)


def read_plain(path: Path) -> dict[str, Any] | None:
    """Return the object in a file, an empty one if there is no file; None if it is damaged."""
    try:
        found = read_json(path)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write_plain(path: Path, content: dict[str, Any]) -> None:
    """Write an object to a file, whole or not at all.

    Raises:
        SettingError: It cannot be written.
    """
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    write_whole(path, text.encode(), SettingError)
