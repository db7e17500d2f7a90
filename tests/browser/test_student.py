"""A student's folder in JupyterLab: an attempt unlocks the solution, and answers are kept."""

import json

import pytest

from nasedu.course import quiz
from nasedu.course.lesson_cells import task_source, unlocking_source
from nasedu.course.lessons.lesson_00 import best_so_far
from nasedu.course.student_folder import RECORD, SETTINGS, Settings

expect = pytest.importorskip("playwright.sync_api").expect

pytestmark = pytest.mark.browser

IMPORTS = "from nasedu.course import check, quiz"
ATTEMPT = """
def best_so_far(rewards):
    return [max(rewards)] * len(rewards)


check.best_so_far(best_so_far)
"""


def test_an_attempt_unlocks_and_answers_are_kept(page, lab):
    folder = lab.folder / "student"
    folder.mkdir()
    (folder / SETTINGS).write_text(json.dumps(Settings().to_json()))
    unlock = unlocking_source("best_so_far")

    lab.run_all(page, "student/stub.ipynb", [IMPORTS, task_source(best_so_far), unlock])
    expect(page.get_by_text("is shown after an attempt")).to_be_visible()
    assert not (folder / RECORD).exists()

    lab.run_all(page, "student/tried.ipynb", [IMPORTS, ATTEMPT, unlock, 'quiz("00")'])
    summary = page.get_by_text("The solution of best_so_far")
    expect(summary).to_be_visible()
    code = page.get_by_text("best.append(max(reward, best[-1]) if best else reward)")
    expect(code).to_be_hidden()
    summary.click()
    expect(code).to_be_visible()

    question = quiz("00").questions[0]
    page.get_by_role("radio").nth(1).check()
    expect(page.get_by_text(question.options[1].verdict).first).to_be_visible()
    kept = json.loads((folder / RECORD).read_text())
    assert kept["attempts"] == {"best_so_far": {"right": False, "tries": 1}}
    assert kept["quizzes"] == {"00": [["B"], [], []]}
