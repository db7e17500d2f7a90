"""The map of attention: what it says, and that its numbers stand where they belong."""

import numpy as np
import pytest

from nasedu.errors import SettingError
from nasedu.viewing import attention_figure

READ, WRITTEN = ["thirty", "four", "end"], ["vier", "dreißig"]
SHARES = [[0.07, 0.9, 0.03], [0.45, 0.35, 0.2]]


def test_the_words_say_where_most_of_it_lies():
    alt = attention_figure(SHARES, READ, WRITTEN).alt
    assert "2 tokens written over 3 read" in alt
    assert "In 1 of 2 rows one token has more than half" in alt
    assert alt.endswith("for vier at four (0.9), dreißig at thirty (0.5).")


def test_numbers_stand_in_the_cells_of_their_row_and_column():
    [axes] = attention_figure(SHARES, READ, WRITTEN).axes
    found = {tuple(map(round, text.get_position())): text.get_text() for text in axes.texts}
    assert found == {(1, 0): "0.9", (0, 1): "0.5", (1, 1): "0.3", (2, 1): "0.2"}
    assert [label.get_text() for label in axes.get_xticklabels()] == READ
    assert [label.get_text() for label in axes.get_yticklabels()] == WRITTEN
    assert axes.yaxis_inverted()  # the first token written is on top
    dark, pale = (next(t for t in axes.texts if t.get_text() == text) for text in ("0.9", "0.2"))
    assert dark.get_color() == "white" != pale.get_color()


def test_names_are_words_whatever_they_hold():
    picture = attention_figure(SHARES, ["$a$", "_b", "c_1"], WRITTEN)
    [axes] = picture.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["$a$", "_b", "c_1"]
    assert picture.png.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ([[0.5, 0.5]], r"shape \(1, 2\); expected \(2, 3\)"),
        (np.zeros((0, 3)), r"shape \(0, 3\)"),
        (np.full((2, 3), 0.5), "does not sum to 1"),
        ([[1.5, -0.5, 0], [1, 0, 0]], "does not sum to 1"),
    ],
)
def test_what_is_no_attention_is_refused(shares, said):
    with pytest.raises(SettingError, match=said):
        attention_figure(shares, READ, WRITTEN)
