"""What `benchmarks/winners_on_test.py` says of winners that diverge when they are trained again."""

from types import SimpleNamespace

import numpy as np
import pytest

from nasedu.tables import DIVERGED

PLAIN, RANDOM = "plain", "random search"


@pytest.fixture
def said(script):
    """Return what makes the table of a laboratory in which some children diverge later."""
    module = script("winners_on_test")

    def say_of(diverges):
        test = np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]])
        test[1, diverges] = DIVERGED
        score = np.where(test == DIVERGED, -100.0, test)
        lab = SimpleNamespace(
            table=SimpleNamespace(test=test),
            tested=score,
            score=score[0],
            stops=(4,),
            seeds=range(30),
            sign=1,
        )
        found = {PLAIN: np.tile([1, 2], (30, 2)), RANDOM: np.zeros((30, 4), int)}
        found[PLAIN][5:] = 1  # five searches of thirty hand in the third child
        chosen, tested = module.tests_of(lab, found)
        return module.ahead_of(tested, RANDOM), module.without_diverged(lab, chosen, tested, RANDOM)

    return say_of


def test_a_few_that_diverge_make_a_mean_and_are_counted(said):
    ahead, text = said([2])
    assert ahead[PLAIN][0].mean < -10
    assert "| plain | 5; +1.000 (+1.000 to +1.000) |" in text
    assert "| random search | 0; – |" in text


def test_where_none_diverges_nothing_is_said(said):
    ahead, text = said([])
    assert text == ""
    assert ahead[PLAIN][0].mean > 0
