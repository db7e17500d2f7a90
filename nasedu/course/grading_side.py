"""The grading's side: what runs in the process of one function of a student.

A process serves one function and ends, so that what a student's code does to Python, on purpose or
by accident, meets nobody else's.
"""

from __future__ import annotations

import os
import tempfile
from multiprocessing.connection import Connection
from typing import Any

from nasedu.course import check
from nasedu.course.answers import code
from nasedu.course.handed_in import NOT_HANDED_IN
from nasedu.course.hidden_cases import with_hidden_cases
from nasedu.course.notebook_code import code_of, program_of
from nasedu.course.untrusted_code import answer_questions, confine
from nasedu.errors import DataError
from nasedu.worker_process import limit_memory

Verdict = tuple[str, str]  # state and sentence, as in a `CheckResult`


def begin_grading(parent: Connection, folder: str, megabytes: int) -> None:
    """Limit this process, then grade what the parent asks for.

    Args:
        parent: To it.
        folder: Relative names of files lead to a new folder in it.
        megabytes: How much memory the code may take; kept on Linux alone.
    """
    confine(parent)
    os.chdir(tempfile.mkdtemp(dir=folder))
    limit_memory(megabytes)
    answer_questions(parent, grade_handed_in)


def grade_handed_in(text: str, file: str, name: str, seed: int) -> Verdict:
    """Grade a function of a notebook.

    Args:
        text: Of the notebook, which may hold anything.
        file: Its name.
        name: Of the function, and of its exercise.
        seed: Of the hidden cases.
    """
    try:
        cells = code_of(text, file)
    except DataError as error:
        return NOT_HANDED_IN, f"{error}."
    try:
        program = program_of(cells, name)
    except DataError as error:
        return "not right yet", str(error)
    if program is None:
        return "not attempted yet", f"The notebook defines no function `{name}`."
    return grade_program(program, name, seed)


def grade_program(source: str, name: str, seed: int) -> Verdict:
    """Run what defines a function and what it needs, and grade the function."""
    exercise = with_hidden_cases(check.EXERCISES[name], seed)
    names: dict[str, Any] = {"__name__": "__main__"}  # as in a notebook
    try:
        exec(compile(source, f"<{name}>", "exec"), names)
    except BaseException as error:  # SystemExit, too
        reason = code(f"{type(error).__name__}: {error}".removesuffix(": "))
        return "not right yet", f"What the function needs cannot be run: {reason}."
    try:
        result = exercise(names[name])
    except BaseException as error:  # KeyboardInterrupt, which a check lets through
        return "not right yet", f"It raises {code(type(error).__name__)}."
    return result.state, result.sentence
