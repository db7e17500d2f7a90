"""The grade sheet: a class as a CSV for a spreadsheet, and as a summary for a teacher."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, fields
from pathlib import Path

from nasedu.course.grading import SheetRow
from nasedu.course.handed_in import NOT_HANDED_IN
from nasedu.errors import DataError
from nasedu.viewing.exports.rows import csv_of
from nasedu.whole_file import write_whole

STATES = ("right", "not right yet", "not attempted yet", NOT_HANDED_IN)


def write_grades(grades: Sequence[SheetRow], path: Path) -> None:
    """Write a row for each function of each student, whole or not at all.

    Raises:
        DataError: The file cannot be written.
    """
    names = [field.name for field in fields(SheetRow)]
    write_whole(path, csv_of([names, *(astuple(grade) for grade in grades)]), DataError)


def class_summary(grades: Sequence[SheetRow]) -> str:
    """Return how many are right: for each exercise over the class, and for each student."""
    lines = [f"{'lesson, exercise':32} {'right':>6} {'not yet':>8} {'untouched':>10} {'absent':>7}"]
    exercises = dict.fromkeys((grade.lesson, grade.exercise) for grade in grades)
    for lesson, exercise in exercises:
        states = Counter(g.state for g in grades if (g.lesson, g.exercise) == (lesson, exercise))
        right, wrong, untouched, absent = (states[state] for state in STATES)
        name = f"{lesson} {exercise}"
        lines.append(f"{name:32} {right:6} {wrong:8} {untouched:10} {absent:7}")
    students = Counter({grade.student: 0 for grade in grades})
    students.update(grade.student for grade in grades if grade.state == "right")
    lines += ["", f"{'student':32} {'right':>6} of {len(exercises)}"]
    lines += [f"{student[:32]:32} {right:6}" for student, right in students.items()]
    return "\n".join(lines)
