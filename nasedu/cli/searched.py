"""What a search is of, from its options: networks on images, cells on text, or a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from nasedu.cli.options import space_of
from nasedu.errors import SettingError

if TYPE_CHECKING:
    from nasedu.searching import TabularEvaluator
    from nasedu.spaces import ConvNetSpace, Space
    from nasedu.training import LanguageRecipe, Recipe

FEW_SYMBOLS = 40_000  # of a text, in a search of minutes: about all words of pydocs

OF_A_SPACE = ("layers", "heights", "widths", "filters", "skip_connections")
OF_ANY_RECIPE = ("epochs", "child_lr", "batch_size", "precision", "num_train")
OF_A_RECIPE = ("schedule", "image_size", "whitening", "augmentation")
OF_NETWORKS = ("space", *OF_A_SPACE, "depth_schedule", *OF_A_RECIPE)
OF_CELLS = ("base", "max_and_sin", "hidden_size")
DECIDED_BY_A_TABLE = (
    *("data", "workers", "child_timeout"),
    *(name for name in OF_NETWORKS if name != "skip_connections"),
    *OF_ANY_RECIPE,
    *OF_CELLS,
)


class Searched(NamedTuple):
    """What is searched, and who gives the rewards.

    Attributes:
        space: Of the children.
        recipe: How they are trained; None if they are looked up.
        evaluator: What looks them up; None if they are trained.
    """

    space: Space
    recipe: Recipe | LanguageRecipe | None
    evaluator: TabularEvaluator | None


def searched(context: typer.Context) -> Searched:
    """Return what the options of ``nasedu search`` describe.

    Raises:
        SettingError: Options that do not go together.
        DataError: There is no data set, or no table, of that name.
    """
    from nasedu.data import is_text

    options = context.params
    if options["table"] is not None:
        return _in_a_table(context)
    if options["noise"]:
        raise SettingError("--noise chooses among a table's trainings; give a --table, or leave it")
    return _cells(context) if is_text(options["data"]) else _networks(context)


def _networks(context: typer.Context) -> Searched:
    from nasedu.spaces import PRESETS
    from nasedu.training import Recipe

    options = context.params
    why = f"is for recurrent cells on text, and {options['data']!r} are images; leave it out"
    _refuse(context, OF_CELLS, why)
    recipe = Recipe(**_recipe_fields(context, OF_A_RECIPE))
    if options["space"] is not None:
        why = "does not go with --space, which decides it; leave out one of them"
        _refuse(context, OF_A_SPACE, why)
        if options["space"] not in PRESETS:
            known = ", ".join(PRESETS)
            raise SettingError(f"space is {options['space']!r}; expected one of {known}")
        return Searched(PRESETS[options["space"]], recipe, None)
    return Searched(space_of(*(options[name] for name in OF_A_SPACE)), recipe, None)


def _cells(context: typer.Context) -> Searched:
    from nasedu.data import load_text
    from nasedu.spaces import RecurrentCellSpace
    from nasedu.training import QUICK

    options = context.params
    why = f"is for networks on images, and {options['data']!r} is a text; leave it out"
    _refuse(context, OF_NETWORKS, why)
    space = RecurrentCellSpace(options["base"])
    if options["max_and_sin"]:
        more = {"combines": (*space.combines, "max"), "activations": (*space.activations, "sin")}
        space = replace(space, **more)
    few = min(FEW_SYMBOLS, len(load_text(options["data"]).train))
    fields = {"num_train": few} | _recipe_fields(context, ("hidden_size",))
    return Searched(space, replace(QUICK, **fields), None)


def _in_a_table(context: typer.Context) -> Searched:
    """Return what looks children up, in the table's space or in the chains of it."""
    from nasedu.data import NetworkTable
    from nasedu.searching import TabularEvaluator

    options = context.params
    why = "does not go with --table, whose networks are trained already; leave it out"
    _refuse(context, DECIDED_BY_A_TABLE, why)
    table = NetworkTable.load(options["table"])
    space: ConvNetSpace = table.space
    if _is_given(context, "skip_connections"):
        space = replace(space, skip_connections=options["skip_connections"])
    return Searched(space, None, TabularEvaluator(table, space, noise=options["noise"]))


def _recipe_fields(context: typer.Context, names: Iterable[str]) -> dict[str, Any]:
    """Return the fields of a recipe that were given: those of any recipe, and these."""
    given = [name for name in (*OF_ANY_RECIPE, *names) if _is_given(context, name)]
    return {name.removeprefix("child_"): context.params[name] for name in given}


def _refuse(context: typer.Context, names: Iterable[str], why: str) -> None:
    """Raise `SettingError` if one of these options was given."""
    for name in names:
        if _is_given(context, name):
            raise SettingError(f"--{name.replace('_', '-')} {why}")


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
