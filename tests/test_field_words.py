from dataclasses import dataclass, replace
from typing import Annotated, Literal

import pytest

from nasedu.controller import SETTINGS
from nasedu.field_words import help_of, is_flag, kind_of_field, read_field, text_of, words_of
from nasedu.problems import CELLS, IMAGES
from nasedu.spaces import ConvNetSpace
from nasedu.training import Recipe
from nasedu.values import Bounds, Later, hints_of

PRESETS = [
    *(
        one
        for row in (IMAGES, CELLS)
        for part in ("spaces", "recipes")
        for one in row.load(part).values()
    ),
    *(kind() for kind in SETTINGS.values()),
]
"""All whose fields are options."""


@pytest.mark.parametrize("preset", PRESETS)
def test_what_is_written_of_a_field_is_read(preset):
    for name, hint in hints_of(type(preset)).items():
        value = getattr(preset, name)
        if not is_flag(hint):
            assert read_field(text_of(value), hint) == value


@pytest.mark.parametrize("preset", PRESETS)
def test_every_field_has_a_line_of_help_and_a_kind(preset):
    texts = help_of(type(preset))
    for name, hint in hints_of(type(preset)).items():
        assert texts[name] and "`" not in texts[name] and "None" not in texts[name], name
        assert is_flag(hint) or kind_of_field(hint) != "text", name


@pytest.mark.parametrize(
    ("hint", "text", "value"),
    [
        (int, "3", 3),
        (int, "x", "x"),
        (int, "1.5", "1.5"),
        (float, "1e-4", 1e-4),
        (Annotated[int, Bounds(at_least=1)], "-1", -1),
        (int | None, "none", None),
        (int | None, "7", 7),
        (int | None, "x", "x"),
        (int | str, "x", "x"),
        (Later[Literal["a", 2]], "2", 2),
        (Literal["a", 2], "b", "b"),
        (tuple[int, ...], "1,3", (1, 3)),
        (tuple[int, ...], "1,x", (1, "x")),
        (tuple[int, ...], "none", ()),
        (tuple[int, int], "1,2", (1, 2)),
        (tuple[int, int], "1,2,3", "1,2,3"),
        (Later[tuple[Annotated[float, Bounds(above=0)], ...]], "0.1,1", (0.1, 1.0)),
        (str, "none", "none"),
    ],
)
def test_a_text_is_read_by_the_annotation_of_its_field(hint, text, value):
    found = read_field(text, hint)
    assert found == value and type(found) is type(value)


def test_words_say_what_differs():
    space = ConvNetSpace(3)
    assert words_of(space, space) == []
    other = replace(space, skip_connections=False, strides=(1, 2), num_layers=4)
    said = "--num-layers 4 --strides 1,2 --no-skip-connections"
    assert words_of(other, space) == said.split()
    assert words_of(space, other) == ["--num-layers", "3", "--strides", "1", "--skip-connections"]
    assert words_of(Recipe(num_train=9), Recipe()) == ["--num-train", "9"]
    assert words_of(Recipe(), Recipe(num_train=9)) == ["--num-train", "none"]


def test_help_is_read_from_the_class_and_its_bases():
    @dataclass
    class Boat:
        """A boat.

        Args:
            length: In metres; ``"short"`` is none,
                as `Canoe` is, None is none.
            sails: Of it.

        Raises:
            ValueError: It sinks.
        """

        length: int = 1
        sails: int = 0

    @dataclass
    class Ship(Boat):
        """A ship.

        Args:
            sails: Many.
        """

        crew: int = 3

    assert help_of(Ship) == {
        "length": "In metres; short is none, as Canoe is, none is none.",
        "sails": "Many.",
        "crew": "",
    }
