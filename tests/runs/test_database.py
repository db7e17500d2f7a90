import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import torch
from decided import decided
from evaluators import SPACE, Counted

from nasedu import search
from nasedu.controller import make_strategy
from nasedu.errors import StudyError
from nasedu.runs import Study, database

KILLED = """
import os, signal, sys
from evaluators import SPACE, Counted
from nasedu import search
from nasedu.controller import make_strategy
from nasedu.runs import database
from nasedu.searching import Updated

if sys.argv[2] == "journal":
    database.is_shared = lambda path: True
made = make_strategy("reinforce", SPACE.decisions)
options = {"trials": 12, "batch": 4, "workers": 1, "run": sys.argv[1]}
for event in search(SPACE, made, evaluate=Counted(), **options):
    if isinstance(event, Updated) and event.number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def mounts(tmp_path, monkeypatch, *lines):
    path = tmp_path / "mountinfo"
    path.write_text("".join(f"36 35 98:0 / {line}\n" for line in lines))
    monkeypatch.setattr(database, "MOUNTS", path)


def searched(run, trials=8):
    made = make_strategy("reinforce", SPACE.decisions)
    options = {"evaluate": Counted(), "trials": trials, "batch": 4, "workers": 1}
    return list(search(SPACE, made, run=run, **options))[-1].study


def journal_mode(path):
    with closing(sqlite3.connect(path)) as db:
        return db.execute("PRAGMA journal_mode").fetchone()[0]


@pytest.mark.parametrize(
    ("kind", "shared"),
    [("ext4", False), ("nfs4", True), ("cifs", True), ("fuse.sshfs", True), ("9p", True)],
)
def test_a_network_file_system_is_known_by_the_table_of_mounts(tmp_path, monkeypatch, kind, shared):
    place = str(tmp_path) + "/my\\040home"
    mounts(
        tmp_path,
        monkeypatch,
        "/ rw - ext4 /dev/sda1 rw",
        f"{place} rw shared:1 - {kind} server:/home rw",
        f"{place}2 rw - nfs server:/other rw",
    )
    assert database.is_shared(tmp_path / "my home" / "run" / "study.db") is shared
    assert not database.is_shared(tmp_path / "study.db")


def test_what_is_mounted_last_at_a_place_counts_and_no_table_says_nothing(tmp_path, monkeypatch):
    mounts(tmp_path, monkeypatch, "/ rw - nfs server:/ rw", "/ rw - ext4 /dev/sda1 rw")
    assert not database.is_shared(tmp_path / "study.db")
    monkeypatch.setattr(database, "MOUNTS", tmp_path / "absent")
    assert not database.is_shared(tmp_path / "study.db")


def test_on_a_network_file_system_a_study_has_no_log_that_needs_shared_memory(
    tmp_path, monkeypatch
):
    local, carried, shared = tmp_path / "local", tmp_path / "carried", tmp_path / "shared"
    searched(local).close()
    assert journal_mode(local / "study.db") == "wal"
    shutil.copytree(local, carried)
    searched(local, 12)
    mounts(tmp_path, monkeypatch, "/ rw - nfs4 server:/home rw")
    searched(shared).close()
    assert journal_mode(shared / "study.db") == "delete"
    study = searched(shared, 12)
    assert [path.name for path in shared.glob("study.db*")] == ["study.db"]
    study.close()
    searched(carried, 12).close()
    assert journal_mode(carried / "study.db") == "delete"
    assert decided(shared) == decided(carried) == decided(local)


@pytest.mark.parametrize(("instant", "level"), [(False, 2), (True, 1)])  # FULL, NORMAL
def test_only_where_children_take_no_time_they_do_not_wait_for_the_disk(tmp_path, instant, level):
    class Evaluator(Counted):
        is_instant = instant

    made = make_strategy("random", SPACE.decisions)
    events = search(SPACE, made, evaluate=Evaluator(), trials=2, workers=1, run=tmp_path)
    study = list(events)[-1].study
    assert study._db.execute("PRAGMA synchronous").fetchone()[0] == level


@pytest.fixture(params=["log", "journal"])
def killed(request, tmp_path):
    """A run that was killed and is then carried to a medium that is read-only."""
    run = tmp_path / "run"
    doubles = str(Path(__file__).parents[1] / "doubles")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([doubles, *sys.path])}
    arguments = [sys.executable, "-c", KILLED, run, request.param]
    assert subprocess.run(arguments, env=environment).returncode == -signal.SIGKILL
    if request.param == "log":
        assert (run / "study.db-wal").stat().st_size > 0
    return run


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is killed like that on Windows")
def test_a_killed_run_on_a_read_only_medium_shows_all_its_trials(killed, read_only):
    before = {path.name: path.read_bytes() for path in killed.iterdir()}
    study = Study(killed)
    assert len([t for t in study.trials() if t.outcome]) == 8
    assert study.num_updates == 2
    with pytest.raises(StudyError, match="readonly"):
        study.ask(torch.zeros(1, len(SPACE.decisions), dtype=torch.long), torch.Generator())
    assert {path.name: path.read_bytes() for path in killed.iterdir()} == before


def test_a_finished_run_on_a_read_only_medium_is_shown(tmp_path, request):
    searched(tmp_path).close()
    request.getfixturevalue("read_only")
    assert len(Study(tmp_path).trials()) == 8
