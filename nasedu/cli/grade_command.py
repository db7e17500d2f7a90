"""The command that grades a class: ``nasedu course grade``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nasedu.cli.options import MOST
from nasedu.cli.terminal import say, ticking


def grade(
    folder: Annotated[
        Path,
        typer.Argument(help="Holds a folder for each student, with their copies of the lessons."),
    ],
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, max=MOST, help="Of the hidden cases; default a new one, which is printed."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="CSV to write; default grades.csv in FOLDER.")
    ] = None,
    lesson: Annotated[
        list[str] | None,
        typer.Option(help="Only this lesson, e.g. 04; more than once for several."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Functions at a time; default one for each core.")
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=1, help="Time that one function may take for all of its cases.")
    ] = 20,
    megabytes: Annotated[
        int, typer.Option(min=64, help="Memory that one function may take (Linux only).")
    ] = 2048,
) -> None:
    """Grade every student's functions, with hidden cases.

    THIS RUNS STUDENTS' CODE. It may do whatever you may do on this machine: read your files,
    write them, use the network. Run it in a container or on a machine that holds nothing valuable,
    with the students' folders and nothing else. Limits of time and memory are for accidents and
    not for attacks, and no check of this kind stops somebody who wants to cheat: if you doubt a
    result, read the function.

    Of each notebook only the functions of the exercises are run, with the imports and helpers that
    they need. The CSV has a row for each: student, lesson, exercise, state, sentence.
    """
    import secrets

    from tqdm import tqdm

    from nasedu.course.grade_sheet import class_summary, write_grades
    from nasedu.course.grading import grade_folder, graded_names, lessons_to_grade
    from nasedu.course.handed_in import packed_in, students_of
    from nasedu.errors import DataError
    from nasedu.searching.workers import NoProcessesError
    from nasedu.whole_file import check_writable

    students, lessons = students_of(folder), lessons_to_grade(folder, lesson or ())
    path = out or folder / "grades.csv"
    check_writable(path, DataError)
    for name in packed_in(folder):
        say(f"{name} is left out: unpack it into a folder beside it", err=True)
    seed = secrets.randbelow(2**31) if seed is None else seed
    total = len(students) * sum(len(graded_names(each)) for each in lessons)
    limits = {"seconds": seconds, "megabytes": megabytes}
    grades, status = [], 0
    with tqdm(total=total, unit="function", disable=None) as bar, ticking(bar):
        try:
            for each in grade_folder(folder, lessons, seed=seed, workers=workers, **limits):
                grades.append(each)
                bar.update()
        except KeyboardInterrupt:
            status = 130
        except NoProcessesError as error:  # code of somebody may have used them up
            if not grades:
                raise
            say(error, err=True)
            status = 2
    write_grades(grades, path)
    say(class_summary(grades))
    stopped = f"stopped at {len(grades):,} of {total:,}; " if status else ""
    say(f"\n{stopped}{path}: {len(grades):,} rows; hidden cases of seed {seed}, the same for all")
    raise typer.Exit(status)
