import re
from xml.etree import ElementTree

import pytest
import torch

from nasedu import CellNode, RecurrentCell, RecurrentCellSpace, build, published
from nasedu.errors import SettingError
from nasedu.viewing import CellSteps

BASE_2 = RecurrentCellSpace(2).decode([0, 1, 1, 3, 1, 2, 0, 3, 1, 0])
MARKED = re.compile(r"^\s*(\w+) \[.*penwidth=3", re.MULTILINE)
AT_THE_ROOT = RecurrentCell((CellNode("max", "sin"),), CellNode("mul", "relu"), 0, 0)


def steps_of(cell=BASE_2, **numbers):
    child = build(cell, input_size=1, hidden_size=1)
    if cell == BASE_2:
        with torch.no_grad():
            child.weight_ih.copy_(torch.tensor([[0.5], [2.0]]))
            child.weight_hh.copy_(torch.tensor([[-1.0], [3.0]]))
    return CellSteps(child, **numbers)


def test_buttons_go_from_stop_to_stop_and_stay_within():
    steps = steps_of()
    back, forward = steps.buttons.values()
    assert back.disabled and not forward.disabled
    back.click()
    assert steps.place == 0
    for _ in range(9):
        forward.click()
    assert steps.place == len(steps.stops) - 1 == 5
    assert forward.disabled and not back.disabled
    assert steps.fields["stop"].value == 6
    back.click()
    assert steps.place == 4
    assert steps.widget.children[1].value == steps.html


def test_only_what_is_known_so_far_is_written_and_the_stop_is_marked():
    steps = steps_of()
    assert MARKED.findall(steps.drawing.dot) == ["combine0", "activation0"]
    assert "value_activation0" in steps.drawing.dot and "value_c_t" not in steps.drawing.dot
    steps.fields["stop"].value = 4
    assert MARKED.findall(steps.drawing.dot) == ["combine1"]  # its value before the activation
    assert "value_c_t" in steps.drawing.dot and "value_h_t" not in steps.drawing.dot
    assert steps.stop.words.startswith("Memory out") and steps.stop.words in steps.html


def test_other_numbers_change_all_that_follows_and_not_the_stop():
    steps = steps_of()
    steps.place = 3
    steps.fields["x"].value = -0.8
    assert steps.place == 3 and steps.numbers == {"x": -0.8, "h": 0.25, "c": 0.6}
    assert steps.known["c_t"] == pytest.approx(-1.2) and steps.known["activation1"] == 0
    assert "−1.200" in steps.widget.children[1].value
    steps.numbers = {"x": 1, "h": 0, "c": -2}
    assert [steps.fields[name].value for name in "xhc"] == [1, 0, -2]
    assert steps.known["combine0"] == 0.5


@pytest.mark.parametrize("cell", [published.NAS_CELL_MAX_SIN, AT_THE_ROOT, BASE_2])
def test_every_stop_of_any_cell_is_drawn_without_a_warning(cell):
    steps = steps_of(cell)
    for place in range(len(steps.stops)):
        steps.place = place
        ElementTree.fromstring(steps.drawing.svg)
        assert steps.stop.words in steps.drawing.alt
        boxes = set(re.findall(r"^\s*(\w+) \[", steps.drawing.dot, re.MULTILINE))
        assert {f"value_{name}" for name in steps.known} | steps.stop.marked <= boxes


def test_without_a_kernel_the_same_is_there():
    bundle = steps_of()._repr_mimebundle_()
    assert "> 1. Node 0, a leaf, adds" in bundle["text/plain"]
    assert (
        '<img src="data:image/svg+xml' in bundle["text/html"]
        and 'aria-live="polite"' in bundle["text/html"]
    )
    assert bundle["text/html"].count("<li>") == 6


def test_every_control_has_words():
    steps = steps_of()
    assert all(control.description for control in (*steps.buttons.values(), *steps.fields.values()))


def test_what_cannot_be_stepped_through_is_refused():
    with pytest.raises(SettingError, match="input_size=1, hidden_size=1"):
        CellSteps(build(BASE_2, input_size=1, hidden_size=2))
    with pytest.raises(SettingError, match="input_size=1, hidden_size=1"):
        CellSteps(BASE_2)
    with pytest.raises(SettingError, match="x is 3; expected from -2 to 2"):
        steps_of(x=3)
    steps = steps_of()
    with pytest.raises(SettingError, match="place is 6; expected 0 to 5"):
        steps.place = 6
    with pytest.raises(SettingError, match="numbers for"):
        steps.numbers = {"x": 1}
    assert steps.place == 0 and steps.numbers["x"] == 0.8
