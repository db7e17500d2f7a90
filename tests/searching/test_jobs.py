"""Jobs are done once, wherever they were stopped, and never taken for others."""

import json

import pytest
from adding import Adding

from nasedu.errors import StudyError
from nasedu.searching import run_jobs
from nasedu.searching.clock import Deadline
from nasedu.searching.jobs import RECORD, RESULT, do_job

JOBS = [Adding("one", (1, 2)), Adding("two", (3, 4))]


def done(folder, jobs=JOBS, **options):
    return {job.name: result for job, result in run_jobs(jobs, folder, workers=1, **options)}


def times(folder, name):
    return len((folder / name / "log").read_text().splitlines())


def test_each_is_done_once_and_known_the_next_time(tmp_path):
    expected = {"one": {"sum": 3}, "two": {"sum": 7}}
    assert done(tmp_path) == expected == done(tmp_path)
    assert times(tmp_path, "one") == times(tmp_path, "two") == 1
    assert do_job(JOBS[0], tmp_path / "one") == {"sum": 3}


def test_what_is_known_from_elsewhere_is_not_done(tmp_path):
    assert done(tmp_path, finished={"one": {"sum": 30}}) == {"one": {"sum": 30}, "two": {"sum": 7}}
    assert not (tmp_path / "one").exists()


def test_after_the_deadline_the_others_wait_for_the_next_call(tmp_path):
    assert done(tmp_path, until=Deadline(0)) == {}
    assert done(tmp_path, JOBS[:1]) == {"one": {"sum": 3}}
    assert done(tmp_path, until=Deadline(0)) == {"one": {"sum": 3}}
    assert done(tmp_path)["two"] == {"sum": 7}


def test_a_result_of_other_settings_is_refused_by_the_first_difference(tmp_path):
    done(tmp_path)
    other = [Adding("one", (1, 5))]
    with pytest.raises(StudyError, match=r"one was made with numbers = \[1, 2\] and not \[1, 5\]"):
        done(tmp_path, other)
    with pytest.raises(StudyError, match=r"numbers = \[1, 2\] and not \[1, 5\]"):
        do_job(other[0], tmp_path / "one")


def test_one_that_fails_is_one_line_and_is_tried_again(tmp_path):
    with pytest.raises(StudyError, match="an addition failed: ValueError: no luck; run"):
        done(tmp_path, [Adding("one", (1, 2), fails=True)])
    assert done(tmp_path)["one"] == {"sum": 3} and times(tmp_path, "one") == 2


@pytest.mark.parametrize("name", [RECORD, RESULT])
@pytest.mark.parametrize("text", ["", "[]", '{"sum": '])
def test_a_damaged_file_is_one_line(tmp_path, name, text):
    done(tmp_path)
    (tmp_path / "one" / name).write_text(text)
    with pytest.raises(StudyError, match="cannot be read"):
        done(tmp_path)


def test_a_record_says_all_that_decides(tmp_path):
    done(tmp_path)
    recorded = json.loads((tmp_path / "one" / RECORD).read_text(encoding="utf-8"))
    assert recorded.pop("begun_with") and recorded == JOBS[0].settings
