"""Local search: climb from neighbour to neighbour, and start again at the top.

Hill climbing is a baseline that is hard to beat in small spaces (White, Nolen & Savani 2021,
"Exploring the Loss Landscape in Neural Architecture Search", arXiv 2005.02960).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Generator, Tensor

from nasedu.controller.random_search import RandomSearch
from nasedu.controller.strategy import Pair, Told, UpdateStats, check_rewards
from nasedu.spaces import Decision
from nasedu.values import checked

RANDOM_SHARE = 0.05  # children that are random points wherever the search stands
STRANGERS = 3  # told in a row, they say that the neighbours left untried do not train
NEAR = 2  # decisions that a child may differ in and still come from here, or one step ago


class LocalSearch:
    """Move to whatever is better than here; where no neighbour is, start at a random point.

    Untried neighbours (see `neighbours`) are asked for in random order; where fewer are left,
    random points fill the batch. The best child of a batch is the next point if it is better
    than this one (White et al. try all neighbours first). When all were told and none is,
    the best of the last random points is, or else of the next batch.

    Nobody tells of a child that failed: its point stays untried, and would be asked for for
    ever. Hence our choice, one random point in 20 at any time: where only they come back,
    three in a row and none of their batch from here, the neighbours that are left are given up.

    Args:
        decisions: What to decide, in order; see `ConvNetSpace.decisions`.
    """

    name: ClassVar[str] = "local"

    def __init__(self, decisions: Sequence[Decision]) -> None:
        self.decisions = tuple(decisions)
        self.anywhere = RandomSearch(decisions)
        self.here: Told | None = None
        self.tried: set[tuple[int, ...]] = set()  # near points that were told
        self.strangers: list[Told] = []  # told since the last near point

    def __repr__(self) -> str:
        return f"LocalSearch({len(self.decisions)} decisions)"

    @property
    def settings(self) -> dict[str, Any]:
        """Return no settings: there are none."""
        return {}

    def ask(self, n: int, *, generator: Generator, num_layers: int | None = None) -> Tensor:
        """Return ``(n, T)`` tokens: untried neighbours, then random points.

        Where deeper children are asked for than this point is, all have its layers and random
        ones on top; where shallower ones are, its first layers' neighbours.
        """
        children = self.anywhere.ask(n, generator=generator, num_layers=num_layers)
        if self.here is None:
            return children
        point = self.here.tokens[: children.shape[1]]
        if len(point) < children.shape[1]:
            children[:, : len(point)] = torch.tensor(point)
            return children
        untried = [t for t in neighbours(self.decisions, point) if t not in self.tried]
        order = torch.randperm(len(untried), generator=generator)
        count = int((torch.rand(n, generator=generator) >= RANDOM_SHARE).sum())
        for child, i in zip(children[:count], order.tolist(), strict=False):
            child.copy_(torch.tensor(untried[i]))
        return children

    def tell(self, tokens: Tensor, rewards: Tensor) -> UpdateStats:
        """Climb to the best of ``(B, T)`` children with ``(B,)`` rewards, or give up this hill.

        Raises:
            SettingError: ``rewards`` is not one finite number per sequence.
        """
        rewards = check_rewards(tokens, rewards)
        batch = map(Told, map(tuple, tokens.tolist()), rewards.tolist())
        came_from_here = [self._hear(told) for told in batch]
        none_trains = len(self.strangers) >= STRANGERS and not any(came_from_here)
        if none_trains or self._is_top():
            self.here = max(self.strangers, key=_rank, default=None)
            self.tried, self.strangers = set(), []
        return UpdateStats(mean_reward=float(rewards.mean()))

    def _hear(self, told: Told) -> bool:
        """Take a child in; return whether it is a step from here."""
        if self.here is None or _rank(told) > _rank(self.here):
            seen = self.tried if self.here is None else {*self.tried, self.here.tokens}
            self.tried = {tokens for tokens in seen if is_near(tokens, told.tokens)}
            self.here, self.strangers = told, []
        elif is_near(told.tokens, self.here.tokens):
            self.tried.add(told.tokens)
            self.strangers = []
        else:
            self.strangers.append(told)
            return False
        return True

    def _is_top(self) -> bool:
        """Whether every neighbour was told, and none is better."""
        return self.here is not None and self.tried.issuperset(
            neighbours(self.decisions, self.here.tokens)
        )

    def state_dict(self) -> dict[str, Any]:
        """Return where the search stands, what it tried near there, and the latest strangers."""
        return {
            "here": None if self.here is None else [list(self.here.tokens), self.here.reward],
            "tried": sorted(map(list, self.tried)),
            "strangers": [[list(told.tokens), told.reward] for told in self.strangers],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        self.here = None if state["here"] is None else _read(state["here"])
        self.tried = set(checked(state["tried"], tuple[tuple[int, ...], ...], "tried"))
        self.strangers = [_read(told) for told in state["strangers"]]


def neighbours(decisions: Sequence[Decision], tokens: Sequence[int]) -> list[tuple[int, ...]]:
    """Return what differs from T tokens in one decision: of an anchor point, in one layer.

    Args:
        decisions: What to decide; those beyond the tokens are left out.
        tokens: Tokens of the first few whole layers, or of all.
    """
    around = []
    for t, (decision, token) in enumerate(zip(decisions, tokens, strict=False)):
        if decision.is_anchor:
            others = [token ^ 1 << bit for bit in range(decision.layer - 1)]
        else:
            others = [other for other in range(decision.num_tokens) if other != token]
        around += [(*tokens[:t], other, *tokens[t + 1 :]) for other in others]
    return around


def is_near(a: Sequence[int], b: Sequence[int]) -> bool:
    """Whether points of equal depth differ in so few decisions that one led to the other."""
    return len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) <= NEAR


def _rank(told: Told) -> tuple[int, float]:
    """Order by depth, then reward: where children grow, the deepest are what is searched."""
    return len(told.tokens), told.reward


def _read(pair: Any) -> Told:
    return Told(*checked(pair, Pair, "a child that was told"))
