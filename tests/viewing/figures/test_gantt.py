import dataclasses

import pytest

from nasedu.errors import SettingError
from nasedu.searching.simulation.history import Pushed, Stay
from nasedu.viewing import machines_figure
from nasedu.viewing.figures.gantt import first_replicas

STAYS = [Stay(1, 1, 0, 2, True), Stay(1, 1, 3, 5, False), Stay(2, 2, 0, 4, False)]


def draw(stays=STAYS, **options):
    return machines_figure(stays, [1, 2], "Who worked when", **options)


def test_the_alt_text_says_how_much_of_the_time_is_work_and_what_was_lost():
    alt = draw(pushes=[Pushed(4.0, 2, 0)]).alt
    assert "2 machines in 5.0 seconds train 2 children, which takes 60 % of their time" in alt
    assert "1 gradients are pushed. Lost and begun anew: 1." in alt


def test_every_stretch_is_a_bar_and_a_lost_one_looks_different():
    [axes] = draw().figure.axes
    bars = [bar for bar in axes.patches if bar.get_height() > 0.5]
    assert [(bar.get_x(), bar.get_width()) for bar in bars] == [(0, 2), (3, 2), (0, 4)]
    assert [bar.get_hatch() for bar in bars] == ["////", None, None]
    assert "lost" in [text.get_text() for text in axes.get_legend().get_texts()]
    assert [text.get_text() for text in axes.texts] == ["1", "2"]


def test_what_comes_after_the_end_is_cut_off():
    picture = draw(until=2.5)
    assert picture.figure.axes[0].get_xlim() == (0, 2.5)
    assert "2 machines in 2.5 seconds train 2 children, which takes 50 %" in picture.alt


@pytest.mark.parametrize("count", [0, 49])
def test_what_cannot_be_read_is_not_drawn(count):
    stays = [Stay(1, machine, 0, 1, False) for machine in range(1, count + 1)]
    with pytest.raises(SettingError, match=f"{count} machines to draw; expected 1 to 48"):
        draw(stays)


def test_a_part_is_of_the_first_replicas():
    @dataclasses.dataclass
    class Found:
        stays: list
        pushes: list
        cluster = type("Cluster", (), {"children": 1})

    found = Found(STAYS, [Pushed(5, 1, 0), Pushed(4, 2, 0)])
    assert first_replicas(found, 1) == (STAYS[:2], [Pushed(5, 1, 0)])
