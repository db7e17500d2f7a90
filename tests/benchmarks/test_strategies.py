"""What `benchmarks/strategies.py` says of chance, and of how many networks are the best."""

import numpy as np
import pytest

from nasedu.tables import NetworkTable


@pytest.fixture
def strategies(script):
    return script("strategies")


def test_ties_at_the_border_are_counted_and_chance_finds_one_when_it_is_calculated(strategies):
    accuracy = NetworkTable.load("digits_3_layers").best[0]
    all_of_them, above = strategies.best_networks(accuracy)
    assert (all_of_them.sum(), above.sum()) == (69, 40)
    assert [strategies.chance_median(good) for good in (all_of_them, above)] == [469, 809]


@pytest.mark.parametrize(("good", "of", "median"), [(1, 10, 7), (5, 10, 1), (9, 10, 1), (1, 2, 1)])
def test_chances_median_is_the_first_number_of_draws_that_half_need(strategies, good, of, median):
    which = np.arange(of) < good
    assert strategies.chance_median(which) == median
    assert strategies.miss(which, median) <= 0.5
    assert strategies.miss(which, median - 1) > 0.5


def test_too_few_seeds_for_an_interval_are_refused(strategies, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["strategies.py", "--seeds", "5"])
    with pytest.raises(SystemExit) as ended:
        strategies.options("a description")
    assert ended.value.code == 2
    assert "seeds is 5; expected at least 20" in capsys.readouterr().err
