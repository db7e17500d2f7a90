"""The grading of a class: every student's functions against checks with hidden cases.

Each function runs in a process of its own, see `nasedu.course.untrusted_code`. Whatever it does
there becomes a sentence: it is wrong, it raises, it does not end, it takes all memory.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path

from nasedu import worker_process
from nasedu.course import check, untrusted_code
from nasedu.course.exercise import Exercise
from nasedu.course.handed_in import code_of, notebooks_of, program_of, students_of
from nasedu.errors import DataError, SettingError
from nasedu.searching import available_cores

NOT_HANDED_IN = "not handed in"
SECONDS = 20.0  # that a function may take for all of its cases; solutions take below one
MEGABYTES = 2048
START_LIMIT = 180  # seconds for a process to start; the first one imports torch
LONGEST = 100_000  # bytes of a verdict


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
    verdict: untrusted_code.Verdict | None = None
    note: str = ""  # what the teacher should know besides

    def grade(self, verdict: untrusted_code.Verdict) -> SheetRow:
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
        judge = _judge(place, seed, seconds, megabytes)
        threads = ThreadPoolExecutor(workers or available_cores())
        try:
            yield from threads.map(judge, _entries(folder, lessons))
        finally:
            threads.shutdown(cancel_futures=True)


def _judge(place: str, seed: int, seconds: float, megabytes: int) -> Callable[[_Entry], SheetRow]:
    """Return what grades one entry, in a process of its own if it holds a program."""
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
    if sys.platform != "win32":  # forks of a process that has imported torch start at once
        context.set_forkserver_preload([untrusted_code.__name__])

    def judge(entry: _Entry) -> SheetRow:
        if entry.verdict:
            return entry.grade(entry.verdict)
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(
            target=worker_process.begin,
            args=(
                *(untrusted_code.__name__, untrusted_code.report_to.__name__, theirs, place),
                *(megabytes, entry.program, entry.exercise, seed),
            ),
            daemon=True,
        )
        try:
            process.start()
        except OSError as error:
            raise SettingError(f"no process can be started here: {error.strerror}") from None
        theirs.close()
        try:
            if not (ours.poll(START_LIMIT) and ours.recv_bytes(LONGEST)):
                return entry.grade(("not right yet", "Its process did not start."))
            if not ours.poll(seconds):
                slow = f"It did not end within {seconds:g} s: is there an endless loop?"
                return entry.grade(("not right yet", slow))
            state, sentence = json.loads(ours.recv_bytes(LONGEST))
            return entry.grade((str(state), str(sentence)))
        except (EOFError, OSError, ValueError):
            process.join(1)
            how = worker_process.ending_of(process.exitcode or 0)
            ended = f"Its process {how}: too much memory, or the code ends Python."
            return entry.grade(("not right yet", ended))
        finally:
            _end(process)
            ours.close()

    return judge


def _end(process: BaseProcess) -> None:
    """End a process, and what it has started."""
    if sys.platform != "win32" and process.pid:
        with suppress(OSError):  # it ended before it had a group of its own
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()


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
