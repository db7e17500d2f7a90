"""Rewards: what the controller learns from, made of a learning curve."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

from nasedu.errors import SettingError, TrainingError

LAST = 5  # epochs, of which the best counts
SCALE = 80.0  # c of a perplexity's reward, c / perplexity²
MAX_PERPLEXITY = math.sqrt(sys.float_info.max)  # a larger one has no square


def cubed_accuracy(valid_curve: Sequence[float], last: int = LAST) -> float:
    """Return the best validation accuracy of the last 5 epochs, cubed (section 4.1).

    Args:
        valid_curve: Validation accuracy, 0 to 1, after every epoch.
        last: How many epochs count.
    """
    if not valid_curve:
        raise SettingError("the learning curve is empty; expected at least one epoch")
    return max(valid_curve[-last:]) ** 3


def perplexity_reward(ppl: float, c: float = SCALE) -> float:
    """Return c / perplexity² of the validation text (section 4.2).

    A child that learned next to nothing gets a tiny reward. One whose perplexity is NaN, or so
    large that its square is no number, gets none: it failed.

    Args:
        ppl: Validation perplexity, from 1 to 1.3e154.
        c: The paper's constant is "usually set at 80".

    Raises:
        TrainingError: The perplexity is NaN or above that.
        SettingError: It is below 1, which no perplexity is.
    """
    if ppl < 1:
        raise SettingError(f"perplexity is {ppl}; expected a number from 1 to {MAX_PERPLEXITY:.2g}")
    if not ppl <= MAX_PERPLEXITY:
        raise TrainingError(f"a perplexity of {ppl:.2g} is too large for a reward")
    return c / ppl**2
