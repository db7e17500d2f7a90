import dataclasses

import pytest

from nasedu.architectures import NasNet, NasNetBlock, NasNetCell, published
from nasedu.errors import ArchitectureError

BLOCK = NasNetBlock(0, 1, "identity", "max_3x3")


def test_the_published_cells_give_what_the_authors_code_does_and_the_text_does_not():
    normal, reduction = published.NASNET_A.normal, published.NASNET_A.reduction
    assert normal.outputs == (1, 2, 3, 4, 5, 6) and reduction.outputs == (3, 4, 5, 6)
    assert normal.unread == (2, 3, 4, 5, 6) and reduction.unread == (4, 5, 6)
    ruled = published.NASNET_A.by_rule()
    assert ruled.normal.outputs == normal.unread and ruled.reduction.outputs == reduction.unread
    assert ruled.normal.blocks == normal.blocks and ruled.digest != published.NASNET_A.digest


def test_json_gives_it_back_and_one_cell_has_one_digest():
    net = published.NASNET_A
    assert NasNet.from_json(net.to_json()) == net
    said = dataclasses.replace(net.normal, joined=net.normal.unread)
    assert said == NasNetCell(net.normal.blocks) and said.to_dict().keys() == {"blocks"}


def test_it_is_told_on_a_line():
    text = str(published.NASNET_A)
    assert text.startswith("normal: 2 = separable_5x5(0) + separable_3x3(1), 3 = ")
    assert "reduction: " in text and text.endswith(" -> 3,4,5,6")
    assert str(dataclasses.replace(BLOCK, combine="concatenate")) == "identity(0) | max_3x3(1)"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: NasNetCell(()), "blocks is \\(\\); expected at least one block"),
        (
            lambda: NasNetCell((BLOCK, NasNetBlock(3, 0, "identity", "identity"))),
            "block 1 reads state 3; expected a state from 0 to 2",
        ),
        (lambda: NasNetCell((BLOCK,), (2, 3)), "joined is \\(2, 3\\); expected states from 0 to 2"),
        (lambda: NasNetCell((BLOCK,), (2, 1)), "joined is \\(2, 1\\).*ascending"),
        (lambda: NasNetBlock(0, -1, "identity", "identity"), "right_input is -1"),
        (lambda: NasNetBlock(0, 1, "conv_9x9", "identity"), "left is 'conv_9x9'"),
        (lambda: NasNetBlock(0, 1, "identity", "identity", "mul"), "combine is 'mul'"),
    ],
)
def test_what_cannot_be_built_cannot_be_made(make, words):
    with pytest.raises(ArchitectureError, match=words) as caught:
        make()
    assert "\n" not in str(caught.value)
