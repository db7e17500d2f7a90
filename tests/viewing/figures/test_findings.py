import json
import sqlite3
from dataclasses import replace

import pytest
from evaluators import CELLS, SPACE, Counted, CountedCells

from nasedu.controller import make_strategy
from nasedu.errors import SettingError, StudyError
from nasedu.runs import Study, Trial
from nasedu.searching import search
from nasedu.training import Outcome
from nasedu.viewing import (
    best_figure,
    curves_figure,
    probabilities_figure,
    reward_figure,
    size_figure,
)


def trials(rewards, parameters=None, batch=4):
    parameters = parameters or [100 + 10 * n for n in range(len(rewards))]
    outcomes = [
        Outcome.failed("it broke") if r is None else Outcome(r, (r / 2, r), num_parameters=p)
        for r, p in zip(rewards, parameters, strict=True)
    ]
    return [Trial(n, 1 + (n - 1) // batch, (n,), n, o) for n, o in enumerate(outcomes, start=1)]


def test_a_rise_is_told_with_its_quarters():
    rising = trials(
        [0.1, 0.2, 0.15, 0.15, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.8, 0.9, 0.85, 0.85]
    )
    expected = (
        "Mean reward rises from 0.15 in the first quarter of 16 children to 0.85 in the last."
    )
    assert reward_figure(rising).alt == expected


def test_a_fall_is_called_a_fall():
    assert "falls from 0.85" in reward_figure(trials([0.9, 0.8] * 4 + [0.2, 0.1] * 4)).alt


def test_a_change_within_the_noise_is_not_called_one():
    noisy = trials([0.1, 0.9, 0.2, 0.8] * 4)
    assert "hardly changes, from 0.50" in reward_figure(noisy).alt


def test_a_change_that_chance_may_make_is_not_called_small():
    doubled = trials([0.10, 0.05, 0.20, 0.30] * 2 + [0.10, 0.30, 0.60, 0.30] * 2)
    assert "changes by no more than chance may, from 0.16" in reward_figure(doubled).alt


def test_of_few_children_only_the_mean_is_told():
    assert reward_figure(trials([0.25, 0.75])).alt == "Mean reward is 0.50 over 2 children."


def test_failures_are_counted():
    assert reward_figure(trials([0.5, None, 0.5])).alt.endswith("; 1 of 3 failed.")
    assert reward_figure(trials([None, None])).alt == "All 2 children failed."
    assert reward_figure([]).alt == "No child has finished yet."


def test_several_searches_are_told_apart_by_their_names():
    text = reward_figure({"ours": trials([0.5] * 2), "random": [trials([0.1]), trials([0.3])]}).alt
    assert text == (
        "ours: mean reward is 0.50 over 2 children. "
        "random, 2 seeds: mean reward is 0.20 over 2 children."
    )


def test_the_best_is_told_with_the_child_that_brought_it():
    assert (
        best_figure(trials([0.3, 0.7, 0.7])).alt
        == "The best reward, 0.700, comes with child 2 of 3."
    )
    seeds = {"ours": [trials([0.3, 0.5]), trials([0.9, 0.1])]}
    assert (
        best_figure(seeds).alt
        == "ours, 2 seeds: after 2 children the best reward is 0.700 (0.500 to 0.900)."
    )


def test_what_size_explains_is_told():
    text = size_figure(trials([0.1, 0.2, 0.3], parameters=[10, 100, 1000])).alt
    assert text == (
        "Children have 10 to 1,000 parameters, the best 1,000; "
        "log(parameters) explains 100 % of the rewards' variance."
    )
    assert "too few differ" in size_figure(trials([0.1, 0.2], parameters=[10, 100])).alt


def test_learning_curves_end_somewhere():
    assert curves_figure(trials([0.5, 0.75, 0.25])).alt == (
        "Child 2 reaches a validation accuracy of 0.750, "
        "the next 2 different children 0.250 to 0.500."
    )


@pytest.mark.parametrize("draw", [best_figure, size_figure, curves_figure])
def test_without_a_finished_child_there_is_nothing_to_tell(draw):
    assert draw(trials([None, None])).alt == "No child has finished yet."


def test_probabilities_name_the_surest_and_the_least_sure_decision():
    strategy = make_strategy("reinforce", SPACE.decisions, 0, lr=0.1)
    *_, last = search(SPACE, strategy, trials=24, batch=4, workers=1, evaluate=Counted())
    probabilities = [max(p) for p in last.study.updates()[-1].stats.probabilities]
    text = probabilities_figure(last.study).alt
    assert text.startswith("At update 6 the controller is surest of ")
    assert f"(probability {max(probabilities):.2f})" in text
    assert f"({min(probabilities):.2f}; an even choice of 2 would give 0.50)" in text


def test_random_search_has_no_probabilities_to_tell():
    strategy = make_strategy("random", SPACE.decisions)
    *_, last = search(SPACE, strategy, trials=2, batch=2, workers=1, evaluate=Counted())
    with pytest.raises(SettingError, match="no probabilities"):
        probabilities_figure(last.study)


def test_a_search_on_a_text_is_told_in_perplexity():
    strategy = make_strategy("reinforce", CELLS.decisions, 0, lr=0.1)
    *_, last = search(CELLS, strategy, trials=24, batch=4, workers=1, evaluate=CountedCells())
    study, best = last.study, last.best
    lowest = f"{best.outcome.valid_curve[0]:.1f}"
    text = best_figure(study, of="perplexity").alt
    assert (
        text == f"The best validation perplexity, {lowest}, comes with child {best.number} of 24."
    )
    start = f"Child {best.number} reaches a validation perplexity of {lowest}, the next 4 different"
    assert curves_figure(study).alt.startswith(f"{start} cells ")
    assert "rewards' variance" not in size_figure(study).alt
    assert "0.000" in reward_figure(study).alt  # 80 / 900²: the digits that count are there
    words = probabilities_figure(study).alt
    assert any(f"in {place}" in words for place in ("node 0", "node 1", "node 2", "the memory"))
    assert "layer" not in words


def test_children_in_training_are_not_counted_as_ended():
    *ended, last = trials([0.5, None, 0.5, 0.5])
    assert "; 1 of 3 failed" in reward_figure([*ended, replace(last, outcome=None)]).alt


def test_probabilities_of_other_decisions_than_the_space_has_are_refused(tmp_path):
    strategy = make_strategy("reinforce", SPACE.decisions, 0, lr=0.1)
    options = {"trials": 4, "batch": 4, "workers": 1, "evaluate": Counted(), "run": tmp_path / "r"}
    [*_] = search(SPACE, strategy, **options)
    config = {**json.loads(Study(tmp_path / "r").config.to_json())}
    config["space"]["filter_heights"] = [7]
    with sqlite3.connect(tmp_path / "r" / "study.db") as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'config'", (json.dumps(config),))
    with pytest.raises(StudyError, match="update 1 holds probabilities of other decisions"):
        probabilities_figure(Study(tmp_path / "r"))
