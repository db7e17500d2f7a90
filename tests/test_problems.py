import pytest

from nasedu import ConvNetSpace, RecurrentCellSpace
from nasedu.errors import SearchSpaceError
from nasedu.problems import read_space


@pytest.mark.parametrize(
    "space", [ConvNetSpace(2), ConvNetSpace(3, strides=(1, 2)), RecurrentCellSpace(2)]
)
def test_a_space_comes_back_as_what_it_was(space):
    assert read_space(space.to_json()) == space


@pytest.mark.parametrize("text", ["", "[]", '{"kind": "recurrent_cell"}', '{"kind": 3}'])
def test_what_is_no_space_is_refused(text):
    with pytest.raises(SearchSpaceError):
        read_space(text)


def test_what_is_of_neither_kind_is_told_both():
    words = "this JSON is a 'cat'; expected a 'conv_net_space' or a 'recurrent_cell_space'"
    with pytest.raises(SearchSpaceError, match=words):
        read_space('{"kind": "cat"}')
