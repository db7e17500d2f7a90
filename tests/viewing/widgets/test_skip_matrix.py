import pytest

from nasedu.errors import SearchSpaceError, SettingError
from nasedu.viewing import SkipMatrix


def test_a_box_for_every_pair_ticked_where_a_layer_reads():
    matrix = SkipMatrix((0, 1, 0b10, 0b101))
    assert set(matrix.boxes) == {(i, j) for i in range(2, 5) for j in range(1, i)}
    ticked = {pair for pair, box in matrix.boxes.items() if box.value}
    assert ticked == {(2, 1), (3, 2), (4, 1), (4, 3)}
    assert [layer.inputs for layer in matrix.net.layers] == [(0,), (1,), (2,), (1, 3)]


def test_ticking_a_box_changes_network_tokens_rules_and_picture():
    matrix = SkipMatrix((0, 1, 2))
    before = matrix.widget.children[1].value
    assert matrix.rules == ["No rule was needed after layer 1: every layer reads and is read."]
    matrix.boxes[3, 2].value = False
    assert matrix.masks == [0, 1, 0]
    assert matrix.net.layers[2].inputs == (0,)
    assert matrix.rules == [
        "Rule 1: layer 3 chose nothing, so it reads the image.",
        "Rule 2: no layer reads layer 2, so the classifier does.",
    ]
    after = matrix.widget.children[1].value
    assert after == matrix.html != before
    assert matrix.rules[0] in after


def test_setting_masks_moves_the_boxes():
    matrix = SkipMatrix((0, 1, 2))
    matrix.masks = [0, 0, 0b11]
    assert [box.value for box in matrix.boxes.values()] == [False, True, True]
    assert matrix.tokens == "layer 2: 0 (0), layer 3: 11 (3)"


def test_without_a_kernel_the_same_is_there():
    bundle = SkipMatrix((0, 0, 1))._repr_mimebundle_()
    assert "Rule 1: layer 2 chose nothing" in bundle["text/plain"]
    assert (
        '<img src="data:image/svg+xml' in bundle["text/html"]
        and 'aria-live="polite"' in bundle["text/html"]
    )


def test_bad_masks_are_refused_and_leave_it_as_it_was():
    matrix = SkipMatrix((0, 1, 2))
    with pytest.raises(SettingError, match="2 masks; expected 3"):
        matrix.masks = [0, 1]
    with pytest.raises(SearchSpaceError, match="out of range"):
        matrix.masks = [0, 1, 4]
    assert matrix.masks == [0, 1, 2]
    for masks in ((0,), (0,) * 7):
        with pytest.raises(SettingError, match="from 2 to 6"):
            SkipMatrix(masks)
