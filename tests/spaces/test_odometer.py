import numpy as np
import pytest
import torch

from nasedu.errors import SearchSpaceError
from nasedu.spaces import ConvNetSpace, count_sequences, places_of, sequences_at

SPACE = ConvNetSpace(3, (1, 3, 5), (1, 3), (8, 24))


def test_every_sequence_stands_at_one_place_the_last_token_running_first():
    everywhere = np.arange(SPACE.size)
    rows = sequences_at(SPACE.decisions, everywhere)
    assert rows.shape == (SPACE.size, len(SPACE.decisions))
    assert rows.dtype == np.int64
    assert [tuple(row) for row in rows] == sorted({tuple(row) for row in rows})
    assert np.array_equal(places_of(SPACE.decisions, rows), everywhere)
    assert rows[1].tolist() == [0] * (len(SPACE.decisions) - 1) + [1]


def test_every_sequence_is_a_network_of_its_own():
    rows = sequences_at(SPACE.decisions, np.arange(SPACE.size)).tolist()
    assert (
        len({SPACE.decode(row) for row in rows}) == SPACE.size == count_sequences(SPACE.decisions)
    )


def test_places_come_in_the_shape_of_the_tokens():
    rows = sequences_at(SPACE.decisions, [[3, 1, 4], [1, 5, 9]])
    assert rows.shape == (2, 3, len(SPACE.decisions))
    assert places_of(SPACE.decisions, rows).tolist() == [[3, 1, 4], [1, 5, 9]]
    assert places_of(SPACE.decisions, torch.from_numpy(rows[0])).tolist() == [3, 1, 4]
    assert int(places_of(SPACE.decisions, rows[0, 2])) == 4


def test_a_space_that_nobody_can_list_is_refused():
    decisions = ConvNetSpace().decisions
    with pytest.raises(SearchSpaceError, match="expected at most 10,000,000 to list"):
        count_sequences(decisions)


@pytest.mark.parametrize("places", [-1, [0, SPACE.size], 1.5, "first"])
def test_places_outside_of_the_space_are_refused(places):
    with pytest.raises(SearchSpaceError, match=f"integers from 0 to {SPACE.size - 1}"):
        sequences_at(SPACE.decisions, places)


@pytest.mark.parametrize("row", [[0] * 11, [0] * 13, [-1] + [0] * 11, [3] + [0] * 11, [0.5] * 12])
def test_tokens_that_are_not_sequences_of_the_space_are_refused(row):
    with pytest.raises(SearchSpaceError, match="are not sequences of this space; expected 12"):
        places_of(SPACE.decisions, [row])


def test_decisions_of_one_choice_cost_nothing_however_many():
    space = ConvNetSpace(20, (1, 3), (3,), (8,), skip_connections=False)
    assert len(space.decisions) == 60
    deep = ConvNetSpace(40, (3,), (3,), (8,), skip_connections=False)  # 120 decisions, 1 network
    assert sequences_at(deep.decisions, [0]).tolist() == [[0] * 120]
    places = np.array([0, 1, 2**20 - 1])
    rows = sequences_at(space.decisions, places)
    assert places_of(space.decisions, rows).tolist() == places.tolist()
