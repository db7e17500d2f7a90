"""`nasedu table`, and searches on a table."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from command_line import nasedu
from small_tables import made_up

from nasedu.errors import DataError, SearchSpaceError, SettingError, StudyError
from nasedu.problems import read_space
from nasedu.runs import Study
from nasedu.tables import NetworkTable

SIZES = ("--filter-heights", "1,3", "--filter-widths", "1,3", "--num-filters", "2")
TINY = ("--num-layers", "1", *SIZES, "--epochs", "1")
SMALL = (*TINY, "--best", "2", "--workers", "1")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder in which a table was built, and what was printed meanwhile."""
    folder = tmp_path_factory.mktemp("tables") / "tiny"
    return folder, nasedu("table", "build", folder, *SMALL)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "made_up.npz"
    made_up().save(path)
    return path


def test_build_says_what_it_does_and_where_the_table_lies(built):
    folder, printed = built
    first, *_, table, sheet, search = printed.splitlines()
    assert first == (
        "4 convolutional networks of 1 layers, 1 epoch each on digits; a random tenth and the "
        "best 2 three times"
    )
    assert table == f"table: {folder / 'table.npz'}"
    assert sheet == f"data sheet: {folder / 'table.md'}"
    assert search == f"search it with `nasedu search --table {folder}`"
    made = NetworkTable.load(folder)
    assert sorted(made.repeats.tolist()) == [1, 1, 3, 3]
    assert made.digest in (folder / "table.md").read_text(encoding="utf-8")


def test_build_again_trains_nothing_and_makes_the_same_table(built):
    folder, _ = built
    before = (folder / "table.npz").read_bytes()
    (folder / "table.npz").unlink()
    printed = nasedu("table", "build", folder, *SMALL)
    assert f"table: {folder / 'table.npz'}" in printed
    assert (folder / "table.npz").read_bytes() == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--seed", "1"), "was made with seed = 0 and not 1; choose another folder"),
        (("--epochs", "2"), r"evaluator\.recipe\.epochs = 1 and not 2"),
        (("--no-skip-connections",), r"space\.skip_connections = True and not False"),
        (("--num-filters", "4"), r"space\.num_filters = \[2\] and not \[4\]"),
    ],
)
def test_build_refuses_a_folder_of_other_measurements(built, options, words):
    with pytest.raises(StudyError, match=words):
        nasedu("table", "build", built[0], *SMALL, *options)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        (
            ("--filter-heights", "1,x"),
            SearchSpaceError,
            r"filter_heights\[1\] is 'x'; expected an integer",
        ),
        (("--best", "-1"), SettingError, "best is -1"),
        (("--epochs", "0"), SettingError, "epochs is 0"),
        (("--num-layers", "5"), SearchSpaceError, "expected at most 10,000,000"),
        (("--data", "imagenet"), DataError, "imagenet"),
    ],
)
def test_build_refuses_bad_usage_and_writes_nothing(tmp_path, options, error, words):
    with pytest.raises(error, match=words):
        nasedu("table", "build", tmp_path / "table", *options)
    assert not (tmp_path / "table").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
def test_build_stopped_by_hand_says_how_to_go_on_and_goes_on(tmp_path):
    folder = tmp_path / "table"
    command = ["table", "build", folder, *TINY[:2], *TINY[8:], "--workers", "1", "--best", "2"]
    words = [sys.executable, "-m", "nasedu", *map(str, command)]  # 19 networks and more
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 1200
    while len(finished(folder)) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=600)
    kept = finished(folder)
    assert process.returncode == 130, errors
    (line,) = [line for line in errors.splitlines() if "stopped" in line]
    assert line == f"stopped; {len(kept)} trainings are kept in {folder}. The same command goes on"
    assert not (folder / "table.npz").exists()
    assert "table: " in nasedu(*command)
    assert finished(folder).items() >= kept.items()


def finished(folder):
    """The trainings that a folder has, by their seed."""
    if not (folder / "study.db").exists():
        return {}
    with Study(folder) as study:
        return {trial.seed: trial.outcome for trial in study.trials() if trial.outcome}


def test_build_goes_on_from_a_table_that_is_known(built, tmp_path):
    known, other = built[0] / "table.npz", tmp_path / "other"
    printed = nasedu("table", "build", other, *SMALL, "--known", known)
    assert f"table: {other / 'table.npz'}" in printed and not finished(other)
    assert (other / "table.npz").read_bytes() == known.read_bytes()
    with pytest.raises(StudyError, match=r"was made with seed = 0 and not 1"):
        nasedu("table", "build", tmp_path / "none", *SMALL, "--seed", "1", "--known", known)
    assert not (tmp_path / "none").exists()


def test_show_says_what_a_table_is(built, table):
    folder, _ = built
    printed = nasedu("table", "show", folder)
    assert "all 4 networks of 1 layers, filters 1 or 3 high and 1 or 3 wide" in printed
    assert "Digits (scikit-learn): 1,200 images to train, 300 to validate, 297 to test" in printed
    assert NetworkTable.load(folder).digest in printed
    assert nasedu("table", "show", folder / "table.npz") == printed
    assert "abacus" in nasedu("table", "show", table)
    with pytest.raises(DataError, match="there is no table 'nix'"):
        nasedu("table", "show", "nix")


def test_a_search_on_a_table_is_recorded_and_reported(table, tmp_path):
    run = tmp_path / "run"
    printed = nasedu("search", "--table", table, "--trials", 400, "--batch", 4, "--run", run)
    lines = printed.splitlines()
    assert lines[0].startswith("400 children by reinforce")
    assert f"looked up in {table}, seed 0" in lines[0]
    assert [line[:9] for line in lines if line.startswith("batch")] == [
        f"batch {5 * n:3d}" for n in range(1, 21)
    ]
    assert lines[-1] == f"report: {run / 'report.html'}"
    assert len(Study(run).trials()) == 400
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "each looked up in a table, where it was trained for 2 epochs on 60 images" in page
    assert "its reward is its best validation accuracy" in page
    assert "spared by the table" in page
    assert "--trials 800" in page


def test_a_search_on_a_table_goes_on(table, tmp_path):
    run = tmp_path / "run"
    command = ("search", "--table", table, "--run", run, "--noise", "--strategy", "random")
    nasedu(*command, "--trials", 16)
    printed = nasedu("resume", run, "--trials", 24)
    assert "16 of them trained before" in printed
    assert nasedu(*command, "--trials", 24).splitlines()[-1] == printed.splitlines()[-1]
    whole = tmp_path / "whole"
    nasedu(*command[:4], whole, *command[5:], "--trials", 24)
    outcomes = [[(t.tokens, t.outcome) for t in Study(r).trials()] for r in (run, whole)]
    assert outcomes[0] == outcomes[1]


def test_the_chains_of_a_table_can_be_searched_alone(table, tmp_path):
    command = ("search", "--table", table, "--trials", 8, "--strategy", "random")
    nasedu(*command, "--run", tmp_path / "all")
    nasedu(*command, "--run", tmp_path / "chains", "--no-skip-connections")
    lengths = [len(Study(tmp_path / run).trials()[0].tokens) for run in ("all", "chains")]
    assert lengths == [8, 6]


def test_a_part_of_a_table_can_be_searched_alone(table, tmp_path):
    command = ("search", "--table", table, "--trials", 8, "--strategy", "random")
    nasedu(*command, "--run", tmp_path / "run", "--filter-heights", 3)
    with Study(tmp_path / "run") as study:
        nets = [read_space(study.config.space).decode(t.tokens) for t in study.trials()]
    assert {layer.filter_height for net in nets for layer in net.layers} == {3}
    with pytest.raises(SearchSpaceError, match="filter_height of layer 1 is 7; this space has"):
        nasedu(*command, "--run", tmp_path / "other", "--filter-heights", 7)
    assert not (tmp_path / "other").exists()


def test_a_damaged_table_is_refused(table, tmp_path):
    shutil.copy(table, tmp_path / "half.npz")
    os.truncate(tmp_path / "half.npz", 700)
    for command in (("search", "--run", tmp_path / "run", "--table"), ("table", "show")):
        with pytest.raises(DataError, match=r"half\.npz is not a table of children, or it is dam"):
            nasedu(*command, tmp_path / "half.npz")
