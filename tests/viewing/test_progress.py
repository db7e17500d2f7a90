"""What a terminal says of a search: in the measure of its data."""

import pytest
from evaluators import CELLS, SPACE, Counted, CountedCells, Misbehaving

from nasedu.controller import make_strategy
from nasedu.searching import Updated, search
from nasedu.training.measure import ACCURACY, PERPLEXITY
from nasedu.viewing.progress import batch_line, closing_lines, key_line, opening_lines


def events_of(space, evaluator):
    strategy = make_strategy("random", space.decisions)
    return list(search(space, strategy, trials=4, batch=4, workers=1, evaluate=evaluator))


def updated(events):
    [event] = [event for event in events if isinstance(event, Updated)]
    return event


@pytest.mark.parametrize(
    ("space", "evaluator", "data"),
    [
        (SPACE, Counted(), "made-up rewards: 10 training and 5 validation images, 2 epochs"),
        (CELLS, CountedCells(), "A made-up text: 2,000 training and 500 validation words, 2 epo"),
        (CELLS, CountedCells("character"), "2,000 training and 500 validation characters"),
    ],
)
def test_the_opening_counts_what_the_data_are_made_of(space, evaluator, data):
    assert data in opening_lines(events_of(space, evaluator)[0])


def test_a_batch_of_networks_has_a_mean_accuracy():
    event = updated(events_of(SPACE, Counted()))
    values = [trial.outcome.valid_curve[-1] for trial in event.trials]
    line = batch_line(event)
    assert f"accuracy {sum(values) / 4:.3f} ({min(values):.3f} to {max(values):.3f})" in line
    assert f"best {max(values):.3f} (child {event.best.number})" in line


def test_a_batch_of_cells_has_a_median_perplexity_and_rewards_that_can_be_read():
    event = updated(events_of(CELLS, CountedCells()))
    values = sorted(trial.outcome.valid_curve[0] for trial in event.trials)
    line = batch_line(event, PERPLEXITY)
    middle = (values[1] + values[2]) / 2
    assert f"perplexity {middle:.1f} ({values[0]:.1f} to {values[3]:.1f})" in line
    assert f"best {values[0]:.1f} (child {event.best.number})" in line
    assert "reward 0.000 " not in line


def test_the_closing_names_the_measure_of_the_best():
    last = events_of(CELLS, CountedCells())[-1]
    lowest = last.best.outcome.valid_curve[0]
    assert f"validation perplexity {lowest:.1f}, 17,512 parameters" in closing_lines(last)
    assert str(CELLS.decode(last.best.tokens)) in closing_lines(last)


def test_without_a_finished_child_the_reason_is_told():
    events = events_of(SPACE, Misbehaving(raises=(1, 2, 3, 4)))
    assert "no such luck" in closing_lines(events[-1])
    assert "child 4 failed: ValueError" in batch_line(updated(events))


@pytest.mark.parametrize(
    ("space", "evaluator", "of", "begins"),
    [
        (SPACE, Counted(), ACCURACY, "mean accuracy of its children (lowest to highest)"),
        (CELLS, CountedCells(), PERPLEXITY, "median perplexity of its children"),
    ],
)
def test_every_figure_of_a_line_is_in_the_key(space, evaluator, of, begins):
    event = updated(events_of(space, evaluator))
    assert key_line(event, of).startswith(f"each line is a batch: {begins}")
    for word in ("reward", "baseline", "best"):
        assert (word in batch_line(event, of)) == (word in key_line(event, of))
    strategy = make_strategy("reinforce", space.decisions)
    learning = search(space, strategy, trials=2, batch=2, workers=1, evaluate=evaluator)
    assert "baseline (average of earlier rewards" in key_line(updated(learning), of)


def test_the_closing_says_how_to_read_a_network_and_only_that():
    assert "0 is the image" in closing_lines(events_of(SPACE, Counted())[-1])
    assert "0 is the image" not in closing_lines(events_of(CELLS, CountedCells())[-1])
