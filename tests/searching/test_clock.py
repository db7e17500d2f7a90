import os
import pickle
import signal
import subprocess
import sys
import time

import pytest

from nasedu.searching import clock
from nasedu.searching.clock import Deadline, running_clock

SCRIPT = """
import sys
from nasedu.searching.clock import Deadline, running_clock
begun, deadline = running_clock().seconds, Deadline(5)
print("ready", flush=True)
sys.stdin.readline()
print(running_clock().seconds - begun, deadline.has_passed)
"""


def test_the_clock_runs():
    before = running_clock().seconds
    time.sleep(0.1)
    assert running_clock().seconds - before >= 0.1


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is stopped like that on Windows")
def test_time_in_which_the_process_was_stopped_does_not_count():
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    os.kill(process.pid, signal.SIGSTOP)
    time.sleep(8)
    os.kill(process.pid, signal.SIGCONT)
    seconds, passed = process.communicate("\n")[0].split()
    assert float(seconds) < 5 and passed == "False"


def test_a_deadline_passes_and_takes_what_is_left_to_another_process(monkeypatch):
    class Hand:
        seconds = 100.0

    monkeypatch.setattr(clock, "running_clock", Hand)
    deadline = Deadline(60)
    assert not deadline.has_passed
    monkeypatch.setattr(Hand, "seconds", 140.0)
    sent = pickle.dumps(deadline)
    assert not deadline.has_passed
    monkeypatch.setattr(Hand, "seconds", 7.0)  # another process has a clock of its own
    there = pickle.loads(sent)
    monkeypatch.setattr(Hand, "seconds", 26.0)
    assert not there.has_passed
    monkeypatch.setattr(Hand, "seconds", 27.0)
    assert there.has_passed
