"""Replicas that sample and differentiate together do what each does alone."""

from copy import deepcopy

import pytest
import torch

from nasedu import Controller, Reinforce
from nasedu.controller import ParameterServers
from nasedu.searching.parameter_servers import Replica, ShardedPolicy
from nasedu.searching.parameter_servers.stacked_replicas import FEW, propose_together
from nasedu.tables import NetworkTable, TabularEvaluator


@pytest.fixture(scope="module")
def table():
    return TabularEvaluator(NetworkTable.load("digits_3_layers"))


def replicas(table, count):
    """Return replicas that have pulled different policies, some with a baseline."""
    made = []
    for number in range(1, count + 1):
        strategy = Reinforce(Controller(table.space.decisions, seed=number), lr=0.01)
        strategy.baseline = 0.3 if number % 2 else None
        one = Replica(number, deepcopy(strategy), torch.Generator().manual_seed(number))
        one.pull(ShardedPolicy.of(strategy, ParameterServers(3)).pull())
        made.append(one)
    return made


@pytest.mark.parametrize("count", [FEW - 1, FEW + 1])
def test_each_samples_and_differentiates_as_it_does_alone(table, count):
    def rewards(tokens):
        found = table.rewards(tokens)
        return found.masked_fill(tokens[..., 0] == 1, torch.nan)  # these fail

    together, alone = replicas(table, count), replicas(table, count)
    tokens, gradients = propose_together(together, 6, rewards)
    assert rewards(tokens).isnan().any() and not rewards(tokens).isnan().all(1).any()
    for row, gradient, one in zip(tokens, gradients, alone, strict=True):
        assert torch.equal(row, one.sample(6))
        told = rewards(row)[~rewards(row).isnan()]
        wanted = one.gradient(row[row[:, 0] != 1], told)
        assert torch.equal(gradient.rewards, told)
        assert gradient.stats.baseline == pytest.approx(wanted.stats.baseline)
        for name, slope in wanted.by_name.items():
            assert torch.allclose(gradient.by_name[name], slope, atol=1e-6), name


@pytest.mark.parametrize("count", [1, FEW])
def test_who_has_no_child_that_succeeded_has_no_gradient(table, count):
    _, gradients = propose_together(
        replicas(table, count), 2, lambda tokens: torch.full(tokens.shape[:-1], torch.nan)
    )
    assert gradients == [None] * count
