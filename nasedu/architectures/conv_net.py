"""Convolutional architectures as values (Zoph & Le 2016, section 3.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Literal

from nasedu.architectures.architecture import Architecture
from nasedu.errors import ArchitectureError
from nasedu.values import Count, Later, Natural, Positive, Value, checked

MAX_LAYERS = 62  # an anchor point's token is a bit mask that has to fit into int64

Operation = Literal["conv", "max", "average"]


@dataclass(frozen=True, slots=True)
class ConvLayer(Value):
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

    error = ArchitectureError

    filter_height: Count
    filter_width: Count
    num_filters: Natural
    inputs: tuple[Natural, ...]
    stride_height: Count = 1
    stride_width: Count = 1
    operation: Later[Operation] = "conv"

    def _check(self) -> None:
        if not self.num_filters and not self.is_pooling:
            raise ArchitectureError("num_filters is 0; expected an integer of at least 1")
        if self.num_filters and self.is_pooling:
            raise ArchitectureError(
                f"num_filters is {self.num_filters} of {self.operation} pooling, which has no "
                "filters; expected 0"
            )
        if not self.inputs:
            raise ArchitectureError("inputs is (); expected at least one layer: 0 is the image")
        if len(self.inputs) > 1 and list(self.inputs) != sorted(set(self.inputs)):
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
class ConvNet(Architecture):
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
    pool_after: Later[tuple[Count, ...]] = ()
    learning_rate: Later[Positive | None] = None

    def _check(self) -> None:
        if not 1 <= len(self.layers) <= MAX_LAYERS:
            raise ArchitectureError(
                f"layers: {len(self.layers)}; expected 1 to {MAX_LAYERS} layers"
            )
        for number, layer in enumerate(self.layers, start=1):
            if layer.inputs[-1] >= number:
                raise ArchitectureError(
                    f"layer {number} takes layer {layer.inputs[-1]} as an input; "
                    f"expected only the image (0) and layers before {number}"
                )
        if list(self.pool_after) != sorted(set(self.pool_after)):
            raise ArchitectureError(
                f"pool_after is {self.pool_after!r}; expected layers, each once, ascending"
            )
        if self.pool_after and self.pool_after[-1] > len(self.layers):
            raise ArchitectureError(
                f"pool_after names layer {self.pool_after[-1]}, but the network has "
                f"{len(self.layers)} layers; expected layers from 1 to {len(self.layers)}"
            )
        if self.learning_rate is not None:  # an integer's digest is that of its number
            object.__setattr__(self, "learning_rate", float(self.learning_rate))

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

    def with_more_filters(self, more: int = 40) -> ConvNet:
        """Return the network with so many more filters in every convolution.

        The paper's best network is its third with 40 more (table 1); pooling stays as it is.

        Raises:
            ArchitectureError: ``more`` is no integer of at least 1.
        """
        checked(more, Count, "more", ArchitectureError)
        return replace(
            self,
            layers=tuple(
                a if a.is_pooling else replace(a, num_filters=a.num_filters + more)
                for a in self.layers
            ),
        )
