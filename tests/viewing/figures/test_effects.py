"""The triangle of effects: each share once, and in words."""

from __future__ import annotations

import itertools
import re

import numpy as np

from nasedu.tables import effects
from nasedu.viewing import effects_figure

TOKENS = np.array(list(itertools.product(range(2), range(4), range(3))))  # a full factorial


def test_the_picture_has_a_number_for_every_pair_and_no_half_twice():
    found = effects(TOKENS, TOKENS[:, 0] + 0.5 * TOKENS[:, 1], ["a", "b", "c"])
    figure = effects_figure(found, "a title")
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert len([text for text in texts if re.fullmatch(r"\d+\.\d", text)]) == 6
    assert "b 55.6 %, a 44.4 %" in figure.alt
