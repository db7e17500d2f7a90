"""The terminal: the one place where text of the command line leaves.

Titles, reasons and names of files are other people's text. What steers a terminal in them is
shown as a replacement character, and so is what its encoding lacks. An output that takes no more
text, on a full disk for one, ends no work: `end_output` says so when the work is done.
"""

from __future__ import annotations

import io
import os
import re
import sys
import warnings
from collections.abc import Generator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from tqdm import tqdm

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but for tab and newline
    "\u2028\u2029\u202a-\u202e\u2066-\u2069"  # other ends of lines, and changes of direction
    "\ud800-\udfff]"  # bytes of a file's name that are no UTF-8
)
LONGEST = 1000  # characters of a line that says what is wrong

_lost: list[OSError] = []  # why text to the standard output was lost


def prepare() -> None:
    """Let no text end the program: not its letters, nor a stream that is closed or strict."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by who started us, e.g. `nasedu ... >&-`
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    warnings.showwarning = _say_warning


def say(text: object, *, err: bool = False) -> None:
    """Print text, above the progress bar if there is one.

    Args:
        text: What to print, on one line or several.
        err: Whether it goes to the standard error.
    """
    from tqdm import tqdm

    stream = sys.stderr if err else sys.stdout
    try:
        tqdm.write(without_steering(str(text)), file=stream)
        stream.flush()
    except OSError as error:
        _give_up(stream, error)


@contextmanager
def ticking(bar: tqdm[Any], every: float = 1.0) -> Generator[None]:
    """Let the time of a progress bar go on while it has nothing to count.

    A child may train for minutes: what moves is at work.

    Args:
        bar: Not refreshed if there is no terminal to show it.
        every: Seconds between two looks at the clock.
    """
    over = Event()

    def tick() -> None:
        with suppress(OSError, ValueError):  # a stream that is full or closed
            while not over.wait(every):
                bar.refresh()

    thread = Thread(target=tick, daemon=True)
    if not bar.disable:
        thread.start()
    try:
        yield
    finally:
        over.set()
        if thread.ident is not None:
            thread.join()


def without_steering(text: str) -> str:
    """Return a text without anything that steers a terminal or cannot be encoded."""
    return STEERING.sub(REPLACEMENT, text)


def one_line(text: str) -> str:
    """Return a text as one line of bounded length, its middle left out if need be."""
    line = " ".join(text.split())
    half = LONGEST // 2
    return line if len(line) <= LONGEST else f"{line[:half]} ... {line[-half:]}"


def end_output(status: int, message: str = "") -> int:
    """Send what is left, say in one line what went wrong, and return the exit status.

    Args:
        status: Of the command; it is not 0 if text was lost.
        message: What went wrong; empty if nothing did.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            _give_up(stream, error)
    if _lost:
        has_read_enough = isinstance(_lost[0], BrokenPipeError)  # as `head` does
        status = status or (1 if has_read_enough else 2)
        if not has_read_enough:
            message = message or f"text to the standard output was lost: {_lost[0].strerror}"
    if message:
        say(f"nasedu: {one_line(message)}", err=True)
    return status


def _give_up(stream: TextIO, error: OSError) -> None:
    """Let a stream that cannot be written lead nowhere, also what it still holds."""
    if stream is sys.stdout:
        _lost.append(error)
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()


def _say_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    say(warnings.formatwarning(message, category, filename, lineno, line).rstrip(), err=True)
