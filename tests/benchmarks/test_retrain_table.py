"""Whether a table trained again is near enough, for tables of counts and of points."""

import numpy as np
import pytest

from nasedu.tables import MISSING, NetworkTable

TABLES = "digits_3_layers", "cells_base_2"


@pytest.fixture
def again(script):
    return script("retrain_table")


@pytest.fixture(scope="module", params=TABLES)
def drawn(request):
    """Return a table, and 50 of its entries as it keeps them."""
    table = NetworkTable.load(request.param)
    there = np.argwhere(table.test != MISSING)[::37][:50].tolist()
    return table, np.array([[table.test[r, n], *table.valid[r, n]] for r, n in there])


def test_values_are_those_of_the_table(again, drawn):
    table, recorded = drawn
    there = np.argwhere(table.test != MISSING)[::37][:50]
    lives = recorded[:, 0] >= 0
    tested = table.tested[tuple(there[lives].T)]
    assert again.values_of(table, "test", recorded[lives, 0]) == pytest.approx(tested, abs=0)


def test_the_same_is_near_and_another_order_or_another_mean_is_not(again, drawn):
    table, recorded = drawn
    rows, is_near = again.compared(table, recorded, recorded.copy())
    assert is_near and [row[1:] for row in rows] == [["1.0000", *["0.0000"] * 3]] * 2
    turned = np.where(recorded < 0, recorded, recorded[::-1])
    assert not again.compared(table, recorded, np.where(turned < 0, recorded, turned))[1]
    worse = np.where(recorded < 0, recorded, (recorded * 0.9).astype(recorded.dtype))
    assert not again.compared(table, recorded, worse)[1]


def test_what_diverged_now_or_then_has_no_value(again, drawn):
    table, recorded = drawn
    now = recorded.copy()
    now[0] = -1
    assert again.compared(table, recorded, now)[1]
