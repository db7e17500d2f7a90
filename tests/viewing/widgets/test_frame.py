"""The frame that all widgets share."""

import pytest

from nasedu.viewing.widgets.frame import UNSEEN, Frame, box_to_tick, cell_output, line_of, name_for

widgets = pytest.importorskip("ipywidgets")


def test_a_reader_who_moves_a_control_is_told_of_and_code_is_not():
    told = []
    numbers = {name: widgets.IntText(0, description=name) for name in "ab"}
    frame = Frame(numbers, [line_of(list(numbers.values()))], told.append)
    frame.show({"a": 1, "b": 2}, "<p>3</p>")
    assert told == []
    assert frame.box.children[1].value == "<p>3</p>"
    numbers["a"].value = 5
    assert told == [{"a": 5, "b": 2}]


def test_a_control_of_a_row_says_its_row_to_those_who_hear_it():
    named = name_for("layer <3>", "height")
    assert named["description"] == f'<i style="{UNSEEN}">layer &lt;3&gt; </i>height'


def test_a_box_to_tick_shows_no_html_in_its_tooltip_which_is_its_name():
    assert box_to_tick(3, 1).description == "3 reads 1"


def test_a_line_names_its_place_as_text():
    assert line_of([], "a <b>").children[0].value == "<b>a &lt;b&gt;</b>"
    assert line_of([]).children == ()


def test_without_controls_a_page_and_a_terminal_get_the_same():
    assert cell_output(None, "<p>1</p>", "1") == {"text/html": "<p>1</p>", "text/plain": "1"}
    live = cell_output(widgets.HBox(), "<p>1</p>", "1")
    assert live.keys() > {"text/html", "text/plain"} and live["text/plain"] == "1"
