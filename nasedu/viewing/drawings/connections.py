"""The connections of a convolutional network, and what each of them is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nasedu.architectures import ConvNet

Kind = Literal["next", "skip", "image", "classifier"]


@dataclass(frozen=True, slots=True)
class Connection:
    """One output that is read.

    Attributes:
        source: The layer whose output is read; 0 is the image.
        target: The layer that reads it; the number of layers plus 1 is the classifier.
        kind: ``"next"`` from one layer to the one after it (from the image to layer 1 and
            from the last layer to the classifier, too), ``"skip"`` past at least one layer,
            ``"image"`` from the image to a later layer, which is what a layer gets that
            chose no input (fix-up rule 1), ``"classifier"`` from an earlier layer that no
            layer reads (fix-up rule 2).
    """

    source: int
    target: int
    kind: Kind


def connections(net: ConvNet) -> tuple[Connection, ...]:
    """Return every connection once, by target and then by source."""
    classifier = len(net) + 1
    pairs = [(j, i) for i, layer in enumerate(net.layers, start=1) for j in layer.inputs]
    pairs += [(j, classifier) for j in net.loose_ends]
    return tuple(Connection(j, i, _kind(j, i, classifier)) for j, i in pairs)


def _kind(source: int, target: int, classifier: int) -> Kind:
    if target == source + 1:
        return "next"
    if source == 0:
        return "image"
    return "classifier" if target == classifier else "skip"


def meanings(net: ConvNet) -> dict[Kind, str]:
    """Say of every kind of connection that the network has what it is."""
    edges = connections(net)
    fallback = all(net.layers[e.target - 1].inputs == (0,) for e in edges if e.kind == "image")
    texts: dict[Kind, str] = {
        "next": "reads the one before",
        "skip": "skip connection",
        "image": f"reads the image{': it chose no layer' if fallback else ''}",
        "classifier": "no layer reads it: the classifier does",
    }
    kinds = {e.kind for e in edges}
    return {kind: text for kind, text in texts.items() if kind in kinds}
