"""The grading of a class: every student's functions against checks with hidden cases.

Each function runs in a process of its own, see `nasedu.course.untrusted_process`. Whatever it does
there becomes a sentence: it is wrong, it raises, it does not end, it takes all memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

from nasedu.course import check, grading_side
from nasedu.course.exercise import Exercise, State
from nasedu.course.handed_in import code_of, notebooks_of, program_of, students_of
from nasedu.course.untrusted_process import NoAnswerError, NotReadyError, UntrustedProcess
from nasedu.errors import DataError, SettingError
from nasedu.searching import available_cores
from nasedu.viewing.drawings.field_table import printable

NOT_HANDED_IN = "not handed in"
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
    """A function to grade, or a grade that needs no process."""

    student: str
    lesson: str
    exercise: str
    program: str = ""
    verdict: grading_side.Verdict | None = None
    note: str = ""  # what the teacher should know besides

    def grade(self, verdict: grading_side.Verdict) -> SheetRow:
        state, sentence = verdict
        told = f"{sentence} {self.note}".rstrip()
        return SheetRow(self.student, self.lesson, self.exercise, state, told)


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
    students = students_of(folder)
    found = [k for k in known if any(notebooks_of(student, k) for student in students)]
    if not found:
        raise DataError(
            f"no student in {folder} has a lesson; expected names such as 04_policy_gradient.ipynb"
        )
    return found


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
    with tempfile.TemporaryDirectory(
        prefix="nasedu-grade-",
        ignore_cleanup_errors=True,  # grades are worth more than it is
    ) as place:
        judge = partial(_judge, place=place, seed=seed, seconds=seconds, megabytes=megabytes)
        threads = ThreadPoolExecutor(workers or available_cores())
        try:
            yield from threads.map(judge, _entries(folder, lessons))
        finally:
            threads.shutdown(cancel_futures=True)


def _judge(entry: _Entry, *, place: str, seed: int, seconds: float, megabytes: int) -> SheetRow:
    """Grade one entry, in a process of its own if it holds a program."""
    if entry.verdict:
        return entry.grade(entry.verdict)
    begin = grading_side.__name__, grading_side.begin_grading.__name__
    try:
        with UntrustedProcess(*begin, place, megabytes) as process:
            heard = process.ask(entry.program, entry.exercise, seed, seconds=seconds)
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
        case [str(state), str(sentence)] if state in get_args(State):
            return state, printable(sentence)[:LONGEST]
    return None


def _entries(folder: Path, lessons: Collection[str]) -> Iterator[_Entry]:
    for student in students_of(folder):
        for lesson in lessons:
            yield from _of_a_lesson(student, lesson)


def _of_a_lesson(student: Path, lesson: str) -> Iterator[_Entry]:
    """Yield an entry for each exercise, whatever the student has handed in."""
    found, cells, why = notebooks_of(student, lesson), [], ""
    note = f"({len(found)} copies: {found[0].name} counts.)" if len(found) > 1 else ""
    if not found:
        why = f"There is no notebook of lesson {lesson}, whose name begins with `{lesson}_`."
    else:
        try:
            cells = code_of(found[0])
        except DataError as error:
            why = f"{error}."
    for name in graded_names(lesson):
        entry = _Entry(student.name, lesson, name, note=note)
        if why:
            yield replace(entry, verdict=(NOT_HANDED_IN, why))
            continue
        try:
            program = program_of(cells, name)
        except DataError as error:
            yield replace(entry, verdict=("not right yet", str(error)))
            continue
        if program is None:
            why_not = f"The notebook defines no function `{name}`."
            yield replace(entry, verdict=("not attempted yet", why_not))
        else:
            yield replace(entry, program=program)
