import pytest

from nasedu.controller import STRATEGIES
from nasedu.errors import SettingError
from nasedu.viewing.figures.pens import PENS, STRATEGY_PENS, pens_of, strategy_pen


def test_a_strategy_has_one_pen_wherever_it_stands():
    blue, red = STRATEGY_PENS["reinforce"], STRATEGY_PENS["random"]
    assert pens_of(["REINFORCE", "random search"]) == [blue, red]
    assert pens_of(["random search", "REINFORCE"]) == [red, blue]
    assert pens_of(["chance", "Random search, 5 seeds"])[1] == red
    assert pens_of([""]) == [blue]


def test_every_strategy_has_a_pen_of_its_own():
    assert len({strategy_pen(name) for name in STRATEGIES}) == len(STRATEGIES)
    assert None not in map(strategy_pen, STRATEGIES)


def test_a_strategy_keeps_its_colour_with_other_settings():
    names = ["REINFORCE, rate 0.001", "REINFORCE, rate 0.01", "b", "random search", "c", "PPO"]
    pens = pens_of(names)
    assert pens[0] == STRATEGY_PENS["reinforce"] and pens[3] == STRATEGY_PENS["random"]
    assert pens[1].colour == pens[0].colour
    assert len({pen.colour for pen in pens}) == 5
    for field in ("marker", "dashes"):
        assert len({getattr(pen, field) for pen in pens}) == 6
    assert pens_of("abcdef") == list(PENS)  # without a strategy


def test_more_series_than_pens_are_refused():
    with pytest.raises(SettingError, match="7 series; expected 6 at most"):
        pens_of("abcdefg")
