"""The continuation of a recorded run, from what its study says alone."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from nasedu.controller import STRATEGIES, ParameterServers, make_strategy
from nasedu.controller.depth import DepthSchedule
from nasedu.errors import StudyError
from nasedu.problems import read_space
from nasedu.runs.limits import Limits
from nasedu.runs.study import Study
from nasedu.searching.events import Event
from nasedu.searching.loop import search
from nasedu.searching.training_evaluator import recorded_evaluator
from nasedu.searching.workers import Crew


def resume(
    run: str | Path,
    *,
    trials: int | None = None,
    workers: int | Crew | None = None,
    child_timeout: float | None = None,
) -> Generator[Event, None, None]:
    """Continue a run to its end, or to more trials than it was begun with.

    Args:
        run: The run folder.
        trials: Children in all; default what the run was begun with.
        workers: As in `search`.
        child_timeout: As in `search`; of no meaning where children are looked up in a table.

    Raises:
        StudyError: There is no study, or it was made with an evaluator or strategy of one's own.
    """
    with Study(run) as study:
        config = study.config
    if (name := config.strategy["name"]) not in STRATEGIES:
        raise StudyError(
            f"{run} was made with the strategy {name!r}, which is none of nasedu's; go on with "
            "what made it: a table by `nasedu table build`, another one in Python by `search` "
            f"with the same strategy and run={str(run)!r}"
        )
    space = read_space(config.space)
    evaluator = recorded_evaluator(str(run), space, config.evaluator)
    settings = dict(config.strategy)
    strategy = make_strategy(settings.pop("name"), space.decisions, config.seed, **settings)
    return search(
        space,
        strategy,
        trials=config.trials if trials is None else trials,
        batch=config.batch,
        workers=workers,
        seed=config.seed,
        run=run,
        evaluate=evaluator,
        depth=DepthSchedule(**config.depth) if config.depth else None,
        servers=ParameterServers(**config.servers) if config.servers else None,
        limits=Limits(**config.limits) if config.limits else None,
        child_timeout=None if evaluator.is_instant else child_timeout,
    )
