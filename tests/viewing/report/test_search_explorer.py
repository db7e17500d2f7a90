"""What an explorer holds of a search: the numbers of its study, and nothing that is not text."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from evaluators import CELLS, SPACE, Counted, CountedCells, Misbehaving
from explored import data_of, policy_of, scene_of, tokens_of, unpacked

from nasedu import ChoiceSpace, Outcome, Study, search
from nasedu.controller import DepthSchedule, make_strategy
from nasedu.errors import SettingError, StudyError
from nasedu.problems import read_space
from nasedu.runs import RunConfig
from nasedu.spaces import ConvNetSpace, Decision
from nasedu.viewing import explorer_of, pareto_front, view_of

OLD = sorted(path for path in (Path(__file__).parents[2] / "runs" / "schema_1").iterdir())
SCRIPT = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
HOSTILE = f"{SCRIPT} \" ' & \x07 \u202e {{{{ 1 }}}}"


def searched(space, evaluate, name="reinforce", trials=12, **options):
    """Return the study of a small search, in memory."""
    strategy = make_strategy(name, space.decisions, 1)
    *_, last = search(
        space, strategy, evaluate=evaluate, trials=trials, batch=4, workers=1, **options
    )
    return last.study


def run_of(*studies):
    return data_of(explorer_of(*studies).html)["runs"]


class Some(Counted):
    """Children of which some fail, for reasons that want to be more than text."""

    def __call__(self, trial):
        if trial.number % 5 == 0:
            return Outcome.failed(HOSTILE, 0.5)
        return super().__call__(trial)


STUDIES = {
    "images": lambda: searched(SPACE, Counted()),
    "with skips": lambda: searched(ConvNetSpace(11), Counted()),
    "cells": lambda: searched(CELLS, CountedCells()),
    "failing": lambda: searched(SPACE, Some()),
    "growing": lambda: searched(ConvNetSpace(6), Counted(), depth=DepthSchedule(2, 2, 4)),
    "ppo": lambda: searched(SPACE, Counted(), "ppo"),
    "random": lambda: searched(SPACE, Counted(), "random"),
    "evolution": lambda: searched(SPACE, Counted(), "evolution"),
    "one's own": lambda: searched(
        ChoiceSpace({HOSTILE: ("a", HOSTILE), "from": ()}, num_layers=3), lambda net: 0.5
    ),
}


@pytest.fixture(params=STUDIES, scope="module")
def study(request):
    return STUDIES[request.param]()


@pytest.fixture
def run(study):
    [run] = run_of(study)
    return run


def test_every_child_is_as_the_study_has_it(study, run):
    trials, columns = study.trials(), {k: unpacked(v) for k, v in run["columns"].items()}
    assert run["count"] == len(trials) == 12
    for i, trial in enumerate(trials):
        assert tokens_of(run, i) == trial.tokens
        reward = columns["reward"][i]
        assert math.isnan(reward) if trial.reward is None else reward == trial.reward
        assert ["asked", "finished", "failed"][columns["state"][i]] == trial.state
        assert trial.outcome is not None
        for name in ("num_parameters", "flop"):
            if name in columns and trial.reward is not None:
                assert columns[name][i] == getattr(trial.outcome, name)
        assert (trial.reason is not None) == (f"{i}" in run["reasons"])
    assert [trials[i] for i in run["front"]] == list(pareto_front(trials))


def test_every_update_is_as_the_study_has_it(study, run):
    steps = {name: unpacked(column) for name, column in run["steps"].items()}
    updates = study.updates()
    assert steps["number"].tolist() == [u.number for u in updates]
    assert unpacked(run["columns"]["step"]).tolist() == [t.batch - 1 for t in study.trials()]
    for k, update in enumerate(updates):
        assert steps["mean_reward"][k] == update.stats.mean_reward
        for name in ("baseline", "entropy", "gradient_norm"):
            value = getattr(update.stats, name)
            assert math.isnan(steps[name][k]) if value is None else steps[name][k] == value
        if update.stats.probabilities:
            shown = policy_of(run, k)
            assert [len(row) for row in shown] == [len(p) for p in update.stats.probabilities]
            for row, recorded in zip(shown, update.stats.probabilities, strict=True):
                assert np.allclose(row, recorded, atol=1e-4)
    assert (run["policy"] is None) == (study.config.strategy["name"] in ("random", "evolution"))


def test_the_policy_is_the_one_that_a_replay_of_the_search_comes_to():
    study = STUDIES["with skips"]()
    [run] = run_of(study)
    settings = {k: v for k, v in study.config.strategy.items() if k != "name"}
    space = ConvNetSpace(11)
    strategy = make_strategy("reinforce", space.decisions, 1, **settings)
    for k in range(3):
        batch = study.trials(k + 1)
        tokens = torch.tensor([t.tokens for t in batch])
        with torch.no_grad():
            before = strategy.controller(tokens=tokens).probabilities
        for shown, p in zip(policy_of(run, k), before, strict=True):
            assert np.allclose(shown, p.mean(0), atol=1e-4)
        strategy.tell(tokens, torch.tensor([t.reward for t in batch]))


def test_what_children_are_drawn_from_is_what_their_view_says(study, run):
    space = read_space(study.config.space)
    for i, trial in enumerate(study.trials()):
        scene = view_of(space).scene(space.decode(trial.tokens), study.config.evaluator)
        assert scene_of(run, i) == {
            part.name: (
                part.label,
                part.note,
                [scene[k].name for k in part.inputs],
                dict(part.facts),
            )
            for part in scene
        }


def test_hostile_texts_are_texts(study):
    html = explorer_of(study).html
    assert html.lower().count("<script") == 2 and "<img" not in html
    assert "\x07" not in html and "\\u0007" not in html and "\\u202e" not in html


def test_two_runs_stand_side_by_side():
    first, second = STUDIES["images"](), STUDIES["random"]()
    explorer = explorer_of(first, second)
    runs = data_of(explorer.html)["runs"]
    assert [run["title"].partition(" on ")[0] for run in runs] == ["REINFORCE", "Random search"]
    assert explorer.alt.startswith("An explorer of 2 searches. REINFORCE on made-up rewards: 12 ")
    with pytest.raises(SettingError, match="3 runs to explore; expected 1 or 2"):
        explorer_of(first, second, first)


@pytest.mark.parametrize("folder", [path for path in OLD if path.is_dir()], ids=lambda p: p.name)
def test_runs_of_an_older_schema_that_are_not_finished_are_shown(folder):
    study = Study(folder)
    [run] = run_of(study)
    states = [["asked", "finished", "failed"][i] for i in unpacked(run["columns"]["state"])]
    assert states == [trial.state for trial in study.trials()]
    assert "asked" in states and run["status"].startswith("Unfinished")
    assert len(unpacked(run["steps"]["number"])) == study.num_updates + 1


def test_a_run_without_children_is_refused():
    strategy = make_strategy("reinforce", SPACE.decisions, 0)
    config = RunConfig(SPACE.to_json(), {"name": "reinforce"}, Counted().settings, 2, 7, 6)
    study = Study.create(None, config, strategy, torch.Generator())
    with pytest.raises(StudyError, match="has no child yet"):
        explorer_of(study)


def test_learners_that_share_a_study_keep_their_updates_apart(tmp_path):
    strategy, source = make_strategy("reinforce", SPACE.decisions, 0), torch.Generator()
    settings = {"name": "reinforce"}
    config = RunConfig(SPACE.to_json(), settings, Counted().settings, 2, 7, 8)
    study = Study.create(tmp_path / "study.db", config, strategy, source)
    study.join(1, strategy, source)
    for learner in (0, 1, 1, 0):
        tokens = strategy.ask(2, generator=source)
        for trial in study.ask(tokens, source, learner=learner):
            study.finish(trial, Counted()(trial))
        study.tell(strategy.tell(tokens, torch.ones(2)), strategy, source, learner=learner)
    [run] = run_of(study)
    pairs = zip(unpacked(run["steps"]["learner"]), unpacked(run["steps"]["number"]), strict=True)
    assert list(pairs) == [(0, 1), (1, 1), (1, 2), (0, 2)]
    assert unpacked(run["columns"]["step"]).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_children_that_all_failed_are_shown_with_their_reasons():
    [run] = run_of(searched(SPACE, Misbehaving(raises=range(1, 13))))
    assert len(run["reasons"]) == 12 and "no such luck" in run["reasons"]["0"]
    assert run["policy"] is None and run["front"] == []
    json.dumps(run, allow_nan=False)


def test_names_of_decisions_say_what_they_describe():
    space = ChoiceSpace([Decision("lr", 1, (0.1, 0.2)), Decision("op", 2, ("a",))])
    [run] = run_of(searched(space, lambda net: net["lr"]))
    assert run["decisions"][0] == {
        "name": "lr", "place": "layer 1", "choices": ["0.1", "0.2"], "anchor": False, "width": 1
    }  # fmt: skip
