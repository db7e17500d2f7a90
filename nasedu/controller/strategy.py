"""The strategy: it asks for children and is told their rewards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

import torch
from torch import Generator, Tensor

from nasedu.errors import SettingError


@dataclass(frozen=True, slots=True)
class UpdateStats:
    """What one update looked like.

    Attributes:
        mean_reward: Mean of the rewards that were told.
        baseline: Baseline that the rewards were compared with; None if there is none.
        loss: The loss whose gradient was followed, -mean(advantage * log-probability).
        entropy: Mean over the children of the summed entropies of their decisions, in nats.
        gradient_norm: Euclidean norm of the whole gradient.
        probabilities: For each decision the probability of every choice, averaged over the
            told children before the update; for an anchor, of every earlier layer to be chosen.
        staleness: How many updates of others came between the policy that proposed the children
            and this update; None where nobody else can come between.
    """

    mean_reward: float
    baseline: float | None = None
    loss: float | None = None
    entropy: float | None = None
    gradient_norm: float | None = None
    probabilities: tuple[tuple[float, ...], ...] = ()
    staleness: int | None = None


@dataclass(frozen=True, eq=False)
class Gradients:
    """What a batch says that the weights should do; it can be applied elsewhere, and later.

    Attributes:
        by_name: Gradient of the loss for each weight; None where no decision of the batch used it.
        rewards: ``(B,)`` float64 rewards that the baseline has yet to hear of, in the order of the
            trials; none if it has.
        stats: What the batch looked like.
    """

    by_name: dict[str, Tensor | None]
    rewards: Tensor
    stats: UpdateStats


class Strategy(Protocol):
    """Who decides which children are trained next.

    The contract, held by every strategy:

    - `ask` draws all its randomness from ``generator``, so equal state gives equal tokens.
    - `tell` may come any time after `ask`, in another process: it needs only the tokens.
    - `state_dict` holds tensors and JSON values alone and restores the strategy exactly.
    - A strategy that follows a gradient has `gradient` and `apply` too, of which `tell` is made.
    - A strategy that knows its end may ask for fewer than ``n`` children, and for none at the end.
    - It may have ``seeds()``, the seeds of the children that it asked for last; else they follow
      from the study's seed. It may have ``see(trials)``, which is told of every trial of a batch
      before `tell`, also of those that failed.
    - `settings` are the arguments that made it, as JSON values; a study is only ever
      continued by a strategy of equal name and settings.
    """

    name: ClassVar[str]

    @property
    def settings(self) -> dict[str, Any]:
        """Return the arguments that made this strategy, as JSON values."""
        ...

    def ask(self, n: int, *, generator: Generator, num_layers: int | None = None) -> Tensor:
        """Return ``(n, T)`` int64 tokens of ``n`` children to train, T steps each."""
        ...

    def tell(self, tokens: Tensor, rewards: Tensor) -> UpdateStats:
        """Learn from ``(B, T)`` tokens and their ``(B,)`` rewards, in the order of the trials."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """Return everything that changes, as tensors and JSON values."""
        ...

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        ...


Pair = tuple[tuple[int, ...], float]  # a `Told` in JSON


class Told(NamedTuple):
    """A child that a strategy was told of, and keeps."""

    tokens: tuple[int, ...]
    reward: float


def check_rewards(tokens: Tensor, rewards: Tensor) -> Tensor:
    """Return ``(B,)`` float64 rewards, or raise `SettingError` unless all are finite and B fits."""
    rewards = torch.as_tensor(rewards, dtype=torch.float64)
    if rewards.shape != (len(tokens),) or not rewards.isfinite().all():
        raise SettingError(
            f"rewards are {rewards.tolist()} for {len(tokens)} sequences; "
            "expected one finite number each"
        )
    return rewards
