"""A GPU for some minutes: what is worth most comes first, and nothing is done twice."""

import json
import sys

import pytest


class Device:
    """Stands in for the commands and the clock: every step needs so many minutes of work."""

    def __init__(self, lease, needs, failing=()):
        self.lease, self.left, self.failing, self.now, self.calls = (
            lease,
            dict(needs),
            failing,
            0.0,
            [],
        )

    def clock(self):
        return self.now

    def run(self, words):
        [step] = [s for s in self.lease.STEPS if self.is_of(s, words)]
        self.calls.append((step.name, words))
        if step.name in self.failing:
            self.now += 6
            return 1, "CUDA error"
        given = float(words[words.index("--minutes") + 1]) if "--minutes" in words else 1e9
        worked = min(given, self.left[step.name])
        self.now += 60 * worked
        self.left[step.name] -= worked
        return (self.lease.UNFINISHED if self.left[step.name] > 1e-6 else 0), "a line"

    @staticmethod
    def is_of(step, words):
        if step.script is None:
            return "pytest" in words
        named = words[1].endswith(step.script) and set(step.options) <= set(words)
        return named and ("--cell" in words) == ("--cell" in step.options)


@pytest.fixture
def lease(script):
    return script("lease")


def names(device):
    return [name for name, _ in device.calls]


def test_the_clock_runs_out_in_every_step_and_all_is_done_in_the_end(lease, tmp_path):
    needs = {step.name: 3.0 if step.script else 0.5 for step in lease.STEPS}
    device = Device(lease, needs)
    for _ in range(40):
        known = lease.spend(2.0, tmp_path, run=device.run, clock=device.clock)
        assert known == json.loads((tmp_path / "lease.json").read_text())
        done = [each["state"] == "finished" for each in known.values()]
        if all(done) and len(done) == len(lease.STEPS):
            break
    assert list(known) == [step.name for step in lease.STEPS]
    assert sorted(set(names(device)), key=names(device).index) == list(known)  # in their order
    assert {name: each["minutes"] for name, each in known.items()} == pytest.approx(needs, abs=0.05)
    assert all(names(device).count(name) >= 2 for name in needs if name != "cuda tests")
    before = len(device.calls)
    lease.spend(2.0, tmp_path, run=device.run, clock=device.clock)
    assert len(device.calls) == before  # nothing is done again


def test_no_call_is_given_more_than_is_left(lease, tmp_path):
    device = Device(lease, {step.name: 100.0 for step in lease.STEPS} | {"cuda tests": 0.5})
    lease.spend(10.0, tmp_path, run=device.run, clock=device.clock)
    assert device.now <= 600 and names(device) == ["cuda tests", "cells", "words 25M"]


def test_a_step_that_fails_is_noted_and_the_next_has_its_time(lease, tmp_path):
    device = Device(lease, {step.name: 1.0 for step in lease.STEPS}, failing=("cells",))
    known = lease.spend(20.0, tmp_path, run=device.run, clock=device.clock)
    assert known["cells"]["state"] == "failed" and known["cells"]["last line"] == "CUDA error"
    assert known["words 25M"]["state"] == "finished"


def test_tests_that_hang_end_with_their_time(lease, tmp_path):
    def run(words):
        return lease.run([*words[:1], "0.2", sys.executable, "-c", "import time; time.sleep(60)"])

    known = lease.spend(lease.LEAST + lease.SPARE + 0.01, tmp_path, run=run)
    tests = lease.STEPS[0]
    assert lease.command(tests, tests.at_most, tmp_path, toy=False)[:2] == ["timeout", "120"]
    assert known[tests.name]["state"] == "unfinished"


@pytest.mark.parametrize(("right", "graphs"), [("yes", True), ("NO: graph", False), (None, False)])
def test_graphs_are_used_only_where_they_were_found_right(lease, tmp_path, right, graphs):
    if right:
        (tmp_path / "cells").mkdir()
        (tmp_path / "cells" / "cells.csv").write_text(f"shape,right\nx,yes\ny,{right}\n")
    [words] = [s for s in lease.STEPS if s.name == "words 25M"]
    assert ("--graphs" in lease.command(words, 5, tmp_path, toy=False)) is graphs


def test_its_commands_are_those_that_the_scripts_take(lease, tmp_path):
    """A real process: the cells at toy size, once cut off and once to the end."""
    [cells] = [step for step in lease.STEPS if step.name == "cells"]
    status, _ = lease.run([*lease.command(cells, 1e-6, tmp_path, toy=True), "--rounds", "1"])
    assert status == lease.UNFINISHED
    status, _ = lease.run([*lease.command(cells, 5, tmp_path, toy=True), "--rounds", "1"])
    assert status == 0 and lease.graphs_are_right(tmp_path)
