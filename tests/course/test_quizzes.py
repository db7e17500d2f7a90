"""Quizzes: every answer has its explanation, and none can be built that has not."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from nasedu.course import Option, Question, Quiz, quiz
from nasedu.errors import SettingError

RIGHT = Option("It `samples` <one>", "A softmax gives probabilities.", correct=True)
WRONG = Option("The largest", "That would never explore.")
QUESTION = Question("What does the controller do?", (RIGHT, WRONG))


def test_every_option_opens_to_its_explanation():
    html = Quiz([QUESTION] * 3)._html()
    assert html.count("<details>") == html.count("</details>") == 6
    assert (
        "<details><summary>The largest</summary>"
        "<p><strong>✘ No.</strong> That would never explore.</p></details>"
    ) in html
    assert "<strong>✔ Right.</strong> A softmax gives probabilities." in html
    assert "<summary>It <code>samples</code> &lt;one&gt;</summary>" in html


def test_the_closed_page_does_not_give_the_answer_away():
    class Summaries(HTMLParser):
        inside, text = False, ""

        def handle_starttag(self, tag, attrs):
            self.inside = self.inside or tag == "summary"

        def handle_endtag(self, tag):
            self.inside = self.inside and tag != "summary"

        def handle_data(self, data):
            self.text += data if self.inside else ""

    reader = Summaries()
    reader.feed(Quiz([QUESTION] * 3)._html())
    assert "The largest" in reader.text
    assert "✔" not in reader.text
    assert "Right" not in reader.text


def test_the_text_form_has_the_answers_at_the_end():
    questions, answers = repr(Quiz([QUESTION] * 3)).split("Answers")
    assert "2. What does the controller do?" in questions
    assert "   B) The largest" in questions
    assert "✔" not in questions
    assert "3 B) ✘ No. That would never explore." in answers


@pytest.mark.parametrize("count", [0, 2, 4, 9, 11])
def test_a_quiz_has_three_questions_or_ten(count):
    with pytest.raises(SettingError, match=f"has {count} questions; expected 3 or 10"):
        Quiz([QUESTION] * count)


@pytest.mark.parametrize("lesson", ["A1", "A2"])
def test_a_refresher_tests_by_ten_questions(lesson):
    assert len(quiz(lesson).questions) == 10


@pytest.mark.parametrize("options", [(), (RIGHT,), (WRONG, WRONG), (RIGHT, RIGHT)])
def test_a_question_has_exactly_one_right_answer_among_others(options):
    with pytest.raises(SettingError, match="exactly one correct"):
        Question("What?", options)


@pytest.mark.parametrize("option", [Option("Maybe", " "), Option("", "Because.")])
def test_every_answer_is_explained(option):
    with pytest.raises(SettingError, match="every answer needs both"):
        Question("What?", (RIGHT, option))


LESSONS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name[:2])
def test_the_source_of_a_lesson_does_not_give_the_answers_away(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    source = "".join("".join(cell["source"]) for cell in cells)
    assert f'quiz("{path.name[:2]}")' in source
    for question in quiz(path.name[:2]).questions:
        for option in question.options:
            assert option.explanation not in source
    assert "correct=True" not in source


def test_an_unknown_lesson_is_told_which_there_are():
    with pytest.raises(SettingError, match="no quiz of lesson '99'; expected one of 00, 01"):
        quiz("99")
