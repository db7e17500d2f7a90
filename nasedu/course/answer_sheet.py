"""The answer sheet: what the students of a class have guessed, tried and answered, as a CSV.

It is read from ``answers.json`` in each student's folder, see `nasedu.course.student_folder`. No
code of students is run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from nasedu.course.handed_in import students_of
from nasedu.course.student_folder import RECORD, read_plain
from nasedu.errors import DataError
from nasedu.viewing.exports.rows import csv_of
from nasedu.whole_file import write_whole


class AnswerRow(NamedTuple):
    """One thing that a student has done.

    Attributes:
        student: Name of the folder.
        kind: ``"guess"``, ``"quiz"``, ``"attempt"``, or ``"unreadable"`` for a damaged file.
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
    rows = []
    for student in students_of(folder):
        for path in sorted(student.rglob(RECORD)):
            record = read_plain(path)
            if record is None:
                place = path.relative_to(student).as_posix()
                rows.append(AnswerRow(student.name, "unreadable", place, "", ""))
            else:
                rows += (AnswerRow(student.name, *row) for row in _rows(record))
    return rows


def write_answers(rows: list[AnswerRow], path: Path) -> None:
    """Write a row for each thing that a student has done, whole or not at all.

    Raises:
        DataError: The file cannot be written.
    """
    write_whole(path, csv_of([AnswerRow._fields, *rows]), DataError)


def _rows(record: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield kind, name, question and answer; of what has another form nothing is told."""
    for name, guess in _section(record, "guesses"):
        if isinstance(guess, dict):
            yield "guess", name, str(guess.get("question", "")), str(guess.get("guess", ""))
    for lesson, questions in _section(record, "quizzes"):
        for number, letters in enumerate(questions if isinstance(questions, list) else (), 1):
            if isinstance(letters, list) and letters:
                yield "quiz", f"{lesson}.{number}", "", " ".join(map(str, letters))
    for name, attempt in _section(record, "attempts"):
        if isinstance(attempt, dict):
            right = "right" if attempt.get("right") else "not right yet"
            yield "attempt", name, "", f"{attempt.get('tries', '?')} tries, {right}"


def _section(record: Mapping[str, Any], kind: str) -> list[tuple[str, Any]]:
    found = record.get(kind)
    return sorted(found.items()) if isinstance(found, dict) else []
