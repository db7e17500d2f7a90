"""Commands of the course, for teachers: ``nasedu course``."""

from __future__ import annotations

import typer

from nasedu.cli.options import Command, CommandGroup
from nasedu.cli.tournament_command import hold_tournament

course_app = typer.Typer(help="The course: for teachers.", cls=CommandGroup)
course_app.command("tournament", cls=Command)(hold_tournament)
