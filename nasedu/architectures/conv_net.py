"""Convolutional architectures as values (Zoph & Le 2016, section 3.3)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from nasedu.architectures.json_form import check_int, digest_of, read_json, take, write_json
from nasedu.errors import ArchitectureError

MAX_LAYERS = 62  # an anchor point's token is a bit mask that has to fit into int64


@dataclass(frozen=True, slots=True)
class ConvLayer:
    """One convolution: its filters, its strides and the layers that feed it.

    Args:
        filter_height: Height of every filter, in pixels.
        filter_width: Width of every filter, in pixels.
        num_filters: Number of filters, which is the number of output channels.
        inputs: Layers whose outputs are concatenated in depth, ascending. Layers count
            from 1; input 0 is the image.
        stride_height: Step between filter positions downwards.
        stride_width: Step between filter positions to the right.
    """

    filter_height: int
    filter_width: int
    num_filters: int
    inputs: tuple[int, ...]
    stride_height: int = 1
    stride_width: int = 1

    def __post_init__(self) -> None:
        for name in (
            "filter_height",
            "filter_width",
            "num_filters",
            "stride_height",
            "stride_width",
        ):
            check_int(name, getattr(self, name), at_least=1)
        if not isinstance(self.inputs, tuple) or not self.inputs:
            raise ArchitectureError(
                f"inputs is {self.inputs!r}; expected a tuple with at least one layer, "
                "where (0,) is the image"
            )
        for number in self.inputs:
            check_int("inputs", number, at_least=0)
        if list(self.inputs) != sorted(set(self.inputs)):
            raise ArchitectureError(
                f"inputs is {self.inputs!r}; list every layer once, in ascending order"
            )


@dataclass(frozen=True)
class ConvNet:
    """A convolutional network: layers in order, each fed by earlier ones.

    Layers count from 1 and input 0 is the image, as in the paper's figures. What reads
    the outputs that no layer consumes (fix-up rule 2) is the classifier, see `build`.

    Args:
        layers: From 1 to 62 layers. Layer ``i`` may only name inputs below ``i``.
    """

    layers: tuple[ConvLayer, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.layers, tuple) or not 1 <= len(self.layers) <= MAX_LAYERS:
            size = len(self.layers) if isinstance(self.layers, tuple) else repr(self.layers)
            raise ArchitectureError(f"layers: {size}; expected a tuple of 1 to {MAX_LAYERS} layers")
        for number, layer in enumerate(self.layers, start=1):
            if not isinstance(layer, ConvLayer):
                raise ArchitectureError(f"layer {number} is {layer!r}; expected a ConvLayer")
            if layer.inputs[-1] >= number:
                raise ArchitectureError(
                    f"layer {number} takes layer {layer.inputs[-1]} as an input; "
                    f"expected only the image (0) and layers before {number}"
                )

    def __len__(self) -> int:
        return len(self.layers)

    def __str__(self) -> str:
        return " | ".join(
            f"{i}: {a.filter_height}x{a.filter_width} {a.num_filters} "
            f"<- {','.join(map(str, a.inputs))}"
            for i, a in enumerate(self.layers, start=1)
        )

    @cached_property
    def loose_ends(self) -> tuple[int, ...]:
        """Layers whose output no layer consumes: they feed the classifier (fix-up rule 2)."""
        used = {number for layer in self.layers for number in layer.inputs}
        return tuple(i for i in range(1, len(self.layers) + 1) if i not in used)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal: equal networks, equal digests."""
        return digest_of(self.to_json())

    def to_json(self) -> str:
        """Return the canonical JSON: sorted keys, no spaces, with a schema version."""
        return write_json("conv_net", {"layers": [asdict(layer) for layer in self.layers]})

    @classmethod
    def from_json(cls, text: str) -> ConvNet:
        """Read what `to_json` wrote.

        Raises:
            ArchitectureError: The text is malformed, of a newer schema, or not a valid network.
        """
        layers = take(read_json("conv_net", text), "layers", list)
        return cls(tuple(_read_layer(number, layer) for number, layer in enumerate(layers, 1)))


def _read_layer(number: int, fields: Any) -> ConvLayer:
    if not isinstance(fields, dict):
        raise ArchitectureError(f"layer {number} is {fields!r}; expected an object")
    inputs = take(fields, "inputs", list, where=f"layer {number}: ")
    known = set(ConvLayer.__slots__)
    if unknown := sorted(set(fields) - known):
        raise ArchitectureError(
            f"layer {number} has the unknown field {unknown[0]!r}; expected {sorted(known)}"
        )
    for name in ("filter_height", "filter_width", "num_filters"):
        take(fields, name, int, where=f"layer {number}: ")
    try:
        return ConvLayer(**{**fields, "inputs": tuple(inputs)})
    except ArchitectureError as error:
        raise ArchitectureError(f"layer {number}: {error}") from None
