"""A network in words: its layers as a table, its size in a line, its picture in sentences."""

from __future__ import annotations

from collections.abc import Iterable

from nasedu.architectures import ConvLayer, ConvNet, NetworkCost, cost
from nasedu.errors import SettingError
from nasedu.viewing.drawings.connections import connections
from nasedu.viewing.words import MANY, align, count

Shape = tuple[int, int, int]


def cost_of(net: ConvNet, shape: Shape, num_classes: int) -> NetworkCost:
    """Return the cost of what is to be drawn, once it is clear that it can be."""
    whole = all(isinstance(n, int) and n >= 1 for n in shape) if isinstance(shape, tuple) else False
    if not whole or len(shape) != 3:
        raise SettingError(f"shape is {shape!r}; expected (channels, height, width), each above 0")
    if not isinstance(num_classes, int) or num_classes < 1:
        raise SettingError(f"num_classes is {num_classes!r}; expected an integer of at least 1")
    channels, height, width = shape
    return cost(net, in_channels=channels, height=height, width=width, num_classes=num_classes)


def layer_table(net: ConvNet, cost: NetworkCost, shape: Shape) -> str:
    """Return the table of a network: filter, inputs, output and parameters of every layer.

    Args:
        net: The network.
        cost: Its `cost` for an image of this shape.
        shape: ``(channels, height, width)`` of the image.
    """
    head = cost.classifier
    rows = [("layer", "filter", "inputs", "output", "parameters")]
    rows.append(("image", "", "", times(shape), ""))
    for i, (layer, c) in enumerate(zip(net.layers, cost.layers, strict=True), start=1):
        output, size = times((c.out_channels, c.height, c.width)), f"{c.num_parameters:,}"
        rows.append((f"{i}", filter_size(layer), comma(layer.inputs), output, size))
        if i in net.pool_after:
            rows.append(("pooling", "max 2x2 /2x2", "all so far", "", ""))
    last = f"{head.num_parameters:,}"
    rows.append(("classifier", "", comma(net.loose_ends), f"{head.out_channels}", last))
    rows.append(("total", "", "", "", f"{cost.num_parameters:,}"))
    if net.learning_rate is not None:
        rows.append(("learning rate", "", "", f"{net.learning_rate:g}", ""))
    return align(rows, right=(4,))


def filter_size(layer: ConvLayer) -> str:
    """Height and width of the filters, and the strides if there are any: ``3x5 /2x1``.

    Pooling says so: ``max 3x3 /2x2``.
    """
    strides = (layer.stride_height, layer.stride_width)
    size = times((layer.filter_height, layer.filter_width))
    size = f"{layer.operation} {size}" if layer.is_pooling else size
    return size if strides == (1, 1) else f"{size} /{times(strides)}"


def times(lengths: Iterable[int]) -> str:
    """Lengths as in ``36x32x32``."""
    return "x".join(map(str, lengths))


def comma(numbers: Iterable[int]) -> str:
    """Layers as in ``1,2,5``; the image is 0."""
    return ",".join(map(str, numbers))


def headline(net: ConvNet, cost: NetworkCost) -> str:
    """Return the size of a network in a line."""
    skips = sum(edge.kind == "skip" for edge in connections(net))
    words = [count(len(net), "layer"), count(skips, "skip connection")]
    if net.pool_after:
        words.append(count(len(net.pool_after), "pooling"))
    if net.learning_rate is not None:
        words.append(f"learning rate {net.learning_rate:g}")
    return " · ".join((*words, f"{cost.num_parameters:,} parameters"))


def alt_text(net: ConvNet, cost: NetworkCost) -> str:
    """Return what the picture of a network shows, for those who cannot see it."""
    edges = connections(net)
    skips = [f"{e.source} to {e.target}" for e in edges if e.kind == "skip"]
    starts = [e.target for e in edges if e.kind == "image"]
    ends = [e.source for e in edges if e.kind == "classifier"]
    text = f"A convolutional network of {headline(net, cost).replace(' · ', ', ')}."
    if 0 < len(skips) <= MANY:
        text += f" Skip connections: {', '.join(skips)}."
    elif skips:
        busiest = max(net.layers, key=lambda layer: len(layer.inputs))
        number = net.layers.index(busiest) + 1
        text += f" Layer {number} reads the most: {count(len(busiest.inputs), 'output')}."
    for operation in ("max", "average"):
        if pools := [i for i, a in enumerate(net.layers, start=1) if a.operation == operation]:
            text += f" {operation.capitalize()} pooling: {_layers(pools)}."
    if net.pool_after:
        text += f" All outputs so far are max-pooled after {_layers([*net.pool_after])}."
    if starts:
        text += f" The image also feeds {_layers(starts)}."
    if ends:
        text += f" No layer reads {_layers(ends)}: the classifier does."
    return text


def _layers(numbers: list[int]) -> str:
    return f"layer{'' if len(numbers) == 1 else 's'} {', '.join(map(str, numbers))}"
