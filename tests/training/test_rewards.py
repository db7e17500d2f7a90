import pytest

from nasedu.errors import SettingError
from nasedu.training import perplexity_reward


def test_the_reward_of_a_perplexity():
    assert perplexity_reward(80.0) == 1 / 80
    assert perplexity_reward(20.0, c=100) == 0.25
    assert 0 < perplexity_reward(1e154) < 1e-300


@pytest.mark.parametrize("ppl", [0.5, 0, -3, 1e155, float("nan"), float("inf")])
def test_what_is_no_perplexity_has_no_reward(ppl):
    with pytest.raises(SettingError, match=r"perplexity is .*; expected a number from 1 to 1\.3e"):
        perplexity_reward(ppl)
