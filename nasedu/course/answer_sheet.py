"""The answer sheet: what the students of a class have guessed, tried and answered, as a CSV.

It is read from ``answers.json`` in each student's folder, see `nasedu.course.student_folder`. No
code of students is run. What a lesson does not write there is said, and counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from nasedu.course.handed_in import distinct, found_in, read_handed_in, students_of
from nasedu.course.student_folder import RECORD
from nasedu.documents import read_json, shown
from nasedu.errors import DataError
from nasedu.viewing.exports.rows import csv_of
from nasedu.whole_file import write_whole

LARGEST = 2**20  # bytes of a record; that of the whole course has some ten thousand
MOST = 1000  # entries of a record; the course asks for about two hundred things
COPIES = 10  # records of a student
LONGEST = 1000  # characters of a cell
Told = tuple[str, str, str, str]  # what a row has beside the student


class AnswerRow(NamedTuple):
    """One thing that a student has done.

    Attributes:
        student: Name of the folder.
        kind: ``"guess"``, ``"quiz"``, ``"attempt"``, or ``"unreadable"`` for what is damaged, the
            reason in place of an answer.
        name: Key of the guess; lesson and number of the question, e.g. ``"04.2"``; the exercise.
        asked: What the guess was about; else empty.
        answer: The guess; the letters of a question in the order in which they were opened; the
            number of tries of an exercise, and whether one of them was right.
    """

    student: str
    kind: str
    name: str
    asked: str
    answer: str


def answers_of(folder: Path) -> list[AnswerRow]:
    """Return what every student of a class has done, in order of their names.

    Raises:
        DataError: There is no such folder, or none in it.
    """
    students = students_of(folder)
    names = distinct(student.name for student in students)
    return [
        AnswerRow(name, *(cell[:LONGEST] for cell in told))
        for student, name in zip(students, names, strict=True)
        for told in _told_by(student)
    ]


def write_answers(rows: list[AnswerRow], path: Path) -> None:
    """Write a row for each thing that a student has done, whole or not at all.

    Raises:
        DataError: The file cannot be written.
    """
    write_whole(path, csv_of([AnswerRow._fields, *rows]), DataError)


def _told_by(student: Path) -> Iterator[Told]:
    """Yield what a student's records tell, and what of them cannot be read."""
    try:
        paths = sorted(Path(file.path) for file in found_in(student) if file.name == RECORD)
        if len(paths) > COPIES:
            raise DataError(f"It holds {len(paths):,} files {RECORD}: hand in one copy")
    except DataError as error:
        yield _unreadable("", f"{error}.")
        return
    for path in paths:
        try:
            told = list(islice(_rows(read_json(read_handed_in(path, LARGEST))), MOST + 1))
            if len(told) > MOST:
                raise ValueError(f"more than {MOST:,} entries")
        except ValueError as error:
            place = path.relative_to(student).as_posix()
            told = [_unreadable(place, f"{error}; ask for the file that the lessons wrote")]
        yield from told


def _unreadable(name: str, why: str) -> Told:
    return "unreadable", name, "", why


def _rows(record: Any) -> Iterator[Told]:
    """Yield kind, name, question and answer of all that a record holds."""
    for name, guess in _section(record, "guesses"):
        match guess:
            case {"question": str(question), "guess": int() | float() | str() as value}:
                yield "guess", name, question, str(value)
            case _:
                yield _unreadable(name, f"{shown(guess)} is no guess")
    for lesson, questions in _section(record, "quizzes"):
        for number, letters in enumerate(questions if isinstance(questions, list) else [0], 1):
            if not (isinstance(letters, list) and all(isinstance(one, str) for one in letters)):
                yield _unreadable(lesson, f"{shown(questions)} is no list of letters each")
            elif letters:
                yield "quiz", f"{lesson}.{number}", "", " ".join(letters)
    for name, attempt in _section(record, "attempts"):
        match attempt:
            case {"tries": int(tries), "right": bool(right)}:
                yield "attempt", name, "", f"{tries} tries, {'right' if right else 'not right yet'}"
            case _:
                yield _unreadable(name, f"{shown(attempt)} is no attempt")


def _section(record: Any, kind: str) -> list[tuple[str, Any]]:
    found = record.get(kind, {}) if isinstance(record, dict) else record
    if not isinstance(found, dict):
        raise ValueError(f"{kind} are {shown(found)} and no object")
    return sorted(found.items())
