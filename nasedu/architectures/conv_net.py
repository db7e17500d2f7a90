"""Convolutional architectures as values (Zoph & Le 2016, section 3.3)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import cached_property
from math import isfinite
from typing import Any, ClassVar, Literal, get_args

from nasedu.architectures.json_form import (
    LIST,
    check_int,
    check_names,
    digest_of,
    expect,
    read_document,
)
from nasedu.errors import ArchitectureError
from nasedu.values import write_document

MAX_LAYERS = 62  # an anchor point's token is a bit mask that has to fit into int64

Operation = Literal["conv", "max", "average"]


@dataclass(frozen=True, slots=True)
class ConvLayer:
    """One convolution or pooling: its filters, its strides and the layers that feed it.

    Args:
        filter_height: Height of every filter, or of the pooling's window, in pixels.
        filter_width: Width of every filter or of the window, in pixels.
        num_filters: Number of filters, which is the number of output channels. Pooling has
            none, 0: it keeps the channels that it reads.
        inputs: Layers whose outputs are concatenated in depth, ascending. Layers count
            from 1; input 0 is the image.
        stride_height: Step between filter positions downwards.
        stride_width: Step between filter positions to the right.
        operation: ``"conv"``, or ``"max"`` or ``"average"`` pooling, which section 3.3 names as
            a possible layer type.
    """

    filter_height: int
    filter_width: int
    num_filters: int
    inputs: tuple[int, ...]
    stride_height: int = 1
    stride_width: int = 1
    operation: Operation = "conv"

    def __post_init__(self) -> None:
        for name in ("filter_height", "filter_width", "stride_height", "stride_width"):
            check_int(name, getattr(self, name), at_least=1)
        if self.operation not in get_args(Operation):
            raise ArchitectureError(
                f"operation is {self.operation!r}; expected one of {get_args(Operation)}"
            )
        check_int("num_filters", self.num_filters, at_least=0 if self.is_pooling else 1)
        if self.is_pooling and self.num_filters:
            raise ArchitectureError(
                f"num_filters is {self.num_filters} of {self.operation} pooling, which has no "
                "filters; expected 0"
            )
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

    @property
    def is_pooling(self) -> bool:
        """Whether the layer pools and has no weights."""
        return self.operation != "conv"

    def __str__(self) -> str:
        size = f"{self.filter_height}x{self.filter_width}"
        what = f"{self.operation} {size}" if self.is_pooling else f"{size} {self.num_filters}"
        return f"{what} <- {','.join(map(str, self.inputs))}"


@dataclass(frozen=True)
class ConvNet:
    """A convolutional network: layers in order, each fed by earlier ones.

    Layers count from 1 and input 0 is the image, as in the paper's figures. What reads
    the outputs that no layer consumes (fix-up rule 2) is the classifier, see `build`.

    Args:
        layers: From 1 to 62 layers. Layer ``i`` may only name inputs below ``i``.
        pool_after: Layers, ascending, after each of which all maps so far, the image's too,
            are max-pooled 2x2 with stride 2, before later layers or the classifier read them.
        learning_rate: What to train it with, if that was decided with the network.
    """

    kind: ClassVar[str] = "conv_net"

    layers: tuple[ConvLayer, ...]
    pool_after: tuple[int, ...] = ()
    learning_rate: float | None = None

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
        self._check_pooling()
        if self.learning_rate is not None:
            check_rate("learning_rate", self.learning_rate)
            object.__setattr__(self, "learning_rate", float(self.learning_rate))

    def _check_pooling(self) -> None:
        places = self.pool_after
        for place in places if isinstance(places, tuple) else ():
            check_int("pool_after", place, at_least=1)
        if not isinstance(places, tuple) or list(places) != sorted(set(places)):
            raise ArchitectureError(
                f"pool_after is {places!r}; expected a tuple of layers, each once, ascending"
            )
        for place in places:
            if place > len(self.layers):
                raise ArchitectureError(
                    f"pool_after names layer {place}, but the network has {len(self.layers)} "
                    f"layers; expected layers from 1 to {len(self.layers)}"
                )

    def __len__(self) -> int:
        return len(self.layers)

    def __str__(self) -> str:
        parts = [] if self.learning_rate is None else [f"learning rate {self.learning_rate:g}"]
        for number, layer in enumerate(self.layers, start=1):
            parts.append(f"{number}: {layer}")
            parts += ["pool 2x2"] * (number in self.pool_after)
        return " | ".join(parts)

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
        """Return the canonical JSON: sorted keys, no spaces, with a schema version.

        What early networks did not have is in it only if it is there: their digests stay.
        """
        fields: dict[str, Any] = {"layers": [asdict(layer) for layer in self.layers]}
        for layer in fields["layers"]:
            if layer["operation"] == "conv":
                del layer["operation"]
        if self.pool_after:
            fields["pool_after"] = self.pool_after
        if self.learning_rate is not None:
            fields["learning_rate"] = self.learning_rate
        return write_document(self.kind, fields)

    @classmethod
    def from_json(cls, text: str) -> ConvNet:
        """Read what `to_json` wrote.

        Raises:
            ArchitectureError: The text is malformed, of a newer schema, or not a valid network.
        """
        fields = read_document(cls.kind, text)
        names = ("layers", "pool_after", "learning_rate")
        check_names(fields, names, "the network")
        layers = enumerate(expect(fields.get("layers"), LIST, "layers"), start=1)
        places = expect(fields.get("pool_after", ()), LIST, "pool_after")
        read = tuple(_read_layer(f"layer {number}", layer) for number, layer in layers)
        return cls(read, places, fields.get("learning_rate"))

    def with_more_filters(self, more: int = 40) -> ConvNet:
        """Return the network with so many more filters in every convolution.

        The paper's best network is its third with 40 more (table 1); pooling stays as it is.

        Raises:
            ArchitectureError: ``more`` is no integer of at least 1.
        """
        check_int("more", more, at_least=1)
        return replace(
            self,
            layers=tuple(
                a if a.is_pooling else replace(a, num_filters=a.num_filters + more)
                for a in self.layers
            ),
        )


def check_rate(name: str, value: Any) -> None:
    """Raise `ArchitectureError` unless the value can be a learning rate."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not isfinite(value) or value <= 0:
        raise ArchitectureError(f"{name} is {value!r}; expected a number above 0")


def _read_layer(where: str, fields: Any) -> ConvLayer:
    fields = expect(fields, dict, where)
    inputs = expect(fields.get("inputs"), LIST, f"{where}: inputs")
    check_names(fields, ConvLayer.__slots__, where)
    for name in ("filter_height", "filter_width", "num_filters"):
        expect(fields.get(name), int, f"{where}: {name}")
    try:
        return ConvLayer(**{**fields, "inputs": inputs})
    except ArchitectureError as error:
        raise ArchitectureError(f"{where}: {error}") from None
