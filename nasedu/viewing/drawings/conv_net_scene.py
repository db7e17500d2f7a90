"""A convolutional network as a scene: a column, the image on top, the classifier below."""

from __future__ import annotations

from nasedu.architectures import ConvNet
from nasedu.viewing.drawings.layer_table import Shape, cost_of, filter_size
from nasedu.viewing.explorer.scene import Scene, ScenePart


def conv_net_scene(net: ConvNet, shape: Shape, num_classes: int) -> Scene:
    """Return the scene of a network.

    Args:
        net: The network.
        shape: ``(channels, height, width)`` of its images.
        num_classes: Number of classes that it tells apart.
    """
    costs = cost_of(net, shape, num_classes)
    parts = [
        ScenePart("image", "image", _volume(shape), kind="input", facts={"shape": _volume(shape)})
    ]
    for i, (layer, c) in enumerate(zip(net.layers, costs.layers, strict=True), start=1):
        output = _volume((c.out_channels, c.height, c.width))
        facts = {
            "shape": output,
            "channels read": c.in_channels,
            "parameters": c.num_parameters,
            "FLOP": c.flop,
        }
        if i in net.pool_after:
            facts["after it"] = "2×2 max pooling of all outputs so far"
        size = filter_size(layer).replace("x", "×")
        parts.append(ScenePart(f"layer {i}", size, output, layer.inputs, y=i, facts=facts))
    head, last = costs.classifier, len(net) + 1
    facts = {
        "shape": f"{head.out_channels} classes",
        "channels read": head.in_channels,
        "parameters": head.num_parameters,
        "FLOP": head.flop,
    }
    note = f"{head.in_channels} → {head.out_channels}"
    ends = tuple(net.loose_ends)
    parts.append(
        ScenePart("classifier", "classifier", note, ends, y=last, kind="output", facts=facts)
    )
    if net.learning_rate is not None:
        parts.append(
            ScenePart("learning rate", f"{net.learning_rate:g}", y=last + 1, kind="output")
        )
    return tuple(parts)


def _volume(shape: Shape) -> str:
    return " × ".join(map(str, shape))
