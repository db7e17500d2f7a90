"""Figures are asked what they show: lines, bands, marks and words."""

import numpy as np
import pytest
from evaluators import CELLS, SPACE, Counted, CountedCells, Misbehaving

from nasedu.controller import make_strategy
from nasedu.errors import SettingError
from nasedu.runs import Trial
from nasedu.searching import search
from nasedu.training import Outcome
from nasedu.viewing import (
    best_figure,
    curves_figure,
    probabilities_figure,
    reward_figure,
    size_figure,
)
from nasedu.viewing.pictures import MAX_BYTES


def searched(strategy="reinforce", evaluator=None, seed=0, trials=24, space=SPACE):
    settings = {"lr": 0.1} if strategy == "reinforce" else {}
    *_, last = search(
        space,
        make_strategy(strategy, space.decisions, seed, **settings),
        trials=trials,
        batch=4,
        workers=1,
        seed=seed,
        evaluate=evaluator or Counted(),
    )
    return last.study


@pytest.fixture(scope="module")
def study():
    return searched()


@pytest.fixture(scope="module")
def other():
    return searched("random", seed=1)


@pytest.fixture(scope="module")
def cells():
    return searched(evaluator=CountedCells(), space=CELLS)


def legend(figure):
    [axes] = figure.axes
    return [text.get_text() for text in axes.get_legend().get_texts()]


def line(figure, label):
    [found] = [x for x in figure.axes[0].lines if x.get_label() == label]
    return found


def test_a_lone_search_shows_children_means_and_baseline(study):
    figure = reward_figure(study)
    assert legend(figure) == ["a child", "mean of a batch ± standard deviation", "baseline"]
    means = line(figure, "mean of a batch ± standard deviation").get_ydata()
    assert means == pytest.approx(
        [np.mean([t.reward for t in study.trials(b)]) for b in range(1, 7)]
    )
    dots = figure.axes[0].collections[0].get_offsets()
    assert np.asarray(dots)[:, 1] == pytest.approx([t.reward for t in study.trials()])
    baseline = line(figure, "baseline").get_ydata()
    assert baseline[4] == pytest.approx(study.updates()[1].stats.baseline)
    assert figure.figure.get_suptitle() == "Reward of every child: made-up rewards"


def test_accuracies_have_no_baseline(study):
    figure = reward_figure(study, of="accuracy")
    assert "baseline" not in legend(figure)
    assert figure.axes[0].get_ylabel() == "validation accuracy"


def test_failed_children_are_crosses_below_every_reward():
    figure = reward_figure(searched(evaluator=Misbehaving(raises=(3, 10))))
    crosses = line(figure, "failed (2)")
    assert crosses.get_marker() == "x"
    assert crosses.get_xdata().tolist() == [3, 10]
    assert max(crosses.get_ydata()) < 0


def test_searches_beside_each_other_differ_in_more_than_colour(study, other):
    figure = reward_figure({"ours": study, "random": other})
    a, b = line(figure, "ours"), line(figure, "random")
    assert a.get_color() != b.get_color()
    assert a.get_marker() != b.get_marker()
    assert a._unscaled_dash_pattern != b._unscaled_dash_pattern  # its name is "--" for all


def test_seeds_are_one_line_with_a_band(study, other):
    figure = reward_figure({"both": [study, other]})
    assert legend(figure) == ["both, 2 seeds", "lowest to highest seed"]
    means = [
        [np.mean([t.reward for t in s.trials(b)]) for b in range(1, 7)] for s in (study, other)
    ]
    assert line(figure, "both, 2 seeds").get_ydata() == pytest.approx(np.mean(means, axis=0))


def test_the_best_so_far_ends_at_the_best_reward(study, other):
    figure = best_figure({"ours": study, "random": other})
    for name, one in (("ours", study), ("random", other)):
        steps = line(figure, f"{name}: {one.best().reward:.3f}")
        assert steps.get_drawstyle() == "steps-post"
        assert steps.get_ydata()[-1] == one.best().reward
        assert (np.diff(steps.get_ydata()) >= 0).all()


@pytest.mark.parametrize("first", [0.40, 0.42, 0.43, 0.435, 0.45])
def test_no_mark_of_the_best_so_far_is_cut_in_two(first):
    rewards = (first, 0.5, 0.7, 0.6)  # the axis would begin at 0.43
    trials = [
        Trial(number=n, batch=(n + 1) // 2, tokens=(n,), seed=n, outcome=Outcome(r, (r,)))
        for n, r in enumerate(rewards, start=1)
    ]
    [axes] = best_figure(trials, of="accuracy").axes
    low, high = axes.get_ylim()
    away = np.abs(np.array(rewards[:3]) - low) / (high - low)
    assert (away > 0.03).all()
    assert high > 0.7


def test_sizes_stand_on_a_log_scale_with_what_they_explain(study):
    figure = size_figure(study)
    assert figure.axes[0].get_xscale() == "log"
    words = legend(figure)
    assert words[0] == "a child"
    assert words[1].startswith("log(parameters) explains ") and words[1].endswith(" %")
    assert words[2] == "best for its size"
    assert len(legend(size_figure(study, front=False))) == 2


def test_learning_curves_are_those_of_different_networks(study):
    lines = curves_figure(study, n=3).axes[0].lines
    assert len(lines) == 3
    best = study.best()
    assert lines[0].get_label() == f"child {best.number}: {best.outcome.valid_curve[-1]:.3f}"
    assert tuple(lines[0].get_ydata()) == best.outcome.valid_curve


def test_probabilities_of_every_decision_stand_in_a_panel(study):
    figure = probabilities_figure(study)
    assert len(figure.axes) == len(SPACE.decisions)
    assert [a.get_title() for a in figure.axes[:3]] == ["filter height", "filter width", "filters"]
    assert [a.get_ylabel() for a in figure.axes[::3]] == ["layer 1", "layer 2"]
    top = figure.axes[0].collections[-1].get_paths()[0].vertices[:, 1].max()
    assert top == pytest.approx(1)  # the stacked probabilities sum to 1


def test_probabilities_of_anchors_are_a_map():
    from nasedu.spaces import ConvNetSpace

    space = ConvNetSpace(3, (1, 3), (1, 3), (4, 8))
    study = searched(space=space)
    figure = probabilities_figure(study)
    mesh = figure.axes[11].collections[0]  # layer 3, anchor
    values = np.array([u.stats.probabilities[11] for u in study.updates()])
    assert np.asarray(mesh.get_array()).reshape(2, 6) == pytest.approx(values.T)


def test_random_search_has_no_probabilities_to_draw(other):
    with pytest.raises(SettingError, match="'random' holds no probabilities"):
        probabilities_figure(other)


@pytest.mark.parametrize("draw", [reward_figure, best_figure, size_figure, curves_figure])
def test_without_a_finished_child_a_figure_says_so(draw):
    study = searched(evaluator=Misbehaving(raises=range(1, 5)), trials=4)
    figure = draw(study)
    assert "no child has finished" in [t.get_text() for t in figure.axes[0].texts]
    figure.figure.canvas.draw()


@pytest.mark.parametrize("draw", [reward_figure, best_figure, size_figure, curves_figure])
def test_a_figure_is_small_as_a_picture_and_leaves_pyplot_alone(draw, study):
    from matplotlib import pyplot

    before = pyplot.get_fignums()
    shown = draw(study)
    assert len(shown.png) < MAX_BYTES
    assert pyplot.get_fignums() == before


def test_a_dark_style_of_the_notebook_does_not_reach_a_figure(study):
    from matplotlib import pyplot
    from matplotlib.colors import to_hex

    with pyplot.style.context("dark_background"):
        figure = reward_figure(study)
    axes = figure.axes[0]
    assert axes.get_facecolor() == figure.figure.get_facecolor() == (1, 1, 1, 1)
    inks = [axes.xaxis.label, axes.get_legend().get_texts()[0], axes.get_xticklabels()[0]]
    assert {to_hex(text.get_color()) for text in inks} == {"#1f2933"}


def test_more_searches_than_one_can_tell_apart_are_refused(study):
    with pytest.raises(SettingError, match="5 searches in a figure; expected 1 to 4"):
        reward_figure(dict.fromkeys("abcde", study))


def test_of_a_text_the_lower_is_the_better(cells):
    best = cells.best()
    figure = best_figure(cells, of="perplexity")
    steps = figure.axes[0].lines[0].get_ydata()
    assert (np.diff(steps) <= 0).all()
    assert legend(figure) == [f"best so far: {best.outcome.valid_curve[0]:.1f}"]
    assert figure.axes[0].get_ylabel() == "validation perplexity\n(lower is better)"


def test_rewards_of_a_text_fill_the_axes_from_zero(cells):
    low, high = reward_figure(cells).axes[0].get_ylim()
    top = max(trial.reward for trial in cells.trials())
    assert low < 0 < top < high < 1.1 * top


def test_learning_curves_of_a_text_are_those_of_its_measure():
    study = searched(evaluator=CountedCells("character"), space=CELLS)
    figure = curves_figure(study, n=1)
    best = study.best()
    assert figure.axes[0].lines[0].get_ydata() == pytest.approx(np.log2(best.outcome.valid_curve))
    assert figure.axes[0].get_ylabel().startswith("validation bits per character")


def test_what_children_are_not_measured_in_is_not_drawn(cells):
    with pytest.raises(SettingError, match="expected 'reward' or 'perplexity' on A made-up text"):
        best_figure(cells, of="accuracy")


def test_probabilities_of_a_cell_have_leaves_left_and_inner_nodes_right(cells):
    figure = probabilities_figure(cells)
    drawn = [axes for axes in figure.axes if axes.axison]
    assert len(drawn) == len(CELLS.decisions)
    assert [axes.get_ylabel() for axes in drawn if axes.get_ylabel()] == [
        "node 0",
        "node 2",
        "node 1",
        "memory",
        "memory",
        "memory",
    ]
    titles = [axes.get_title() for axes in drawn if axes.get_title()]
    assert titles == ["combine", "activation"] * 2 + ["cell output", "cell input"]
