"""The command line, run in the process of the test."""

from typer.testing import CliRunner

from nasedu.cli import app


def nasedu(*arguments):
    """Run a command; return what it printed, or raise what it raised."""
    done = CliRunner().invoke(app, [str(a) for a in arguments], standalone_mode=False)
    if done.exception:
        raise done.exception
    return done.stdout
