"""Commands for those who teach the course: ``nasedu course``."""

from __future__ import annotations

import typer

from nasedu.cli.export_command import export_lessons
from nasedu.cli.grade_command import grade
from nasedu.cli.options import Command, CommandGroup
from nasedu.cli.slides_command import make_slides
from nasedu.cli.worksheet_command import worksheet

course_app = typer.Typer(help="The course: for those who teach it.", cls=CommandGroup)
course_app.command(cls=Command)(grade)
course_app.command(cls=Command)(worksheet)
course_app.command("slides", cls=Command)(make_slides)
course_app.command("export", cls=Command)(export_lessons)
