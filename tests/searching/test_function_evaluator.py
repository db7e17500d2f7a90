"""A search that is scored by a function of one's own."""

import math
import os
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from evaluators import SPACE as NETWORKS

from nasedu import ChoiceSpace, Outcome, RandomSearch, search
from nasedu.controller import DepthSchedule, make_strategy
from nasedu.errors import SearchSpaceError, SettingError, StudyError
from nasedu.runs import Study
from nasedu.searching import find_architecture, resume
from nasedu.searching.evaluator import EXPECTED
from nasedu.spaces import Decision
from nasedu.training import Recipe
from nasedu.training.measure import REWARD
from nasedu.viewing.units import measure_of

BLOCKS = ("identity", "mb3", "mb6")
SPACE = ChoiceSpace({"block": BLOCKS}, num_layers=4)


def count(net):
    return net["block"].count("mb3")


def last_of(evaluate, space=SPACE, strategy="random", **options):
    made = make_strategy(strategy, space.decisions, 0)
    options = {"trials": 8, "batch": 4} | options
    return list(search(space, made, evaluate=evaluate, **options))[-1]


def trials_of(evaluate, **options):
    return last_of(evaluate, **options).study.trials()


def found(trials):
    return [(t.tokens, t.seed, t.reward) for t in trials]


def test_the_number_is_the_reward():
    trials = trials_of(count)
    assert [t.reward for t in trials] == [count(SPACE.decode(t.tokens)) for t in trials]
    assert all(t.outcome.seconds > 0 for t in trials)


@pytest.mark.parametrize(
    "number",
    [2, 2.0, np.float32(2), np.int64(2), np.array(2.0), np.array([2.0]), torch.tensor([[2.0]])],
)
def test_a_number_may_lie_in_an_array(number):
    rewards = {trial.reward for trial in trials_of(lambda net: number)}
    assert rewards == {2.0}


def test_an_outcome_is_kept_as_it_is():
    outcome = Outcome(0.5, (0.25, 0.5), (2.0, 1.0), 3.5, 10, 20)
    assert {trial.outcome for trial in trials_of(lambda net: outcome)} == {outcome}


@pytest.mark.parametrize(
    ("returned", "reason"),
    [
        ("0.5", "TypeError: score returned '0.5'; expected a number or an Outcome"),
        (None, "TypeError: score returned None; expected a number or an Outcome"),
        (True, "TypeError: score returned True; expected a number or an Outcome"),
        (1j, "TypeError: score returned 1j; expected a number or an Outcome"),
        ([0.5], "TypeError: score returned [0.5]; expected a number or an Outcome"),
        (math.nan, f"ValueError: the reward is nan; {EXPECTED}"),
        (-math.inf, f"ValueError: the reward is -inf; {EXPECTED}"),
        (Outcome(math.nan), f"ValueError: the reward is nan; {EXPECTED}"),
    ],
)
def test_what_is_no_number_is_a_failed_child_with_its_reason(returned, reason):
    def score(net):
        return returned if "mb3" in net["block"] else 0.5

    trials = trials_of(score)
    assert {trial.reason for trial in trials} == {None, reason}
    assert all((trial.reason is None) == (1 not in trial.tokens) for trial in trials)


def test_what_it_raises_is_the_reason():
    def score(net):
        raise RuntimeError("no oven\nis free")

    last = last_of(score)
    assert last.best is None
    assert {trial.reason for trial in last.study.trials()} == {"RuntimeError: no oven"}


def test_chance_of_torch_is_that_of_the_child_and_no_one_elses():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    rewards = [t.reward for t in trials_of(lambda net: torch.rand(()))]
    assert torch.equal(torch.get_rng_state(), before)
    assert len(set(rewards)) == len(rewards)
    assert [t.reward for t in trials_of(lambda net: torch.rand(()))] == rewards


def test_any_space_may_be_scored(tmp_path):
    last = last_of(lambda net: -len(net.layers), space=NETWORKS, run=tmp_path)
    assert last.best.reward == -NETWORKS.num_layers
    config = Study(tmp_path).config
    assert config.space == NETWORKS.to_json() and measure_of(config) == REWARD


@pytest.mark.parametrize("function", [partial(count), count, max])
def test_a_run_keeps_the_name_and_goes_on_by_the_same_call(tmp_path, function):
    trials_of(function, trials=4, run=tmp_path)
    evaluator = Study(tmp_path).config.evaluator
    name = "partial" if isinstance(function, partial) else function.__name__
    assert evaluator == {"kind": "function", "title": f"the function {name}", "function": name}
    grown = trials_of(function, trials=8, run=tmp_path)
    assert found(grown) == found(trials_of(function, trials=8))
    with pytest.raises(StudyError, match=f"evaluator.function = '{name}' and not 'other'"):

        def other(net):
            return 0.5

        trials_of(other, run=tmp_path)


def test_a_run_of_other_choices_is_refused_by_the_first_that_differs(tmp_path):
    trials_of(count, run=tmp_path)
    changed = ChoiceSpace([*SPACE.decisions[:3], Decision("block", 4, ("identity", "mb3", "mb9"))])
    with pytest.raises(StudyError, match=r"space.decisions\[3\].choices = .*'mb6'.* and not .*mb9"):
        trials_of(count, space=changed, run=tmp_path)


def test_resume_and_draw_find_the_run_without_the_function(tmp_path):
    best = last_of(count, run=tmp_path).best
    with pytest.raises(StudyError, match=r"the function 'count' of your own, whose .* same space"):
        resume(tmp_path)
    assert find_architecture(str(tmp_path)).net == SPACE.decode(best.tokens)


class Rooms:
    """A space of one's own: nothing but decisions, and what they mean."""

    decisions = (Decision("room", 1, ("hall", "attic")), Decision("room", 2, ("cellar", "yard")))

    def __init__(self, deepest=None):
        if deepest:
            self.deepest = deepest

    def decode(self, tokens):
        return "-".join(d.choices[t] for d, t in zip(self.decisions, tokens, strict=False))


def test_a_class_of_ones_own_is_searched_and_gone_on_with(tmp_path):
    last = last_of(len, space=Rooms(), run=tmp_path, trials=6)
    assert last.best.reward == len("attic-cellar")
    assert len(trials_of(len, space=Rooms(), run=tmp_path, trials=12)) == 12
    assert dict(find_architecture(f"{tmp_path}:1").net).keys() == {"room"}
    with pytest.raises(StudyError, match="'len' of your own and the space 'Rooms', whose code"):
        resume(tmp_path)


def test_children_of_a_class_of_ones_own_may_grow(tmp_path):
    depth = DepthSchedule(1, 1, 4)
    trials = trials_of(len, space=Rooms(2), depth=depth, run=tmp_path)
    assert [len(trial.tokens) for trial in trials] == [1] * 4 + [2] * 4
    assert str(find_architecture(f"{tmp_path}:1").net).startswith("room: ")
    for space in (Rooms(), SPACE):
        with pytest.raises(SettingError, match="leave it out for what has one shape"):
            trials_of(len, space=space, depth=depth)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"evaluate": 3}, SettingError, "evaluate is 3; expected a function that takes an arch"),
        ({"evaluate": "count"}, SettingError, "evaluate is 'count'; expected a function"),
        ({"evaluate": count, "data": "digits"}, SettingError, "leave them out beside evaluate"),
        ({"evaluate": count, "recipe": Recipe()}, SettingError, "leave them out beside evaluate"),
        ({"evaluate": None}, SettingError, "choices of your own have no recipes .*evaluate=functi"),
        ({"evaluate": None, "space": Rooms()}, SettingError, "a Rooms is .* evaluate=function"),
        ({"evaluate": count, "space": object()}, SearchSpaceError, "expected a ChoiceSpace, or an"),
    ],
)
def test_what_does_not_go_together_is_one_line(tmp_path, options, error, words):
    options = {"space": SPACE, "run": tmp_path / "run"} | options
    with pytest.raises(error, match=words) as caught:
        search(strategy=RandomSearch(SPACE.decisions), **options)
    assert "\n" not in str(caught.value) and not (tmp_path / "run").exists()


def test_a_strategy_of_another_space_is_refused():
    other = RandomSearch(ChoiceSpace({"block": BLOCKS}, num_layers=3).decisions)
    with pytest.raises(SearchSpaceError, match="3 tokens; expected 4, one a decision"):
        list(search(SPACE, other, evaluate=count))


def test_what_cannot_be_sent_to_a_worker_is_one_line_that_says_what_to_do():
    lock = threading.Lock()

    def score(net):
        with lock:
            return 0.5

    with pytest.raises(SettingError, match=r"cannot be sent .*lock.*; make inside of it") as caught:
        trials_of(score, workers=2)
    assert "\n" not in str(caught.value)
    assert {trial.reward for trial in trials_of(score)} == {0.5}


SCRIPT = """
import sys
from nasedu import RandomSearch, search
from nasedu.searching.evaluator import EXPECTED
from nasedu.spaces import Decision

WORTH = {"hall": 1.0, "attic": 3.0}

class Rooms:
    decisions = (Decision("room", 1, tuple(WORTH)),)

    def decode(self, tokens):
        return [self.decisions[0].choices[token] for token in tokens]

def worth(rooms):
    return WORTH[rooms[0]]

if __name__ == "__main__":
    space = Rooms()
    options = dict(trials=8, batch=4, workers=int(sys.argv[1]), run=sys.argv[2])
    for event in search(space, RandomSearch(space.decisions), evaluate=worth, **options):
        pass
"""


def test_a_scripts_own_class_and_function_reach_two_workers(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for workers in ("1", "2"):
        command = [sys.executable, script, workers, tmp_path / workers]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    one, two = (found(Study(Path(tmp_path / n)).trials()) for n in "12")
    assert one == two and {reward for *_, reward in one} == {1.0, 3.0}
