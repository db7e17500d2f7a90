"""Every figure of ours, under hostile settings and with hostile words."""

from functools import cache
from importlib import import_module
from pkgutil import walk_packages

import numpy as np
import pytest
from evaluators import SPACE, Counted
from matplotlib import font_manager, rcParams
from matplotlib.text import Text

from nasedu import viewing
from nasedu.controller import make_strategy
from nasedu.searching import Interval, search
from nasedu.searching.simulation.history import Stay
from nasedu.tables import effects
from nasedu.viewing import plain_figure
from nasedu.viewing.figures.standing import Standing
from nasedu.viewing.pictures import drawn
from nasedu.viewing.plain_figure import legible, plain_style

HOSTILE = {
    "text.usetex": True,
    "font.size": 31.0,
    "font.family": ["no such font"],
    "axes.facecolor": "black",
    "axes.formatter.use_mathtext": True,
    "axes.grid.axis": "x",
    "axes.labelpad": 30.0,
    "axes.unicode_minus": False,
    "axes.xmargin": 0.4,
    "figure.dpi": 20.0,
    "figure.autolayout": True,
    "grid.linewidth": 9.0,
    "legend.facecolor": "black",
    "lines.markersize": 30.0,
    "lines.solid_capstyle": "butt",
    "path.sketch": (9, 100, 9),
    "savefig.bbox": "tight",
    "savefig.transparent": True,
    "text.color": "white",
    "xtick.direction": "in",
    "xtick.minor.visible": True,
}
WORDS = (r"costs $5, \\frac{1$", "$x^2$", "_hidden", "100 % & <b>", "\x1b[31mred", "\udc80", "数字")


TOKENS = np.array([(0, 0), (0, 1), (1, 0), (1, 1)])


class Titled(Counted):
    """An evaluator whose data bear another title."""

    def __init__(self, title):
        super().__init__()
        self.title = title

    @property
    def settings(self):
        return {**super().settings, "title": self.title}


@cache
def searched(title):
    strategy = make_strategy("reinforce", SPACE.decisions, 0, lr=0.1)
    evaluator = Titled(title)
    *_, last = search(SPACE, strategy, trials=8, batch=4, workers=1, seed=0, evaluate=evaluator)
    return last.study


def curve(points=5):
    mean = np.linspace(0.5, 0.9, points)
    return Interval(mean, mean - 0.1, mean + 0.1)


def record(title):
    outcome = {"train_curve": [2.0, 1.0], "valid_curve": [0.5, 0.7], "test_accuracy": 0.6}
    return {"data": {"title": title}, "outcome": outcome}


FIGURES = {
    "attention_figure": lambda draw, word: draw([[0.9, 0.1]], [word, "b"], [word], word),
    "best_figure": lambda draw, word: draw({word: searched(word), "b": searched(word)}),
    "curves_figure": lambda draw, word: draw(searched(word)),
    "effects_figure": lambda draw, word: draw(effects(TOKENS, TOKENS[:, 0], [word, "b"]), word),
    "front_figure": lambda draw, word: draw({word: searched(word), "b": searched(word)}),
    "intervals_figure": lambda draw, word: draw(
        {word: curve()}, [1, 2, 4, 8, 16], word, y=word, unit=word, lines={word: 0.7}, space_size=99
    ),
    "league_figure": lambda draw, word: draw(
        {word: Interval(0.5, 0.4, 0.6), "b": Interval(0.4, 0.3, 0.5)}, word, words=word
    ),
    "machines_figure": lambda draw, word: draw([Stay(1, 1, 0, 2, True)], [1], word),
    "probabilities_figure": lambda draw, word: draw(searched(word)),
    "rank_figure": lambda draw, word: draw(
        [0.1, 0.2, 0.3], [[1], [2], [3]], viewing.RankWords(things=word, x=word, y=word)
    ),
    "reward_figure": lambda draw, word: draw({word: searched(word), "b": searched(word)}),
    "size_figure": lambda draw, word: draw({word: searched(word), "b": searched(word)}),
    "standing_figure": lambda draw, word: draw(
        Standing(np.array([0.5, 0.7]), {word: np.full((3, 2), 0.6)}, player=word)
    ),
    "training_figure": lambda draw, word: draw(record(word)),
}


def made(name, word="digits"):
    return FIGURES[name](getattr(viewing, name), word).figure


def test_no_figure_is_forgotten():
    assert set(FIGURES) == {name for name in viewing.__all__ if name.endswith("_figure")}
    for module in walk_packages(viewing.__path__, "nasedu.viewing."):
        things = vars(import_module(module.name)).items()
        names = {name for name, thing in things if name.endswith("_figure") and callable(thing)}
        assert {n for n in names if not n.startswith("_")} <= set(FIGURES), module.name


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_carries_its_finding(name):
    shown = FIGURES[name](getattr(viewing, name), "digits")
    assert isinstance(shown, viewing.Picture)
    assert shown.alt.endswith(".") and len(shown.alt.split()) > 4


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_the_same_whatever_matplotlib_is_set_to(name, monkeypatch):
    expected = drawn(made(name), "png")
    for key, value in HOSTILE.items():
        monkeypatch.setitem(rcParams, key, value)
    figure = made(name)
    assert drawn(figure, "png") == expected
    assert {key: rcParams[key] for key in HOSTILE} == HOSTILE  # theirs again


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIGURES)
def test_words_are_words_whatever_is_in_them(name):
    for word in WORDS:
        figure = made(name, word)
        drawn(figure, "png")
        shown = [t for t in figure.findobj(Text) if legible(word) in t.get_text()]
        assert shown or name == "probabilities_figure", word
        assert not any(text.get_parse_math() for text in shown)


def test_a_title_of_any_length_has_two_lines_at_most():
    figure = made("training_figure", "word " * 10_000)
    assert len(figure.get_suptitle().splitlines()) == 2
    assert figure.get_suptitle().endswith("…")


def test_a_letter_that_no_font_has_becomes_a_question_mark(monkeypatch):
    monkeypatch.setattr(plain_figure, "_letters", lambda: frozenset(map(ord, "abé")))
    assert legible("aé\n数b") == "aé\n?b"


def test_other_scripts_are_set_in_a_font_that_is_here(monkeypatch):
    entry = font_manager.FontEntry(fname="there.ttc", name="SimHei")
    fonts = [*font_manager.fontManager.ttflist, entry]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", fonts)
    assert plain_figure.families.__wrapped__()[:2] == ["DejaVu Sans", "SimHei"]


def test_what_another_thread_sets_meanwhile_is_left(monkeypatch):
    monkeypatch.setitem(rcParams, "font.size", 31.0)
    monkeypatch.setitem(rcParams, "axes.xmargin", 0.4)
    with plain_style():
        assert rcParams["font.size"] == 10
        rcParams["font.size"] = 12.0  # as a cell would that runs beside a live search
    assert (rcParams["font.size"], rcParams["axes.xmargin"]) == (12.0, 0.4)
