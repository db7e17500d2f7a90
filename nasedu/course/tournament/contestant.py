"""The contestant: a file's strategy in a process of its own, and its seat in every game.

The referee, which has the table, is the process that makes these. So the one search loop of this
package plays a tournament, too: a `Seat` is a strategy like any other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import torch
from torch import Generator, Tensor

from nasedu.controller import UpdateStats
from nasedu.course.handed_in import read_handed_in
from nasedu.course.tournament import contestant_side
from nasedu.course.tournament.contestant_side import Answer, Told
from nasedu.course.tournament.disguise import Disguise
from nasedu.course.tournament.rules import Rules
from nasedu.course.untrusted_process import LONGEST, NO_ANSWER, NoAnswerError, UntrustedProcess, Why
from nasedu.data.shipped import tables_folder
from nasedu.errors import DataError, NaseduError
from nasedu.viewing.drawings.field_table import printable

LARGEST = 100_000  # characters of a contestant's file: room for a strategy and not for a table

WORDS = 500  # characters of what it says of itself; its own side says less

Fate = Literal["raised", "cheated"] | Why


class ContestantError(NaseduError, RuntimeError):
    """A contestant that is out of the tournament.

    Attributes:
        fate: How that came.
    """

    fate: Fate

    def __init__(self, fate: Fate, sentence: str) -> None:
        super().__init__(sentence)
        self.fate = fate


class Contestant:
    """Runs a file in a process that has little memory, little time and no table.

    Args:
        path: The file; it is read here, so that the process need not find it.
        rules: What it may use.
        hidden: Files that it may not read, beside the shipped tables.

    Raises:
        ContestantError: The file cannot be read, or is too long for a strategy.
        NoProcessesError: The system gives no processes.
    """

    def __init__(self, path: Path, rules: Rules, hidden: Sequence[str] = ()) -> None:
        self.path, self.rules = path, rules
        self.seconds = 0.0  # that it has used
        source = _source_of(path)
        begin = contestant_side.__name__, contestant_side.begin_contest.__name__
        secret = [str(tables_folder()), *hidden]
        self._process = UntrustedProcess(*begin, rules.megabytes, secret)
        try:
            self.call(contestant_side.enter, path.name, source)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Contestant:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, whatever it does."""
        self._process.close()

    def call(self, function: Callable[..., Answer], *arguments: Any, room: int = 0) -> Any:
        """Let the contestant act, and return its answer, which may be anything that JSON can say.

        Args:
            function: Of `contestant_side`; it is called there.
            arguments: For it, as JSON has them.
            room: Bytes that the answer may take beside what an error takes.

        Raises:
            ContestantError: It raises, cheats, takes too long, or its process ends.
        """
        left, begun = max(self.rules.seconds - self.seconds, 0.01), time.monotonic()
        question, longest = (function.__name__, *arguments), LONGEST + room
        try:
            heard = self._process.ask(*question, seconds=left, longest=longest)
        except NoAnswerError as error:
            limit = f"{self.rules.seconds:g} s for its {self.rules.games} games"
            slow = f"it takes longer than {limit}"
            raise ContestantError(
                error.why, slow if error.why == "too slow" else str(error)
            ) from None
        finally:
            self.seconds += time.monotonic() - begun
        match heard:
            case None:  # what `ask` has returned cannot be sent
                return None
            case ["fine", answer]:
                return answer
            case ["raised" | "cheated" as fate, str(sentence)]:
                raise ContestantError(fate, printable(sentence)[:WORDS])
        raise ContestantError("no answer", NO_ANSWER)


class Seat:
    """A contestant's strategy in one game, as the referee sees it: it speaks of the table.

    Args:
        contestant: Who plays; it thinks in its own process.
        game: Which game, from 0.
        disguise: What it is shown of the table.
    """

    name: ClassVar[str] = "contestant"

    def __init__(self, contestant: Contestant, game: int, disguise: Disguise) -> None:
        self.contestant, self.game, self.disguise = contestant, game, disguise
        self._told: Told | None = None  # which it hears when it is asked next

    @property
    def settings(self) -> dict[str, Any]:
        """Return whose it is."""
        return {"file": self.contestant.path.name}

    def ask(self, n: int, *, generator: Generator, num_layers: int | None = None) -> Tensor:
        """Return ``(n, T)`` tokens of the table; the contestant draws from its own generator.

        Raises:
            ContestantError: It is out.
        """
        told, self._told = self._told, None
        decisions = self.disguise.decisions
        sizes = [decision.num_tokens for decision in decisions]
        shown = [decision.to_dict() for decision in decisions]
        room = n * len(f"{sizes}, ")  # for the largest tokens
        rows = self.contestant.call(contestant_side.turn, self.game, shown, told, n, room=room)
        if isinstance(rows, list) and len(rows) > n:
            raise ContestantError("cheated", f"it asks for {len(rows)} children, expected {n}")
        if not _are_tokens(rows, n, sizes):
            raise ContestantError(
                "raised",
                f"ask returns something else than {n} rows of {len(sizes)} tokens, each at least 0 "
                f"and below {tuple(sizes)}",
            )
        return self.disguise.reveal(torch.tensor(rows))

    def tell(self, tokens: Tensor, rewards: Tensor) -> UpdateStats:
        """Keep ``(B, T)`` tokens and their ``(B,)`` rewards until the contestant is asked next."""
        self._told = self.disguise.hide(tokens).tolist(), rewards.tolist()
        return UpdateStats(mean_reward=float(rewards.mean()))

    def state_dict(self) -> dict[str, Any]:
        """Return nothing: no game is gone on with."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over nothing."""


def _source_of(path: Path) -> str:
    try:
        source = read_handed_in(path, 4 * LARGEST)  # bytes
    except DataError as error:
        raise ContestantError("raised", f"its file cannot be read ({error})") from None
    if len(source) > LARGEST:
        raise ContestantError(
            "cheated",
            f"its file has {len(source):,} characters; a strategy has at most {LARGEST:,}",
        )
    return source


def _are_tokens(rows: Any, n: int, sizes: Sequence[int]) -> bool:
    """Return whether these are n children of the game."""
    if not isinstance(rows, list) or len(rows) != n:
        return False
    for row in rows:
        if not isinstance(row, list) or len(row) != len(sizes):
            return False
        for token, size in zip(row, sizes, strict=True):
            if type(token) is not int or not 0 <= token < size:
                return False
    return True
