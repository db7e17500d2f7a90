"""The space of convolutional networks (Zoph & Le 2016, sections 3.1 and 3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from math import prod

from nasedu.architectures import MAX_LAYERS, ConvLayer, ConvNet
from nasedu.architectures.json_form import check_int, read_json, write_json
from nasedu.errors import ArchitectureError, SearchSpaceError
from nasedu.spaces.decision import Decision

CHOICE_FIELDS = ("filter_heights", "filter_widths", "strides", "num_filters")


@dataclass(frozen=True)
class ConvNetSpace:
    """Which convolutional networks can be described, and in which words.

    A layer is described by filter height, filter width, stride height and width (only if
    there is more than one stride to choose from), number of filters and, last, its anchor
    point. Figure 4 draws two orders; this one is our choice.

    Args:
        num_layers: Layers of every network, from 1 to 62.
        filter_heights: Heights to choose from.
        filter_widths: Widths to choose from.
        num_filters: Numbers of filters to choose from.
        strides: Strides to choose from, for height and width apart.
        skip_connections: Whether each layer chooses its inputs (an anchor point a layer).
            Without, every layer feeds the next.
    """

    num_layers: int = 15
    filter_heights: tuple[int, ...] = (1, 3, 5, 7)
    filter_widths: tuple[int, ...] = (1, 3, 5, 7)
    num_filters: tuple[int, ...] = (24, 36, 48, 64)
    strides: tuple[int, ...] = (1,)
    skip_connections: bool = True

    def __post_init__(self) -> None:
        try:
            check_int("num_layers", self.num_layers, at_least=1)
            for name in CHOICE_FIELDS:
                object.__setattr__(self, name, tuple(getattr(self, name)))
                for value in getattr(self, name):
                    check_int(name, value, at_least=1)
        except (ArchitectureError, TypeError) as error:
            raise SearchSpaceError(str(error)) from None
        if self.num_layers > MAX_LAYERS:
            raise SearchSpaceError(
                f"num_layers is {self.num_layers}; expected at most {MAX_LAYERS}, since an anchor "
                "point's token is a bit mask in 64 bits"
            )
        for name in CHOICE_FIELDS:
            values = getattr(self, name)
            if not values or len(set(values)) != len(values):
                raise SearchSpaceError(f"{name} is {values}; expected one value or more, each once")

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """Every step of the controller, layer by layer."""
        choices = {
            "filter_height": self.filter_heights,
            "filter_width": self.filter_widths,
            "stride_height": self.strides,
            "stride_width": self.strides,
            "num_filters": self.num_filters,
        }
        if len(self.strides) == 1:
            del choices["stride_height"], choices["stride_width"]
        if self.skip_connections:
            choices["anchor"] = ()
        layers = range(1, self.num_layers + 1)
        return tuple(Decision(name, i, values) for i in layers for name, values in choices.items())

    @property
    def size(self) -> int:
        """Number of token sequences, exactly."""
        return prod(decision.num_tokens for decision in self.decisions)

    @property
    def steps_per_layer(self) -> int:
        """Decisions that describe one layer."""
        return len(self.decisions) // self.num_layers

    def check(self, tokens: Sequence[int]) -> int:
        """Return how many layers the tokens describe.

        Raises:
            SearchSpaceError: A wrong number of tokens, or a token out of range.
        """
        num_layers, rest = divmod(len(tokens), self.steps_per_layer)
        if rest or not 1 <= num_layers <= self.num_layers:
            raise SearchSpaceError(
                f"{len(tokens)} tokens are not whole layers of this space; expected "
                f"{self.steps_per_layer} a layer, for 1 to {self.num_layers} layers"
            )
        for decision, token in zip(self.decisions, tokens, strict=False):
            decision.check(token)
        return num_layers

    def decode(self, tokens: Sequence[int]) -> ConvNet:
        """Return the network that the tokens describe.

        Fix-up rule 1 lives here: a layer whose anchor chose no input takes the image.

        Args:
            tokens: One int a decision, for all layers or for the first few whole layers.

        Raises:
            SearchSpaceError: A wrong number of tokens, or a token out of range.
        """
        tokens = [int(token) for token in tokens]
        num_layers = self.check(tokens)
        layers: list[dict] = [{"inputs": (i,)} for i in range(num_layers)]
        for decision, token in zip(self.decisions, tokens, strict=False):
            layer = layers[decision.layer - 1]
            if decision.is_anchor:
                chosen = tuple(j for j in range(1, decision.layer) if token >> (j - 1) & 1)
                layer["inputs"] = chosen or (0,)
            else:
                layer[decision.name] = decision.choices[token]
        one_stride = {"stride_height": self.strides[0], "stride_width": self.strides[0]}
        return ConvNet(tuple(ConvLayer(**{**one_stride, **layer}) for layer in layers))

    def encode(self, net: ConvNet) -> list[int]:
        """Return the tokens that describe a network: the inverse of `decode`.

        Raises:
            SearchSpaceError: The network is not in this space.
        """
        if len(net) > self.num_layers:
            raise SearchSpaceError(
                f"the network has {len(net)} layers; this space has {self.num_layers}"
            )
        tokens = []
        for decision in self.decisions[: len(net) * self.steps_per_layer]:
            layer = net.layers[decision.layer - 1]
            if decision.is_anchor:
                tokens.append(sum(1 << (j - 1) for j in layer.inputs if j > 0))
            else:
                value = getattr(layer, decision.name)
                if value not in decision.choices:
                    raise SearchSpaceError(
                        f"{decision.name} of layer {decision.layer} is {value}; "
                        f"this space has {decision.choices}"
                    )
                tokens.append(decision.choices.index(value))
        if (described := self.decode(tokens)) != net:
            number, layer = next(
                (i, a)
                for i, (a, b) in enumerate(zip(net.layers, described.layers, strict=True), 1)
                if a != b
            )
            raise SearchSpaceError(
                f"layer {number} with inputs {layer.inputs} and strides "
                f"{layer.stride_height}x{layer.stride_width} cannot be described in this space "
                f"(skip_connections={self.skip_connections}, strides={self.strides})"
            )
        return tokens

    def to_json(self) -> str:
        """Return the canonical JSON of the space."""
        return write_json("conv_net_space", asdict(self))

    @classmethod
    def from_json(cls, text: str) -> ConvNetSpace:
        """Read what `to_json` wrote.

        Raises:
            SearchSpaceError: The text is malformed or no valid space.
        """
        try:
            fields = read_json("conv_net_space", text)
            return cls(**{k: v for k, v in fields.items() if k not in ("kind", "schema")})
        except (ArchitectureError, TypeError) as error:
            raise SearchSpaceError(str(error)) from None
