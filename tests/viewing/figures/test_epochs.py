import json

import pytest

from nasedu import published
from nasedu.errors import SettingError
from nasedu.viewing import training_figure


def record(grid=(), test=0.8):
    outcome = {"valid_curve": [0.5, 0.7], "train_curve": [2.0, 1.0], "test_accuracy": test}
    made = {"outcome": outcome, "data": {"title": "Digits (scikit-learn)"}}
    return made | ({"grid": [{"point": {}, "outcome": one} for one in (outcome, *grid)]})


OTHERS = (
    {"valid_curve": [0.2, 0.4], "train_curve": [2.2, 1.9]},
    {"valid_curve": [], "train_curve": []},  # diverged
)


def curves(axes):
    return [list(line.get_ydata()) for line in axes.get_lines() if len(line.get_ydata()) > 1]


def test_the_figure_has_loss_accuracy_and_the_test():
    loss, accuracy = training_figure(record()).axes
    assert curves(loss) == [[2.0, 1.0]]
    assert curves(accuracy) == [[0.5, 0.7]]
    labels = [text.get_text() for text in accuracy.get_legend().get_texts()]
    assert labels == ["validation, last: 0.7000", "test, once: 0.8000"]


def test_the_other_points_of_a_grid_are_behind_the_winner():
    loss, accuracy = training_figure(record(OTHERS)).axes
    assert curves(loss) == [[2.2, 1.9], [2.0, 1.0]]
    assert curves(accuracy) == [[0.2, 0.4], [0.5, 0.7]]


def test_the_data_is_named_and_the_finding_said():
    figure = training_figure(record(OTHERS))
    assert figure.figure.get_suptitle() == "Training: Digits (scikit-learn)"
    alt = figure.alt
    assert "After 2 epochs on Digits (scikit-learn) the validation accuracy is 0.7000" in alt
    assert "the test accuracy 0.8000" in alt
    assert "2 other points of the grid were trained; in their last five epochs they" in alt
    assert alt.endswith("they reach 0.4000 to 0.4000.")
    assert "test" not in training_figure(record(test=None)).alt
    assert figure.png.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("unit", "last", "best", "tested", "name"),
    [
        ("word", "260.00", "256.00", "512.00", "perplexity"),
        ("character", "8.0224", "8.0000", "9.0000", "bits per character"),
    ],
)
def test_a_cell_is_told_in_the_measure_of_its_text(unit, last, best, tested, name):
    outcome = {"valid_curve": [300.0, 256.0, 260.0], "train_curve": [6.0, 5.0, 4.0], "test": 512.0}
    data = {"title": "A text", "unit": unit}
    cell = json.loads(published.NAS_CELL.to_json())
    made = {"architecture": cell, "outcome": outcome, "data": data}
    verb, its = ("are", "their") if unit == "character" else ("is", "its")
    assert training_figure(made).alt == (
        f"After 3 epochs on A text the validation {name} {verb} {last}, {its} best {best}, and "
        f"the test {name} {tested}."
    )
    results = training_figure(made).axes[1]
    assert results.get_ylabel() == f"{name}\n(lower is better)"
    labels = [text.get_text() for text in results.get_legend().get_texts()]
    assert labels == [f"validation, last: {last}", f"test, once: {tested}"]


def test_a_record_without_a_curve_is_refused():
    with pytest.raises(SettingError, match="no learning curve"):
        training_figure({"outcome": {"valid_curve": []}})


def test_the_test_stands_where_the_weights_are_from_that_were_tested():
    made = record()
    for kept, place in ((1, 1), (None, 2)):
        told = made if kept is None else {**made, "kept_epoch": kept}
        (star,) = [
            line
            for line in training_figure(told).axes[1].lines
            if str(line.get_label()).startswith("test, once")
        ]
        assert list(star.get_xdata()) == [place]
