"""Tables are measured whole, whatever interrupts the work."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from evaluators import Dying
from small_tables import LARGER, RECIPE, SPACE, made_up, measured, measuring

from nasedu.data.shipped import tables_folder
from nasedu.errors import NaseduError, SearchSpaceError, SettingError, StudyError
from nasedu.runs import Study
from nasedu.runs.provenance import MACHINE, versions
from nasedu.runs.trial import child_seed
from nasedu.searching import resume
from nasedu.spaces import ConvNetSpace
from nasedu.tables import (
    DIVERGED,
    MISSING,
    Enumeration,
    NetworkTable,
    make_table,
    making,
    random_tenth,
)
from nasedu.tables.enumeration import best_jobs, first_jobs
from nasedu.tables.making import evaluator_of, rewards_of, train_again
from nasedu.training import Recipe

DOUBLES = Path(__file__).parents[1] / "doubles"
ABACUS = {"processor": "abacus"}
SHIPPED = tables_folder() / "digits_3_layers.npz"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A folder in which a table was measured, undisturbed."""
    folder = tmp_path_factory.mktemp("whole") / "table"
    measured(folder)
    return folder


def decided(table):
    """Everything that the seed decides."""
    missing = np.isnan(table.seconds).tolist()
    return table.about, table.valid.tolist(), table.test.tolist(), missing


def jobs(folder, space=SPACE):
    """The trainings that were asked for and have a result, in the order of asking."""
    strategy = Enumeration(space, 5)
    with Study(folder) as study:
        return [strategy.job_of(t) for t in study.trials() if t.state == "finished"]


def test_every_network_is_measured_once_a_tenth_and_the_best_three_times(whole):
    table = NetworkTable.load(whole)
    tenth, others = random_tenth(np.arange(8), 5)
    assert (len(tenth), sorted(tenth + others)) == (1, list(range(8)))
    best = np.argsort(-table.valid[0].max(1), kind="stable")[:2].tolist()
    assert {n for n in range(8) if table.repeats[n] == 3} == {*tenth, *best}
    assert set(table.repeats.tolist()) == {1, 3}
    assert len(jobs(whole)) == len(set(jobs(whole))) == table.num_trainings
    assert table.space == SPACE
    assert np.all(table.seconds[table.test != MISSING] >= 0)


def test_what_comes_first_is_the_tenth_and_what_comes_last_the_best(whole):
    asked, (tenth, _) = jobs(whole), random_tenth(np.arange(8), 5)
    assert asked[:10] == first_jobs(np.arange(8), 5)
    assert [place for place, _ in asked[:3]] == tenth * 3
    best = best_jobs(rewards_of(NetworkTable.load(whole))[0], np.arange(8), 2)
    assert asked[10:] == [job for job in best if job not in asked[:10]]
    assert (
        first_jobs(np.arange(50), 1)[:4]
        == [(place, r) for place in (random_tenth(np.arange(50), 1)[0]) for r in range(3)][:4]
    )


def test_events_count_to_the_end(tmp_path):
    events = list(measuring(tmp_path))
    assert [event.done for event in events] == list(range(1, len(events) + 1))
    assert events[-1].done == events[-1].total
    assert all(not event.trial.outcome.is_failed for event in events)
    assert list(measuring(tmp_path)) == []


@pytest.mark.parametrize("stops", [(1,), (4, 3), (10,), (11,), (2, 2, 2, 2, 2)])
def test_interrupted_anywhere_it_ends_as_if_nothing_had_happened(tmp_path, whole, stops):
    for stop in stops:
        work = measuring(tmp_path)
        for _ in range(stop):
            next(work)
        work.close()
    assert len(jobs(tmp_path)) >= sum(stops)
    assert decided(measured(tmp_path)) == decided(NetworkTable.load(whole))


KILLED = """
import os, signal, sys
from nasedu.tables import making as module
from small_tables import measuring

def die(*arguments, **options):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[2] == "save":
    module = module.NetworkTable
setattr(module, sys.argv[2], die)
list(measuring(sys.argv[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("moment", ["search", "_add_all", "save"])
def test_killed_at_an_awkward_moment_it_can_go_on(tmp_path, whole, moment):
    folder, script = tmp_path / "table", tmp_path / "script.py"
    script.write_text(KILLED)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(DOUBLES), *sys.path])}
    done = subprocess.run([sys.executable, script, folder, moment], env=environment)
    assert done.returncode == -signal.SIGKILL
    assert not (folder / "table.npz").exists()
    assert decided(measured(folder)) == decided(NetworkTable.load(whole))


def test_the_seed_decides(tmp_path, whole):
    again, other = measured(tmp_path / "again"), measured(tmp_path / "other", seed=6)
    assert decided(again) == decided(NetworkTable.load(whole))
    assert decided(other)[1] != decided(again)[1]


def test_two_workers_measure_the_same_as_one(tmp_path, whole):
    assert decided(measured(tmp_path, workers=2)) == decided(NetworkTable.load(whole))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seed": 6}, "was made with seed = 5 and not 6; choose another folder"),
        ({"recipe": Recipe(epochs=3, num_train=60)}, r"evaluator\.recipe\.batch_size = 32"),
    ],
)
def test_measurements_that_were_made_otherwise_are_not_continued(whole, options, words):
    before = (whole / "study.db").read_bytes()
    with pytest.raises(StudyError, match=words):
        measured(whole, **options)
    assert (whole / "study.db").read_bytes() == before


def test_another_space_is_refused(whole):
    space = ConvNetSpace(2, (1, 3), (3,), (4,))
    with pytest.raises(StudyError, match=r"space\.num_filters = \[2\] and not \[4\]"):
        list(make_table(whole, space, recipe=RECIPE, seed=5))


def test_more_of_the_best_can_be_asked_for_later(tmp_path, whole):
    shutil.copytree(whole, tmp_path / "more", ignore=shutil.ignore_patterns(".lock*"))
    few, more = NetworkTable.load(whole), measured(tmp_path / "more", best=4)
    assert np.array_equal(more.valid[0], few.valid[0])
    assert few.num_trainings < more.num_trainings <= 8 + 2 * 5
    assert more.about["best"] == 4


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"best": -1}, SettingError, "best is -1; expected an integer of at least 0"),
        ({"seed": -1}, SettingError, "seed is -1"),
        ({"workers": 0}, SettingError, "workers is 0"),
    ],
)
def test_bad_arguments_are_refused_at_once_and_nothing_is_written(tmp_path, options, error, words):
    with pytest.raises(error, match=words):
        measuring(tmp_path / "table", **options)
    assert not (tmp_path / "table").exists()


def test_a_space_that_is_too_large_is_refused(tmp_path):
    with pytest.raises(SearchSpaceError, match="expected at most 10,000,000"):
        make_table(tmp_path / "table", ConvNetSpace())


def test_other_folders_are_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(StudyError, match="is not a run folder"):
        measured(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_fewer_of_the_best_than_there_are_makes_no_other_table(tmp_path, whole):
    folder = tmp_path / "table"
    shutil.copytree(whole, folder, ignore=shutil.ignore_patterns(".lock*"))
    measured(folder, best=4)
    assert measured(folder, best=1).about["best"] == 4


def test_a_folder_of_the_older_log_is_refused_in_one_line_and_left_alone(tmp_path):
    (tmp_path / "measured.csv").write_text("place,repeat\n")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(StudyError, match=r"measured\.csv, the log of an older nasedu") as caught:
        measured(tmp_path)
    assert "\n" not in str(caught.value)
    assert {path.name for path in tmp_path.iterdir()} == {"measured.csv", "config.json"}


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("test", None, "was trained without a test"),
        ("test", 99.0, "test has numbers from"),
        ("valid_curve", [0.5], "was trained for 1 epochs and not 2"),
        ("valid_curve", [0.5, 2.0], "valid has numbers from"),
    ],
)
def test_a_study_with_results_that_cannot_be_is_refused(tmp_path, whole, field, value, error):
    shutil.copytree(whole, tmp_path / "table", ignore=shutil.ignore_patterns(".lock*"))
    with sqlite3.connect(tmp_path / "table" / "study.db") as db:
        text = db.execute("SELECT outcome FROM trials WHERE number = 1").fetchone()[0]
        text = json.dumps(json.loads(text) | {field: value})
        db.execute("UPDATE trials SET outcome = ? WHERE number = 1", (text,))
    with pytest.raises(NaseduError, match=error):
        measured(tmp_path / "table")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_child_that_diverged_is_recorded_and_one_that_died_is_tried_again(tmp_path, monkeypatch):
    monkeypatch.setenv("NASEDU_TEST_GRAVE", str(tmp_path / "grave"))
    monkeypatch.setattr(making, "TestingEvaluator", Dying)
    folder = tmp_path / "table"
    events = []
    with pytest.raises(StudyError, match=r"1 trainings failed, .*signal 9.*run the command again"):
        events += measuring(folder, workers=2)
    failed = {e.trial.seed: e.trial.reason for e in events if e.trial.outcome.is_failed}
    assert set(failed) == {child_seed(5, 3), child_seed(5, 5)}
    part = NetworkTable.load(folder)
    assert part.test[0, 4] == MISSING
    before = jobs(folder)
    assert (4, 0) not in before and len(before) == 8  # of ten: one diverged
    table = measured(folder)
    assert jobs(folder)[: len(before)] == before
    assert np.array_equal(table.valid[part.test != MISSING], part.valid[part.test != MISSING])
    with Study(folder) as study:  # it was tried again as a new trial, from the same seed
        tries = [t.state for t in study.trials() if t.seed == child_seed(5, 5)]
    assert tries == ["failed", "finished"]
    assert np.all(table.test[0] != MISSING)
    assert table.valid[0, 2].tolist() == [DIVERGED] * 2
    assert table.test[0].tolist().count(DIVERGED) == 1
    assert np.isnan(table.reward[0, 2])
    assert not np.isnan(table.seconds[0, 2])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_ten_times_and_once_without_its_folder_it_makes_the_same_table(
    tmp_path, monkeypatch
):
    whole = measured(tmp_path / "whole", space=LARGER)
    folder, part = tmp_path / "table", tmp_path / "part.npz"
    draw, done = random.Random(16), []
    script = tmp_path / "script.py"
    script.write_text(KILLED_AFTER)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(DOUBLES), *sys.path])}
    for number in range(10):
        if number == 5:
            shutil.move(folder / "table.npz", part)
            shutil.rmtree(folder)
        known = [part] if number >= 5 else []
        when = [str(draw.randint(1, 3)), str(draw.uniform(0, 0.03))]
        command = [sys.executable, script, folder, *when, *known]
        assert subprocess.run(command, env=environment).returncode == -signal.SIGKILL
        done.append(num_finished(folder))
    assert done[4] > 0 and done[:5] == sorted(done[:5]) and done[5:] == sorted(done[5:])
    exported = NetworkTable.load(part)
    assert 0 < exported.num_trainings < whole.num_trainings
    monkeypatch.setattr(making, "BATCH", 4)
    table = measured(folder, space=LARGER, known=exported)
    assert decided(table) == decided(whole)
    there = {(place, repeat) for repeat, place in np.argwhere(exported.test != MISSING)}
    assert not there & {*jobs(folder, LARGER)}
    assert decided(measured(folder, space=LARGER)) == decided(
        table
    )  # without the part: it is in table.npz


KILLED_AFTER = """
import os, signal, sys, threading
from nasedu.tables import NetworkTable, making
from small_tables import LARGER, measuring

def die():
    os.kill(os.getpid(), signal.SIGKILL)

making.BATCH = 4
folder, trainings, seconds, *known = sys.argv[1:]
work = measuring(folder, space=LARGER, known=NetworkTable.load(known[0]) if known else None)
for _ in range(int(trainings)):
    next(work, None)
threading.Timer(float(seconds), die).start()
for _ in work:
    pass
threading.Event().wait()
"""


def num_finished(folder):
    if not (folder / "study.db").exists():
        return 0
    with Study(folder) as study:
        return sum(trial.state == "finished" for trial in study.trials())


@pytest.mark.parametrize("others", [{"seed": 6}, {"recipe": Recipe(epochs=3)}])
def test_a_known_table_of_something_else_is_refused(tmp_path, whole, others):
    with pytest.raises(StudyError, match="was made with"):
        measuring(tmp_path / "table", known=NetworkTable.load(whole), **others)
    assert not (tmp_path / "table").exists()


def test_a_whole_table_that_is_known_is_not_measured_again(tmp_path, whole):
    known = NetworkTable.load(whole)
    assert list(measuring(tmp_path / "table", known=known)) == []
    assert (tmp_path / "table" / "table.npz").read_bytes() == (whole / "table.npz").read_bytes()
    more = measured(tmp_path / "table", best=4)
    assert decided(more) == decided(measured(tmp_path / "more", best=4))


def test_machines_of_a_known_table_are_named_too(tmp_path, whole):
    known = NetworkTable.load(whole)
    known.about["machines"] = [versions() | ABACUS]
    with pytest.warns(UserWarning, match="was begun with processor abacus, now"):
        table = measured(tmp_path / "table", known=known, best=4)
    assert [m["processor"] for m in table.about["machines"]] == ["abacus", versions()["processor"]]


def test_a_table_is_not_resumed_as_a_search(whole):
    with pytest.raises(StudyError, match=r"'enumeration'.* go on .*`nasedu table build`"):
        resume(whole)


def test_a_study_whose_known_table_is_gone_says_so(tmp_path, whole):
    known = NetworkTable.load(whole)
    list(measuring(tmp_path / "table", known=known))
    (tmp_path / "table" / "table.npz").unlink()
    with pytest.raises(StudyError, match=r"begun from a table that is gone; give .* by --known"):
        measured(tmp_path / "table")
    assert decided(measured(tmp_path / "table", known=known)) == decided(known)


def test_an_entry_can_be_trained_again(whole):
    table = NetworkTable.load(whole)
    evaluator = evaluator_of(table)
    tenth, _ = random_tenth(np.arange(8), 5)
    for place, repeat in ((0, 0), (6, 0), (tenth[0], 2)):
        right = evaluator.numbers(train_again(evaluator, table, place, repeat))
        assert right == [table.test[repeat, place], *table.valid[repeat, place]]


def test_an_entry_of_other_images_is_not_trained_again():
    with pytest.raises(StudyError, match=r"the table was made with digest = None and not '\w+\'"):
        evaluator_of(made_up())


def test_another_machine_is_noted_and_warned_of(tmp_path, whole):
    shutil.copytree(whole, tmp_path / "table", ignore=shutil.ignore_patterns(".lock*"))
    (tmp_path / "table" / "table.npz").unlink()  # which has its machine written in
    with sqlite3.connect(tmp_path / "table" / "study.db") as db:
        db.execute("UPDATE starts SET versions = ?", (json.dumps(versions() | ABACUS),))
    with pytest.warns(UserWarning, match="was begun with processor abacus, now"):
        table = measured(tmp_path / "table")
    assert [m["processor"] for m in table.about["machines"]] == ["abacus", versions()["processor"]]


@pytest.mark.skipif(
    not SHIPPED.with_suffix(".md").is_file(), reason="the measured table is not there yet"
)
class TestShippedTable:
    def test_it_is_whole_and_its_digest_is_in_its_data_sheet(self):
        table = NetworkTable.load()
        assert len(table) == 46_656
        assert np.all(table.repeats >= 1)
        assert np.sum(table.repeats == 3) >= 4_666 + 450
        assert table.digest in SHIPPED.with_suffix(".md").read_text(encoding="utf-8")

    def test_entries_drawn_at_random_are_what_training_them_again_gives(self):
        table, now = NetworkTable.load(), versions()
        evaluator, differences = evaluator_of(table), []
        [machine] = table.about["machines"]
        made_on = {**machine, "processor": f"{machine['processor']}, AVX512"}  # not noted then
        is_same = all(now[name] == made_on[name] for name in MACHINE)
        for place in np.random.default_rng(2016).choice(len(table), 3, replace=False).tolist():
            right = evaluator.numbers(train_again(evaluator, table, place))
            recorded = [table.test[0, place], *table.valid[0, place]]
            if is_same:
                assert right == recorded, place
            differences.append((right[-1] - recorded[-1]) / table.about["evaluator"]["num_valid"])
        assert abs(np.mean(differences)) < 0.05
