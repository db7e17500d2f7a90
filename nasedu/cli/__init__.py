"""The command line. Heavy modules load inside the commands, so that help is instant."""

from __future__ import annotations

import signal
import sys
from typing import Annotated

import typer

from nasedu.cli.images import data_app
from nasedu.cli.networks import draw
from nasedu.cli.searches import report, resume, search
from nasedu.cli.tables import table_app
from nasedu.cli.trainings import train
from nasedu.errors import NaseduError

app = typer.Typer(
    name="nasedu",
    help="Neural architecture search with reinforcement learning, to learn from.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (search, resume, report, draw, train):
    app.command()(command)
app.add_typer(data_app, name="data")
app.add_typer(table_app, name="table")


@app.command()
def doctor(
    report: Annotated[bool, typer.Option(help="Print a block to paste for a teacher.")] = False,
) -> None:
    """Say whether everything is there that the course needs, and what to do if not."""
    from nasedu.doctor import examine

    examination = examine()
    typer.echo(examination.block() if report else str(examination))
    raise typer.Exit(0 if examination.is_well else 1)


def main() -> None:
    """Run the command line: bad usage is one line and exit code 2, Ctrl-C 130."""
    interrupts: list[int] = []

    def interrupt(number: int, frame: object) -> None:
        interrupts.append(number)  # a library that is being imported may turn it into its own error
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except NaseduError as error:
        message = str(error)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if interrupts or isinstance(error, typer.Abort):
            sys.exit(130)
        if not hasattr(error, "format_message"):  # what typer raises for bad usage has it
            raise
        message = f"{error.format_message()} (see `nasedu --help`)"  # pyright: ignore
    typer.echo(f"nasedu: {' '.join(message.split())}", err=True)
    sys.exit(2)
