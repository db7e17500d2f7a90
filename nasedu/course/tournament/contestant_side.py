"""The contestant's side: what runs in the process of somebody's strategy.

The table is not here: a contestant hears of it what it is told. What it does beyond asking and
being told is seen by an audit hook, which Python cannot take away again. That catches those who
look a table up, and no one who means to do harm: student code belongs into a sandbox.
"""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Literal

from nasedu.course.untrusted_code import answer_questions, confine
from nasedu.spaces import Decision
from nasedu.worker_process import limit_memory

Answer = tuple[Literal["fine", "raised", "cheated"], Any]  # tokens (n, T), or a sentence
Rows = list[list[int]]
Told = tuple[Rows, list[float]]  # tokens and rewards

FORBIDDEN = {
    "subprocess.Popen": "starts a program",
    "os.system": "starts a program",
    "os.exec": "starts a program",
    "os.posix_spawn": "starts a program",
    "os.fork": "starts a process",
    "os.forkpty": "starts a process",
    "os.kill": "ends a process",
    "socket.connect": "opens a connection",
    "socket.bind": "opens a connection",
    "socket.getaddrinfo": "opens a connection",
}
"""By the name of an event of `sys.addaudithook`; files and imports are looked at more closely."""
TABLES = "nasedu.tables"
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND
HARMLESS = ("/dev/null", "/dev/urandom")
LONGEST = 200  # characters of an error's own words

# Of a contestant's process.
_make: Callable[..., Any] | None = None
_seats: dict[int, tuple[Any, Any]] = {}  # by game: strategy and generator
_file = ""
_offences: list[str] = []


def begin_contest(parent: Connection, megabytes: int, hidden: Sequence[str]) -> None:
    """Load what a strategy needs, limit the memory, the output and the files, then play.

    Args:
        parent: The referee, which asks for `enter` and `turn`.
        megabytes: Memory that it may take beyond what is taken now; Linux keeps to it.
        hidden: Files and folders that it may not read, though Python finds modules near them.
    """
    confine(parent)
    _warm_up()
    for name in [name for name in sys.modules if f"{name}.".startswith(f"{TABLES}.")]:
        del sys.modules[name]  # so that to import it is seen
    sys.dont_write_bytecode = True
    limit_memory(megabytes)
    sys.addaudithook(_watcher(hidden))
    acts = {act.__name__: act for act in (enter, turn)}
    answer_questions(parent, lambda name, *arguments: acts[name](*arguments))


def enter(name: str, source: str) -> Answer:
    """Run a contestant's file, which has to define ``make(decisions, seed)``."""
    global _make, _file
    _file = name

    def load() -> None:
        global _make
        module = types.ModuleType(name.removesuffix(".py"))
        sys.modules[module.__name__] = module  # dataclasses look their module up
        exec(compile(source, name, "exec"), module.__dict__)
        _make = module.__dict__.get("make")

    answer = _answer(load, "its file")
    if answer[0] == "fine" and not callable(_make):
        return "raised", "its file has no function make(decisions, seed)"
    return answer


def turn(game: int, decisions: list[dict[str, Any]], told: Told | None, n: int) -> Answer:
    """Tell a strategy what its last children earned, and ask it for the next ones.

    Args:
        game: Which game, from 0; its first turn makes the strategy.
        decisions: Of this game, as values of JSON.
        told: The last children that did not fail; None if there are none.
        n: Children to ask for.
    """
    import torch

    if game not in _seats:

        def make() -> None:
            source = torch.Generator().manual_seed(game)
            shown = tuple(Decision(**one) for one in decisions)
            _seats[game] = _make(shown, game), source  # pyright: ignore

        if (answer := _answer(make, "make"))[0] != "fine":
            return answer
    strategy, source = _seats[game]
    if told is not None:
        tokens, rewards = torch.tensor(told[0]), torch.tensor(told[1], dtype=torch.float64)
        if (answer := _answer(lambda: strategy.tell(tokens, rewards), "tell"))[0] != "fine":
            return answer
    return _answer(lambda: torch.as_tensor(strategy.ask(n, generator=source)).tolist(), "ask")


def _answer(act: Callable[[], Any], where: str) -> Answer:
    """Let the contestant act; say what it answered, raised, or did that it may not."""
    try:
        given: Answer = ("fine", act())
    except BaseException as error:  # SystemExit too: the process is ours
        given = ("raised", f"{where} raises {_words(error)}")
    return ("cheated", f"it {_offences[0]}") if _offences else given


def _words(error: BaseException) -> str:
    """Return an error with the last line of the contestant's own file on the way to it."""
    if isinstance(error, MemoryError):
        return "MemoryError: it needs more memory than it may use"
    line, at = None, error.__traceback__
    while at is not None:
        if at.tb_frame.f_code.co_filename == _file:
            line = at.tb_lineno
        at = at.tb_next
    with suppress(Exception):
        words = f"{type(error).__name__}: {error}".removesuffix(": ")[:LONGEST]
        return f"{' '.join(words.split())}{f' (line {line})' if line else ''}"
    return type(error).__name__


def _warm_up() -> None:
    """Learn once: what torch loads then, and looks for on the disk, is not the contestant's."""
    import tempfile

    import torch

    from nasedu.controller import make_strategy

    tempfile.gettempdir()  # tries whether it can write
    decisions = (Decision("warm", 1, (0, 1)),)
    for name in ("ppo", "evolution"):
        strategy = make_strategy(name, decisions)
        tokens = strategy.ask(2, generator=torch.Generator())
        strategy.tell(tokens, torch.zeros(2))


def _watcher(hidden: Sequence[str]) -> Callable[[str, tuple[Any, ...]], None]:
    """Return a hook that raises, and remembers, what a contestant may not do."""
    here = os.path.realpath(".")
    found = {os.path.realpath(one) for one in (*sys.path, sys.prefix, sys.base_prefix) if one}
    roots, secret = tuple(found - {here}), tuple(map(os.path.realpath, hidden))

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        offence = FORBIDDEN.get(event)
        if event == "import" and f"{arguments[0]}.".startswith(f"{TABLES}."):
            offence = f"imports {TABLES}, which reads the tables"
        if event == "open":
            offence = _file_offence(*arguments, roots=roots, secret=secret)
        if offence:
            _offences.append(offence)
            raise PermissionError(f"a contestant may not do this: it {offence}")

    return look


def _file_offence(
    path: Any, mode: Any, flags: Any, *, roots: tuple[str, ...], secret: tuple[str, ...]
) -> str | None:
    """Say what is wrong with opening a file, if something is; modules may be read."""
    if not isinstance(path, str | bytes | os.PathLike):
        return None  # an open file
    asked = os.fsdecode(path)
    if asked in HARMLESS:
        return None
    real, name = os.path.realpath(asked), os.path.basename(asked)  # noqa: PTH119
    if any(is_inside(real, one) for one in secret):
        return f"opens {name}, which holds the table"
    if flags & WRITES:
        return f"writes {name}"
    if not any(is_inside(real, root) for root in roots):
        return f"opens {name}, a file that is not its own"
    return None


def is_inside(path: str, folder: str) -> bool:
    """Return whether a path is this file or folder, or lies in it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
