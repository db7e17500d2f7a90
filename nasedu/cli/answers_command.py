"""The command that collects a class's answers: ``nasedu course answers``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nasedu.cli.terminal import say


def collect_answers(
    folder: Annotated[
        Path,
        typer.Argument(help="Holds a folder for each student, with their copies of the lessons."),
    ],
    out: Annotated[
        Path | None, typer.Option(help="CSV to write; default answers.csv in FOLDER.")
    ] = None,
) -> None:
    """Collect every student's guesses, answers of quizzes, and attempts at exercises.

    They are in the file answers.json of a student's copy of the course. No code is run. The CSV
    has a row for each: student, kind, name, what was asked, answer.
    """
    from nasedu.course.answer_sheet import answers_of, write_answers

    rows, path = answers_of(folder), out or folder / "answers.csv"
    write_answers(rows, path)
    told = len({row.student for row in rows})
    say(f"{path}: {len(rows):,} rows of {told} {'student' if told == 1 else 'students'}")
