"""A recurrent cell as a scene: its tree, with the memory, from the inputs below to h_t on top."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nasedu.architectures import RecurrentCell
from nasedu.viewing.drawings.cell_words import applied, equation, output_of, sum_words
from nasedu.viewing.explorer.scene import Scene, ScenePart

PORTS = ("x_t", "h_t-1", "c_t-1")  # the first parts; node k follows in place k + 3
X, H, C = range(3)


def cell_scene(cell: RecurrentCell, recipe: Mapping[str, Any]) -> Scene:
    """Return the scene of a cell.

    Args:
        cell: The cell.
        recipe: Settings of its language model, of which the sizes count; it may be empty.
    """
    size, middle, top = recipe.get("hidden_size"), (cell.base - 1) / 2, len(cell.levels) + 2
    shape = {"shape": f"{size:,} numbers"} if size else {}
    told, into = cell.cell_inject, cell.cell_input
    injection = len(cell) + len(PORTS)  # its place, after the nodes
    places = [injection if k == into else k + 3 for k in range(len(cell))]  # of what leaves a node
    labels = ("input", "state", "memory")
    parts = [
        ScenePart(name, label, "", (), middle + i - 1, top, "memory" if i == C else "input", shape)
        for i, (name, label) in enumerate(zip(PORTS, labels, strict=True))
    ]
    for level, nodes in enumerate(cell.levels):
        is_above = any(into in lower for lower in cell.levels[:level])  # the injection has a row
        for i, k in enumerate(nodes):
            inputs = tuple(places[j] for j in cell.inputs(k)) or (X, H)
            x, y = (i + 0.5) * cell.base / len(nodes) - 0.5, top - 1 - level - is_above
            words = f"a{k} = {equation(cell, k)}"
            facts = {"computes": words, **shape, **_cost(cell, k, recipe)}
            parts.append(ScenePart(f"node {k}", f"{cell.nodes[k]}", "", inputs, x, y, facts=facts))
    target, words = parts[into + 3], f"a{into}' = {applied(told, f'a{into}', 'c_t-1')}"
    facts = {"computes": words, **shape}
    read, row = (into + 3, C), target.y - 1
    parts.append(ScenePart("injection", f"{told}", "", read, target.x, row, "memory", facts))
    root, output = len(cell) - 1, cell.cell_output
    state = {"computes": f"h_t = {output_of(cell, root)}", **shape}
    memory = {"computes": f"c_t = {sum_words(cell, output)}", **shape}
    parts.append(ScenePart("h_t", "state", "", (places[root],), middle, 0, "output", state))
    parts.append(ScenePart("c_t", "memory", "", (output + 3,), middle + 1, 0, "memory", memory))
    return tuple(parts)


def _cost(cell: RecurrentCell, node: int, recipe: Mapping[str, Any]) -> dict[str, int]:
    """Return what the two matrices of a leaf cost in the first layer; other nodes have none."""
    size = recipe.get("hidden_size")
    if not size or node >= cell.base:
        return {}
    weights = size * ((recipe.get("embedding_size") or size) + size)
    return {"parameters": weights, "FLOP": 2 * weights}
