import pytest
import torch
from small_tables import LARGER

from nasedu.course.tournament.disguise import Disguise
from nasedu.spaces import Decision, places_of, sequences_at

EVERY = torch.from_numpy(sequences_at(LARGER.decisions, range(32)))


@pytest.fixture
def disguise():
    return Disguise.of(LARGER.decisions, seed=3, game=0)


def test_every_child_has_one_name_and_its_name_leads_back(disguise):
    hidden = disguise.hide(EVERY)
    assert torch.equal(disguise.reveal(hidden), EVERY)
    assert sorted(places_of(disguise.decisions, hidden).tolist()) == list(range(32))


def test_the_decisions_say_how_many_choices_there_are_and_nothing_else(disguise):
    for decision in disguise.decisions:
        assert decision == Decision(decision.name, 1, tuple(range(decision.num_tokens)))
    sizes = sorted(decision.num_tokens for decision in disguise.decisions)
    assert sizes == sorted(decision.num_tokens for decision in LARGER.decisions)
    assert len({decision.name for decision in disguise.decisions}) == len(LARGER.decisions)


def test_each_game_and_each_seed_has_another_one_and_always_the_same():
    def named(seed, game):
        return tuple(Disguise.of(LARGER.decisions, seed, game).hide(EVERY).flatten().tolist())

    assert named(3, 0) == named(3, 0)
    assert len({named(3, game) for game in range(6)} | {named(4, game) for game in range(6)}) > 10
