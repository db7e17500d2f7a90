"""How `benchmarks/first_search.py` measures and tells."""

from types import SimpleNamespace

import pandas as pd
import pytest

from nasedu import Outcome
from nasedu.runs import Trial

OUTCOME = Outcome(reward=0.9**3, valid_curve=(0.9, 0.5))


class Task:
    """Gives every network the same curve, which falls."""

    @classmethod
    def on(cls, data):
        return cls()

    def fit(self, net, seed):
        return None, OUTCOME

    def cost(self, net):
        return SimpleNamespace(num_parameters=7)


@pytest.fixture
def script(script):
    return script("first_search")


def test_networks_beside_are_measured_as_the_children_are(script, monkeypatch):
    monkeypatch.setattr(script, "ImageTask", Task)
    child = script.SEARCHES[0].row(Trial(1, 1, (0,), 0, outcome=OUTCOME))
    for parameters, accuracies in script.run_beside().values():
        assert parameters == 7
        assert accuracies == [child["accuracy"]] * len(script.SEEDS)


def test_five_seeds_are_told_from_the_lowest_to_the_highest(script):
    frame = pd.read_csv(script.TABLE)
    beside = dict.fromkeys(script.BESIDE, (7, [0.5, 0.6, 0.7, 0.8, 0.9]))
    text = script.section("skips", frame, beside)
    assert "(7 parameters): 0.700 (0.500 to 0.900) over 5 seeds" in text
    assert "lowest to highest of the 5 seeds" in text and "interval" not in text
    best = frame[frame["space"] == "skips"].groupby(["strategy", "seed"])["accuracy"].max()
    means = best.groupby("strategy").mean()  # not of searches that happen to share a seed
    assert f"{means['reinforce'] - means['random']:+.3f}" in text
