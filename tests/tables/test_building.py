"""Tables are measured whole, whatever interrupts the work."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from evaluators import Dying
from small_tables import RECIPE, SPACE, made_up, measured, measuring

from nasedu.data.tables import tables_folder
from nasedu.errors import SearchSpaceError, SettingError, StudyError
from nasedu.runs.provenance import MACHINE, versions
from nasedu.spaces import ConvNetSpace
from nasedu.tables import DIVERGED, MISSING, NetworkTable, measure
from nasedu.tables import building as module
from nasedu.tables.building import (
    best_jobs,
    evaluator_of,
    first_jobs,
    random_tenth,
    train_again,
)
from nasedu.training import Recipe

DOUBLES = Path(__file__).parents[1] / "doubles"
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


def rows(folder):
    return np.loadtxt(folder / "measured.csv", int, delimiter=",", skiprows=1)


def test_every_network_is_measured_once_a_tenth_and_the_best_three_times(whole):
    table = NetworkTable.load(whole)
    tenth, others = random_tenth(8, 5)
    assert (len(tenth), sorted(tenth + others)) == (1, list(range(8)))
    best = np.argsort(-table.valid[0].max(1), kind="stable")[:2].tolist()
    assert {n for n in range(8) if table.repeats[n] == 3} == {*tenth, *best}
    assert set(table.repeats.tolist()) == {1, 3}
    lines = [tuple(row[:2]) for row in rows(whole).tolist()]
    assert len(lines) == len(set(lines)) == table.num_trainings
    assert table.space == SPACE
    assert np.all(table.seconds[table.test != MISSING] >= 0)


def test_what_comes_first_is_the_tenth_and_what_comes_last_the_best(whole):
    places = rows(whole)[:, 0].tolist()
    tenth, others = random_tenth(8, 5)
    assert sorted(places[:10]) == sorted(tenth * 3 + others)  # all fit into one chunk
    best = best_jobs(rows(whole)[:10], 8, 2)
    assert set(places[10:]) <= {place for place, _ in best}
    assert (
        first_jobs(50, 1)[:4]
        == [(place, r) for place in (random_tenth(50, 1)[0]) for r in range(3)][:4]
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
    assert len(rows(tmp_path)) >= sum(stops)
    assert decided(measured(tmp_path)) == decided(NetworkTable.load(whole))


def test_a_line_that_was_cut_short_is_measured_again(tmp_path, whole):
    text = (whole / "measured.csv").read_text()
    for cut in (1, 3, 25, len(text) - 3):
        folder = tmp_path / str(cut)
        shutil.copytree(whole, folder, ignore=shutil.ignore_patterns("*.npz", ".lock*"))
        (folder / "measured.csv").write_text(text[:-cut])
        assert decided(measured(folder)) == decided(NetworkTable.load(whole))
        assert (folder / "measured.csv").read_text().startswith("place,repeat,microseconds,test")


KILLED = """
import os, signal, sys
from nasedu.tables import building as module
from small_tables import measuring

def die(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)

setattr(module, sys.argv[2], die)
list(measuring(sys.argv[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("moment", ["_continue", "MeasurementLog", "network_table"])
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
    before = (whole / "measured.csv").read_bytes()
    with pytest.raises(StudyError, match=words):
        measured(whole, **options)
    assert (whole / "measured.csv").read_bytes() == before


def test_another_space_is_refused(whole):
    space = ConvNetSpace(2, (1, 3), (3,), (4,))
    with pytest.raises(StudyError, match=r"space\.num_filters = \[2\] and not \[4\]"):
        list(measure(whole, space, recipe=RECIPE, seed=5))


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
        measure(tmp_path / "table", ConvNetSpace())


def test_other_folders_are_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(StudyError, match="is not a run folder"):
        measured(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("text", ["name,age\nAda,36", "place,repeat\n1,2\n", "\0\0\0\n", "é\n"])
def test_a_log_that_is_none_is_refused_and_left_alone(tmp_path, whole, text):
    shutil.copytree(whole, tmp_path / "table", ignore=shutil.ignore_patterns(".lock*"))
    log = tmp_path / "table" / "measured.csv"
    log.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=r"is damaged .*; move it away to begin again"):
        measured(tmp_path / "table")
    assert log.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("8,0,1000,200,100,150", "line {last} has a number that cannot be"),  # 8 networks: 0 to 7
        ("-1,0,1000,200,100,150", "a number that cannot be"),
        ("0,9,1000,200,100,150", "a number that cannot be"),
        ("0,0,1000,99999,100,150", "a number that cannot be"),
        ("0,0,1000,200,301,150", "a number that cannot be"),
        ("0,0,1000,200,100,150", "network 0 has training 0 twice"),
    ],
)
def test_a_line_that_cannot_have_been_measured_is_refused(tmp_path, whole, line, words):
    folder = tmp_path / "table"
    shutil.copytree(whole, folder, ignore=shutil.ignore_patterns("*.npz", ".lock*"))
    text = (folder / "measured.csv").read_text() + line + "\n"
    (folder / "measured.csv").write_text(text)
    with pytest.raises(StudyError) as caught:
        measured(folder)
    assert words.format(last=text.count("\n")) in str(caught.value)
    assert (folder / "measured.csv").read_text() == text


def test_fewer_of_the_best_than_there_are_makes_no_other_table(tmp_path, whole):
    folder = tmp_path / "table"
    shutil.copytree(whole, folder, ignore=shutil.ignore_patterns(".lock*"))
    measured(folder, best=4)
    assert measured(folder, best=1).about["best"] == 4


@pytest.mark.parametrize("config", [None, "not JSON", "[]", "{}", '{"machines": [{}]}'])
def test_a_log_without_settings_is_refused(tmp_path, whole, config):
    shutil.copy(whole / "measured.csv", tmp_path)
    if config is not None:
        (tmp_path / "config.json").write_text(config)
    with pytest.raises(StudyError, match=r"config\.json does not say how measured\.csv was"):
        measured(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_child_that_diverged_is_recorded_and_one_that_died_is_tried_again(tmp_path, monkeypatch):
    monkeypatch.setenv("NASEDU_TEST_GRAVE", str(tmp_path / "grave"))
    monkeypatch.setattr(module, "TestingEvaluator", Dying)
    folder = tmp_path / "table"
    events = []
    with pytest.raises(StudyError, match=r"1 trainings failed, .*signal 9.*run the command again"):
        events += measuring(folder, workers=2)
    reasons = {e.trial.number: e.trial.reason for e in events if e.trial.outcome.is_failed}
    assert set(reasons) == {3, 5}
    assert not (folder / "table.npz").exists()
    before = rows(folder)
    table = measured(folder)
    assert np.array_equal(rows(folder)[: len(before)], before)
    assert (4, 0) not in {tuple(row[:2]) for row in before.tolist()}
    assert np.all(table.test[0] != MISSING)
    assert table.valid[0, 2].tolist() == [DIVERGED] * 2
    assert table.test[0].tolist().count(DIVERGED) == 1
    assert np.isnan(table.reward[0, 2])
    assert not np.isnan(table.seconds[0, 2])


def test_an_entry_can_be_trained_again(whole):
    table = NetworkTable.load(whole)
    evaluator = evaluator_of(table)
    tenth, _ = random_tenth(8, 5)
    for place, repeat in ((0, 0), (6, 0), (tenth[0], 2)):
        right = evaluator.images_right(train_again(evaluator, table, place, repeat))
        assert right == [table.test[repeat, place], *table.valid[repeat, place]]


def test_an_entry_of_other_images_is_not_trained_again():
    with pytest.raises(StudyError, match=r"the table was made with digest = None and not '\w+\'"):
        evaluator_of(made_up())


def test_another_machine_is_noted_and_warned_of(tmp_path, whole):
    shutil.copytree(whole, tmp_path / "table", ignore=shutil.ignore_patterns(".lock*"))
    path = tmp_path / "table" / "config.json"
    config = json.loads(path.read_text())
    config["machines"][0]["processor"] = "abacus"
    path.write_text(json.dumps(config))
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
            right = evaluator.images_right(train_again(evaluator, table, place))
            recorded = [table.test[0, place], *table.valid[0, place]]
            if is_same:
                assert right == recorded, place
            differences.append((right[-1] - recorded[-1]) / table.about["evaluator"]["num_valid"])
        assert abs(np.mean(differences)) < 0.05
