import pytest

from nasedu.runs import Limits, RunConfig, Trial
from nasedu.training import Outcome
from nasedu.training.measure import ACCURACY, PERPLEXITY, REWARD
from nasedu.viewing import front_figure, pareto_front
from nasedu.viewing.figures.series import Series


def children(*pairs):
    """Return children with a number of parameters and a result each."""
    return tuple(
        Trial(k, 1, (k,), k, Outcome(-value, (value,), num_parameters=size))
        for k, (size, value) in enumerate(pairs, start=1)
    )


TRIALS = children((500, 0.5), (100, 0.4), (900, 0.9), (700, 0.895), (800, 0.3), (900, 0.85), (0, 1))


def front(of):
    return [trial.number for trial in pareto_front(TRIALS, of)]


def test_a_child_on_the_front_is_beaten_by_no_smaller_one_in_its_measure():
    assert front(ACCURACY) == [2, 1, 4, 3]
    assert front(PERPLEXITY) == [2, 5]  # lower is better
    assert front(REWARD) == [2, 5]


def test_its_words_say_the_best_the_smallest_and_what_is_nearly_as_good():
    series = Series("", (TRIALS,), 7, measure=ACCURACY)
    alt = front_figure(series).alt
    assert "The best validation accuracy, 0.900, has 900 parameters (child 3)" in alt
    assert "700 reach 0.895 (child 4)" in alt
    assert "the smallest of 4 children that are best for their size has 100 and 0.400" in alt


def test_a_limit_is_a_line():
    limits = {"max_parameters": 1000}
    config = RunConfig('{"kind":"choice_space"}', {"name": "random"}, {}, 1, 0, 7, limits=limits)
    axes = front_figure(Series("", (TRIALS,), 7, measure=ACCURACY, config=config)).axes[0]
    assert "limit: 1,000 parameters" in axes.get_legend_handles_labels()[1]
    assert Limits(**limits).max_parameters in axes.lines[-1].get_xdata()


def test_searches_are_compared_by_name_and_nothing_is_drawn_of_none():
    picture = front_figure({"REINFORCE": TRIALS, "random search": TRIALS[:2]}, ACCURACY)
    assert "REINFORCE: the best" in picture.alt and "random search: the best" in picture.alt
    unsized = front_figure(children((0, 0.5)), ACCURACY)
    assert unsized.alt == "No child tells how large it is."


@pytest.mark.parametrize("alone", [children((10, 0.5))])
def test_one_child_is_a_front(alone):
    assert "no smaller child finished" in front_figure(alone, ACCURACY).alt
