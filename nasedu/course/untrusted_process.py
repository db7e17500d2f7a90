"""The untrusted process: it runs code of a student, and all that is heard of it is JSON.

A pickle may name any function, which is called where the pickle is read. `multiprocessing` sends
answers as pickles. So code of a student could run in the process that writes the grades, where no
limit holds. Here what comes back is bytes of a bounded length, read as JSON by the house's reader.
The process answers from `nasedu.course.untrusted_code`.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from typing import Any, Literal

from nasedu import worker_process
from nasedu.course import untrusted_code
from nasedu.documents import read_json
from nasedu.errors import NaseduError
from nasedu.searching.clock import LOOK
from nasedu.searching.worker_side import NO_PROCESSES
from nasedu.searching.workers import NoProcessesError

START_LIMIT = 180.0  # seconds for a process to start; the first one imports torch
LONGEST = 100_000  # bytes of an answer

NO_ANSWER = "what its process sends is not an answer"

Why = Literal["too slow", "ended", "no answer"]
Questions = SimpleQueue[tuple[bytes, int] | None]  # and the longest answer; None ends the talk
Answers = SimpleQueue[bytes | Exception]


class NoAnswerError(NaseduError, RuntimeError):
    """A question is not answered, and no other will be.

    Attributes:
        why: The process is too slow, has ended, or sends what is no answer.
    """

    why: Why

    def __init__(self, why: Why, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


class NotReadyError(NoProcessesError):
    """A process was started, and ends or hangs before it has run anything of a student."""


class UntrustedProcess:
    """A process that answers questions, both JSON values, until it is closed.

    Args:
        module: Has the function. Where processes can be forks, they are forks of one that has
            imported this module (and so torch) already, and start at once.
        function: Gets the connection and the arguments; confines the process, and answers.
        arguments: For the function.

    Raises:
        NoProcessesError: The system gives no processes.
        NotReadyError: It gives one that does not get ready.
    """

    def __init__(self, module: str, function: str, *arguments: Any) -> None:
        context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
        ours, theirs = context.Pipe()
        self._process = context.Process(
            target=worker_process.begin, args=(module, function, theirs, *arguments), daemon=True
        )
        try:
            if sys.platform != "win32":
                _start_server(module)
            self._process.start()
        except (OSError, EOFError) as error:
            ours.close()
            raise NoProcessesError(f"{NO_PROCESSES}: {error}") from None
        finally:
            theirs.close()
        self._questions: Questions = SimpleQueue()
        self._answers: Answers = SimpleQueue()
        talk = ours, self._questions, self._answers
        threading.Thread(target=_talk, args=talk, daemon=True).start()
        try:
            self._questions.put((b"", LONGEST))
            self._hear(START_LIMIT)
        except NoAnswerError as error:
            self.close()
            raise NotReadyError(f"{NO_PROCESSES}: {error}") from None
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> UntrustedProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, and what it has started."""
        if sys.platform != "win32" and self._process.pid:
            with suppress(OSError):  # it ended before it had a group of its own
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.join()
        self._questions.put(None)

    def ask(self, *question: Any, seconds: float, longest: int = LONGEST) -> Any:
        """Return what the process answers, of which nothing is known but that it is JSON.

        Args:
            question: Its values.
            seconds: How long the answer may take.
            longest: Bytes that it may have.

        Raises:
            NoAnswerError: There is none. The process is then of no more use.
        """
        self._questions.put((json.dumps(question).encode(), longest))
        return self._hear(seconds)

    def _hear(self, seconds: float) -> Any:
        heard, end = None, time.monotonic() + seconds
        while heard is None and (left := end - time.monotonic()) > 0:
            with suppress(Empty):  # after a moment, so that Ctrl-C gets through on every system
                heard = self._answers.get(timeout=min(left, LOOK))
        if heard is None:
            raise NoAnswerError("too slow", f"it takes longer than {seconds:g} s")
        if isinstance(heard, EOFError | ConnectionError):
            self._process.join(1)
            if (code := self._process.exitcode) is not None:
                raise NoAnswerError("ended", f"its process {worker_process.ending_of(code)}")
        try:
            if isinstance(heard, Exception):
                raise ValueError(str(heard))
            return read_json(heard.decode())
        except ValueError:
            raise NoAnswerError("no answer", NO_ANSWER) from None


def _start_server(module: str) -> None:
    """Start the process of which the others are forks, unless it runs; Ctrl-C never reaches it."""
    from multiprocessing import forkserver

    forkserver.set_forkserver_preload([untrusted_code.__name__, module])
    resource_tracker.ensure_running()  # whose start would unblock interrupts again
    with worker_process.interrupts_blocked():
        forkserver.ensure_running()


def _talk(connection: Connection, questions: Questions, answers: Answers) -> None:
    """Carry questions there and answers back.

    A process may stop in the middle of what it sends. Then this thread waits, for ever if need be,
    and nobody else does; a wait of its own with a limit is not to be had on every system.
    """
    with connection:
        while waiting := questions.get():
            question, longest = waiting
            try:
                if question:
                    connection.send_bytes(question)
                answers.put(connection.recv_bytes(longest))
            except (EOFError, OSError) as error:
                answers.put(error)
