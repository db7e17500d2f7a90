"""A search that is killed again and again ends as if nothing had happened."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import searches
from decided import decided
from evaluators import SPACE, Counted
from toy_strategy import Scores

from nasedu import search
from nasedu.controller import make_strategy
from nasedu.data import load
from nasedu.errors import StudyError
from nasedu.runs import Study
from nasedu.searching import Finished, TrainingEvaluator, resume
from nasedu.spaces import ConvNetSpace
from nasedu.training import Recipe, image_task

DOUBLES = Path(__file__).parents[1] / "doubles"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize(
    "name", ["made-up", "networks", pytest.param("cells", marks=pytest.mark.slow)]
)
def test_killed_at_random_moments_it_ends_the_same(tmp_path, name):
    list(searches.begin(name, tmp_path / "whole", workers=1))
    cut, log = tmp_path / "cut", tmp_path / "log"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(DOUBLES), *sys.path])}
    command, draw, kept = [sys.executable, "-m", "searches", name, cut, log], random.Random(3), {}
    for _ in range(3):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(draw.randint(2, 6)):  # events: one child has finished at least
            assert process.stdout.readline()
        time.sleep(draw.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        before, kept = kept, finished(cut)
        assert before.items() < kept.items()  # seconds too: none was trained again
    assert len(kept) < searches.TRIALS
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert done.stdout.endswith("Finished\n")
    assert kept.items() < finished(cut).items()
    assert decided(cut) == decided(tmp_path / "whole")
    if name == "made-up":
        trained = [int(line.split()[0]) for line in log.open()]
        assert set(trained) == set(range(1, searches.TRIALS + 1))
        # Only a child that was cut off while it trained may appear again, at most one a kill.
        assert len(trained) - len(set(trained)) <= 3


def finished(run):
    """Return the outcomes that are recorded, by number."""
    with Study(run) as study:
        return {trial.number: trial.outcome for trial in study.trials() if trial.outcome}


def test_resume_needs_nothing_but_the_folder(tmp_path):
    space = ConvNetSpace(2, (3,), (3, 5), (4, 8), skip_connections=False)
    evaluator = TrainingEvaluator(space, "digits", Recipe(epochs=1, num_train=100))

    def begin(run, trials):
        made = make_strategy("reinforce", space.decisions, 3, lr=0.01)
        options = {"evaluate": evaluator, "trials": trials, "batch": 2, "workers": 1, "seed": 3}
        return search(space, made, run=run, **options)

    list(begin(tmp_path / "whole", 6))
    list(begin(tmp_path / "cut", 4))
    events = list(resume(tmp_path / "cut", trials=6, workers=1))
    assert isinstance(events[-1], Finished)
    assert decided(tmp_path / "cut") == decided(tmp_path / "whole")


def test_whitening_and_augmentation_are_part_of_a_run(tmp_path):
    space = ConvNetSpace(2, (3,), (3, 5), (4, 8), skip_connections=False)

    def begin(**fields):
        recipe = Recipe(epochs=1, num_train=100, **fields)
        made = make_strategy("random", space.decisions, 3)
        evaluator = TrainingEvaluator(space, "digits", recipe)
        return search(space, made, run=tmp_path, trials=2, batch=2, workers=1, evaluate=evaluator)

    list(begin(whitening="image"))
    grown = list(resume(tmp_path, trials=4, workers=1))[-1].study
    assert grown.config.evaluator["recipe"]["whitening"] == "image"
    assert "augmentation" not in grown.config.evaluator["recipe"]
    with pytest.raises(StudyError, match=r"recipe\.whitening = 'image' and not its default"):
        list(begin())


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE state SET tensors = x'0011'",
        "DELETE FROM state",
        "UPDATE state SET plain = '{}'",
    ],
)
def test_a_damaged_state_is_one_clear_line(tmp_path, damage):
    made = make_strategy("reinforce", SPACE.decisions)
    options = {"evaluate": Counted(), "batch": 4, "workers": 1, "run": tmp_path}
    list(search(SPACE, made, trials=4, **options))
    with sqlite3.connect(tmp_path / "study.db") as db:
        db.execute(damage)
    with pytest.raises(StudyError, match="the strategy's state cannot be read"):
        list(search(SPACE, made, trials=8, **options))


def test_images_that_were_replaced_are_noticed(tmp_path, monkeypatch):
    space = ConvNetSpace(1, (3,), (3,), (4,), skip_connections=False)
    evaluator = TrainingEvaluator(space, "digits", Recipe(epochs=1, num_train=50))
    made = make_strategy("random", space.decisions)
    options = {"batch": 2, "workers": 1, "run": tmp_path}
    list(search(space, made, trials=2, evaluate=evaluator, **options))
    digits = load("digits")
    train = replace(digits.train, images=digits.train.images.flip(0))
    monkeypatch.setattr(image_task, "load", lambda name: replace(digits, train=train))
    evaluator = TrainingEvaluator(space, "digits", Recipe(epochs=1, num_train=50))
    with pytest.raises(StudyError, match=r"evaluator\.digest"):
        list(search(space, made, trials=4, evaluate=evaluator, **options))


def test_a_run_with_an_evaluator_of_its_own_says_how_to_go_on(tmp_path):
    made = make_strategy("random", SPACE.decisions)
    list(search(SPACE, made, evaluate=Counted(), trials=2, workers=1, run=tmp_path))
    with pytest.raises(StudyError, match="call `search` with the same space, strategy and eval"):
        resume(tmp_path)


def test_a_strategy_of_ones_own_goes_on_by_the_same_call(tmp_path):
    runs = [("whole", (12,)), ("cut", (8, 12))]
    for name, ends in runs:
        for trials in ends:
            mine = Scores(SPACE.decisions)
            made = {"evaluate": Counted(), "trials": trials, "batch": 4, "workers": 1}
            list(search(SPACE, mine, run=tmp_path / name, **made))
    assert decided(tmp_path / "cut") == decided(tmp_path / "whole")
    with pytest.raises(StudyError, match="strategy 'scores', which is none of nasedu's; go on"):
        resume(tmp_path / "whole", trials=16)
