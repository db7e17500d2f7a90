import numpy as np
import pytest

from nasedu.errors import SettingError
from nasedu.searching import Interval, bootstrap
from nasedu.viewing import intervals_figure

X = np.array([8, 80, 800])


def curve(level):
    return bootstrap(np.random.default_rng(0).normal(level, 0.01, (20, 3)))


def test_every_curve_and_line_has_its_name_and_the_share_of_the_space_is_above():
    figure = intervals_figure(
        {"a": curve(0.5), "b": curve(0.7)},
        X,
        "Both",
        space_size=1600,
        lines={"largest": 0.9, "by hand": 0.6},
    )
    [axes] = figure.axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]
    assert {note.get_text() for note in axes.texts} == {"largest", "by hand"}
    [share] = axes.child_axes
    assert "in % of the space" in share.get_xlabel()
    figure.figure.draw_without_rendering()
    low, high = axes.get_xlim()
    np.testing.assert_allclose(share.get_xlim(), (low / 16, high / 16))


def test_bands_reach_from_low_to_high():
    figure = intervals_figure({"a": Interval(X * 0.1, X * 0.05, X * 0.2)}, X, "One")
    [band] = figure.axes[0].collections
    heights = band.get_paths()[0].vertices[:, 1]
    assert heights.min() == pytest.approx(0.4)
    assert heights.max() == pytest.approx(160)


def test_the_alt_text_names_curves_and_figures():
    text = intervals_figure(
        {"a": Interval(*np.array([[0.5] * 3, [0.4] * 3, [0.6] * 3]))}, X, "One", at=[80]
    ).alt
    assert text == "At 80 children: a 0.500 (0.400 to 0.600)."


def test_without_points_the_alt_text_tells_of_the_first_and_the_last():
    told = intervals_figure({"a": Interval(X * 0.1, X * 0.05, X * 0.2)}, X, "One", unit="hours")
    starts = [sentence.split(":")[0] for sentence in told.alt.split(". ")]
    assert starts == [f"At {X[0]:,} hours", f"At {X[-1]:,} hours"]


def test_more_curves_than_anybody_tells_apart():
    with pytest.raises(SettingError, match="7 curves; expected 1 to 6"):
        intervals_figure({str(i): curve(0.5) for i in range(7)}, X, "Many")


def test_a_strategy_has_one_colour_wherever_it_stands_and_marks_tell_its_settings_apart():
    names = ("REINFORCE, lr 0.0006", "REINFORCE, lr 0.01", "evolution", "random search")
    both = intervals_figure({name: curve(0.5) for name in names}, X, "Four").axes[0].lines
    alone = intervals_figure({"random search, 50 seeds": curve(0.5)}, X, "One").axes[0].lines
    colours = [line.get_color() for line in both]
    assert colours[:2] == ["#0072B2", "#0072B2"]
    assert colours[3] == alone[0].get_color() == "#D55E00"
    assert both[0].get_marker() != both[1].get_marker()
    beside = intervals_figure({"exactly": curve(0.5), "random search": curve(0.5)}, X, "Two")
    assert [line.get_color() for line in beside.axes[0].lines] == ["#000000", "#D55E00"]


def test_accuracies_close_to_1_are_drawn_as_errors():
    close = Interval(*np.array([[0.97] * 3, [0.96] * 3, [0.98] * 3]))
    [axes] = intervals_figure({"a": close}, X, "One", lines={"top": 0.99}, errors=True).axes
    assert axes.get_yscale() == "log" and axes.get_ylabel().startswith("1 − ")
    np.testing.assert_allclose([line.get_ydata()[0] for line in axes.lines], [0.03, 0.01])
    heights = axes.collections[0].get_paths()[0].vertices[:, 1]
    np.testing.assert_allclose([heights.min(), heights.max()], [0.02, 0.04])
