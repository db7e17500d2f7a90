"""Parts: the values that a command fills, whose fields are its options.

A first look at the words of a command finds what it is about, such as a data set. That decides
which parts it has, of which classes, and so which options.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nasedu.cli.options import check_range
from nasedu.errors import SettingError

if TYPE_CHECKING:
    from nasedu.problems import Problem


BEYOND_COUNTS = frozenset({"max_flop"})  # fields that may be larger than anything is counted


@dataclass(frozen=True)
class Part:
    """A value that options fill: it starts from a preset, and options change its fields.

    Attributes:
        name: What it is, e.g. ``"space"``; also the option that picks the preset.
        value: The preset.
        of: Whose it is, e.g. ``"networks for images"``.
        picked: The preset's name.
        presets: Names of all that can be picked; none: there is no such option.
        fields: Those that are options; None: all.
        prefix: Comes before the name of a field that another option has already; default ``name``.
        is_apart: Whether it comes before the name of every field.
    """

    name: str
    value: Any
    of: str = ""
    picked: str = ""
    presets: tuple[str, ...] = ()
    fields: frozenset[str] | None = None
    prefix: str = ""
    is_apart: bool = False

    @property
    def title(self) -> str:
        """What heads its options in the help."""
        return f"{self.name.capitalize()} ({self.of or self.picked})"


def picked(
    name: str, presets: Mapping[str, Any], words: Mapping[str, Any], usual: str, **more: Any
) -> Part:
    """Return a part that starts from the preset that a user named, or else from the usual one.

    Raises:
        SettingError: There is no preset of that name.
    """
    said = words.get(name)
    if said is None:
        said = usual if usual in presets else next(iter(presets))
    if said not in presets:
        whose = f" for {more['of']}" if "of" in more else ""
        raise SettingError(f"--{name} is {said!r}; expected one of {', '.join(presets)}{whose}")
    return Part(name, presets[said], picked=said, presets=tuple(presets), **more)


def recipe_of(row: Problem, words: Mapping[str, Any], usual: str) -> Part:
    """Return the recipe of a problem; a field that its space has too gets "child" before it."""
    return picked("recipe", row.load("recipes"), words, usual, of=row.title, prefix="child")


@dataclass(frozen=True)
class Look:
    """What a first look at the words of a command found.

    Attributes:
        parts: What its options fill.
        found: What it is about, for the command.
        words: Options that led here, for whoever wants its help.
        closed: Parameters of the command that mean nothing here.
        others: What else it could be about, by the options that lead there.
    """

    parts: tuple[Part, ...]
    found: Any = None
    words: tuple[str, ...] = ()
    closed: frozenset[str] = frozenset()
    others: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class GivenParts:
    """What the options of the parts said: a command's ``context.obj``."""

    look: Look
    given: Mapping[str, Mapping[str, Any]]

    def value(self, name: str, base: Any = None) -> Any:
        """Return a part with the fields that options gave.

        Args:
            name: Of the part.
            base: What they change; default the preset.

        Raises:
            NaseduError: A value that cannot be.
        """
        from nasedu.field_words import read_field
        from nasedu.values import checked, hints_of

        if base is None:
            base = self[name].value
        hints, values = hints_of(type(base)), {}
        for key, said in self.given[name].items():
            value = read_field(said, hints[key]) if isinstance(said, str) else said
            if key not in BEYOND_COUNTS:
                check_range(key, value)
            values[key] = checked(value, hints[key], key, getattr(base, "error", SettingError))
        return replace(base, **values)

    def __getitem__(self, name: str) -> Part:
        """Return the part of a name."""
        return next(part for part in self.look.parts if part.name == name)


def of_a_problem(words: Mapping[str, Any], usual_space: str, usual_recipe: str) -> Look:
    """Return the space and the recipe of the problem that options name, or whose data they name.

    Args:
        words: What the options say.
        usual_space: Name of the space that options change if none is picked.
        usual_recipe: The same of the recipe.

    Returns:
        A look that found the problem and the name of its data.

    Raises:
        NaseduError: There is no such problem, data set, space or recipe.
    """
    from nasedu.problems import found_by, trained_problems

    row, data = found_by(words.get("problem"), words.get("data"))
    named = (("--problem", words.get("problem")), ("--data", words.get("data")))
    led = tuple(word for option, text in named if text for word in (option, text))
    others = {_leading_to(one): one.title for one in trained_problems() if one != row}
    space = picked("space", row.load("spaces"), words, usual_space, of=row.title)
    recipe = recipe_of(row, words, usual_recipe)
    return Look((space, recipe), (row, data), led, others=others)


def _leading_to(row: Problem) -> str:
    """Return the option that leads to a problem: its data, unless they lead to another."""
    from nasedu.problems import is_first_on_its_data

    return f"--data {row.data}" if is_first_on_its_data(row) else f"--problem {row.name}"
