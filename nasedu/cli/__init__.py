"""The command line. Heavy modules load inside the commands, so that help is instant."""

from __future__ import annotations

import os
import signal
import sys
import time
from types import FrameType
from typing import Annotated

import typer

from nasedu import __version__
from nasedu.cli import terminal
from nasedu.cli.course_commands import course_app
from nasedu.cli.data_commands import data_app
from nasedu.cli.field_options import help_command
from nasedu.cli.network_commands import draw
from nasedu.cli.options import Command, CommandGroup
from nasedu.cli.search_commands import SearchCommand, explore, report, resume, search
from nasedu.cli.table_commands import table_app
from nasedu.cli.terminal import say
from nasedu.cli.training_commands import TrainCommand, train
from nasedu.cli.use_commands import export, predict
from nasedu.errors import NaseduError

ONE_PRESS = 1.0  # seconds in which further Ctrl-C, by impatient fingers, are one with the first

app = typer.Typer(
    name="nasedu",
    cls=CommandGroup,
    help="Neural architecture search with reinforcement learning, to learn from.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command(cls=SearchCommand)(search)
for command in (resume, report, explore, draw, predict, export):
    app.command(cls=Command)(command)
app.command(cls=TrainCommand)(train)
app.add_typer(course_app, name="course")
app.add_typer(data_app, name="data")
app.add_typer(table_app, name="table")


def _say_version(wanted: bool) -> None:
    if wanted:
        say(f"nasedu {__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", callback=_say_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Neural architecture search with reinforcement learning, to learn from."""


@app.command(cls=Command)
def doctor(
    report: Annotated[bool, typer.Option(help="Print a block to paste for a teacher.")] = False,
) -> None:
    """Say whether all that the course needs is there.

    For everything that is missing it says what to do.
    """
    from nasedu.doctor import examine

    examination = examine()
    say(examination.block() if report else examination)
    raise typer.Exit(0 if examination.is_well else 1)


def main() -> None:
    """Run the command line: what cannot be is one line and exit code 2, Ctrl-C 130."""
    interrupts = _count_interrupts()
    terminal.prepare()
    try:
        status, message = app(standalone_mode=False) or 0, ""
    except KeyboardInterrupt:
        status, message = 130, ""
    except Exception as error:
        if interrupts or isinstance(error, typer.Abort):  # a library made its own error of it
            status, message = 130, ""
        else:
            status, message = 2, _in_words(error)
    if interrupts:  # Python gives up our handler on its way out, and more presses may come
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(terminal.end_output(status, message))


def _in_words(error: Exception) -> str:
    """Return what a user is told of an error; raise it again if it is a mistake of nasedu."""
    if isinstance(error, NaseduError):
        return str(error)
    if isinstance(error, BrokenPipeError):  # who reads our help, such as `head`, had enough
        return ""
    if isinstance(error, OSError):
        where = "the output or a file" if error.filename is None else error.filename
        return (
            f"{where}: {error.strerror or error}; check that it is there, that you may read and "
            "write it, and that the disk has room"
        )
    if hasattr(error, "format_message"):  # what typer raises for bad usage has it
        context = getattr(error, "ctx", None)
        see = "nasedu --help" if context is None else help_command(context)
        return f"{error.format_message()} (see `{see}`)"  # pyright: ignore
    raise error


def _count_interrupts() -> list[float]:
    """Return the times of Ctrl-C from now on; the first raises, a later one ends the process.

    What is finished is safe at any moment, as it is from a kill.
    """
    interrupts: list[float] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        interrupts.append(time.monotonic())
        if len(interrupts) == 1:
            raise KeyboardInterrupt
        if interrupts[-1] > interrupts[0] + ONE_PRESS:  # else what the first began would break off
            os._exit(130)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)
    return interrupts
