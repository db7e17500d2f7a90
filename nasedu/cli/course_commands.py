"""Commands about the course: ``nasedu course``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nasedu.cli.answers_command import collect_answers
from nasedu.cli.export_command import export_lessons
from nasedu.cli.grade_command import grade
from nasedu.cli.options import Command, CommandGroup
from nasedu.cli.slides_command import make_slides
from nasedu.cli.terminal import say
from nasedu.cli.tournament_command import hold_tournament
from nasedu.cli.worksheet_command import worksheet
from nasedu.errors import SettingError

course_app = typer.Typer(help="Commands for those who teach the course.", cls=CommandGroup)


@course_app.command(cls=Command)
def build(
    student: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Folder of a student's build.")
    ] = None,
    instructor: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Folder of the build with everything.")
    ] = None,
    solutions: Annotated[
        bool | None,
        typer.Option(
            "--solutions/--no-solutions",
            help="Whether students may see a solution after an attempt; default: as the folder "
            "was built before, and yes for a new one.",
        ),
    ] = None,
    lessons: Annotated[
        Path | None, typer.Option(help="Folder of the lessons; default that of this clone.")
    ] = None,
) -> None:
    """Copy the lessons to a folder: for a student or, with everything, for a teacher.

    A student's build has neither solutions nor notes for teachers. The same command brings a
    folder up to date; what its owner changed stays, and the newer lesson is put beside it.
    """
    from nasedu.course.copies import LESSONS, build_course
    from nasedu.course.student_folder import Settings

    out = student or instructor
    if out is None or (student and instructor):
        given = "both" if out else "neither --student nor --instructor"
        raise SettingError(f"{given} given; expected one of --student OUT and --instructor OUT")
    if solutions is None:
        before = Settings.of(out)
        solutions = before is None or before.solutions
    for line in build_course(out, Settings(student is not None, solutions), lessons or LESSONS):
        say(line)
    say(f"{'student' if student else 'instructor'} build: {out}")


course_app.command(cls=Command)(grade)
course_app.command("answers", cls=Command)(collect_answers)
course_app.command(cls=Command)(worksheet)
course_app.command("slides", cls=Command)(make_slides)
course_app.command("export", cls=Command)(export_lessons)
course_app.command("tournament", cls=Command)(hold_tournament)
