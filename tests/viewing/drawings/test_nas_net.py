import random

import pytest

from nasedu import compare, draw, published
from nasedu.errors import SettingError
from nasedu.spaces import NasNetSpace
from nasedu.viewing.drawings.nas_net import VIEW
from nasedu.viewing.drawings.nas_net_graph import HEIGHT, LOW, RISE, ROW, SLOT, CellPicture

SPACE = NasNetSpace(5)


def drawn(seed):
    source = random.Random(seed)
    return SPACE.decode([source.randrange(d.num_tokens) for d in SPACE.decisions])


def test_the_published_cells_are_drawn_side_by_side():
    drawing = draw(published.NASNET_A)
    assert "normal cell" in drawing.dot and "reduction cell" in drawing.dot
    assert drawing.dot.count(" -> ") == 2 * (10 + 10) + 6 + 4  # in and out of operations; outputs
    assert drawing.svg.startswith("<svg") and drawing.is_wide
    assert "normal output     1,2,3,4,5,6" in str(drawing)
    assert "5 is identity(3) + average_3x3(2)" in drawing.alt
    assert drawing.title == f"NASNet {published.NASNET_A.digest[:8]}"


@pytest.mark.parametrize("seed", range(8))
def test_no_two_blocks_overlap_and_each_stands_above_what_it_reads(seed):
    for name, cell in drawn(seed).cells.items():
        picture = CellPicture(cell, 10, name)
        places = [picture.exit(state) for state in range(cell.last + 1)]
        assert len(set(places)) == len(places)
        for k, block in enumerate(cell.blocks, start=2):
            assert all(places[state][1] < places[k][1] for state in block.inputs)
            assert picture.x <= places[k][0] - SLOT / 2 + 1e-6
            assert places[k][0] + SLOT / 2 <= picture.x + picture.width + 1e-6
    assert ROW > RISE + HEIGHT + LOW


def test_two_are_compared_block_by_block():
    text = str(compare(published.NASNET_A, published.NASNET_A.by_rule()))
    assert text.endswith("2 of 12 fields differ")
    assert str(compare(published.NASNET_A, published.NASNET_A)).endswith("networks are the same")


def test_there_is_a_graph_only():
    with pytest.raises(SettingError, match="a nasnet has the style 'graph' only"):
        draw(published.NASNET_A, style="matrix")


def test_every_decision_has_a_place_and_a_panel_of_its_own():
    panels = VIEW.panels(SPACE.decisions, SPACE)
    assert len(set(panels)) == len(panels) and max(panels) == (9, 4)
    places = [VIEW.place_of(decision, SPACE) for decision in SPACE.decisions]
    assert places[0] == "normal block 0" and places[-1] == "reduction block 4"
    assert VIEW.searched(SPACE) == "NASNet cells of 5 blocks"
    assert "separable 7x7" in VIEW.every(SPACE)
