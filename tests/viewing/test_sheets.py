import pytest

from nasedu.viewing.sheets import sheet, stretch_near_one


def test_accuracies_near_one_lie_apart_by_their_errors():
    figure, [[axes]] = sheet(4)
    axes.plot([1, 2], [0.5, 0.98])
    axes.set_ylim(0.3, 0.99)
    stretch_near_one(axes)
    figure.draw_without_rendering()
    low, nine, ninety_nine = (axes.transData.transform((1, y))[1] for y in (0.0, 0.9, 0.99))
    assert ninety_nine - nine == pytest.approx(nine - low)
    assert axes.get_ylim() == pytest.approx((0.3, 0.99))
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert "0.97" in labels and "0.5" in labels


def test_an_accuracy_of_one_can_be_drawn():
    figure, [[axes]] = sheet(4)
    axes.plot([1, 2, 3], [0.5, 0.98, 1.0])
    stretch_near_one(axes)
    figure.draw_without_rendering()
    assert 0.98 < axes.get_ylim()[1] < 1
