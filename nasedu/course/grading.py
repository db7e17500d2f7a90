"""The grading of a class: every student's functions against checks with hidden cases.

Each function runs in a process of its own, see `nasedu.course.untrusted_process`. Whatever it does
there becomes a sentence: it is wrong, it raises, it does not end, it takes all memory. Its notebook
is read there, too: the process that writes the grades opens files and looks into none of them.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, get_args

from nasedu.course import check, grading_side
from nasedu.course.exercise import Exercise, State
from nasedu.course.handed_in import (
    NOT_HANDED_IN,
    PACKED,
    Found,
    distinct,
    found_in,
    notebooks_among,
    read_handed_in,
    students_of,
)
from nasedu.course.untrusted_process import NoAnswerError, NotReadyError, UntrustedProcess
from nasedu.errors import DataError, SettingError
from nasedu.searching import available_cores
from nasedu.viewing.drawings.field_table import printable

SECONDS = 20.0  # that a function may take for all of its cases; solutions take below one
MEGABYTES = 2048
NO_ANSWER = "What its process sends is not an answer of the check."
LONGEST = 2000  # characters of a sentence; those of the checks are far shorter


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One function of one student.

    Attributes:
        student: Name of the student's folder.
        lesson: Number of the lesson, e.g. ``"04"``.
        exercise: Name of the function.
        state: A state of a `CheckResult`, or ``"not handed in"``.
        sentence: Why.
    """

    student: str
    lesson: str
    exercise: str
    state: str
    sentence: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A function to grade.

    Attributes:
        student: The name that the sheet has.
        lesson: Number of the lesson.
        exercise: Name of the function.
        copies: Notebooks of the lesson; the first one counts.
        absent: Why there is none.
    """

    student: str
    lesson: str
    exercise: str
    copies: Sequence[Path]
    absent: str

    def grade(self, verdict: grading_side.Verdict) -> SheetRow:
        state, sentence = verdict
        if len(self.copies) > 1:
            sentence = f"{sentence} ({len(self.copies)} copies: {self.copies[0].name} counts.)"
        return SheetRow(self.student, self.lesson, self.exercise, state, sentence)


def lesson_of(exercise: Exercise) -> str:
    """Return the number of the lesson that an exercise belongs to."""
    return exercise.solution.__module__.rpartition("lesson_")[2]


def lessons_with_exercises() -> list[str]:
    """Return the numbers of the lessons that have exercises."""
    return sorted({lesson_of(exercise) for exercise in check.EXERCISES.values()})


def graded_names(lesson: str) -> list[str]:
    """Return the names of a lesson's exercises, in the order of the lesson."""
    return [name for name, each in check.EXERCISES.items() if lesson_of(each) == lesson]


def lessons_to_grade(folder: Path, asked: Collection[str] = ()) -> list[str]:
    """Return the lessons that are graded: those asked for, else those of which there is a copy.

    Args:
        folder: Holds a folder for each student.
        asked: Numbers of lessons.

    Raises:
        DataError: No student has a lesson with exercises.
        SettingError: A lesson that is asked for has none.
    """
    known = lessons_with_exercises()
    for lesson in asked:
        if lesson not in known:
            raise SettingError(
                f"lesson {lesson!r} has no exercises; expected one of {', '.join(known)}"
            )
    if asked:
        return sorted(set(asked))
    found = set[str]()
    for student in students_of(folder):
        with suppress(DataError):  # which its rows will tell
            found |= notebooks_among(found_in(student)).keys() & {*known}
    if not found:
        raise DataError(
            f"no student in {folder} has a lesson; expected names such as 04_policy_gradient.ipynb"
        )
    return sorted(found)


def grade_folder(
    folder: Path,
    lessons: Collection[str],
    *,
    seed: int,
    workers: int | None = None,
    seconds: float = SECONDS,
    megabytes: int = MEGABYTES,
) -> Iterator[SheetRow]:
    """Grade every student's functions, one after the other in a fixed order.

    Args:
        folder: Holds a folder for each student, with copies of lessons anywhere in it.
        lessons: Which ones, see `lessons_to_grade`.
        seed: Of the hidden cases; the same seed gives the same cases to all.
        workers: Functions that are graded at a time; None: one for each core.
        seconds: That one function may take.
        megabytes: Of memory that it may take, beside what torch has; kept on Linux alone.

    Raises:
        DataError: There are no students.
        SettingError: No processes can be started.
    """
    # Not a pool of processes: none of them serves twice. A thread waits for each.
    place = tempfile.mkdtemp(prefix="nasedu-grade-")
    judge = partial(_judge, place=place, seed=seed, seconds=seconds, megabytes=megabytes)
    threads = ThreadPoolExecutor(workers or available_cores())
    try:
        yield from threads.map(judge, _entries(folder, lessons))
    finally:
        threads.shutdown(cancel_futures=True)
        with suppress(RecursionError):  # grades are worth more than to remove all that code wrote
            shutil.rmtree(place, ignore_errors=True)


def _judge(entry: _Entry, *, place: str, seed: int, seconds: float, megabytes: int) -> SheetRow:
    """Grade one entry, in a process of its own if there is a notebook."""
    if not entry.copies:
        return entry.grade((NOT_HANDED_IN, entry.absent))
    notebook = entry.copies[0]
    begin = grading_side.__name__, grading_side.begin_grading.__name__
    try:
        question = read_handed_in(notebook), notebook.name, entry.exercise, seed
        with UntrustedProcess(*begin, place, megabytes) as process:
            heard = process.ask(*question, seconds=seconds)
    except DataError as error:
        return entry.grade((NOT_HANDED_IN, f"{error}."))
    except NotReadyError:
        return entry.grade(("not right yet", "Its process did not start."))
    except NoAnswerError as error:
        return entry.grade(("not right yet", _why_not(error, seconds)))
    return entry.grade(_verdict_of(heard) or ("not right yet", NO_ANSWER))


def _why_not(error: NoAnswerError, seconds: float) -> str:
    """Return what a student is told whose function has no verdict."""
    match error.why:
        case "too slow":
            return f"It did not end within {seconds:g} s: is there an endless loop?"
        case "ended":
            return f"{str(error).capitalize()}: too much memory, or the code ends Python."
        case "no answer":
            return NO_ANSWER


def _verdict_of(heard: Any) -> grading_side.Verdict | None:
    """Return a verdict that was heard; None if it is none, as where code speaks for the check."""
    match heard:
        case [str(state), str(sentence)] if state in (*get_args(State), NOT_HANDED_IN):
            return state, printable(sentence)[:LONGEST]
    return None


def _entries(folder: Path, lessons: Collection[str]) -> Iterator[_Entry]:
    """Yield an entry for each exercise of each student, whatever was handed in."""
    students = students_of(folder)
    for student, name in zip(students, distinct(each.name for each in students), strict=True):
        files, why = Found(), ""
        try:
            files = found_in(student)
        except DataError as error:
            why = f"{error}."
        found = notebooks_among(files)
        for lesson in lessons:
            absent = why or _why_absent(files, lesson)
            for exercise in graded_names(lesson):
                yield _Entry(name, lesson, exercise, found.get(lesson, ()), absent)


def _why_absent(files: Found, lesson: str) -> str:
    packed = next((f" Unpack {file.name}." for file in files if PACKED.search(file.name)), "")
    return f"There is no notebook of lesson {lesson}, whose name begins with `{lesson}_`.{packed}"
