"""The parameter servers' numbers: how many shards and replicas learn one policy (section 3.2)."""

from __future__ import annotations

from dataclasses import dataclass

from nasedu.values import Count, Value


@dataclass(frozen=True, slots=True)
class ParameterServers(Value):
    """Many replicas of the controller that do not wait for each other (Zoph & Le, figure 3).

    S shards hold the weights. Each of K replicas copies them, samples m children, waits for these
    alone, and sends back the gradient. The paper's are 20 shards and 100 replicas for networks,
    and 20 and 400 for cells, where the shards take a step once 10 gradients have come.

    Args:
        shards: Parts that the weights are divided among, S. Each tensor is held by one of them,
            so no more shards are made than there are tensors.
        replicas: Copies of the controller, K.
        accumulate: Gradients that are gathered for one step, along their mean.

    Raises:
        SettingError: A number that is no integer of at least 1.
    """

    shards: Count = 1
    replicas: Count = 1
    accumulate: Count = 1
