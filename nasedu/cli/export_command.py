"""The command that hands lessons to other graders: ``nasedu course export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nasedu.cli.options import MOST
from nasedu.cli.terminal import say


def export_lessons(
    out: Annotated[Path, typer.Argument(help="Folder to write to; it is made if it is missing.")],
    lesson: Annotated[
        list[str] | None,
        typer.Argument(
            help="Numbers of lessons, e.g. 04, or .ipynb files; default all that have exercises."
        ),
    ] = None,
    nbgrader: Annotated[
        bool, typer.Option("--nbgrader", help="For nbgrader: OUT is the folder of its course.")
    ] = False,
    otter: Annotated[bool, typer.Option("--otter", help="For Otter Assign.")] = False,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, max=MOST, help="Of the hidden cases; default a new one, which is printed."
        ),
    ] = None,
) -> None:
    """Write lessons in the format of nbgrader or of Otter, solutions marked.

    Make the students' version with that tool: `nbgrader generate_assignment lesson_04`, or
    `otter assign OUT/lesson_04/NAME.ipynb dist`. Tested with nbgrader 0.9.6 and Otter 7.0.0, on
    one lesson or two each: an empty exercise gets no points, the solution gets all.
    """
    import secrets

    from nasedu.errors import DataError, SettingError

    if nbgrader == otter:
        raise SettingError("expected one of --nbgrader and --otter")
    from nasedu.course.grader_notebooks import grader_notebook
    from nasedu.course.grading import lessons_with_exercises
    from nasedu.course.lesson_slides import lesson_path
    from nasedu.whole_file import write_whole

    seed = secrets.randbelow(2**31) if seed is None else seed
    tool = "nbgrader" if nbgrader else "otter"
    paths = [lesson_path(each) for each in lesson or lessons_with_exercises()]
    notebooks = {path: grader_notebook(path, tool, seed) for path in paths}
    home = out / "source" if nbgrader else out
    for path, text in notebooks.items():
        folder = home / f"lesson_{path.stem.partition('_')[0]}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = f"{folder} cannot be made: {error.strerror}"
            raise DataError(f"{reason}; choose another folder") from None
        write_whole(folder / path.name, text.encode(), DataError)
    lessons = "1 lesson" if len(notebooks) == 1 else f"{len(notebooks)} lessons"
    say(f"{lessons} for {tool} in {home}; hidden cases of seed {seed}")
