"""The run of a search: its folder with the study in it, new or gone on with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torch import Generator

from nasedu.controller import Strategy
from nasedu.runs.config import RunConfig
from nasedu.runs.folder import STUDY, has_study, locked, write_text
from nasedu.runs.provenance import warn_of_other_machine
from nasedu.runs.study import Study


@contextmanager
def open_search(
    run: Path | None, config: RunConfig, strategy: Strategy, generator: Generator
) -> Iterator[Study]:
    """Hold a run folder and its study: a new one, or the recorded one to be continued.

    A continued run puts strategy and generator where they were left. Meanwhile a second
    search on the folder is refused.

    Args:
        run: The folder; None keeps the study in memory.
        config: What defines the run; a recorded one must have the same.
        strategy: As it is before the first update.
        generator: As it is before the first draw.

    Raises:
        StudyError: The folder holds something else, a run that was made differently, or one
            that another search is working on.
    """
    if run is None:
        yield Study.create(None, config, strategy, generator)
        return
    path = run / STUDY
    with locked(run, path.name):
        if path.exists():
            study = Study(path)
            config.check_continues(study.config, str(run))
            study.restore(strategy, generator)
            warn_of_other_machine(str(run), study.versions, stacklevel=5)
            study.start()
            if config.trials > study.config.trials:
                study.grow(config)
        else:
            study = Study.create(path, config, strategy, generator)
        write_text(run / "config.json", config.to_json(indent=2) + "\n")
        yield study


def is_finished(run: Path | None, trials: int | None) -> bool:
    """Return whether a folder has a run to which nothing is left to do.

    Args:
        run: The folder.
        trials: How many children are asked for; None for as many as the run was begun with.
    """
    if run is None or not has_study(run):
        return False
    with Study(run) as study:
        return study.is_complete and (trials is None or trials <= study.config.trials)
