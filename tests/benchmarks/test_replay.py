"""Every recorded search begins today as it did when it was recorded.

A record is worth what its code is: where a strategy or the loop has changed since, the tokens of
the first batches differ, and the search has to be recorded again.
"""

from argparse import Namespace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from evaluators import Counted

from nasedu import Outcome, search
from nasedu.controller import make_strategy
from nasedu.searching import Updated, best_so_far, mean_of_best, search_many
from nasedu.tables import NetworkTable

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "data" / "tables"
BATCHES, SIZE = 3, 8
SCRIPTS = {  # of every table of searches, what searched it
    "first_search": lambda script: script.SPACES,
    "cifar10_search": lambda script: script.SEARCH.space,
    "ptb_search": lambda script: script.SEARCH.space,
    "ptb_max_sin": lambda script: script.LARGER.space,
}


class Recorded(Counted):
    """Gives every child the reward that is recorded; a child without one has failed."""

    def __init__(self, rewards):
        self.rewards = rewards

    def __call__(self, trial):
        reward = self.rewards[trial.number - 1]
        return Outcome.failed("as recorded") if np.isnan(reward) else Outcome(float(reward))


def recorded_searches():
    """Yield table, space (if there are several), strategy and seed of every recorded search."""
    for path in sorted(TABLES.glob("*.csv")):
        frame = pd.read_csv(path)
        if {"tokens", "reward", "trial", "strategy", "seed"} <= set(frame):
            keys = [key for key in ("space", "strategy", "seed") if key in frame]
            for values, own in frame.groupby(keys, sort=False):
                which = dict(zip(keys, values, strict=True))
                name = "-".join(map(str, (path.stem, *values)))
                yield pytest.param(path.stem, which, own, id=name)


@pytest.mark.parametrize(("table", "which", "recorded"), list(recorded_searches()))
def test_a_recorded_search_begins_as_it_did(script, table, which, recorded):
    module = script(table)
    space = SCRIPTS[table](module)
    space = space[which["space"]] if "space" in which else space
    settings = script("experiment").STRATEGIES[which["strategy"]]
    seed = int(which["seed"])
    strategy = make_strategy(which["strategy"], space.decisions, seed, **settings)
    own = recorded.sort_values("trial").head(BATCHES * SIZE)
    assert len(own) == BATCHES * SIZE
    options = {"trials": len(own), "batch": SIZE, "seed": seed, "workers": 1}
    events = search(space, strategy, evaluate=Recorded(own["reward"].to_numpy()), **options)
    batches = [event.trials for event in events if isinstance(event, Updated)]
    asked = [" ".join(map(str, trial.tokens)) for batch in batches for trial in batch]
    assert asked == own["tokens"].tolist()


CURVES = pd.read_csv(TABLES / "experiments.csv")
CURVES = CURVES[CURVES["table"] == NetworkTable.load("digits_3_layers").digest[:8]]
SHORT = 16  # children of a search


@pytest.fixture
def lab(script):
    """Return a laboratory whose searches are short, and are kept nowhere."""
    experiment = script("laboratory")

    class Short(experiment.Laboratory):
        def found(self, name, make, *, evaluator=None, trials=SHORT, batch=SIZE):
            own = evaluator or self.evaluator
            some = max(trials, 2 * batch)  # the second batch is the first after an update
            return search_many(make, own, seeds=self.seeds, trials=some, batch=batch)

    return Short(Namespace(table=experiment.FIRST, seeds=50))


def assert_recorded(experiment, setting, curve):
    """Assert that a curve ``(n,)`` over the first children is the recorded one."""
    own = CURVES[(CURVES["experiment"] == experiment) & (CURVES["setting"] == setting)]
    own = own[own["children"] <= len(curve)]
    assert len(own) >= 3
    found = curve[own["children"].to_numpy() - 1]
    np.testing.assert_allclose(found, own["mean"], atol=1.1e-5)


def test_the_curves_of_all_strategies_begin_as_recorded(script, lab):
    found = script("strategies").searches(lab)
    assert set(found) == set(CURVES.query("experiment == 'strategies'")["setting"])
    for name, places in found.items():
        assert_recorded("strategies", name, best_so_far(lab.score[places]).mean(0))


def test_the_curves_of_all_settings_begin_as_recorded(script, lab):
    settings = script("reinforce_settings")
    for group, found in settings.groups(lab).items():
        for name, places in found.items():
            sums = lab.score[places].mean(0).cumsum()
            assert_recorded(f"settings, {group}", name, sums / np.arange(1, len(sums) + 1))


def test_figure_6_begins_as_recorded(script, lab):
    figure_6 = script("figure_6")
    decisions, size = lab.table.space.decisions, {"trials": 24}
    random = lab.found("random", lambda _: figure_6.RandomSearch(decisions), **size)
    for name, lr in figure_6.RATES.items():
        policy = lab.reinforce("policy", lr=lr, **size)
        for k in figure_6.TOPS:
            best = [mean_of_best(places, lab.score, k).mean(0) for places in (policy, random)]
            assert_recorded(f"figure 6, {name}", f"best {k}", best[0] - best[1])
