"""The space of convolutional networks (Zoph & Le 2016, sections 3.1 and 3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, ClassVar

from nasedu.architectures import MAX_LAYERS, ConvLayer, ConvNet, Operation
from nasedu.errors import SearchSpaceError
from nasedu.spaces.decision import Decision
from nasedu.spaces.space import Space
from nasedu.values import Count, Later, Positive

CHOICES = ("filter_heights", "filter_widths", "strides", "num_filters", "operations")


@dataclass(frozen=True)
class ConvNetSpace(Space):
    """Which convolutional networks can be described, and in which words.

    A layer is described by filter height, filter width, stride height and width (only if
    there is more than one stride to choose from), number of filters and, last, its anchor
    point. Figure 4 draws two orders; this one is our choice.

    Args:
        num_layers: Predicted layers of every network, from 1 to 62.
        filter_heights: Heights to choose from.
        filter_widths: Widths to choose from.
        num_filters: Numbers of filters to choose from.
        strides: Strides to choose from, separately for height and width.
        skip_connections: Whether each layer chooses its inputs (an anchor point per layer).
            If not, every layer feeds the next.
        operations: Kinds of layers to choose from, ``"conv"``, ``"max"``, ``"average"``. If
            there is more than one, the kind is the first decision of a layer (section 3.3).
        learning_rates: Learning rates to choose from, in the very first decision; none if it
            is not decided (section 3.3).
        block_depth: Layers in the block that every predicted layer stands for. They are alike,
            and each reads what the block reads and all before it in the block. A layer that
            reads the block reads all of its layers, which is our choice. 3 in the third
            variant of section 4.1.
        pool_after: Predicted layers, ascending, after which all maps are max-pooled; see
            `ConvNet`.
    """

    kind: ClassVar[str] = "conv_net_space"

    num_layers: Count = 15
    filter_heights: tuple[Count, ...] = (1, 3, 5, 7)
    filter_widths: tuple[Count, ...] = (1, 3, 5, 7)
    num_filters: tuple[Count, ...] = (24, 36, 48, 64)
    strides: tuple[Count, ...] = (1,)
    skip_connections: bool = True
    operations: Later[tuple[Operation, ...]] = ("conv",)
    learning_rates: Later[tuple[Positive, ...]] = ()
    block_depth: Later[Count] = 1
    pool_after: Later[tuple[Count, ...]] = ()

    def _check(self) -> None:
        if self.num_layers * self.block_depth > MAX_LAYERS:
            blocks = "" if self.block_depth == 1 else f" in blocks of {self.block_depth}"
            raise SearchSpaceError(
                f"num_layers is {self.num_layers}{blocks}; expected at most "
                f"{MAX_LAYERS // self.block_depth}, since an anchor point's token is a bit mask "
                f"in 64 bits and a network has at most {MAX_LAYERS} layers"
            )
        for name in (*CHOICES, "learning_rates"):
            values = getattr(self, name)
            if len(set(values)) != len(values) or not (values or name == "learning_rates"):
                raise SearchSpaceError(f"{name} is {values}; expected one value or more, each once")
        places = self.pool_after
        if list(places) != sorted(set(places)) or max(places, default=1) > self.num_layers:
            raise SearchSpaceError(
                f"pool_after is {places}; expected layers from 1 to {self.num_layers}, each once, "
                "ascending"
            )

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """Every step of the controller, layer by layer."""
        choices = {
            "operation": self.operations,
            "filter_height": self.filter_heights,
            "filter_width": self.filter_widths,
            "stride_height": self.strides,
            "stride_width": self.strides,
            "num_filters": self.num_filters,
        }
        for name in ("operation", "stride_height", "stride_width"):
            if len(choices[name]) == 1:  # nothing to decide
                del choices[name]
        if self.skip_connections:
            choices["anchor"] = ()
        rate = [Decision("learning_rate", 1, self.learning_rates)] if self.learning_rates else []
        layers = range(1, self.num_layers + 1)
        each = [Decision(name, i, values) for i in layers for name, values in choices.items()]
        return (*rate, *each)

    @property
    def deepest(self) -> int:
        """Predicted layers that children can grow to in a search."""
        return self.num_layers

    @property
    def steps_per_layer(self) -> int:
        """Decisions that describe one layer."""
        return (len(self.decisions) - self.steps_before) // self.num_layers

    @property
    def steps_before(self) -> int:
        """Decisions before those of layer 1: one if the learning rate is decided, else none."""
        return int(bool(self.learning_rates))

    def check(self, tokens: Sequence[int]) -> int:
        """Return how many predicted layers the tokens describe.

        Raises:
            SearchSpaceError: A wrong number of tokens, or a token out of range.
        """
        num_layers, rest = divmod(len(tokens) - self.steps_before, self.steps_per_layer)
        if rest or not 1 <= num_layers <= self.num_layers:
            first = "one for the learning rate and " if self.steps_before else ""
            raise SearchSpaceError(
                f"{len(tokens)} tokens are not whole layers of this space; expected {first}"
                f"{self.steps_per_layer} a layer, for 1 to {self.num_layers} layers"
            )
        for number, (token, most) in enumerate(zip(tokens, self._num_tokens, strict=False)):
            if not 0 <= token < most:
                self.decisions[number].check(token)  # which says what is wrong
        return num_layers

    @cached_property
    def _num_tokens(self) -> list[int]:
        """Of every decision, at hand: networks are decoded by the thousand."""
        return [decision.num_tokens for decision in self.decisions]

    def decode(self, tokens: Sequence[int]) -> ConvNet:
        """Return the network that the tokens describe.

        Args:
            tokens: One int a decision, for all layers or for the first few whole layers.

        Raises:
            SearchSpaceError: A wrong number of tokens, or a token out of range.
        """
        tokens = [int(token) for token in tokens]
        num_layers = self.check(tokens)
        words: list[dict[str, Any]] = [{} for _ in range(num_layers)]  # of each layer
        for decision, token in zip(self.decisions, tokens, strict=False):
            value = token if decision.is_anchor else decision.choices[token]
            words[decision.layer - 1][decision.name] = value
        rate = words[0].pop("learning_rate", None)
        blocks = (self._block(number, **said) for number, said in enumerate(words, start=1))
        pool_after = tuple(i * self.block_depth for i in self.pool_after if i <= num_layers)
        return ConvNet(tuple(chain.from_iterable(blocks)), pool_after, rate)

    def _block(self, number: int, anchor: int | None = None, **said: Any) -> list[ConvLayer]:
        """Return the layers of a predicted one: a single one, or a densely connected block.

        Fix-up rule 1 lives here: a layer whose anchor chose no input takes the image.
        """
        if anchor is None:  # without skip connections it reads the one before
            anchor = 1 << number - 1 >> 1  # bit number - 2; of layer 1 none, so it takes the image
        depth, first = self.block_depth, (number - 1) * self.block_depth + 1
        # Bit j stands for predicted layer j + 1: of a block, all its layers are read.
        chosen = tuple(i for i in range(1, first) if anchor >> (i - 1) // depth & 1)
        fixed = {"operation": self.operations[0]}
        fixed |= dict.fromkeys(("stride_height", "stride_width"), self.strides[0])
        said = {**fixed, **said}
        if said["operation"] != "conv":
            said["num_filters"] = 0
        inside = (range(first, i) for i in range(first, first + depth))
        return [ConvLayer(**said, inputs=(*(chosen or (0,)), *before)) for before in inside]

    def encode(self, net: ConvNet, /) -> list[int]:
        """Return the tokens that describe a network: `decode` gives it back.

        Pooling has no number of filters: among the sequences that say the same, this is the
        one with the first choice there.

        Raises:
            SearchSpaceError: The network is not in this space.
        """
        num_layers, rest = divmod(len(net), self.block_depth)
        if rest or num_layers > self.num_layers:
            blocks = "" if self.block_depth == 1 else f" blocks of {self.block_depth}"
            raise SearchSpaceError(
                f"the network has {len(net)} layers; this space has {self.num_layers}{blocks}"
            )
        steps = self.steps_before + num_layers * self.steps_per_layer
        tokens = [self._token_of(net, decision) for decision in self.decisions[:steps]]
        described = self.decode(tokens)  # what the tokens leave out has to be as this space says
        for number, layer in enumerate(net.layers, start=1):
            if layer != described.layers[number - 1]:
                raise SearchSpaceError(
                    f"layer {number} with inputs {layer.inputs} and strides "
                    f"{layer.stride_height}x{layer.stride_width} cannot be described in this "
                    f"space (skip_connections={self.skip_connections}, strides={self.strides})"
                )
        for name in ("pool_after", "learning_rate"):
            if getattr(net, name) != getattr(described, name):
                raise SearchSpaceError(
                    f"{name} of the network is {getattr(net, name)}; networks of this space have "
                    f"{getattr(described, name)}"
                )
        return tokens

    def _token_of(self, net: ConvNet, decision: Decision) -> int:
        """Return the token by which a decision describes the network."""
        layer = net.layers[(decision.layer - 1) * self.block_depth]
        if decision.is_anchor:
            return sum(1 << j for j in {(i - 1) // self.block_depth for i in layer.inputs if i})
        if decision.name == "num_filters" and layer.is_pooling:
            return 0
        value = getattr(net if decision.name == "learning_rate" else layer, decision.name)
        if value not in decision.choices:
            raise SearchSpaceError(
                f"{decision.name} of layer {decision.layer} is {value}; "
                f"this space has {decision.choices}"
            )
        return decision.choices.index(value)
