import json

import pytest
import torch

from nasedu.controller import LocalSearch, RandomSearch, local_search
from nasedu.controller.local_search import neighbours
from nasedu.spaces import ConvNetSpace

SPACE = ConvNetSpace(3, (1, 3, 5), (1, 3, 5), (8, 24))
BEST = torch.tensor([decision.num_tokens - 1 for decision in SPACE.decisions])


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def matches(tokens):
    """Share of the decisions that are as in BEST: separable, a single hill."""
    return (tokens == BEST[: tokens.shape[1]]).double().mean(1)


def best_found(strategy, seed, updates):
    source, best = generator(seed), 0.0
    for _ in range(updates):
        tokens = strategy.ask(8, generator=source)
        strategy.tell(tokens, matches(tokens))
        best = max(best, matches(tokens).max().item())
    return best


def standing_at(point, reward=0.5):
    strategy = LocalSearch(SPACE.decisions)
    strategy.tell(torch.tensor([point]), torch.tensor([reward]))
    return strategy


@pytest.fixture
def no_random_share(monkeypatch):
    monkeypatch.setattr(local_search, "RANDOM_SHARE", 0.0)


def test_neighbours_differ_in_one_choice_or_in_one_layer_of_an_anchor():
    point = [0, 1, 1, 0, 2, 0, 0, 1, 1, 1, 0, 2]
    around = neighbours(SPACE.decisions, point)
    assert len(around) == len(set(around)) == 3 * (2 + 2 + 1) + 0 + 1 + 2
    assert all(sum(a != b for a, b in zip(n, point, strict=True)) == 1 for n in around)
    assert {n[11] for n in around if n[11] != 2} == {0, 3}  # not 1, which changes both layers
    assert len(neighbours(SPACE.decisions, point[:4])) == 5


def test_every_neighbour_is_asked_for_once_in_random_order(no_random_share):
    point = BEST.tolist()
    around = set(neighbours(SPACE.decisions, point))
    strategy, source, asked = standing_at(point), generator(), []
    for n in (5, 5, 8):
        tokens = strategy.ask(n, generator=source)
        asked += map(tuple, tokens.tolist())
        strategy.tell(tokens, torch.full((n,), 0.4))
    assert len(asked) == len(set(asked)) == len(around)
    assert set(asked) == around
    first, second = (standing_at(point).ask(5, generator=generator(s)) for s in (1, 2))
    assert not torch.equal(first, second)


def test_the_best_child_of_a_batch_is_climbed_to(no_random_share):
    strategy = standing_at([0] * 12, matches(torch.zeros(1, 12)).item())
    tokens = strategy.ask(8, generator=generator())
    rewards = torch.tensor([0.1, 0.6, 0.2, 0.7, 0.65, 0.1, 0.1, 0.1])
    strategy.tell(tokens, rewards)
    assert strategy.here.tokens == tuple(tokens[3].tolist())
    again = map(tuple, strategy.ask(20, generator=generator()).tolist())
    assert not {(0,) * 12, *map(tuple, tokens.tolist())} & set(again)  # known already


def test_equal_is_not_better():
    strategy = standing_at([0] * 12)
    strategy.tell(strategy.ask(8, generator=generator()), torch.full((8,), 0.5))
    assert strategy.here.tokens == (0,) * 12


def test_from_a_top_it_starts_again_at_the_best_of_the_random_points(no_random_share):
    point = BEST.tolist()
    strategy, around = standing_at(point), neighbours(SPACE.decisions, point)
    strategy.tell(torch.tensor(around[:-2]), torch.full((len(around) - 2,), 0.4))
    tokens = strategy.ask(8, generator=generator())
    assert set(map(tuple, tokens[:2].tolist())) == set(around[-2:])
    strategy.tell(tokens, torch.tensor([0.3, 0.4, 0.1, 0.2, 0.45, 0.3, 0.1, 0.2]))
    assert strategy.here.tokens == tuple(tokens[4].tolist())
    assert strategy.here.reward == pytest.approx(0.45)
    assert strategy.tried == set()


def test_without_random_points_in_the_last_batch_it_starts_anywhere(no_random_share):
    point = BEST.tolist()
    strategy, around = standing_at(point), neighbours(SPACE.decisions, point)
    strategy.tell(torch.tensor(around), torch.full((len(around),), 0.4))
    assert strategy.here is None
    tokens = strategy.ask(8, generator=generator(3))
    assert torch.equal(tokens, RandomSearch(SPACE.decisions).ask(8, generator=generator(3)))


@pytest.mark.parametrize("batch", [1, 8])
def test_neighbours_that_always_fail_are_given_up(batch):
    """Nobody tells of them, so they stay untried."""
    point = BEST.tolist()
    strategy, around, source = (
        standing_at(point, 2.0),
        neighbours(SPACE.decisions, point),
        generator(),
    )
    failing = set(around[::2])  # 9 of them, more than a batch
    asked = 0
    while strategy.here is not None and strategy.here.reward == 2.0:
        tokens = strategy.ask(batch, generator=source)
        trained = torch.tensor([tuple(row) not in failing for row in tokens.tolist()])
        if trained.any():
            strategy.tell(tokens[trained], matches(tokens[trained]))
        asked += batch
        assert asked < 400
    assert asked > 9


def test_children_grow_from_a_shallower_point():
    strategy = LocalSearch(SPACE.decisions)
    shallow = BEST[:8].tolist()
    strategy.tell(torch.tensor([shallow]), torch.tensor([0.9]))
    tokens = strategy.ask(30, generator=generator())
    assert tokens[:, :8].tolist() == [shallow] * 30
    assert len(tokens[:, 8:].unique(dim=0)) > 10
    strategy.tell(tokens[:3], torch.tensor([0.2, 0.4, 0.3]))  # worse, but as deep as asked for
    assert strategy.here.tokens == tuple(tokens[1].tolist())
    strategy.tell(torch.tensor([shallow]), torch.tensor([1.0]))  # comes late
    assert strategy.here.tokens == tuple(tokens[1].tolist())
    cut = strategy.ask(5, generator=generator(), num_layers=1)
    assert (cut != tokens[1, :4]).sum(1).min() == 1


def test_it_climbs_a_hill_to_its_top():
    # From any point at most 11 decisions are wrong, and a point has 18 neighbours: in the worst
    # case every third batch makes one right.
    assert [best_found(LocalSearch(SPACE.decisions), seed, updates=36) for seed in range(8)] == [
        1.0
    ] * 8


def test_it_finds_more_than_random_search():
    seeds = range(8)
    climbed = [best_found(LocalSearch(SPACE.decisions), seed, updates=20) for seed in seeds]
    drawn = [best_found(RandomSearch(SPACE.decisions), seed, updates=20) for seed in seeds]
    assert sum(climbed) / 8 > sum(drawn) / 8 + 0.1


def test_restored_in_the_middle_of_a_hill_it_goes_on_bit_for_bit():
    strategy, source = LocalSearch(SPACE.decisions), generator()
    for _ in range(7):
        tokens = strategy.ask(8, generator=source)
        strategy.tell(tokens[:7], matches(tokens[:7]))
    assert strategy.tried
    again = LocalSearch(SPACE.decisions)
    again.load_state_dict(json.loads(json.dumps(strategy.state_dict())))
    assert (again.here, again.tried, again.strangers) == (
        strategy.here,
        strategy.tried,
        strategy.strangers,
    )
    assert torch.equal(*(s.ask(20, generator=generator(5)) for s in (strategy, again)))


@pytest.mark.parametrize("batch", [8, 32, 64])
def test_a_hill_is_not_left_while_it_has_neighbours_that_train(batch):
    decisions = ConvNetSpace(6, (1, 3, 5), (1, 3, 5), (8, 24)).decisions
    strategy, source, tried, left, early = LocalSearch(decisions), generator(), set(), 0, 0
    for _ in range(2304 // batch):
        before = strategy.here
        tokens = strategy.ask(batch, generator=source)
        strategy.tell(tokens, (tokens * 7919).sum(1) % 97 / 97.0)
        if before and (strategy.here is None or strategy.here.reward < before.reward):
            left += 1
            tried.update(map(tuple, tokens.tolist()))
            early += not tried.issuperset(neighbours(decisions, before.tokens))
        tried = set(strategy.tried)
    assert left > 0
    assert early == 0
