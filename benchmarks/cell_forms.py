"""The form of a recurrent cell of base 2: what one may count, and whether it has a gate."""

from collections import Counter


def gates(cell):
    """Return where a cell of base 2 multiplies something with a sigmoid, in words.

    Every other factor that a sigmoid could meet is a leaf's: products of inputs, no gate.
    """
    inject, into = cell.cell_inject, cell.nodes[cell.cell_input]
    found = ["the memory"] if inject.combine == "mul" and into.activation == "sigmoid" else []
    ends = [inject.activation if k == cell.cell_input else cell.nodes[k].activation for k in (0, 1)]
    if cell.nodes[2].combine == "mul" and "sigmoid" in ends:
        found.append("the other leaf")
    return found


def forms(cell):
    """Return what one may count of a cell of base 2, as a set of sentences."""
    size = len(cell.nodes)
    where = dict.fromkeys(range(size - 1), "a leaf") | {size - 1: "the root"}
    leaves = sorted(str(node) for node in cell.nodes[:-1])
    said = {
        f"root: {cell.nodes[-1].combine}",
        f"root: {cell.nodes[-1].activation}",
        f"injection: {cell.cell_inject.combine}",
        f"injection: {cell.cell_inject.activation}",
        f"memory leaves at {where[cell.cell_output]}",
        f"memory enters at {where[cell.cell_input]}",
        f"leaves: {' and '.join(sorted(leaf.split()[0] for leaf in leaves))}",
    }
    said |= {f"a leaf with {leaf.split()[1]}" for leaf in leaves}
    said |= {f"a gate on {what}" for what in gates(cell)} or {"no gate"}
    if cell.cell_output == cell.cell_input:
        said.add("memory enters where it leaves")
    return said


def shared(best, every):
    """Return rows: how many of the best cells have a form, and what share of all, most first."""
    among = Counter(said for cell in every for said in forms(cell))
    own = Counter(said for cell in best for said in forms(cell))
    order = sorted(own, key=lambda said: among[said] / len(every) - own[said] / len(best))
    return [
        [said, f"{own[said]} of {len(best)}", f"{100 * among[said] / len(every):.0f} %"]
        for said in order
    ]
