"""The trial: one child of a search, as the study records it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from nasedu.errors import LimitError, SettingError
from nasedu.training import Outcome

State = Literal["asked", "finished", "failed"]
REFUSED = f"{LimitError.__name__}: "  # begins the reason of a child above a limit


@dataclass(frozen=True, slots=True)
class Trial:
    """One child: what was asked for and, once trained, what came of it.

    Attributes:
        number: Counts from 1 in the order of asking.
        batch: The update it belongs to, from 1.
        tokens: Its description, one int a decision.
        seed: Seed of its weights and of the order of its training images.
        outcome: What training gave; None while it is pending.
        learner: Who asked for it; a search has one learner, number 0, unless several share it.
        policy: Version of the policy that proposed it: how many updates it had had.
    """

    number: int
    batch: int
    tokens: tuple[int, ...]
    seed: int
    outcome: Outcome | None = None
    learner: int = 0
    policy: int = 0

    @property
    def state(self) -> State:
        """``"asked"`` while pending, then ``"finished"`` or ``"failed"``."""
        if self.outcome is None:
            return "asked"
        return "failed" if self.outcome.is_failed else "finished"

    @property
    def reward(self) -> float | None:
        """The reward, or None while pending or if failed."""
        return self.outcome.reward if self.outcome else None

    @property
    def reason(self) -> str | None:
        """Why the child failed, or None."""
        return self.outcome.reason if self.outcome else None

    @property
    def is_refused(self) -> bool:
        """Whether it was not trained, since it was above a limit of the search."""
        return self.state == "failed" and (self.reason or "").startswith(REFUSED)


def check_seed(seed: int) -> None:
    """Raise `SettingError` unless torch's generators take the seed."""
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63:
        raise SettingError(f"seed is {seed!r}; expected an integer from 0 to 2**63 - 1")


def child_seed(study_seed: int, number: int) -> int:
    """Return the seed of one child, from the study's seed and the trial's number (63 bits).

    A hash, so that neighbouring studies and trials share nothing, whoever trains them.
    """
    digest = hashlib.sha256(f"nasedu child {study_seed} {number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
