"""What a search is of, from its options: a problem's space and recipe, or a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from nasedu.cli.options import FIELDS_OF_A_RECIPE, FIELDS_OF_A_SPACE, filled, is_given, named
from nasedu.errors import SettingError

if TYPE_CHECKING:
    from nasedu.spaces import Space
    from nasedu.tables import TabularEvaluator

DECIDED_BY_A_TABLE = (
    *("problem", "data", "workers", "child_timeout", "space", "recipe", "depth_schedule"),
    *(name for name in FIELDS_OF_A_SPACE if name != "skip_connections"),
    *FIELDS_OF_A_RECIPE,
)


class Searched(NamedTuple):
    """What is searched, and who gives the rewards.

    Attributes:
        space: Of the children.
        data: On what they are trained; None if they are looked up.
        recipe: How they are trained; None if they are looked up.
        evaluator: What looks them up; None if they are trained.
    """

    space: Space
    data: str | None
    recipe: Any
    evaluator: TabularEvaluator | None


def searched(context: typer.Context) -> Searched:
    """Return what the options of ``nasedu search`` describe.

    Raises:
        SettingError: Options that do not go together.
        DataError: There is no data set, or no table, of that name.
    """
    from nasedu.problems import FIRST, find_problem, problem_on

    options = context.params
    if options["table"] is not None:
        return _in_a_table(context)
    if options["noise"]:
        raise SettingError("--noise chooses among a table's trainings; give a --table, or leave it")
    if options["problem"] is not None:
        problem = find_problem(options["problem"])
    else:
        problem = problem_on("digits" if options["data"] is None else options["data"])
    data = problem.data if options["data"] is None else options["data"]
    space = named(problem, "spaces", options["space"] or FIRST)
    if options["recipe"] is None:
        recipe = problem.load("task").quick(data)
    else:
        recipe = named(problem, "recipes", options["recipe"])
    return Searched(
        filled(context, space, FIELDS_OF_A_SPACE, problem),
        data,
        filled(context, recipe, FIELDS_OF_A_RECIPE, problem),
        None,
    )


def _in_a_table(context: typer.Context) -> Searched:
    """Return what looks children up, in the table's space or in the chains of it."""
    from nasedu.tables import NetworkTable, TabularEvaluator

    options = context.params
    for name in DECIDED_BY_A_TABLE:
        if is_given(context, name):
            raise SettingError(
                f"--{name.replace('_', '-')} does not go with --table, whose networks are trained "
                "already; leave it out"
            )
    table = NetworkTable.load(options["table"])
    skips = {"skip_connections": "skip_connections"}
    space = filled(context, table.space, skips, table.problem)
    return Searched(space, None, None, TabularEvaluator(table, space, noise=options["noise"]))
