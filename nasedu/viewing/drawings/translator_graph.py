"""The translator as a picture: two cells read a sentence, attention weighs, a third one writes.

On the left the sentence that is read, on the right the one that is written; time runs to the
right. The attention of one token written is drawn, the others' is alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from graphviz import Digraph

from nasedu.errors import DrawingError
from nasedu.viewing.drawings.columns import blank_graph, put_text
from nasedu.viewing.drawings.dot_drawing import Drawing
from nasedu.viewing.pictures import INK, OKABE_ITO, PALE, QUIET

PITCH, GAP = 88, 62  # from token to token; between the two sentences, beside that
APART = 19  # the cells of a token from its middle
FORWARDS, BACKWARDS, WRITES = (OKABE_ITO[name] for name in ("blue", "vermillion", "green"))
LOW, HIGH, OUTPUT, MEAN, TOP = 58, 100, 158, 238, 318  # heights above the tokens
THICK = 5  # points of a line with all of the attention


def draw_translator(
    read: Sequence[str], written: Sequence[str], step: int, shares: Sequence[float]
) -> Drawing:
    """Draw a `nasedu.children.translator.Translator` at work.

    Args:
        read: The tokens of the sentence.
        written: Those of its translation.
        step: Whose attention is drawn: a place among those written, from 0.
        shares: What every token that was read gets of it.

    Raises:
        DrawingError: There is no such step, or not a share for each token read.
    """
    if not 0 <= step < len(written) or len(shares) != len(read):
        raise DrawingError(
            f"step is {step} of {len(written)} with {len(shares)} shares for {len(read)} tokens; "
            "expected one of the steps, and a share for each token"
        )
    graph = blank_graph()
    _draw_encoder(graph, read, shares)
    _draw_decoder(graph, len(read), written, step)
    most = max(range(len(read)), key=lambda place: shares[place])
    alt = (
        f"A translator reads {' '.join(read)} by two cells, one from each end, and writes "
        f"{' '.join(written)} by a third cell. For {written[step]} it takes a weighted mean of "
        f"what the two cells made of each token; {read[most]} has the largest share, "
        f"{shares[most]:g}."
    )
    rows = "\n".join(f"{token:12}{share:g}" for token, share in zip(read, shares, strict=True))
    text = f"read        share for {written[step]}\n{rows}"
    return Drawing(graph.source, text, alt, "A translator with attention")


def _draw_encoder(graph: Digraph, read: Sequence[str], shares: Sequence[float]) -> None:
    """Put the tokens that are read on the sheet, two cells for each, and their outputs."""
    for place, (token, share) in enumerate(zip(read, shares, strict=True)):
        x = PITCH * place
        put_text(graph, f"read{place}", escape(token), x, 0, fontsize="17")
        _cell(graph, f"ahead{place}", x - APART, LOW, FORWARDS)
        _cell(graph, f"back{place}", x + APART, HIGH, BACKWARDS)
        look = {"shape": "box", "style": "rounded,filled", "fillcolor": PALE, "height": "0.3"}
        graph.node(f"output{place}", f"{share:g}", pos=f"{x},{OUTPUT}", width="0.55", **look)
        for cell in ("ahead", "back"):
            graph.edge(f"read{place}", f"{cell}{place}", color=QUIET)
            graph.edge(f"{cell}{place}", f"output{place}", color=QUIET)
        # a share of nothing still has a line: all tokens are asked
        graph.edge(f"output{place}", "mean", penwidth=f"{max(0.5, THICK * share):g}")
        if place:
            graph.edge(f"ahead{place - 1}", f"ahead{place}", color=FORWARDS)
            graph.edge(f"back{place}", f"back{place - 1}", color=BACKWARDS, style="dashed")
    middle = PITCH * (len(read) - 1) / 2
    put_text(graph, "reads", "two cells read", middle, -30, fontsize="15", fontcolor=QUIET)


def _draw_decoder(graph: Digraph, num_read: int, written: Sequence[str], step: int) -> None:
    """Put the tokens that are written on the sheet, a cell for each, and one attention."""
    left = PITCH * num_read + GAP
    before = ("begin", *written[:-1])
    for place, (given, token) in enumerate(zip(before, written, strict=True)):
        x = left + PITCH * place
        put_text(graph, f"given{place}", escape(given), x, 0, fontsize="17")
        _cell(graph, f"write{place}", x, (LOW + HIGH) / 2, WRITES)
        bold = f"<<B>{escape(token)}</B>>" if place == step else escape(token)
        put_text(graph, f"written{place}", bold, x, TOP, fontsize="17")
        graph.edge(f"given{place}", f"write{place}", color=QUIET)
        graph.edge(f"write{place}", f"written{place}", color=INK if place == step else QUIET)
        source = f"write{place - 1}" if place else f"ahead{num_read - 1}"
        graph.edge(source, f"write{place}", color=WRITES)
    look = {"shape": "box", "style": "filled", "fillcolor": OKABE_ITO["yellow"], "height": "0.4"}
    x = left - PITCH * 1.2
    graph.node("mean", "weighted mean", pos=f"{x},{MEAN}", width="1.6", **look)
    graph.edge(f"write{step}", "mean", style="dashed", color=WRITES)
    graph.edge("mean", f"written{step}")
    put_text(graph, "asks", "asks", x + 74, MEAN - 30, fontsize="14", fontcolor=QUIET)
    middle = left + PITCH * (len(written) - 1) / 2
    put_text(graph, "writes", "one cell writes", middle, -30, fontsize="15", fontcolor=QUIET)


def _cell(graph: Digraph, name: str, x: float, y: float, colour: str) -> None:
    look = {"shape": "box", "style": "filled", "fillcolor": "white", "color": colour}
    size = {"width": "0.5", "height": "0.32", "fixedsize": "true", "penwidth": "2"}
    graph.node(name, "cell", pos=f"{x:g},{y:g}", fontsize="14", **look, **size)
