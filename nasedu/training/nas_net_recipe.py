"""The recipe of NASNet cells, and those of their paper (Zoph et al. 2017)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from nasedu.architectures.nas_net import NumCells
from nasedu.training.recipe import Recipe
from nasedu.values import Count, NotNegative, Share


@dataclass(frozen=True, slots=True)
class NasNetRecipe(Recipe):
    """How a network of NASNet cells is trained, and how many cells of which width it has.

    Its first fields are those of `Recipe`, with the same defaults.

    Args:
        cells: N, normal cells between two reductions: the network has 3 N + 2 cells.
        filters: F of the first cell; the reductions double it.
        auxiliary: Weight of the loss of an `AuxiliaryHead`; 0: there is none.
        drop_path: Probability of dropping a path of the last cell at the end of training (one
            minus the paper's "keep"); see `NasNetChild.schedule`.
    """

    cells: NumCells = 1
    filters: Count = 4
    auxiliary: NotNegative = 0.0
    drop_path: Share = 0.0


NASNET_A_6_768 = NasNetRecipe(
    epochs=600,
    batch_size=32,
    lr=0.025,
    weight_decay=5e-4,
    schedule="cosine",
    whitening="image",
    augmentation="paper",
    clip=5.0,
    cutout=16,
    cells=6,
    filters=32,
    auxiliary=0.4,
    drop_path=0.4,
)
"""NASNet-A (6 @ 768) with cutout: 2.65 % error, the mean of five. Nesterov momentum is ours: the
authors' code has momentum, and does not say more. The side of the cutout is that of later
papers; this one names none."""

NASNET_A_7_2304 = replace(NASNET_A_6_768, cells=7, filters=96)
"""NASNet-A (7 @ 2304) with cutout: 2.40 % error. The paper gives it 27.6 M parameters; by the
rules that give the smaller one its 3.3 M it has 32.6 M. We do not know which rule differs."""

TWO_CORES = replace(
    NASNET_A_6_768,
    epochs=20,
    precision="float32",
    num_train=8000,
    image_size=16,
    cutout=8,
    cells=2,
    filters=8,
    auxiliary=0.0,
    drop_path=0.0,
)
"""The same for two cores: 16x16 images, and squares of the same share of them cut out. float32, no
dropping of paths and no auxiliary head are our choice for so short a training, and untested."""

RECIPES: Mapping[str, NasNetRecipe] = MappingProxyType(
    {
        "first": NasNetRecipe(),
        "train": NasNetRecipe(epochs=20),
        "two-cores": TWO_CORES,
        "nasnet-a": NASNET_A_6_768,
        "nasnet-a-large": NASNET_A_7_2304,
    }
)
"""By name: for a search of minutes, for a network that is to be trained for good, and the
paper's, at its size and at one for two cores."""
