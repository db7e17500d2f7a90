"""Choices of one's own: drawn as a table, and the report of what a function scored."""

import pytest

from nasedu import ChoiceSpace, Outcome, compare, draw, search
from nasedu.controller import make_strategy
from nasedu.errors import SettingError
from nasedu.runs import Study
from nasedu.spaces import Decision, as_recorded
from nasedu.viewing import TokenStrip, size_figure, view_of, write_report
from nasedu.viewing.progress import closing_lines, opening_lines

SPACE = ChoiceSpace({"block": ("identity", "mb<b>3</b>"), "from_layers": ()}, num_layers=3)


def test_choices_of_several_layers_have_a_row_a_layer():
    net = SPACE.decode([1, 0, 0, 1, 1, 3])
    drawing = draw(net)
    assert drawing.text.splitlines() == [
        "field    value",
        "layer 1  block mb<b>3</b>, from layers none",
        "layer 2  block identity, from layers 1",
        "layer 3  block mb<b>3</b>, from layers 1+2",
    ]
    assert "described by 3 fields. layer 1: block" in drawing.alt
    assert "<b>" not in drawing.svg
    other = compare(net, SPACE.decode([1, 0, 1, 1, 1, 3])).text.splitlines()
    assert other[2].startswith("*  layer 2") and other[-1] == "1 of 3 fields differs"


def test_choices_of_one_layer_have_a_row_a_name():
    net = ChoiceSpace({"lr": (0.1, 0.01), "num_layers": (2, 4)}).decode([1, 0])
    assert draw(net).text.splitlines()[1:] == ["lr          0.01", "num layers  2"]
    with pytest.raises(SettingError, match="style is 'matrix'; a child has the style 'graph'"):
        draw(net, style="matrix")


def test_what_is_searched_is_told_with_the_name_of_a_class():
    class Rooms:
        decisions = (Decision("room", 1, ("hall", "attic")),)
        decode = tuple

    kept = as_recorded(Rooms())
    assert view_of(SPACE).searched(SPACE) == "children of 6 decisions"
    assert view_of(kept).searched(kept) == "children of Rooms of 1 decision"


def test_its_decisions_can_be_played_with():
    strip = TokenStrip(SPACE)
    strip.tokens = [1, 0, 0, 1, 1, 3]
    assert strip.net["from_layers"] == ((), (1,), (1, 2)) and strip.widget is not None


def scored(folder, evaluate, trials=8):
    strategy = make_strategy("reinforce", SPACE.decisions, 0)
    options = {"trials": trials, "batch": 4, "run": folder}
    return list(search(SPACE, strategy, evaluate=evaluate, **options))


def score(net):
    return net["block"].count("identity")


def test_a_search_that_a_function_scored_has_a_report(tmp_path):
    events = scored(tmp_path, score)
    picture = size_figure(Study(tmp_path))
    assert picture.alt == "No child tells how many parameters it has."
    assert len(picture.axes) == 1
    page = write_report(Study(tmp_path), tmp_path).read_text(encoding="utf-8")
    for words in (
        "REINFORCE on the function score",
        "8 children of 6 decisions",
        "Best reward",
        "What the controller learned",
        "Where chance has a part in rewards",
        "layer 2",
        "with the same space, strategy and evaluate",
        f"search(..., run=&#39;{tmp_path.name}&#39;, trials=16)",
    ):
        assert words in page, words
    for words in ("parameters", "MFLOP", "accuracy", "nasedu resume", "nasedu train", "test data"):
        assert words not in page, words
    assert opening_lines(events[0]).endswith("\nthe function score")
    assert "parameters" not in closing_lines(events[-1])
    assert closing_lines(events[-1]).splitlines()[-1].startswith("block: ")


def test_sizes_that_an_outcome_tells_are_reported(tmp_path):
    def sized(net):
        return Outcome(score(net), num_parameters=1000 + score(net))

    events = scored(tmp_path, sized)
    page = write_report(Study(tmp_path), tmp_path).read_text(encoding="utf-8")
    assert "What size alone explains" in page and "MFLOP" in page
    assert " parameters\n" in closing_lines(events[-1])
