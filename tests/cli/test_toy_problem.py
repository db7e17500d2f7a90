"""A kind of child of one's own, in one file outside of nasedu, from search to final training.

No file of nasedu knows of `toy_problem`: all that is said of it is ``--problem toy_problem:ROW``.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import toy_problem
from decided import decided

import nasedu
from nasedu.runs import Study
from nasedu.searching.final_training import CHECKPOINT
from nasedu.searching.jobs import RESULT
from nasedu.training import Checkpoint

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
PROBLEM = ("--problem", "toy_problem:ROW")
SEARCH = ("search", *PROBLEM, "--workers", "2", "--trials", "8", "--batch", "4", "--epochs", "40")
TRAIN = ("train", "run", "--run", "final", *PROBLEM, "--epochs", "1500")


class Place:
    """A working directory with nothing but the user's own file."""

    def __init__(self, folder):
        folder.mkdir()
        shutil.copy(toy_problem.__file__, folder)
        self.folder = folder
        # Without the folder of the doubles: the file is found where the command is typed.
        paths = [str(Path(nasedu.__file__).parents[1])]
        self.options = {
            "cwd": folder,
            "env": {**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            "text": True,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
        }

    def begin(self, *words):
        return subprocess.Popen([sys.executable, "-m", "nasedu", *words], **self.options)

    def run(self, *words, drawn=True):
        """Run a command to its end; return what it said."""
        with self.begin(*words) as process:
            out, err = process.communicate()
        assert process.returncode == 0, err
        return out


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A place in which nothing was disturbed."""
    place = Place(tmp_path_factory.mktemp("toy") / "whole")
    place.said = place.run(*SEARCH, "--run", "run")
    return place


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A place in which a search was killed after its first batch, and gone on with."""
    place = Place(tmp_path_factory.mktemp("toy") / "killed")
    with place.begin(*SEARCH, "--run", "run") as process:
        assert any(line.startswith("batch   1") for line in process.stdout)
        process.send_signal(signal.SIGKILL)
    place.kept = sum(trial.outcome is not None for trial in Study(place.folder / "run").trials())
    place.said = place.run("resume", "run", *PROBLEM, "--workers", "2")
    return place


def test_a_search_says_what_it_does(whole):
    assert "A sine: 32 training and 32 validation points" in whole.said
    assert "batch   2" in whole.said
    trials = Study(whole.folder / "run").trials()
    assert len(trials) == 8 and not any(trial.outcome.is_failed for trial in trials)


def test_killed_and_resumed_it_is_the_undisturbed_search(whole, killed):
    assert killed.kept >= 4
    assert "of them trained before" in killed.said
    assert decided(killed.folder / "run") == decided(whole.folder / "run")


def test_one_worker_finds_the_same(whole, tmp_path):
    place = Place(tmp_path / "one")
    place.run(*SEARCH, "--run", "run", "--workers", "1")
    assert decided(place.folder / "run") == decided(whole.folder / "run")


def test_without_the_problem_a_run_is_one_clear_line(whole):
    for words in (("resume", "run", "--trials", "12"), ("draw", "run")):
        with whole.begin(*words) as process:
            _, err = process.communicate()
        assert process.returncode == 2 and err.count("\n") == 1
        assert "this JSON is a 'toy_curve_space'; expected a 'conv_net_space'" in err
        assert "name a kind of your own by --problem module:ROW" in err


def test_options_that_it_does_not_take_are_one_clear_line(whole):
    for words, said in (
        (("--hidden-size", "4"), "No such option: --hidden-size"),
        (("--num-layers", "4"), "No such option: --num-layers"),
        (("--degrees", "1,x"), "degrees[1] is 'x'; expected an integer"),
        (("--lr", "fast"), "lr is 'fast'; expected a number"),
        (("--space", "high"), "--space is 'high'; expected one of first, low for curves"),
        (("--recipe", "best"), "--recipe is 'best'; expected one of first, train for curves"),
        (("--data", "digits"), "there are no points 'digits'; expected sine"),
    ):
        with whole.begin(*SEARCH, "--run", "other", *words) as process:
            _, err = process.communicate()
        assert process.returncode == 2 and said in err and "Traceback" not in err
        assert not (whole.folder / "other").exists()


def test_it_has_a_report(killed):
    (killed.folder / "run" / "report.html").unlink()
    assert "report: " in killed.run("report", "run", *PROBLEM)
    page = (killed.folder / "run" / "report.html").read_text(encoding="utf-8")
    assert "curves through points" in page and "mean squared error" in page


def test_its_children_are_drawn(killed):
    best = toy_problem.CurveSpace().decode(Study(killed.folder / "run").best().tokens)
    assert best.basis in killed.run("draw", "run", *PROBLEM)
    killed.run("draw", "run", *PROBLEM, "--out", "best.svg")
    assert "<svg" in (killed.folder / "best.svg").read_text(encoding="utf-8")


def test_its_best_child_is_trained_for_good_killed_and_gone_on_with(killed, whole):
    path = killed.folder / "final" / CHECKPOINT
    with killed.begin(*TRAIN) as process:
        deadline = time.monotonic() + 600
        while not path.exists():
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert len(Checkpoint.load(path).valid_curve) < 1500
    assert not (killed.folder / "final" / RESULT).exists()
    records = []
    for place in (killed, whole):
        said = place.run(*TRAIN)
        assert "test mean squared error 0.0" in said
        record = json.loads((place.folder / "final" / RESULT).read_text())
        record["outcome"]["seconds"] = record["command"] = None
        records.append(record)
    assert records[0] == records[1]
    states = [Checkpoint.load(place.folder / "final" / CHECKPOINT) for place in (killed, whole)]
    assert states[0].digest == states[1].digest
    assert states[0].valid_curve == states[1].valid_curve


def test_a_grid_of_its_recipe_is_trained(whole):
    words = ("train", "run", *PROBLEM, "--run", "grid", "--grid", "lr=0.001,0.1", "--epochs", "5")
    said = whole.run(*words, "--workers", "2")
    assert "best on the validation part: lr 0.1" in said
    record = json.loads((whole.folder / "grid" / RESULT).read_text())
    assert record["recipe"]["lr"] == 0.1 and len(record["grid"]) == 2
    assert record["outcome"]["test"] > 0


def test_no_file_of_nasedu_knows_of_it():
    for path in Path(nasedu.__file__).parent.rglob("*.py"):
        assert "toy" not in path.read_text(encoding="utf-8").lower(), path
