import numpy as np
import pytest

from nasedu.errors import SettingError
from nasedu.training.measure import BITS
from nasedu.viewing import standing_figure
from nasedu.viewing.figures.standing import Standing

OWN = np.array([0.3, 0.7, 0.5, 0.7])
SEEDS = np.array([[0.2, 0.8, 0.8, 0.1, 0.9], [0.1, 0.2, 0.7, 0.3, 0.9], [0.6, 0.1, 0.1, 0.1, 0.9]])


def standing(**options):
    return Standing(OWN, {"evolution": SEEDS, "random search": SEEDS[:1]}, **options)


def test_equal_numbers_of_children_are_compared():
    """The fifth child of the seeds, which is better, came after the own search had ended."""
    assert standing().best_of("evolution").tolist() == [0.8, 0.7, 0.6]
    assert standing().percentile("evolution") == pytest.approx(0.5)  # behind, equal, ahead
    assert standing().percentile("random search") == 0


def test_the_last_gain_is_the_first_child_that_reached_the_end():
    assert standing().last_gain == 2
    assert standing().usual_last_gain("evolution") == 2  # of 2, 3 and 1


def test_of_bits_fewer_are_better_and_a_child_that_failed_counts_as_none():
    one = Standing(np.array([np.nan, 2.0, 1.5]), {"random": SEEDS[:, :3] + 1}, BITS)
    assert one.best == 1.5 and one.last_gain == 3
    assert one.best_of("random") == pytest.approx([1.2, 1.1, 1.1])
    assert one.percentile("random") == 0


def test_the_words_are_those_of_the_player():
    mine = standing()
    assert mine.found[0] == "After 4 children your best accuracy is 0.700."
    assert "It came with child 2, and" in mine.found[1]
    assert mine.rows[0] == ("evolution", "3", "50%", "child 2")
    assert mine.sentence.startswith(mine.found[0]) and mine.found[1] in mine.sentence
    assert "50% of the 3 seeds of evolution and 0% of the 1 seeds of random" in mine.sentence
    assert "child 2 of evolution" in mine.sentence
    assert "the best accuracy of the rule is 0.700" in standing(player="the rule").found[0]


@pytest.mark.parametrize(("errors", "last"), [(False, 0.7), (True, 0.3)])
def test_every_seed_is_a_dot_and_the_player_a_line(errors, last):
    above, below = standing_figure(standing(), errors=errors).axes
    assert above.lines[-1].get_ydata()[-1] == pytest.approx(last)
    assert sum(len(line.get_xdata()) for line in below.lines[:-1]) == 4
    assert below.lines[-1].get_xdata()[0] == pytest.approx(last)
    assert [label.get_text() for label in below.get_yticklabels()] == [
        "evolution\nahead of 50%",
        "random search\nahead of 0%",
    ]
    assert below.xaxis_inverted() == errors  # better is right


@pytest.mark.parametrize(
    ("own", "others", "words"),
    [
        (OWN[:0], {"random": SEEDS}, "propose one first"),
        (OWN, {}, "0 strategies"),
        (OWN, {"random": SEEDS[:, :3]}, "n at least 4"),
        (OWN, {"random": SEEDS[0]}, "expected \\(S, n\\)"),
    ],
)
def test_what_cannot_be_compared_is_refused(own, others, words):
    with pytest.raises(SettingError, match=words):
        Standing(own, others)
