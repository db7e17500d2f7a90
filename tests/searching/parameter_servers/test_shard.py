"""Shards and replicas: what they compute, and what they do with what arrives twice or late."""

from copy import deepcopy

import pytest
import torch

from nasedu import Controller, Reinforce
from nasedu.controller import ParameterServers
from nasedu.errors import SettingError
from nasedu.runs.records import learner_columns
from nasedu.searching.parameter_servers import (
    Replica,
    ShardedPolicy,
    deal_out,
    replica_seed,
    split_gradients,
)
from nasedu.spaces import ConvNetSpace

SPACE = ConvNetSpace(num_layers=3, strides=(1,))
REWARDS = torch.tensor([0.1, 0.9, 0.4, 0.3], dtype=torch.float64)


def learner(seed=0):
    return Reinforce(Controller(SPACE.decisions, seed=seed), lr=0.03)


def made(shards=3, accumulate=1):
    """Return shards, and a replica that has pulled."""
    strategy = learner()
    servers = ShardedPolicy.of(strategy, ParameterServers(shards, accumulate=accumulate))
    return servers, replica(servers, strategy)


def replica(servers, strategy, number=1):
    one = Replica(number, deepcopy(strategy), torch.Generator().manual_seed(number))
    one.pull(servers.pull())
    return one


def gradient(one, num_layers=None):
    return one.gradient(one.sample(4, num_layers), REWARDS)


def same(a, b):
    return learner_columns(a, torch.Generator()) == learner_columns(b, torch.Generator())


@pytest.mark.parametrize("shards", [1, 3, 99])
def test_shards_learn_what_one_strategy_learns_alone(shards):
    servers, one = made(shards)
    alone, source = learner(), torch.Generator().manual_seed(1)
    for number, depth in enumerate((1, 3, 2, 3), start=1):
        tokens = alone.ask(4, generator=source, num_layers=depth)
        assert torch.equal(one.sample(4, depth), tokens)
        servers.push(1, number, one.gradient(tokens, REWARDS))
        alone.tell(tokens, REWARDS)
        one.pull(servers.pull())
    handed = learner(5)
    servers.hand_back(handed)
    assert same(handed, alone)


def test_each_tensor_is_held_by_one_shard_and_all_hold_about_as_much():
    weights = learner().weights
    homes = deal_out(weights, 3)
    assert sorted(name for home in homes for name in home) == sorted(weights)
    held = [sum(weights[name].numel() for name in home) for home in homes]
    assert max(held) - min(held) <= max(weight.numel() for weight in weights.values())
    assert len(deal_out(weights, 99)) == len(weights)  # none holds nothing


def test_the_first_shard_alone_is_told_rewards():
    _, one = made()
    parts = split_gradients(gradient(one), deal_out(learner().weights, 3))
    assert [len(part.rewards) for part in parts] == [4, 0, 0]


def test_a_push_that_arrives_twice_or_too_late_changes_nothing():
    servers, one = made()
    first = gradient(one)
    assert servers.push(1, 1, first) == (0, 0, 0)
    before = deepcopy(servers.state_dict())
    assert servers.push(1, 1, first) == (0, 0, 0)  # what it met, not what it would meet now
    servers.push(1, 3, first)  # one may be lost with a shard's last steps
    after = deepcopy(servers.state_dict())
    servers.push(1, 2, first)
    assert str(servers.state_dict()) == str(after) != str(before)


def test_other_replicas_pushes_of_the_same_number_count():
    servers, one = made()
    other = replica(servers, learner(), 2)
    servers.push(1, 1, gradient(one))
    met = servers.push(2, 1, gradient(other))
    assert (one.staleness((0, 0, 0)), other.staleness(met)) == (0, 1)
    assert servers.shards[0].version == 2


def test_what_was_pulled_stays_as_it_was():
    servers, one = made()
    pulled = servers.pull()
    before = {name: w.clone() for part in pulled for name, w in part.weights.items()}
    servers.push(1, 1, gradient(one))
    after = {name: w for part in pulled for name, w in part.weights.items()}
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert servers.pull()[0].version == 1


def test_gathered_gradients_make_one_step_along_their_mean():
    servers, one = made(accumulate=2)
    alone, source = learner(), torch.Generator().manual_seed(1)
    tokens = alone.ask(4, generator=source)
    for number, half in enumerate((slice(0, 2), slice(2, 4)), start=1):
        part = one.gradient(tokens[half], REWARDS[half] - REWARDS[half].mean())
        servers.push(1, number, part)
        assert servers.shards[0].version == number // 2
    wanted = alone.gradient(tokens, torch.cat([r - r.mean() for r in REWARDS.split(2)]))
    alone.apply(wanted)
    for name, weight in alone.weights.items():
        held = next(s.weights[name] for s in servers.shards if name in s.weights)
        assert torch.allclose(held, weight, atol=1e-3)  # of a step of 0.03


def test_weights_that_no_gathered_batch_used_keep_their_count_of_steps():
    servers, one = made(accumulate=2)
    for number, depth in enumerate((1, 1), start=1):
        servers.push(1, number, gradient(one, depth))
    steps = {k: float(v) for k, v in servers.state_dict().items() if k.endswith(".step")}
    assert set(steps.values()) == {1.0}
    assert "adam.v.weight.step" not in steps  # one layer has no earlier one to point at


@pytest.mark.parametrize("waiting", [0, 1])
def test_shards_and_replicas_go_on_from_their_state(waiting):
    servers, one = made(accumulate=2)
    for number in range(1, 3 + waiting):
        servers.push(1, number, gradient(one))
        if number == 1:
            one.pull(servers.pull())
    again, other = made(accumulate=2)
    again.load_state_dict(deepcopy(servers.state_dict()))
    other.load_state_dict(deepcopy(one.state_dict()))
    other.generator.set_state(one.generator.get_state())
    old = gradient(replica(again, learner(), 9))
    assert again.push(1, 1, old) == servers.push(1, 1, old) and same(again, servers)  # seen before
    for ends, which in ((servers, one), (again, other)):
        ends.push(1, 9, gradient(which))
    assert same(again, servers)


def test_a_diverged_shard_says_which_learning_rate():
    strategy = Reinforce(Controller(SPACE.decisions, seed=0), lr=1e9)
    servers = ShardedPolicy.of(strategy, ParameterServers(2))
    with pytest.raises(SettingError, match="lr is 1000000000"):
        servers.push(1, 1, gradient(replica(servers, strategy)))


def test_the_first_replica_draws_what_a_search_alone_draws():
    seeds = [replica_seed(7, number) for number in range(1, 50)]
    assert seeds[0] == 7 and len(set(seeds)) == 49 and min(seeds) >= 0
