"""What runs in a contestant's process, called in this one: nothing here starts another."""

import os
import socket
import sys
from pathlib import Path

import pytest
import torch

from nasedu.course.tournament import contestant_side as side
from nasedu.spaces import Decision

DECISIONS = [each.to_dict() for each in (Decision("a", 1, (0, 1)), Decision("b", 1, (0, 1, 2)))]
LEARNS = """
import torch
class Learns:
    def __init__(self, decisions, seed):
        self.width, self.seed, self.sum = len(decisions), seed, 0
    def ask(self, n, *, generator):
        return torch.randint(2, (n, self.width), generator=generator) * 0 + int(self.sum)
    def tell(self, tokens, rewards):
        assert rewards.dtype == torch.float64
        self.sum += rewards.sum()
def make(decisions, seed):
    return Learns(decisions, seed)
"""


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    for name, value in {"_make": None, "_seats": {}, "_file": "", "_offences": []}.items():
        monkeypatch.setattr(side, name, value)
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name == "one":
            del sys.modules[name]


def test_every_game_has_a_strategy_of_its_own_that_hears_of_its_children():
    assert side.enter("one.py", LEARNS) == ("fine", None)
    assert side.turn(0, DECISIONS, None, 2) == ("fine", [[0, 0], [0, 0]])
    assert side.turn(0, DECISIONS, ([[0, 0], [0, 0]], [0.5, 0.5]), 1) == ("fine", [[1, 1]])
    assert side.turn(1, DECISIONS, None, 1) == ("fine", [[0, 0]])


def test_chance_comes_from_the_number_of_the_game_alone():
    source = LEARNS.replace(" * 0 + int(self.sum)", "")
    side.enter("one.py", source)
    drawn = [side.turn(game, DECISIONS, None, 8)[1] for game in (3, 4)]
    side._seats.clear()
    torch.manual_seed(1)
    assert [side.turn(game, DECISIONS, None, 8)[1] for game in (3, 4)] == drawn
    assert drawn[0] != drawn[1]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import sys\nsys.exit(3)", "its file raises SystemExit: 3 (line 2)"),
        ("def make(", "its file raises SyntaxError"),
        ("make = 5", "its file has no function make(decisions, seed)"),
        ("def make(decisions):\n    pass", "make raises TypeError"),
        ("def make(decisions, seed):\n    pass", "ask raises AttributeError"),
        (LEARNS.replace("self.sum +=", "self.gain +="), "tell raises AttributeError: 'Learns'"),
        (LEARNS.replace("int(self", "int(1 / self"), "ask raises ZeroDivisionError"),
    ],
)
def test_an_error_is_told_with_where_it_came_from(source, words):
    answer = side.enter("one.py", source)
    for told in (None, ([[0, 0]], [0.5])):
        if answer[0] == "fine":
            answer = side.turn(0, DECISIONS, told, 1)
    assert answer[0] == "raised" and answer[1].startswith(words)


def test_long_words_of_others_are_cut_and_stand_on_one_line():
    _, words = side.enter("one.py", "raise ValueError('a\\n' * 1000)")
    assert "\n" not in words and len(words) < 300


TABLES = Path(side.__file__).parents[3] / "data" / "tables"


@pytest.mark.parametrize(
    ("event", "arguments", "words"),
    [
        ("import", ("nasedu.tables",), "imports nasedu.tables"),
        ("import", ("nasedu.tables.network_table",), "imports nasedu.tables"),
        ("open", (TABLES / "digits_3_layers.npz", "rb", os.O_RDONLY), "which holds the table"),
        ("open", (b"/etc/hostname", "r", os.O_RDONLY), "opens hostname, a file that is not its"),
        ("open", (f"/proc/{os.getppid()}/mem", "rb", os.O_RDONLY), "opens mem"),
        ("open", (torch.__file__, "w", os.O_WRONLY | os.O_CREAT), "writes __init__.py"),
        ("os.system", ("true",), "starts a program"),
        ("os.fork", (), "starts a process"),
        ("socket.connect", (socket, "address"), "opens a connection"),
    ],
)
def test_what_a_contestant_may_not_do_is_stopped_and_remembered(event, arguments, words):
    with pytest.raises(PermissionError, match=words):
        side._watcher([str(TABLES)])(event, arguments)
    what, sentence = side._answer(lambda: None, "ask")  # though it hid the error
    assert what == "cheated" and words in sentence


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("import", ("nasedu.controller",)),
        ("import", ("nasedu.tables_of_mine",)),
        ("open", (torch.__file__, "r", os.O_RDONLY)),
        ("open", (3, "r", os.O_RDONLY)),
        ("open", ("/dev/null", "w", os.O_WRONLY)),
        ("compile", (None, "x")),
    ],
)
def test_what_python_does_to_find_a_module_is_left_alone(event, arguments):
    side._watcher([str(TABLES)])(event, arguments)
    assert not side._offences
