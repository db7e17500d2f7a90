"""The view of convolutional networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nasedu.architectures import ConvNet
from nasedu.spaces import ConvNetSpace, Decision
from nasedu.viewing.drawings.connections import connections
from nasedu.viewing.drawings.conv_net_comparing import compare_networks
from nasedu.viewing.drawings.conv_net_graph import conv_net_graph
from nasedu.viewing.drawings.conv_net_matrix import conv_net_matrix
from nasedu.viewing.drawings.conv_net_scene import conv_net_scene
from nasedu.viewing.drawings.dot_drawing import Drawing
from nasedu.viewing.drawings.layer_table import Shape, alt_text, cost_of, layer_table
from nasedu.viewing.drawings.view import View
from nasedu.viewing.explorer.scene import Scene
from nasedu.viewing.words import MANY, either

GRAPHS = {"graph": conv_net_graph, "matrix": conv_net_matrix}


class ConvNetView(View):
    """Words and drawings for convolutional networks on images."""

    title = "Convolutional network"
    example = "image"
    valid_part = "these validation images"
    test_part = "The test images were"
    reward_words = "its best validation accuracy of the last 5 epochs, cubed"
    counted = "best of the last 5 epochs"
    reading_key = (
        "(layer: height x width of its filters, their number <- what it reads; 0 is the image)"
    )
    styles = tuple(GRAPHS)
    most_lines = 6  # a layer has many controls
    kept_fields = ("image_size", "whitening", "augmentation")

    def searched(self, space: ConvNetSpace) -> str:
        """Return e.g. ``"convolutional networks of 15 layers"``."""
        return f"convolutional networks of {space.num_layers} layers"

    def every(self, space: ConvNetSpace) -> str:
        """Return the layers and all that each can be."""
        kinds = "skip connections" if space.skip_connections else "no skip connections"
        strides = f"strides {either(space.strides)}, " if space.strides != (1,) else ""
        return (
            f"networks of {space.num_layers} layers, filters {either(space.filter_heights)} high "
            f"and {either(space.filter_widths)} wide, {either(space.num_filters)} of them, "
            f"{strides}{kinds}"
        )

    def panels(self, decisions: Sequence[Decision], space: ConvNetSpace) -> list[tuple[int, int]]:
        """Return row and column of every decision's panel: layers are rows."""
        kinds = list(dict.fromkeys(d.name for d in decisions))
        kinds.sort(key=lambda name: name == "learning_rate")  # decided once, so in the last column
        return [(d.layer - 1, kinds.index(d.name)) for d in decisions]

    def facts(self, net: ConvNet, shape: Shape, num_classes: int) -> dict[str, str]:
        """Return its number of parameters."""
        return {"parameters": f"{cost_of(net, shape, num_classes).num_parameters:,}"}

    def draw(
        self,
        net: ConvNet,
        *,
        shape: Shape = (3, 32, 32),
        num_classes: int = 10,
        style: str = "graph",
        alt: str | None = None,
    ) -> Drawing:
        """Draw a network as a column of layers with arcs, or as a matrix."""
        costs = cost_of(net, shape, num_classes)
        graph = GRAPHS[style](net, costs, shape)
        table = layer_table(net, costs, shape)
        return Drawing(graph.source, table, alt or alt_text(net, costs), self.name_of(net))

    def draw_child(self, net: ConvNet, evaluator: Mapping[str, Any]) -> Drawing:
        """Draw a network for the images it was trained on; with many skips as a matrix."""
        many = sum(edge.kind != "next" for edge in connections(net)) > MANY
        channels, height, width = evaluator.get("shape", (3, 32, 32))
        return self.draw(
            net,
            shape=(channels, height, width),
            num_classes=evaluator.get("num_classes", 10),
            style="matrix" if many else "graph",
        )

    def scene(self, net: ConvNet, evaluator: Mapping[str, Any]) -> Scene:
        """Return its layers as a column, for the images it was trained on."""
        channels, height, width = evaluator.get("shape", (3, 32, 32))
        classes = evaluator.get("num_classes", 10)
        return conv_net_scene(net, (channels, height, width), classes)

    def compare(
        self,
        a: ConvNet,
        b: ConvNet,
        names: tuple[str, str],
        *,
        shape: Shape,
        num_classes: int,
        style: str | None,
    ) -> Drawing:
        """Draw two networks as columns of layers, or as one matrix."""
        return compare_networks(a, b, names, shape=shape, num_classes=num_classes, style=style)


VIEW = ConvNetView()
