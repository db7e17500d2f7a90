"""A call with a time limit: a loop without an end is ended, and nothing else is touched."""

from __future__ import annotations

import ctypes
import threading
import time
from contextlib import suppress

import pytest
import torch

from nasedu.course.time_limit import TooLongError, within

SHORT, LONG = 0.05, 60.0


def endless():
    while True:
        pass


def deaf():
    while True:
        with suppress(Exception):
            sum(range(10))


def stubborn():
    while True:
        try:
            sum(range(10))
        except BaseException:
            continue


@pytest.mark.parametrize("function", [endless, deaf, stubborn])
def test_a_loop_without_an_end_is_ended(function):
    with pytest.raises(TooLongError):
        within(SHORT, function)


def test_also_in_a_thread_that_is_not_the_first():
    found = []

    def call():
        with pytest.raises(TooLongError):
            within(SHORT, endless)
        found.append("ended")

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    assert found == ["ended"]


def test_the_answer_comes_back_and_so_does_an_error():
    assert within(LONG, max, 2, 3) == 3
    with pytest.raises(ZeroDivisionError):
        within(LONG, lambda: 1 / 0)


def test_a_function_runs_in_the_thread_that_calls_it():
    """What torch holds for each thread, such as no_grad, is in force in it."""
    with torch.no_grad():
        assert within(LONG, lambda: (threading.get_ident(), torch.is_grad_enabled())) == (
            threading.get_ident(),
            False,
        )


def test_the_end_of_one_call_does_not_come_in_a_later_one():
    threads = threading.active_count()
    for _ in range(200):  # so that the end comes now and then just when the function returns
        with suppress(TooLongError):
            within(0.001, time.sleep, 0.001)
    for _ in range(10):
        time.sleep(0.05)
    assert threading.active_count() == threads


def test_none_is_no_limit():
    assert within(None, max, 2, 3) == 3


def test_without_cpython_there_is_no_limit(monkeypatch):
    monkeypatch.delattr(ctypes, "pythonapi")
    assert within(0.0, max, 2, 3) == 3
