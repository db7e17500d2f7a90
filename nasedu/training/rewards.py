"""From a learning curve to a reward."""

from __future__ import annotations

from collections.abc import Sequence

from nasedu.errors import SettingError


def cubed_accuracy(valid_curve: Sequence[float], last: int = 5) -> float:
    """Return the best validation accuracy of the last 5 epochs, cubed (section 4.1).

    Args:
        valid_curve: Validation accuracy, 0 to 1, after every epoch.
        last: How many epochs count.
    """
    if not valid_curve:
        raise SettingError("the learning curve is empty; expected at least one epoch")
    return max(valid_curve[-last:]) ** 3
