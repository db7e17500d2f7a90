import pytest
from evaluators import SPACE, Counted

from nasedu.controller import make_strategy
from nasedu.searching import search
from nasedu.training.measure import ACCURACY, PERPLEXITY
from nasedu.viewing.widgets.steady_figure import SteadyFigure


def frames(of):
    """Return where the axes lie and what they show, after every event of a search."""
    steady, seen = SteadyFigure(of), []
    strategy = make_strategy("reinforce", SPACE.decisions, 0)
    for event in search(SPACE, strategy, trials=16, batch=4, workers=1, evaluate=Counted()):
        study = getattr(event, "study", None) or study  # noqa: F821
        axes = steady.draw(study).axes[0]
        seen.append((axes.get_position().bounds, axes.get_xlim(), axes.get_ylim()))
    return seen


def test_axes_stay_where_they_are_while_children_come():
    assert len(set(frames(ACCURACY))) == 1


def test_the_axis_of_a_text_only_grows_and_ends_at_a_round_number():
    tops = [limits[1] for _, _, limits in frames(PERPLEXITY)]
    assert tops == sorted(tops)
    for top in tops:
        mantissa = float(f"{top:e}".split("e")[0])
        assert mantissa == pytest.approx(min((1, 2, 5, 10), key=lambda m: abs(m - mantissa)))
