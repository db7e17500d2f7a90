"""The outcome: what a trained child reports."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any

from nasedu.documents import read_json, shown
from nasedu.errors import StudyError
from nasedu.values import Bounds, fill

LARGEST = 1e155  # of any number: a perplexity's square is finite, and pictures have such axes
Number = Annotated[float, Bounds(at_least=-LARGEST, at_most=LARGEST)]


def renamed(fields: Any) -> Any:
    """Return the fields of a recorded outcome by today's names."""
    if isinstance(fields, dict) and "test_accuracy" in fields:  # until there were other measures
        fields = dict(fields)
        fields["test"] = fields.pop("test_accuracy")
    return fields


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of training one child, or why there is none.

    Attributes:
        reward: What the controller learns from, higher is better; None for a failed child.
        valid_curve: Validation accuracy (0 to 1) after every epoch; of a language model,
            perplexity.
        train_curve: Mean training loss of every epoch, in nats.
        seconds: Wall time of training and validation.
        num_parameters: Trained numbers of the child.
        flop: Floating-point operations of one image or one symbol of text, forward.
        reason: Why the child failed; None if it finished.
        test: Of the test part, as a point of the curve; only of a training that was asked for it.
    """

    reward: Number | None
    valid_curve: tuple[Number, ...] = ()
    train_curve: tuple[Number, ...] = ()
    seconds: Number = 0.0
    num_parameters: int = 0
    flop: int = 0
    reason: str | None = None
    test: Number | None = None

    @classmethod
    def failed(cls, reason: str, seconds: float = 0.0) -> Outcome:
        """Return the outcome of a child that gave no reward."""
        return cls(reward=None, seconds=seconds, reason=reason)

    @property
    def is_failed(self) -> bool:
        """Whether there is no reward to learn from."""
        return self.reward is None

    def to_json(self) -> str:
        """Return the outcome as JSON; floats survive exactly."""
        plain = {field: getattr(self, field) for field in self.__slots__}
        return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Outcome:
        """Read what `to_json` wrote.

        Raises:
            StudyError: The text is not an outcome.
        """
        try:
            return fill(cls, renamed(read_json(text)))
        except ValueError as error:
            raise StudyError(f"not a recorded outcome ({error}): {shown(text)}") from None
