"""Studies that earlier versions wrote: they are read, reported and gone on with."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import torch
from decided import state_digest

from nasedu import Study
from nasedu.controller import make_strategy
from nasedu.errors import StudyError
from nasedu.problems import read_space
from nasedu.runs.provenance import MACHINE, versions
from nasedu.runs.records import best_of
from nasedu.runs.schema import SCHEMA
from nasedu.searching import resume
from nasedu.training import Outcome
from nasedu.viewing import write_report

OLD = Path(__file__).with_name("schema_1")
EXPECTED = json.loads((OLD / "expected.json").read_text(encoding="utf-8"))
KINDS = [name for name in EXPECTED if name != "machine"]
pytestmark = pytest.mark.filterwarnings("ignore:.*was begun with")  # on another machine


LATE = Outcome(2.0)  # a reward that no other trial has


def schema_of(folder):
    with sqlite3.connect(folder / "study.db") as db:
        return db.execute("PRAGMA user_version").fetchone()[0]


def state_of(folder):
    """Return the digest of the strategy's state."""
    with Study(folder) as study:
        settings = dict(study.config.strategy)
        decisions = read_space(study.config.space).decisions
        strategy = make_strategy(settings.pop("name"), decisions, study.config.seed, **settings)
        study.restore(strategy, torch.Generator())
    return state_digest(strategy)


@pytest.fixture(params=KINDS)
def old(request, tmp_path):
    """A run folder as schema 1 left it, and what came of the same search undisturbed."""
    run = tmp_path / "run"
    shutil.copytree(OLD / request.param, run)
    return run, EXPECTED[request.param]


def with_a_log(run, folder):
    """Return a copy of a run as its writer left it that was killed, with a log beside the file."""
    path, folder = run / "study.db", Path(shutil.copytree(run, folder))
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("UPDATE trials SET outcome = ? WHERE number = 1", (LATE.to_json(),))
        db.commit()
        for name in ("study.db", "study.db-wal"):
            shutil.copy(run / name, folder / name)
    return folder


def test_it_is_read_as_it_is_and_stays_so(old):
    run, expected = old
    before = (run / "study.db").read_bytes()
    with Study(run) as study:
        trials = study.trials()
        done = [trial for trial in trials if trial.outcome is not None]
        assert len(done) < len(expected["tokens"])
        assert all(list(t.tokens) == expected["tokens"][t.number - 1] for t in done)
        assert {(trial.learner, trial.policy - trial.batch) for trial in trials} == {(0, -1)}
        assert study.updates() and not study.is_complete and study.versions["torch"]
        assert write_report(study, run.parent).exists()
    assert (run / "study.db").read_bytes() == before and schema_of(run) == 1


@pytest.mark.parametrize("log", [False, True])
def test_it_is_reported_where_it_may_not_be_written(old, tmp_path, log, request):
    run, expected = old
    if log:  # its writer was killed: what it wrote last stands beside the file
        run = with_a_log(run, tmp_path / "killed")
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    request.getfixturevalue("read_only")
    with Study(run) as study:
        done = [trial for trial in study.trials() if trial.outcome is not None]
        assert [list(t.tokens) for t in done] == [expected["tokens"][t.number - 1] for t in done]
        assert study.updates() and study.best() == best_of(done)
        assert (study.best().reward == LATE.reward) is log
        with pytest.raises(StudyError, match="readonly"):
            study.start()
        assert study.updates()  # as before: what was lent is there still
        assert write_report(study, tmp_path).exists()
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before


def test_gone_on_with_it_finds_what_it_would_have_found(old):
    run, expected = old
    for _ in resume(run, workers=1):
        pass
    trials = Study(run).trials()
    assert schema_of(run) == SCHEMA
    assert [list(trial.tokens) for trial in trials] == expected["tokens"]
    assert [trial.number for trial in trials] == list(range(1, len(trials) + 1))
    here = {name: versions()[name] for name in MACHINE}
    if here != EXPECTED["machine"]:
        pytest.skip(f"made with {EXPECTED['machine']}; elsewhere the last digits differ")
    assert [list(trial.outcome.valid_curve) for trial in trials] == expected["valid"]
    assert [trial.reward for trial in trials] == expected["rewards"]
    assert state_of(run) == expected["state"]


def test_a_migration_changes_nothing_that_was_there(old):
    run, _ = old
    state = state_of(run)
    with Study(run) as study:
        before = study.config, study.trials(), study.updates(), study.starts()[0]
        study.start()
        assert (study.config, study.trials(), study.updates(), study.starts()[0]) == before
    with Study(run) as study:
        assert (study.config, study.trials(), study.updates(), study.starts()[0]) == before
    assert schema_of(run) == SCHEMA and state_of(run) == state


def test_a_file_says_where_it_was_gone_on_with(old, monkeypatch):
    run, _ = old
    elsewhere = versions() | {"processor": "abacus"}
    monkeypatch.setattr("nasedu.runs.study.versions", lambda: elsewhere)
    for _ in resume(run, workers=1):
        pass
    with Study(run) as study:
        assert study.versions["processor"] != "abacus"
        assert [start["processor"] for start in study.starts()][1:] == ["abacus"]


def test_a_migration_that_is_cut_short_leaves_the_old_file(old, monkeypatch):
    run, expected = old
    monkeypatch.setattr("nasedu.runs.schema.FROM_1_TO_2", "DROP TABLE updates; SELECT nonsense;")
    with pytest.raises(Exception, match="nonsense"):
        list(resume(run, workers=1))
    monkeypatch.undo()
    assert schema_of(run) == 1
    for _ in resume(run, workers=1):
        pass
    assert [list(t.tokens) for t in Study(run).trials()] == expected["tokens"]
