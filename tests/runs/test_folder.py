"""A run folder is held by one process, and gone on with only as what it was begun as."""

import json
import warnings

import pytest

from nasedu.errors import StudyError
from nasedu.runs import open_run
from nasedu.runs.folder import EARLIER

RECORD, SETTINGS = "job.json", {"seed": 1, "recipe": {"lr": 0.1}}


@pytest.fixture
def begun(tmp_path):
    run = tmp_path / "run"
    with open_run(run, RECORD, SETTINGS):
        pass
    return run


def test_it_says_what_is_done_there_and_where_it_was_begun(begun):
    record = json.loads((begun / RECORD).read_text(encoding="utf-8"))
    assert record.pop("begun_with").keys() >= {"torch", "processor", "device"}
    assert record == SETTINGS


def test_gone_on_with_as_something_else_it_names_the_first_difference(begun):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with open_run(begun, RECORD, SETTINGS):
            pass
    other = {"seed": 1, "recipe": {"lr": 0.2}}
    words = r"run was made with recipe\.lr = 0\.1 and not 0\.2"
    with pytest.raises(StudyError, match=words), open_run(begun, RECORD, other):
        pass


def test_one_process_holds_it_at_a_time(begun):
    busy = pytest.raises(StudyError, match="is in use by another")
    with open_run(begun, RECORD, SETTINGS), busy, open_run(begun, RECORD, SETTINGS):
        pass


def test_gone_on_with_on_another_machine_it_warns(begun, monkeypatch):
    record = json.loads((begun / RECORD).read_text(encoding="utf-8"))
    record["begun_with"]["processor"] = "abacus"
    (begun / RECORD).write_text(json.dumps(record), encoding="utf-8")
    told = pytest.warns(UserWarning, match="run was begun with processor abacus, now ")
    with told, open_run(begun, RECORD, SETTINGS):
        pass


def test_what_an_earlier_version_left_is_told_and_left_alone(tmp_path):
    (tmp_path / EARLIER).write_text("{}")
    words = r"written by an earlier nasedu.*choose another folder"
    with pytest.raises(StudyError, match=words), open_run(tmp_path, RECORD, SETTINGS):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [EARLIER]
