"""The space of one's own: named choices, one a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar

from nasedu.architectures import MAX_LAYERS, Choice, Chosen
from nasedu.documents import shown
from nasedu.errors import SearchSpaceError
from nasedu.problems import read_space
from nasedu.spaces.decision import Decision
from nasedu.spaces.space import Space
from nasedu.values import Count, Later, checked

Choices = Mapping[str, Sequence[int | float | str]]


@dataclass(frozen=True, init=False)
class ChoiceSpace(Space):
    """Whatever can be described by choices: ``ChoiceSpace({"block": ("a", "b")}, num_layers=8)``.

    Args:
        decisions: The choices by name, or every `Decision` in order, layer by layer. A name
            without choices is an anchor point, which chooses among the layers before.
        num_layers: How often all of the names are decided, once a layer; of decisions by name
            alone.
        name: Of the class that decodes, where these are the decisions of another space, see
            `as_recorded`; its children may end after any layer.

    Raises:
        SearchSpaceError: No decisions, a name twice in a layer, choices that are not all
            different, or layers that do not ascend.
    """

    kind: ClassVar[str] = "choice_space"

    decisions: tuple[Decision, ...] = field()  # pyright: ignore[reportIncompatibleVariableOverride]
    name: Later[str] = ""

    def __init__(
        self, decisions: Choices | Sequence[Decision], num_layers: int = 1, name: str = ""
    ) -> None:
        layers = range(1, checked(num_layers, Count, "num_layers", SearchSpaceError) + 1)
        if isinstance(decisions, Mapping):
            rows = decisions.items()
            decisions = [_decision(one, i, choices) for i in layers for one, choices in rows]
        elif num_layers != 1:
            raise SearchSpaceError(
                f"num_layers is {num_layers} beside decisions that name their layers; leave it out"
            )
        object.__setattr__(self, "decisions", decisions)
        object.__setattr__(self, "name", name)
        self.__post_init__()

    def _check(self) -> None:
        if not self.decisions:
            raise SearchSpaceError(
                "there are no decisions; expected at least one, such as {'block': ('a', 'b')}"
            )
        named, layer = set(), 1
        for one in self.decisions:
            where = f"{shown(one.name)} of layer {one.layer}"
            if len(set(one.choices)) < len(one.choices):
                chosen = shown(one.choices)
                raise SearchSpaceError(f"{where} has the choices {chosen}; expected each once")
            if (one.name, one.layer) in named:
                raise SearchSpaceError(f"{where} is decided twice; give the two different names")
            if one.layer < layer:
                raise SearchSpaceError(f"{where} comes after layer {layer}; sort them by layer")
            if one.is_anchor and one.layer > MAX_LAYERS:
                raise SearchSpaceError(
                    f"{where} has no choices; an anchor point is of layer {MAX_LAYERS} at most, "
                    "since its token is a bit mask in 64 bits"
                )
            named.add((one.name, one.layer))
            layer = one.layer

    @property
    def deepest(self) -> int | None:
        """Layers that the children of a class of one's own can grow to; None of all others."""
        return self.decisions[-1].layer if self.name else None

    def check(self, tokens: Sequence[int]) -> None:
        """Raise `SearchSpaceError` unless the tokens describe a whole child."""
        most = len(self.decisions)
        if len(tokens) != most and not (self.name and 0 < len(tokens) < most):
            raise SearchSpaceError(
                f"there are {len(tokens)} tokens; expected {most}, one a decision"
            )
        for decision, token in zip(self.decisions, tokens, strict=False):
            decision.check(token)

    def decode(self, tokens: Sequence[int]) -> Chosen:
        """Return what the tokens choose, one int a decision.

        Raises:
            SearchSpaceError: A wrong number of tokens, or a token out of range.
        """
        tokens = [int(token) for token in tokens]
        self.check(tokens)
        pairs = zip(self.decisions, tokens, strict=False)
        return Chosen(tuple(Choice(d.name, d.layer, _value(d, token)) for d, token in pairs))

    def encode(self, net: Chosen, /) -> list[int]:
        """Return the tokens that choose this: `decode` gives it back.

        Raises:
            SearchSpaceError: Something that this space cannot choose.
        """
        chosen = {(one.name, one.layer): one.value for one in net.choices}
        tokens = []
        for decision in self.decisions[: len(chosen)]:
            value = chosen.get((decision.name, decision.layer))
            tokens.append(_token(decision, value))
        if self.decode(tokens) != net:
            raise SearchSpaceError(
                f"{shown(str(net))} is not of this space of {len(self.decisions)} decisions"
            )
        return tokens


def as_recorded(space: Any) -> Space:
    """Return what a run keeps of a space, from which it is reported and drawn without its code.

    Args:
        space: Of a known problem, or any object with ``decisions`` and ``decode``.

    Returns:
        The space itself if its JSON gives it back; else its decisions, with the name of its class.

    Raises:
        SearchSpaceError: It has no decisions, or such that nobody can decide.
    """
    with suppress(AttributeError, SearchSpaceError):
        if read_space(space.to_json()) == space:
            return space
    decisions = getattr(space, "decisions", None)
    if decisions is None or not callable(getattr(space, "decode", None)):
        raise SearchSpaceError(
            f"space is {shown(space)}; expected a ChoiceSpace, or an object with decisions and "
            "decode(tokens)"
        )
    return ChoiceSpace(tuple(decisions), name=type(space).__name__)


def _decision(name: str, layer: int, choices: Any) -> Decision:
    try:
        return Decision(name, layer, choices)
    except SearchSpaceError as error:
        raise SearchSpaceError(f"{name!r}: {error}") from None


def _value(decision: Decision, token: int) -> Any:
    if not decision.is_anchor:
        return decision.choices[token]
    return tuple(i for i in range(1, decision.layer) if token >> (i - 1) & 1)


def _token(decision: Decision, value: Any) -> int:
    if decision.is_anchor and isinstance(value, tuple):
        return sum(1 << (i - 1) for i in value)
    if value not in decision.choices:
        raise SearchSpaceError(
            f"{shown(decision.name)} of layer {decision.layer} is {shown(value)}; this space has "
            f"{shown(decision.choices)}"
        )
    return decision.choices.index(value)
