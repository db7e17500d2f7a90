"""The search: ask, train, tell, over and over (Zoph & Le 2016, figure 1)."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import torch

from nasedu.controller import ParameterServers, Strategy, UpdateStats
from nasedu.controller.depth import DepthSchedule
from nasedu.errors import SettingError
from nasedu.runs.config import RunConfig
from nasedu.runs.limits import Limits
from nasedu.runs.search_run import is_finished, open_search
from nasedu.runs.study import Study, best_of
from nasedu.runs.trial import Trial, check_seed
from nasedu.searching.batches import check_tokens, next_depth, told_of
from nasedu.searching.cores import check_workers
from nasedu.searching.evaluator import Evaluator
from nasedu.searching.events import Event, Finished, Started, TrialFinished, Updated
from nasedu.searching.function_evaluator import Function, FunctionEvaluator
from nasedu.searching.limited_evaluator import LimitedEvaluator
from nasedu.searching.parameter_servers.asynchronous import asynchronous_events
from nasedu.searching.parameter_servers.sharded_policy import check_served
from nasedu.searching.training_evaluator import TrainingEvaluator
from nasedu.searching.workers import Crew, Workers, make_workers
from nasedu.spaces import Space, as_recorded
from nasedu.training import one_thread


def search(
    space: Any,
    strategy: Strategy,
    *,
    data: str | None = None,
    trials: int = 80,
    batch: int = 8,
    workers: int | Crew | None = None,
    seed: int = 0,
    run: str | Path | None = None,
    evaluate: Evaluator | Function | None = None,
    recipe: Any = None,
    depth: DepthSchedule | None = None,
    limits: Limits | None = None,
    child_timeout: float | None = None,
    servers: ParameterServers | None = None,
) -> Generator[Event, None, None]:
    """Search, and tell of it event by event; leaving the loop ends the search.

    The seed, not the number of workers, decides what is found: children are trained on one
    thread each from seeds of their own, and the strategy is told in the order of asking.

    Args:
        space: What to search: networks, cells, a `ChoiceSpace`, or an object of a class of your
            own with ``decisions`` and ``decode``.
        strategy: Who proposes them; it changes as it learns.
        data: Name of the images or the text, see ``nasedu data list``; default ``"digits"``, or
            ``"pydocs"`` for cells.
        trials: Children in all.
        batch: Children per update, m in section 3.2.
        workers: Children trained at a time; default one a core, or one where they are looked up
            or scored by a function. A single one without a time limit is trained in this process,
            others in processes of their own. `RayWorkers` train on a cluster.
        seed: Seed of the draws and of the children.
        run: Folder to record the search in, and to continue it from; None keeps the study in
            memory.
        evaluate: What gives the rewards: any function of an architecture that returns a number
            or an `Outcome`, or an `Evaluator`; default training on ``data`` by ``recipe``.
        recipe: How children are trained.
        depth: Lets children grow while the search goes on; default all have the space's depth.
        limits: What a child may cost; one above is refused before it is trained.
        child_timeout: Seconds that one child may take; it fails if it takes longer. Time in
            which the search is stopped, or the machine sleeps, does not count.
        servers: Lets several replicas of the controller search side by side, ``batch`` children
            each, without waiting for each other (figure 3). With one worker the seed decides in
            which order their children end; with several, the machine does.

    Yields:
        `Started`, then `TrialFinished` for every child and `Updated` after each batch, at
        last `Finished`.

    Raises:
        SettingError: An argument outside of what makes sense.
        SearchSpaceError: It is no space, or one that nobody can decide.
        StudyError: The run folder holds something else, or a run that was made differently.
    """
    check_arguments(trials, batch, seed, workers, child_timeout)
    kept = as_recorded(space)
    if depth and getattr(space, "deepest", None) is None:
        raise SettingError(
            "a depth schedule is for networks of layers; leave it out for what has one shape"
        )
    evaluator = _evaluator(space, evaluate, data, recipe)
    is_quick = evaluator.is_instant or isinstance(evaluator, FunctionEvaluator)
    crew = 1 if workers is None and is_quick else check_crew(workers)
    folder = Path(run) if run is not None else None
    config = RunConfig(
        space=kept.to_json(),
        strategy={"name": strategy.name, **strategy.settings},
        evaluator=_settings(evaluator, folder, trials),
        batch=batch,
        seed=seed,
        trials=trials,
        depth=depth.to_dict() if depth else None,
        limits=limits.to_dict() if limits and limits.is_set else None,
        servers=servers.to_dict() if servers else None,
    )
    if limits and limits.is_set:
        evaluator = LimitedEvaluator(evaluator, limits)
    events = _events
    if servers is not None:
        check_served(strategy)
        events = asynchronous_events
    return events(kept, config, strategy, evaluator, crew, folder, child_timeout)


def check_arguments(
    trials: int, batch: int, seed: int, workers: int | Crew | None, child_timeout: float | None
) -> None:
    """Check what `search` is told in numbers, before anything is loaded.

    Raises:
        SettingError: One that makes no sense.
    """
    for name, value in (("trials", trials), ("batch", batch)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise SettingError(f"{name} is {value!r}; expected an integer of at least 1")
    check_seed(seed)
    check_crew(workers)
    if child_timeout is not None and not child_timeout > 0:
        raise SettingError(f"child_timeout is {child_timeout}; expected seconds above 0")


def check_crew(workers: int | Crew | None) -> int | Crew:
    """Return who trains: a number of workers on this machine, or those of a cluster."""
    return check_workers(workers) if workers is None or isinstance(workers, int) else workers


def _settings(evaluator: Evaluator, run: Path | None, trials: int) -> dict[str, Any]:
    """Return what decides the outcomes. A finished run is only shown, which needs no data."""
    asked: dict[str, Any] = getattr(evaluator, "asked", {})
    if run is not None and asked and is_finished(run, trials):
        with Study(run) as study:
            recorded = study.config.evaluator
        if asked.items() <= recorded.items():
            return recorded
    return evaluator.settings


def _evaluator(
    space: Any, evaluate: Evaluator | Function | None, data: str | None, recipe: Any
) -> Evaluator:
    """Return what gives the rewards.

    Raises:
        SettingError: A function beside data or a recipe, or nothing that could be called.
    """
    if evaluate is None:
        return TrainingEvaluator(space, data, recipe)
    if data is not None or recipe is not None:
        raise SettingError(
            "data and recipe are for children that nasedu trains; leave them out beside evaluate"
        )
    if hasattr(evaluate, "prepare"):
        return cast(Evaluator, evaluate)
    return FunctionEvaluator(space, cast(Function, evaluate))


def _events(
    space: Space,
    config: RunConfig,
    strategy: Strategy,
    evaluator: Evaluator,
    crew: int | Crew,
    run: Path | None,
    child_timeout: float | None,
) -> Generator[Event, None, None]:
    generator = torch.Generator().manual_seed(config.seed)
    with open_search(run, config, strategy, generator) as study:
        study.prepare_to_write(hurry=evaluator.is_instant)
        done = sum(trial.outcome is not None for trial in study.trials())
        best = study.best()
        if study.is_complete:
            yield Started(study, config.trials, done, crew if isinstance(crew, int) else 1)
            yield Finished(study, best)
            return
        most = max(1, min(config.batch, config.trials - done))  # that can have something to do
        if isinstance(crew, int):
            workers = make_workers(evaluator, min(crew, most), child_timeout)
        else:
            workers = crew.begin(evaluator, most, child_timeout)
        try:
            yield Started(study, config.trials, done, workers.count)
            while (batch := _next_batch(space, study, config, strategy, generator)) is not None:
                yield from _train(batch, study, evaluator, workers)
                trials = study.trials(batch[0].batch)
                if see := getattr(strategy, "see", None):
                    see(trials)
                stats = _tell(strategy, trials, config.limit_penalty)
                number = study.tell(stats, strategy, generator)
                best = best_of([best, *trials] if best else trials)
                yield Updated(number, trials, stats, best)
            yield Finished(study, best)
        finally:
            workers.cancel()


def _next_batch(
    space: Space,
    study: Study,
    config: RunConfig,
    strategy: Strategy,
    generator: torch.Generator,
) -> tuple[Trial, ...] | None:
    """Return the batch that was asked for and not told, else ask for one; None at the end."""
    if asked := study.trials(study.num_updates + 1):
        return asked
    n = min(config.batch, config.trials - study.num_asked)
    if n <= 0:
        return None
    num_layers = next_depth(space, config, study.num_asked)
    with one_thread():  # the last bits of a probability could decide a draw
        tokens = strategy.ask(n, generator=generator, num_layers=num_layers)
    if not len(tokens):
        return None
    check_tokens(space, tokens)
    seeds = getattr(strategy, "seeds", None)
    return study.ask(tokens, generator, seeds=seeds() if seeds else None)


def _train(
    batch: Sequence[Trial], study: Study, evaluator: Evaluator, workers: Workers
) -> Iterator[TrialFinished]:
    """Train what has no outcome yet, the largest first, and record each as it ends."""
    pending = [trial for trial in batch if trial.outcome is None]
    for trial in sorted(pending, key=evaluator.cost, reverse=True):
        workers.submit(trial)
    for trial, outcome in workers.completed():
        yield TrialFinished(study.finish(trial, outcome))


def _tell(strategy: Strategy, trials: Sequence[Trial], penalty: float | None) -> UpdateStats | None:
    """Tell the strategy of the children that have a reward, in the order of asking.

    With a penalty it is told of those above a limit, too.
    """
    if (told := told_of(trials, penalty)) is None:
        return None
    with one_thread():
        return strategy.tell(*told)
