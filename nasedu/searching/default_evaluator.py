"""The evaluator that a space calls for, and the one that a recorded run names."""

from __future__ import annotations

from typing import Any

from nasedu.data import NetworkTable
from nasedu.errors import NaseduError, SettingError, StudyError
from nasedu.searching.evaluator import Evaluator
from nasedu.searching.image_evaluator import ImageEvaluator
from nasedu.searching.language_evaluator import LanguageEvaluator
from nasedu.searching.tabular import TabularEvaluator
from nasedu.spaces import ConvNetSpace, RecurrentCellSpace, Space
from nasedu.training import LanguageRecipe, Recipe
from nasedu.values import checked, fill

RECIPES = {"images": Recipe, "language": LanguageRecipe}  # by kind of evaluator


def default_evaluator(
    space: Space, data: str | None = None, recipe: Recipe | LanguageRecipe | None = None
) -> Evaluator:
    """Return what trains the children of a space: cells on text, networks on images.

    Args:
        space: The space.
        data: Name of the text or the images; default ``"pydocs"`` or ``"digits"``.
        recipe: How to train.

    Raises:
        SettingError: The recipe is for other children.
    """
    if isinstance(space, RecurrentCellSpace):
        if recipe is not None and not isinstance(recipe, LanguageRecipe):
            raise SettingError(f"recipe is {recipe}; expected a LanguageRecipe for recurrent cells")
        return LanguageEvaluator(space, "pydocs" if data is None else data, recipe)
    if recipe is not None and not isinstance(recipe, Recipe):
        raise SettingError(f"recipe is {recipe}; expected a Recipe for networks on images")
    return ImageEvaluator(space, "digits" if data is None else data, recipe)


def recorded_evaluator(run: str, space: Space, settings: dict[str, Any]) -> Evaluator:
    """Return the evaluator that a run was recorded with.

    Args:
        run: Name of the run, for messages.
        space: Its space.
        settings: What `Evaluator.settings` was.

    Raises:
        StudyError: The settings are not known, or those of an evaluator of one's own.
    """
    try:
        kind = settings["kind"]
        if kind in RECIPES:
            recipe = fill(RECIPES[kind], settings["recipe"])
            return default_evaluator(space, str(settings["data"]), recipe)
        if kind == "table" and settings["table"] and isinstance(space, ConvNetSpace):
            table = NetworkTable.load(settings["table"])
            noise = checked(settings["noise"], bool, "noise")
            return TabularEvaluator(table, space, noise=noise)
    except NaseduError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise StudyError(f"{run} was recorded with settings that are not known: {error}") from None
    raise StudyError(
        f"{run} was made with an evaluator of its own; call `search` with it and the same "
        "run folder instead"
    )
