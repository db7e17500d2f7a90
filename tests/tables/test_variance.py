"""The analysis of variance: shares that were put into made-up results are found."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from nasedu.errors import SettingError
from nasedu.tables import Effects, effects

TOKENS = np.array(list(itertools.product(range(2), range(4), range(3))))  # a full factorial


def test_shares_of_a_full_factorial_are_those_that_were_put_in():
    a, b, c = TOKENS.T
    alone = np.array([-1.0, 1.0])[a] + np.array([-1.0, 1.0, -1.0, 1.0])[b]  # variance 1 + 1
    both = 2 * np.array([-1.0, 1.0])[a] * np.array([-1.0, 0.0, 1.0])[c] * np.sqrt(1.5)  # 4
    found = effects(TOKENS, 3 + alone + both, ["a", "b", "c"])
    np.testing.assert_allclose(found.alone, [1 / 6, 1 / 6, 0], atol=1e-12)
    expected = np.zeros((3, 3))
    expected[0, 2] = expected[2, 0] = 4 / 6
    np.testing.assert_allclose(found.by_twos, expected, atol=1e-12)
    assert (found.all_alone, found.with_twos) == pytest.approx((2 / 6, 1))
    assert found.largest(1) == [("a × c", pytest.approx(4 / 6))]


def test_what_only_three_decisions_say_together_is_left():
    a, b, c = TOKENS.T
    signs = [np.where(own % 2, 1.0, -1.0) for own in (a, b)]
    values = signs[0] * signs[1] * np.array([-1.0, 0.0, 1.0])[c]
    found = effects(TOKENS, values, ["a", "b", "c"])
    assert found.with_twos == pytest.approx(0, abs=1e-12)


def test_where_children_are_missing_an_effect_is_what_it_adds():
    source = np.random.default_rng(0)
    rows = TOKENS[source.integers(len(TOKENS), size=2000)]
    rows = rows[(rows[:, 0] == 0) | (rows[:, 1] < 2)]  # so that a and b hang together
    values = rows[:, 0] + source.normal(0, 0.1, len(rows))
    found = effects(rows, values, ["a", "b", "c"])
    assert found.alone[0] > 0.5 and (found.alone[1:] < 0.01).all()
    assert found.all_alone > 0.9 and (found.by_twos < 0.01).all()


def test_where_all_are_equal_there_is_nothing_to_explain():
    with pytest.raises(SettingError, match="nothing to explain"):
        effects(TOKENS, np.ones(len(TOKENS)), ["a", "b", "c"])


def test_the_largest_that_are_equal_but_for_their_last_bits_keep_their_order():
    alone = np.array([0.25, 0.25 + 1e-12, 0.5])
    found = Effects(("a", "b", "c"), alone, np.zeros((3, 3)), 1.0, 1.0)
    later = replace(found, alone=np.array([0.25, 0.25 - 1e-12, 0.5]))
    for each in (found, later):
        assert [name for name, _ in each.largest(3)] == ["c", "a", "b"]
