"""The seat of a contestant, whose process is a stand-in here."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from small_tables import LARGER

from nasedu.course.tournament.contestant import ContestantError, Seat
from nasedu.course.tournament.disguise import Disguise
from nasedu.spaces import Decision

WIDTH = len(LARGER.decisions)


class Answers:
    """A contestant whose answers are given, and who keeps what it hears."""

    path = Path("one.py")

    def __init__(self, *answers):
        self.answers, self.heard = list(answers), []

    def call(self, function, game, decisions, told, n, room):
        self.heard.append(SimpleNamespace(game=game, decisions=decisions, told=told, n=n))
        return self.answers.pop(0)


def seat(*answers):
    return Seat(Answers(*answers), 2, Disguise.of(LARGER.decisions, 5, 2))


def test_what_it_proposes_is_the_tables_and_what_it_hears_is_its_own():
    rows = [[0] * WIDTH, [decision.num_tokens - 1 for decision in seat().disguise.decisions]]
    one = seat(rows, rows)
    tokens = one.ask(2, generator=torch.Generator())
    assert torch.equal(tokens, one.disguise.reveal(torch.tensor(rows)))
    one.tell(tokens[1:], torch.tensor([0.5], dtype=torch.float64))  # the first has failed
    one.ask(2, generator=torch.Generator())
    first, second = one.contestant.heard
    assert (first.game, first.n, first.told) == (2, 2, None)
    assert second.told == (rows[1:], [0.5])
    assert tuple(Decision(**shown) for shown in first.decisions) == one.disguise.decisions


@pytest.mark.parametrize(
    ("rows", "fate", "words"),
    [
        ([[0] * WIDTH] * 3, "cheated", "asks for 3 children, expected 2"),
        ([[0] * WIDTH], "raised", "2 rows of 8 tokens"),
        ([[0] * WIDTH, [9] * WIDTH], "raised", "each at least 0 and below"),
        ([[0] * WIDTH, [-1] * WIDTH], "raised", "2 rows"),
        ([[0.0] * WIDTH] * 2, "raised", "2 rows"),
        ([[0] * (WIDTH - 1)] * 2, "raised", "2 rows"),
        ([0, 0], "raised", "2 rows"),
        (7, "raised", "2 rows"),
        (None, "raised", "2 rows"),  # what JSON cannot say
    ],
)
def test_what_is_no_batch_of_children_puts_it_out(rows, fate, words):
    with pytest.raises(ContestantError, match=words) as caught:
        seat(rows).ask(2, generator=torch.Generator())
    assert caught.value.fate == fate
