"""The architectures that the paper prints, and the cells of NASNet-A, its successor.

``NAS_CNN_V1`` was read off the end-points of the vector drawing of figure 7: the drawing
has 51 distinct skip connections. Other transcriptions differ in the edge 2 -> 15; the
geometry of the figure decides for it. ``NAS_CNN_V1_DENSE`` and ``NAS_CNN_V1_CHAIN`` are what
section 4.1 makes of it, to see what the choice of skip connections is worth. The two cells were
read off figure 8; which of two inputs stands on the left is immaterial, since all combinations
commute.
"""

from dataclasses import replace

from nasedu.architectures.conv_net import ConvLayer, ConvNet
from nasedu.architectures.nas_net import NasNet, NasNetBlock, NasNetCell
from nasedu.architectures.recurrent_cell import CellNode, RecurrentCell

NAS_CNN_V1 = ConvNet(
    (
        ConvLayer(3, 3, 36, (0,)),
        ConvLayer(3, 3, 48, (1,)),
        ConvLayer(3, 3, 36, (1, 2)),
        ConvLayer(5, 5, 36, (1, 2, 3)),
        ConvLayer(3, 7, 48, (3, 4)),
        ConvLayer(7, 7, 48, (2, 3, 4, 5)),
        ConvLayer(7, 7, 48, (2, 3, 4, 5, 6)),
        ConvLayer(7, 3, 36, (1, 6, 7)),
        ConvLayer(7, 1, 36, (1, 5, 6, 8)),
        ConvLayer(7, 7, 36, (1, 3, 4, 5, 6, 7, 8, 9)),
        ConvLayer(5, 7, 36, (1, 2, 5, 6, 7, 8, 9, 10)),
        ConvLayer(7, 7, 48, (1, 2, 3, 4, 6, 11)),
        ConvLayer(7, 5, 48, (1, 3, 6, 7, 8, 9, 10, 11, 12)),
        ConvLayer(7, 5, 48, (3, 7, 12, 13)),
        ConvLayer(7, 5, 48, (2, 7, 11, 12, 13, 14)),
    )
)
"""Figure 7: 15 layers, stride 1, no pooling; 4.2 M parameters, 5.50 % error (table 1)."""

NAS_CNN_V1_DENSE = ConvNet(
    tuple(
        replace(layer, inputs=tuple(range(1, number)) or (0,))
        for number, layer in enumerate(NAS_CNN_V1.layers, start=1)
    )
)
"""The same layers, each reading all before it: 5.56 % error (section 4.1)."""

NAS_CNN_V1_CHAIN = ConvNet(
    tuple(
        replace(layer, inputs=(number - 1,))
        for number, layer in enumerate(NAS_CNN_V1.layers, start=1)
    )
)
"""The same layers with no skip connections: 7.97 % error (section 4.1)."""

NAS_CELL = RecurrentCell(
    (
        CellNode("add", "sigmoid"),
        CellNode("add", "relu"),
        CellNode("add", "sigmoid"),
        CellNode("mul", "relu"),
        CellNode("add", "tanh"),
        CellNode("add", "sigmoid"),
        CellNode("add", "tanh"),
        CellNode("add", "sigmoid"),
        CellNode("mul", "tanh"),
        CellNode("add", "tanh"),
        CellNode("mul", "tanh"),
        CellNode("add", "sigmoid"),
        CellNode("mul", "identity"),
        CellNode("add", "tanh"),
        CellNode("mul", "tanh"),
    ),
    cell_inject=CellNode("add", "tanh"),
    cell_output=12,
    cell_input=8,
)
"""Figure 8, top right: the cell of table 2, 62.4 perplexity on Penn Treebank with 54 M."""

NAS_CELL_MAX_SIN = RecurrentCell(
    (
        CellNode("max", "tanh"),
        CellNode("max", "identity"),
        CellNode("add", "tanh"),
        CellNode("add", "relu"),
        CellNode("add", "tanh"),
        CellNode("add", "identity"),
        CellNode("max", "tanh"),
        CellNode("add", "tanh"),
        CellNode("add", "identity"),
        CellNode("add", "sigmoid"),
        CellNode("add", "sigmoid"),
        CellNode("add", "sigmoid"),
        CellNode("mul", "identity"),
        CellNode("mul", "sigmoid"),
        CellNode("mul", "tanh"),
    ),
    cell_inject=CellNode("add", "identity"),
    cell_output=12,
    cell_input=0,
)
"""Figure 8, bottom: found with max and sin among the choices (sin was not chosen)."""

NASNET_A = NasNet(
    normal=NasNetCell(
        (
            NasNetBlock(0, 1, "separable_5x5", "separable_3x3"),
            NasNetBlock(1, 1, "separable_5x5", "separable_3x3"),
            NasNetBlock(0, 1, "average_3x3", "identity"),
            NasNetBlock(1, 1, "average_3x3", "average_3x3"),
            NasNetBlock(0, 0, "separable_3x3", "identity"),
        ),
        joined=(1, 2, 3, 4, 5, 6),
    ),
    reduction=NasNetCell(
        (
            NasNetBlock(0, 1, "separable_5x5", "separable_7x7"),
            NasNetBlock(0, 1, "max_3x3", "separable_7x7"),
            NasNetBlock(0, 1, "average_3x3", "separable_5x5"),
            NasNetBlock(3, 2, "identity", "average_3x3"),
            NasNetBlock(2, 0, "separable_3x3", "max_3x3"),
        ),
        joined=(3, 4, 5, 6),
    ),
)
"""NASNet-A (Zoph et al. 2017), 2.40 % error on CIFAR-10 at its largest, with cutout.

By the authors' code (TF-Slim, ``nasnet_utils.py``). Its cells also give states that blocks read:
1 of the normal cell and 3 of the reduction cell. By the rule of the paper's text they would not
(`NasNet.by_rule`), which is the form that DARTS compares with; it has fewer parameters.
"""
