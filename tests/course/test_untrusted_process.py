"""The process of a stranger, as its parent hears it: answers in time, or one clear reason."""

import sys

import pytest

from nasedu.course.untrusted_process import (
    LONGEST,
    NO_ANSWER,
    NoAnswerError,
    NotReadyError,
    UntrustedProcess,
)


def started():
    return UntrustedProcess("hostile", "begin")


@pytest.fixture(scope="module")
def process():
    with started() as process:
        yield process


def test_it_answers_one_question_after_the_other(process):
    for value in ([1, 0.1, "ä\n", None, {"a": [True]}], "x" * (LONGEST // 2), 7):
        assert process.ask("echo", value, seconds=60) == value
    assert process.ask("echo", "x" * LONGEST, seconds=60, longest=2 * LONGEST) == "x" * LONGEST


def test_what_json_cannot_say_is_nothing_and_what_it_prints_is_nobodys(process, capfd):
    assert [process.ask(act, seconds=60) for act in ("object", "nan", "output")] == [None] * 3
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is inherited there")
def test_it_holds_nothing_but_its_connection(process):
    """Beside the streams: the connection, what tells it of its parent's end, and /dev/null."""
    assert len(process.ask("descriptors", seconds=60)) == 3 + 3


@pytest.mark.parametrize(
    ("question", "why", "words"),
    [
        (("sleep",), "too slow", "longer than 1 s"),
        (("exit",), "ended", "ended with 3"),
        (("close",), "no answer", NO_ANSWER),
        (("send", "no JSON"), "no answer", NO_ANSWER),
        (("send", "[" * 50_000), "no answer", NO_ANSWER),
        (("send", "9" * 50_000), "no answer", NO_ANSWER),
        (("echo", "x" * LONGEST), "no answer", NO_ANSWER),
        pytest.param(("raw", 1000, "half of it"), "too slow", "1 s", id="half a message"),
        pytest.param(("raw", 2**31 - 1), "no answer", NO_ANSWER, id="an endless message"),
        pytest.param(("raw", -7), "no answer", NO_ANSWER, id="less than nothing"),
    ],
)
def test_whatever_it_does_the_parent_goes_on(question, why, words):
    if question[0] == "raw" and sys.platform == "win32":
        pytest.skip("pipes of Windows know messages themselves")
    with started() as process, pytest.raises(NoAnswerError, match=words) as caught:
        process.ask(*question, seconds=1 if why == "too slow" else 60)
    assert caught.value.why == why


@pytest.mark.parametrize("function", ["end", "nothing_of_that_name"])
def test_a_process_that_does_not_get_ready_is_nobodys_fault(function, capfd):
    with pytest.raises(NotReadyError, match="its process ended with"):
        UntrustedProcess("hostile", function)
