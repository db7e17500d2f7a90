"""Builds of the course: the lessons as a student gets them, and with everything for a teacher.

A build is a folder of copies of which nothing is ever written over that its owner has changed.
``.copied.json`` in it says which version of each file was handed out last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import nasedu
from nasedu.course.lesson_cells import student_cells
from nasedu.course.student_folder import SETTINGS, Settings, read_plain, write_plain
from nasedu.errors import SettingError
from nasedu.whole_file import write_whole

LESSONS = Path(nasedu.__file__).parents[1] / "notebooks"
NOT_LESSONS = ("anywhere.py", "execute.py", "ruff.toml")  # for those who write lessons
MANIFEST = ".copied.json"
FOR_TEACHERS = b"\n## For teachers\n"  # the last part of a page


def build_course(out: Path, settings: Settings, lessons: Path = LESSONS) -> list[str]:
    """Bring the lessons to a folder, or bring a folder up to date.

    Lessons are copied without their outputs, since they ask for predictions. A newer version of
    a changed lesson is put beside it, once, as ``NAME.new.ipynb``; a lesson that was deleted
    comes back.

    Args:
        out: The folder; made if there is none.
        settings: For whom, and what they may see.
        lessons: The course.

    Returns:
        A line for every lesson of which there is a newer version than the changed one.

    Raises:
        SettingError: There are no lessons, or the folder is not one for this build.
    """
    _check(out, settings, lessons)
    out.mkdir(parents=True, exist_ok=True)
    given = (
        read_plain(out / MANIFEST) or {}
    )  # name -> digest of the version that was last handed out
    lines = []
    for name, source in _files_of(lessons):
        content = _content(source, settings.student)
        newest = _sha256(content)
        target = out / name
        if _digest(target) not in (None, newest, given.get(name)):  # changed
            if given.get(name) == newest:
                continue
            beside = target.with_name(f"{target.stem}.new{target.suffix}")
            key = beside.relative_to(out).as_posix()
            newer = f"{out.name}/{key}"
            if _digest(beside) not in (None, newest, given.get(key)):
                lines.append(f"{newer} was changed too: rename it to get the newest {name}")
                continue
            lines.append(f"{out.name}/{name} was changed by you and stays; the newer one: {newer}")
            given[key] = newest
            target = beside
        if _digest(target) != newest:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, content, SettingError)
        given[name] = newest
        write_plain(out / MANIFEST, given)
    write_plain(out / SETTINGS, settings.to_json())
    return lines


def _check(out: Path, settings: Settings, lessons: Path) -> None:
    """Refuse a build that would have nothing in it, or would hurt what lies there."""
    if not any(lessons.glob("*.ipynb")):
        raise SettingError(
            f"{lessons} has no lessons; give the folder notebooks/ of a clone with --lessons"
        )
    if out.exists() and not out.is_dir():
        raise SettingError(f"{out} is a file; expected a folder for the build")
    there, course = out.resolve(), lessons.resolve()
    if there == course or there.is_relative_to(course) or course.is_relative_to(there):
        raise SettingError(f"{out} holds the course itself, or lies in it; choose another folder")
    found = Settings.of(out)
    if found is not None and found.student != settings.student:
        whose = "a student's build" if found.student else "an instructor's build"
        raise SettingError(f"{out} holds {whose}; choose another folder for this one")


def _files_of(lessons: Path) -> Iterator[tuple[str, Path]]:
    """Yield the name and place of everything that a reader of the lessons needs."""
    for path in sorted(lessons.rglob("*")):
        name = path.relative_to(lessons).as_posix()
        hidden = "/." in f"/{name}" or "__pycache__" in name
        if path.is_file() and name not in NOT_LESSONS and not hidden:
            yield name, path


def _content(path: Path, student: bool) -> bytes:
    """Return the content of a file; of a notebook without what its cells have printed.

    A student gets no part for teachers, in a page either.
    """
    if path.suffix == ".md" and student:
        return path.read_bytes().partition(FOR_TEACHERS)[0]
    if path.suffix != ".ipynb":
        return path.read_bytes()
    notebook = read_plain(path)
    if not notebook or "cells" not in notebook:
        raise SettingError(f"{path} is no notebook; restore it, e.g. with git")
    if student:
        notebook["cells"] = student_cells(notebook["cells"])
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest(path: Path) -> str | None:
    return _sha256(path.read_bytes()) if path.is_file() else None
