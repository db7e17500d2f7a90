"""What the strategy protocol promises, held against every strategy."""

import json
from dataclasses import asdict

import pytest
import torch
from safetensors.torch import load, save

from nasedu.controller import FOR_A_FIRST_SEARCH, SETTINGS, STRATEGIES, Controller
from nasedu.controller import make_strategy as make_by_name
from nasedu.errors import SettingError
from nasedu.spaces import ConvNetSpace
from nasedu.tables import Enumeration
from nasedu.training import one_thread

SPACE = ConvNetSpace(3, (1, 3), (3, 5), (8, 16))


@pytest.fixture(autouse=True)
def as_the_search_does():
    with one_thread():
        yield


EVERY = (*STRATEGIES, Enumeration.name)


def make_strategy(name, decisions, seed=0, **settings):
    if name != Enumeration.name:
        return make_by_name(name, decisions, seed, **settings)
    return Enumeration(SPACE, 0, **settings)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def rewards(tokens):
    return (tokens.double().sum(1) % 7) / 7


@pytest.mark.parametrize("name", EVERY)
class TestStrategy:
    def test_asks_for_tokens_of_the_space(self, name):
        strategy = make_strategy(name, SPACE.decisions)
        tokens = strategy.ask(30, generator=generator())
        assert tokens.shape == (30, len(SPACE.decisions))
        assert tokens.dtype == torch.int64
        nets = {SPACE.decode(row) for row in tokens.tolist()}
        assert len(nets) >= 10
        assert not tokens.requires_grad

    def test_a_restored_strategy_goes_on_bit_for_bit(self, name):
        original = make_strategy(name, SPACE.decisions, seed=1)
        source = generator()
        for _ in range(3):
            tokens = original.ask(4, generator=source)
            original.tell(tokens, rewards(tokens))
        state = original.state_dict()
        tensors = {k: v for k, v in state.items() if isinstance(v, torch.Tensor)}
        plain = {k: v for k, v in state.items() if k not in tensors}
        restored = make_strategy(name, SPACE.decisions, seed=2)
        restored.load_state_dict(load(save(tensors)) | json.loads(json.dumps(plain)))
        twin_source = generator()
        twin_source.set_state(source.get_state())
        for _ in range(3):
            a = original.ask(4, generator=source)
            b = restored.ask(4, generator=twin_source)
            assert torch.equal(a, b)
            assert original.tell(a, rewards(a)) == restored.tell(b, rewards(b))

    def test_tell_needs_no_ask(self, name):
        tokens = make_strategy(name, SPACE.decisions).ask(4, generator=generator())
        stats = make_strategy(name, SPACE.decisions).tell(tokens, rewards(tokens))
        assert stats.mean_reward == pytest.approx(rewards(tokens).mean().item())

    def test_bad_rewards_are_refused(self, name):
        strategy = make_strategy(name, SPACE.decisions)
        tokens = strategy.ask(2, generator=generator())
        with pytest.raises(SettingError, match="one finite number each"):
            strategy.tell(tokens, torch.tensor([0.5, float("nan")]))

    def test_settings_make_it_again(self, name):
        strategy = make_strategy(name, SPACE.decisions)
        settings = json.loads(json.dumps(strategy.settings))
        again = make_strategy(strategy.name, SPACE.decisions, **settings)
        assert again.settings == strategy.settings


@pytest.mark.parametrize("name", STRATEGIES)
class TestStrategyThatDraws:
    """What a strategy promises that is found by its name and draws what it proposes."""

    def test_asks_for_shallower_children(self, name):
        tokens = make_strategy(name, SPACE.decisions).ask(3, generator=generator(), num_layers=2)
        assert [len(SPACE.decode(row)) for row in tokens.tolist()] == [2, 2, 2]

    def test_all_randomness_comes_from_the_generator(self, name):
        a, b = (make_strategy(name, SPACE.decisions, seed=1) for _ in range(2))
        torch.manual_seed(0)
        first = a.ask(8, generator=generator(3))
        torch.manual_seed(1)
        assert torch.equal(first, b.ask(8, generator=generator(3)))
        assert not torch.equal(first, b.ask(8, generator=generator(4)))

    def test_children_that_failed_are_never_told_and_it_goes_on(self, name):
        strategy, source = make_strategy(name, SPACE.decisions), generator()
        for number in range(25):
            tokens = strategy.ask(8, generator=source)
            told = torch.arange(8) >= number % 4  # up to three of a batch fail
            strategy.tell(tokens[told], rewards(tokens[told]))
        state = strategy.state_dict()
        again = make_strategy(name, SPACE.decisions, seed=1)
        again.load_state_dict(state)
        for num_layers in (1, 2, 3):
            tokens, twins = (
                s.ask(20, generator=generator(1), num_layers=num_layers) for s in (strategy, again)
            )
            assert [len(SPACE.decode(row)) for row in tokens.tolist()] == [num_layers] * 20
            assert torch.equal(tokens, twins)

    def test_unknown_settings_are_named(self, name):
        with pytest.raises(SettingError, match="colour"):
            make_strategy(name, SPACE.decisions, colour="red")


def test_unknown_names_are_answered_with_the_known_ones():
    known = "reinforce, ppo, evolution, local, random"
    with pytest.raises(SettingError, match=f"'annealing'; expected one of {known}"):
        make_strategy("annealing", SPACE.decisions)


def test_random_search_is_uniform_over_sequences():
    tokens = make_strategy("random", SPACE.decisions).ask(8000, generator=generator())
    for column, decision in zip(tokens.T, SPACE.decisions, strict=True):
        share = torch.bincount(column, minlength=decision.num_tokens) / len(column)
        assert (share - 1 / decision.num_tokens).abs().max() < 0.03


def test_settings_are_those_of_the_strategies_and_of_their_constructors():
    assert list(SETTINGS) == list(FOR_A_FIRST_SEARCH) == list(STRATEGIES)
    for name, kind in SETTINGS.items():
        made = make_strategy(name, SPACE.decisions)
        assert made.settings == asdict(kind())
        plain = type(made)(
            Controller(SPACE.decisions) if "lr" in made.settings else SPACE.decisions
        )
        assert plain.settings == made.settings


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("reinforce", {"hidden_size": 0}, "hidden_size is 0; expected an integer"),
        ("reinforce", {"num_layers": 10**9}, "num_layers is 1000000000; expected an integer"),
        ("ppo", {"epochs": 1.5}, "epochs is 1.5; expected an integer"),
        ("evolution", {"sample_size": 60}, "sample_size is 60; expected at most the population"),
    ],
)
def test_a_value_that_cannot_be_is_named(name, settings, words):
    with pytest.raises(SettingError, match=words):
        make_strategy(name, SPACE.decisions, **settings)
