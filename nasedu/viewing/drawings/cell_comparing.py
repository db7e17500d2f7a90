"""Two recurrent cells side by side: which nodes decide otherwise, and about the memory."""

from __future__ import annotations

from html import escape

from nasedu.architectures import RecurrentCell
from nasedu.errors import SettingError
from nasedu.viewing.drawings.cell_graph import TREE_PITCH, CellTree
from nasedu.viewing.drawings.columns import blank_graph, put_text
from nasedu.viewing.drawings.dot_drawing import Drawing
from nasedu.viewing.words import align, count

GAP = 60  # between the two trees, in points


def compare_cells(a: RecurrentCell, b: RecurrentCell, names: tuple[str, str]) -> Drawing:
    """Draw the trees of two cells side by side, with the differences marked.

    Raises:
        SettingError: The cells have different bases, and so trees without common nodes.
    """
    if a.base != b.base:
        raise SettingError(f"the cells have base {a.base} and {b.base}; expected one base for both")
    rows = cell_rows(a, b)
    marked = frozenset(key for key, one, other in rows if one != other)
    graph, x = blank_graph(), 0.0
    for cell, other, name, prefix in zip((a, b), (b, a), names, "ab", strict=True):
        tree = CellTree(cell, TREE_PITCH, x, prefix, marked, other)
        tree.draw(graph)
        title = f"<<B>{escape(name)}</B>>"
        put_text(graph, f"{prefix}_name", title, x + tree.width / 2, tree.top + 54, fontsize="20")
        x += tree.width + GAP
    score = score_of(a, marked)
    put_text(graph, "caption", score, (x - GAP) / 2, -116, fontsize="16")
    signs = {True: "*", False: ""}
    table = align(
        [
            ("", "node", *names),
            *((signs[key in marked], f"{key}", one, other) for key, one, other in rows),
        ]
    )
    alt = f"Two recurrent cells side by side, {names[0]} and {names[1]}. {score.capitalize()}."
    if marked:
        parts = (f"{key}: {one} against {other}" for key, one, other in rows if one != other)
        alt += f" {'; '.join(parts)}."
    return Drawing(graph.source, f"{table}\n{score}", alt, "Two recurrent cells compared")


def cell_rows(a: RecurrentCell, b: RecurrentCell) -> list[tuple[int | str, str, str]]:
    """Return every node, the injection and the indices, as both cells have them."""
    rows: list[tuple[int | str, str, str]] = [
        (k, str(one), str(other))
        for k, (one, other) in enumerate(zip(a.nodes, b.nodes, strict=True))
    ]
    rows.append(("inject", str(a.cell_inject), str(b.cell_inject)))
    one, other = (f"{cell.cell_output}, {cell.cell_input}" for cell in (a, b))
    return [*rows, ("indices", one, other)]


def score_of(cell: RecurrentCell, marked: frozenset[int | str]) -> str:
    """Return how much differs, in a line."""
    if not marked:
        return "the two cells are the same"
    nodes = sum(isinstance(key, int) for key in marked)
    words = [f"{nodes} of {count(len(cell), 'node')}"] if nodes else []
    words += [f"the {key}" for key in ("inject", "indices") if key in marked]
    verb = "differs" if words == ["the inject"] else "differ"
    return f"{' and '.join(words)} {verb}".replace("the inject", "the injection")
