import pytest
import torch
from evaluators import SPACE, Counted

from nasedu.controller import ByHand
from nasedu.errors import SearchSpaceError, SettingError
from nasedu.searching import Finished, search
from nasedu.spaces import sequences_at

CHILDREN = sequences_at(SPACE.decisions, range(4)).tolist()


def searched(hand, **options):
    return list(search(SPACE, hand, evaluate=Counted(), batch=1, workers=1, trials=4, **options))


def test_it_is_asked_for_what_was_proposed_in_that_order():
    hand = ByHand(SPACE.decisions)
    for tokens in CHILDREN[:3]:
        hand.propose(tokens)
    source = torch.Generator()
    assert hand.ask(2, generator=source).tolist() == CHILDREN[:2]
    assert hand.ask(2, generator=source).tolist() == CHILDREN[2:3]
    assert hand.ask(2, generator=source).shape == (0, len(SPACE.decisions))


def test_a_search_ends_when_nothing_is_proposed_and_goes_on_with_the_next(tmp_path):
    first = ByHand(SPACE.decisions)
    first.propose(CHILDREN[0])
    assert isinstance(searched(first, run=tmp_path)[-1], Finished)
    later = ByHand(SPACE.decisions)  # of another process
    for tokens in CHILDREN[1:]:
        later.propose(tokens)
    study = searched(later, run=tmp_path)[-1].study
    assert [list(trial.tokens) for trial in study.trials()] == CHILDREN
    assert study.is_complete and study.num_updates == 4


def test_what_describes_no_child_is_refused_at_once():
    hand = ByHand(SPACE.decisions)
    with pytest.raises(SearchSpaceError, match="2 tokens; expected"):
        hand.propose([0, 0])
    with pytest.raises(SearchSpaceError, match="token 9 is out of range"):
        hand.propose([9] * len(SPACE.decisions))
    assert not len(hand.ask(1, generator=torch.Generator()))
    with pytest.raises(SettingError, match="leave the depth out"):
        hand.ask(1, generator=torch.Generator(), num_layers=1)
