import json

import pytest
import torch

from nasedu.controller import RandomSearch, RegularizedEvolution
from nasedu.controller.evolution import mutate
from nasedu.errors import SettingError
from nasedu.spaces import ConvNetSpace

SPACE = ConvNetSpace(3, (1, 3, 5), (1, 3, 5), (8, 24))
BEST = torch.tensor([decision.num_tokens - 1 for decision in SPACE.decisions])


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def matches(tokens):
    """Share of the decisions that are as in BEST."""
    return (tokens == BEST).double().mean(1)


def best_found(strategy, seed, updates=25):
    source, best = generator(seed), 0.0
    for _ in range(updates):
        tokens = strategy.ask(8, generator=source)
        strategy.tell(tokens, matches(tokens))
        best = max(best, matches(tokens).max().item())
    return best


def random_tokens(n, seed=9, num_layers=None):
    return RandomSearch(SPACE.decisions).ask(n, generator=generator(seed), num_layers=num_layers)


def test_random_points_until_the_population_is_full():
    strategy = RegularizedEvolution(SPACE.decisions, population_size=20, sample_size=4)
    tokens = random_tokens(20)
    strategy.tell(tokens[:19], matches(tokens[:19]))
    asked = strategy.ask(40, generator=generator(1))
    assert torch.equal(asked, random_tokens(40, seed=1))
    strategy.tell(tokens[19:], matches(tokens[19:]))
    asked = strategy.ask(40, generator=generator(1))
    changes = (asked[:, None] != tokens).sum(2).min(1).values  # from the member that is nearest
    assert changes.tolist() == [1] * 40


def test_a_mutation_changes_one_decision_to_any_of_its_other_tokens():
    parent, source = BEST.clone(), generator()
    changed = torch.zeros(len(parent))
    values = [set() for _ in SPACE.decisions]
    for _ in range(4000):
        child = parent.clone()
        mutate(child, SPACE.decisions, source)
        (t,) = (child != parent).nonzero().flatten().tolist()
        changed[t] += 1
        values[t].add(int(child[t]))
    others = [set(range(d.num_tokens - 1)) for d in SPACE.decisions]  # the parent has the last
    assert values == others
    free = torch.tensor([d.num_tokens > 1 for d in SPACE.decisions])
    share = changed / changed.sum()
    assert (share[free] - 1 / free.sum()).abs().max() < 0.02


def test_where_there_is_nothing_to_choose_nothing_changes():
    space = ConvNetSpace(1, (3,), (3,), (8,))
    strategy = RegularizedEvolution(space.decisions, population_size=2, sample_size=1)
    strategy.tell(torch.zeros(2, 4, dtype=torch.int64), torch.tensor([0.1, 0.2]))
    assert strategy.ask(3, generator=generator()).tolist() == [[0] * 4] * 3


def test_the_oldest_dies_however_good_it_was():
    strategy = RegularizedEvolution(SPACE.decisions, population_size=5, sample_size=2)
    tokens, rewards = random_tokens(8), torch.arange(8.0).flip(0)
    for i in range(0, 8, 2):
        strategy.tell(tokens[i : i + 2], rewards[i : i + 2])
    assert [told.reward for told in strategy.population] == [4, 3, 2, 1, 0]
    assert [list(told.tokens) for told in strategy.population] == tokens[3:].tolist()


@pytest.mark.parametrize("sample_size", [1, 3, 10])
def test_the_best_of_a_sample_with_replacement_wins(sample_size):
    strategy = RegularizedEvolution(SPACE.decisions, population_size=10, sample_size=sample_size)
    strategy.tell(random_tokens(10), torch.arange(10.0))
    source = generator()
    winners = torch.tensor([strategy.tournament(source).reward for _ in range(3000)])
    for k in (5, 9):  # the chance that the best of S is below k
        assert (winners < k).double().mean() == pytest.approx((k / 10) ** sample_size, abs=0.03)


def test_children_grow_from_shallower_members_and_are_cut_from_deeper_ones():
    strategy = RegularizedEvolution(SPACE.decisions, population_size=10, sample_size=3)
    shallow = random_tokens(10, num_layers=2)
    strategy.tell(shallow, torch.arange(10.0))
    grown = strategy.ask(60, generator=generator(), num_layers=3)
    changes = (grown[:, None, :8] != shallow).sum(2).min(1).values
    assert changes.max() == 1
    assert (changes == 0).any()  # there the change is in the new layer
    assert len(grown[:, 8:].unique(dim=0)) > 20
    cut = strategy.ask(60, generator=generator(), num_layers=1)
    assert cut.shape == (60, 4)
    assert (cut[:, None] != shallow[:, :4]).sum(2).min(1).values.max() <= 1


def test_restored_with_a_full_population_it_goes_on_bit_for_bit():
    strategy = RegularizedEvolution(SPACE.decisions, population_size=9, sample_size=3)
    tokens = random_tokens(12)
    strategy.tell(tokens, torch.rand(12, generator=generator(), dtype=torch.float64))
    state = json.loads(json.dumps(strategy.state_dict()))
    again = RegularizedEvolution(SPACE.decisions, **strategy.settings)
    again.load_state_dict(state)
    assert again.population == strategy.population
    asked = [s.ask(20, generator=generator(5)) for s in (strategy, again)]
    assert torch.equal(*asked)


def test_it_finds_more_than_random_search():
    seeds = range(8)
    evolved = [best_found(RegularizedEvolution(SPACE.decisions), seed) for seed in seeds]
    drawn = [best_found(RandomSearch(SPACE.decisions), seed) for seed in seeds]
    assert sum(evolved) / 8 > sum(drawn) / 8 + 0.1
    assert sum(best == 1 for best in evolved) >= 4


@pytest.mark.parametrize(
    ("population_size", "sample_size", "words"),
    [
        (0, 0, "population_size is 0; expected an integer of at least 1"),
        (10, 11, "sample_size is 11; expected at most the population_size, 10"),
        (10, 0, "sample_size is 0"),
        (10.0, 2, "population_size is 10.0"),
        (True, True, "population_size is True"),
    ],
)
def test_sizes_out_of_range(population_size, sample_size, words):
    with pytest.raises(SettingError, match=words):
        RegularizedEvolution(SPACE.decisions, population_size, sample_size)
