import pytest

from nasedu.errors import SettingError
from nasedu.viewing import RankWords, rank_figure

SMALL = [0.1, 0.2, 0.3, 0.4]


def test_the_words_say_how_well_the_ranking_survives():
    same = rank_figure(SMALL, [[0.5, 0.6], [0.6, 0.7], [0.7, 0.8], [0.8, 0.9]]).alt
    assert "longer trainings: 1.00, in the better half" in same
    assert "line) 1.00." in same and "Between two of the longer trainings: 1.00." in same
    mixed = rank_figure(SMALL, [[0.8, 0.5], [0.7, 0.6], [0.5, 0.7], [0.6, 0.8]]).alt
    assert "longer trainings: 0.20," in mixed  # means 0.65, 0.65, 0.6, 0.7
    assert "Between two of the longer trainings: -0.80." in mixed


def test_where_all_are_equal_no_correlation_is_told():
    told = rank_figure([1.0, 2.0], [[0.5, 0.5], [0.5, 0.5]]).alt
    assert told.count("not defined") == 3


def test_every_network_is_a_dot_at_its_mean_with_a_line_between_its_trainings():
    [axes] = rank_figure(SMALL, [[0.5, 0.7], [0.6, 0.6], [0.7, 0.9], [0.8, 0.8]]).axes
    dots = axes.lines[0]
    assert dots.get_xdata().tolist() == SMALL
    assert dots.get_ydata() == pytest.approx([0.6, 0.6, 0.8, 0.8])
    [bars] = axes.collections
    first, *_ = bars.get_paths()
    assert sorted(first.vertices[:, 1]) == [0.5, 0.7]


def test_one_longer_training_has_no_second_to_compare_with():
    assert "Between" not in rank_figure(SMALL, [[0.5], [0.6], [0.7], [0.8]]).alt


def test_of_perplexities_the_better_half_is_on_the_left():
    words = RankWords("cells", "trainings", x="bits a word", lower_is_better=True)
    again = [[0.5], [0.6], [0.9], [0.8]]
    assert "half (left of the dotted line) 1.00" in rank_figure(SMALL, again, words).alt
    assert "half (right of the dotted line) -1.00" in rank_figure(SMALL, again).alt
    [axes] = rank_figure(SMALL, again, words).axes
    assert axes.get_xlabel() == "bits a word"


@pytest.mark.parametrize("longer", [[0.1, 0.2, 0.3, 0.4], [[0.1], [0.2]]])
def test_other_shapes_are_refused(longer):
    with pytest.raises(SettingError, match="expected \\(N,\\) and \\(N, S\\)"):
        rank_figure(SMALL, longer)
