"""The view: words and drawings for children of any kind; one of a kind's own says it better."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from nasedu.architectures import Architecture
from nasedu.errors import DrawingError, SettingError
from nasedu.field_words import option_of, text_of
from nasedu.problems import problem_of
from nasedu.spaces import Decision
from nasedu.viewing.drawings.dot_drawing import Drawing
from nasedu.viewing.drawings.field_table import field_graph, fields_of, printable, rows_of_both
from nasedu.viewing.drawings.layer_table import Shape
from nasedu.viewing.explorer.scene import Exhibit, Scene, ScenePart
from nasedu.viewing.words import MANY, align, count

BESIDE = 6  # panels of probabilities that have room beside each other


class View:
    """How children are called and drawn, as any kind of them can be.

    A kind of its own may have a subclass, whose instance its `Problem` names.

    Attributes:
        title: What a child is, at the beginning of a sentence.
        thing: The same in one word.
        things: Several of them.
        example: What their data are counted in, if the evaluator does not say it.
        valid_part: What the reward was measured on.
        test_part: Begins a sentence about what was not touched.
        reward_words: What the reward is, after "its reward is"; empty if that is not known.
        counted: Which point of a validation curve the reward is made of.
        reading_key: How to read a child that is written on a line; empty if that is clear.
        kept_fields: Fields of its recipe that a training for good keeps, since they say what a
            child reads or how large it is.
        styles: In what ways one is drawn, the usual one first.
        most_lines: Of controls for its decisions, beyond which nobody oversees them.
        width: Of its drawing beside the controls, in rem.
        is_last_row_wide: Whether the panels of the last row have the room of two each.
    """

    title: str = "Child"
    thing: str = "child"
    things: str = "children"
    example: str = "example"
    valid_part: str = "these validation data"
    test_part: str = "The test data were"
    reward_words: str = ""
    counted: str = "best epoch"
    reading_key: str = ""
    kept_fields: tuple[str, ...] = ()
    styles: tuple[str, ...] = ("graph",)
    most_lines: int = 16
    width: int = 24
    is_last_row_wide: bool = False

    def searched(self, space: Any) -> str:
        """Return what a space holds, e.g. ``"recurrent cells of base 8"``."""
        try:
            things = problem_of(space).title
        except TypeError:  # a class of one's own, of no problem
            things = self.things
        return f"{things} of {count(len(space.decisions), 'decision')}"

    def every(self, space: Any) -> str:
        """Return the same in full, with all that there is to choose from."""
        return self.searched(space)

    def unit_of(self, evaluator: Mapping[str, Any]) -> str:
        """Return what data are counted in: ``"images"``, ``"words"`` or ``"characters"``."""
        return f"{evaluator.get('unit', self.example)}s"

    def train_options(self, evaluator: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what ``nasedu train`` needs to train a child anew; empty if it cannot."""
        if not self.kept_fields:
            return ()
        recipe, words = evaluator.get("recipe", {}), ["--data", str(evaluator["data"])]
        for name in self.kept_fields:
            if recipe.get(name):
                words += [option_of(name), text_of(recipe[name])]
        return tuple(words)

    def place_of(self, decision: Decision, space: Any) -> str:
        """Return what a decision describes: ``"layer 3"``, ``"node 12"`` or ``"the memory"``."""
        return f"layer {decision.layer}"

    def panels(self, decisions: Sequence[Decision], space: Any) -> list[tuple[int, int]]:
        """Return row and column of every decision's panel: no two have the same.

        A layer is a row, or several if it has more than 6 decisions.
        """
        layers = list(dict.fromkeys(d.layer for d in decisions))
        seen: Counter[tuple[int, str]] = Counter()
        names = []  # those of one layer are told apart
        for d in decisions:
            names.append((d.name, seen[d.layer, d.name]))
            seen[d.layer, d.name] += 1
        columns = list(dict.fromkeys(names))
        rows = -(-len(columns) // BESIDE)
        places = zip(decisions, map(columns.index, names), strict=True)
        return [(layers.index(d.layer) * rows + k // BESIDE, k % BESIDE) for d, k in places]

    def facts(self, net: Any, shape: Shape, num_classes: int) -> dict[str, str]:
        """Return what is told of a child beside its tokens and its digest, by name."""
        return {}

    def fields(self, net: Any) -> dict[str, str]:
        """Return what describes a child, by name: the rows of its drawing as a table."""
        return fields_of(net)

    def check_style(self, style: str) -> None:
        """Raise `SettingError` unless a child can be drawn in a style."""
        if style in self.styles:
            return
        if len(self.styles) == 1:
            only = f"a {self.title.lower()} has the style {self.styles[0]!r} only"
            raise SettingError(f"style is {style!r}; {only}")
        raise SettingError(
            f"style is {style!r}; expected one of {', '.join(map(repr, self.styles))}"
        )

    def draw(
        self,
        net: Any,
        *,
        shape: Shape = (3, 32, 32),
        num_classes: int = 10,
        style: str = "graph",
        alt: str | None = None,
    ) -> Drawing:
        """Draw a child, see `draw`: here as a table of what describes it."""
        fields = self.fields(net)
        name, size = self.name_of(net), count(len(fields), "field")
        graph = field_graph(list(fields.items()) or [(self.thing, printable(net))], name)
        told = [f"{key}: {value}" for key, value in fields.items()][:MANY]
        text = f"A {self.title.lower()} described by {size}. {'; '.join(told)}"
        more = "; and so on." if len(fields) > MANY else "."
        table = align([("field", "value"), *fields.items()])
        return Drawing(graph.source, table, alt or f"{text.rstrip('. ')}{more}", name)

    def draw_child(self, net: Any, evaluator: Mapping[str, Any]) -> Drawing:
        """Draw a child of a search, from the settings of its evaluator."""
        return self.draw(net)

    def scene(self, net: Any, evaluator: Mapping[str, Any]) -> Scene:
        """Return a child of a search as parts that a page can draw: here a part a field.

        Args:
            net: The child.
            evaluator: Settings of the evaluator; without them, sizes may be those of an example.
        """
        rows = self.fields(net) or {self.thing: printable(net)}
        return tuple(ScenePart(name, value, y=i) for i, (name, value) in enumerate(rows.items()))

    def compare(
        self,
        a: Any,
        b: Any,
        names: tuple[str, str],
        *,
        shape: Shape,
        num_classes: int,
        style: str | None,
    ) -> Drawing:
        """Draw two children side by side, see `compare`: here as a table, differences marked."""
        rows = rows_of_both(self.fields(a), self.fields(b))
        own = [name for name, one, other in rows if one != other]
        verb = "differs" if len(own) == 1 else "differ"
        score = f"{len(own)} of {count(len(rows), 'field')} {verb}"
        score = score if own else f"the two {self.things} are the same"
        signs = ("*" if row[0] in own else "" for row in rows)
        lines = [(sign, *row) for sign, row in zip(signs, rows, strict=True)]
        table = align([("", "field", *names), *lines])
        alt = f"Two {self.things} side by side, {names[0]} and {names[1]}. {score.capitalize()}."
        if 0 < len(own) <= MANY:
            told = (f"{name}: {x} against {y}" for name, x, y in rows if x != y)
            alt += f" {'; '.join(told)}."
        graph = field_graph(rows, score, ("", *names))
        return Drawing(graph.source, f"{table}\n{score}", alt, f"Two {self.things} compared")

    def name_of(self, net: Any) -> str:
        """Return what a picture of a child is called: no two children share it."""
        return f"{self.title} {net.digest[:8]}"


ANY = View()


def view_of(thing: Any) -> View:
    """Return the view of an architecture or a space: its kind's own, or that of any kind."""
    try:
        row = problem_of(thing)
    except TypeError:  # of no known problem
        return ANY
    return row.load("viewing") if row.viewing else ANY


def draw(
    net: Architecture,
    *,
    shape: Shape = (3, 32, 32),
    num_classes: int = 10,
    style: str = "graph",
    alt: str | None = None,
) -> Drawing:
    """Draw a network with its connections, output shapes and number of parameters.

    A recurrent cell is drawn as in figure 5, the tree of its decisions and beside it what it
    computes; from base 8 on as in figure 8, what it computes alone. Of a kind that has no
    drawing of its own, the picture is a table of what describes it.

    Args:
        net: The network, or a cell.
        shape: ``(channels, height, width)`` of the images it is meant for; not of a cell.
        num_classes: Number of classes it tells apart; not of a cell.
        style: ``"graph"`` for a column of layers with arcs, ``"matrix"`` for a triangle of
            marks, which stays readable with many skip connections. A cell has a graph only.
        alt: A text of your own for those who cannot see the picture.

    Raises:
        DrawingError: Something that is no network.
        SettingError: A style that it does not have, or a shape that is not one of an image.
    """
    check_architecture(net)
    view = view_of(net)
    view.check_style(style)
    drawn = view.draw(net, shape=shape, num_classes=num_classes, style=style, alt=alt)
    return replace(drawn, exhibits=(exhibit_of(net, drawn.title, shape, num_classes),))


def exhibit_of(net: Architecture, name: str, shape: Shape, num_classes: int) -> Exhibit:
    """Return a child for a page that answers, under a name."""
    settings = {"shape": shape, "num_classes": num_classes}
    return Exhibit(name, "", view_of(net).scene(net, settings))


def decision_words(decision: Decision) -> str:
    """Return e.g. ``"filter height"``, ``"filters"`` or ``"cell output"``."""
    return decision.name.removeprefix("num_").replace("_", " ")


def check_architecture(net: Any) -> None:
    """Raise `DrawingError` unless a thing is an architecture, of whatever kind."""
    if not (isinstance(getattr(net, "digest", None), str) and hasattr(net, "to_json")):
        raise DrawingError(f"cannot draw a {type(net).__name__}; expected an architecture")
