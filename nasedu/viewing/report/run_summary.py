"""The summary of a run for its report, read from its study once."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from markupsafe import Markup

from nasedu.problems import known_problems, read_space
from nasedu.runs import RunConfig, Study, Trial
from nasedu.searching.function_evaluator import KIND as FUNCTION
from nasedu.spaces import Space
from nasedu.training.measure import Measure
from nasedu.viewing.drawings.view import View, view_of
from nasedu.viewing.figures.series import Series, best_distinct, series_of
from nasedu.viewing.figures.sheets import png_of
from nasedu.viewing.pictures import Picture, image_html, write_file
from nasedu.viewing.progress import is_looked_up
from nasedu.viewing.report import page
from nasedu.viewing.units import measure_of

STRATEGIES = {
    "reinforce": "REINFORCE",
    "ppo": "PPO",
    "evolution": "Regularised evolution",
    "local": "Local search",
    "random": "Random search",
    "by hand": "A search by hand",
}


@dataclass(frozen=True)
class RunSummary:
    """A study, read once, and where its report goes.

    Args:
        study: The recorded search.
        folder: The run folder, or another one for the report.
    """

    study: Study
    folder: Path

    @property
    def pictures(self) -> Path:
        """Where the report's pictures go."""
        return self.folder / "pictures"

    @cached_property
    def config(self) -> RunConfig:
        """What defined the run."""
        return self.study.config

    @cached_property
    def space(self) -> Space:
        """The space that was searched."""
        return read_space(self.config.space)

    @cached_property
    def series(self) -> Series:
        """All that the figures are drawn from."""
        return series_of(self.study)[0]

    @property
    def trials(self) -> tuple[Trial, ...]:
        """All children."""
        return self.series.trials

    @cached_property
    def finished(self) -> tuple[Trial, ...]:
        """Children with a reward."""
        return tuple(t for t in self.trials if t.state == "finished")

    @cached_property
    def failed(self) -> tuple[Trial, ...]:
        """Children without one."""
        return tuple(t for t in self.trials if t.state == "failed")

    @cached_property
    def best(self) -> tuple[Trial, ...]:
        """The best children of the best five networks."""
        return best_distinct(self.trials, 5)

    @property
    def data(self) -> dict[str, Any]:
        """Settings of the evaluator."""
        return self.config.evaluator

    @property
    def measure(self) -> Measure:
        """What children are measured in."""
        return measure_of(self.config)

    @cached_property
    def view(self) -> View:
        """Words and drawings for what was searched."""
        return view_of(self.space)

    @property
    def is_looked_up(self) -> bool:
        """Whether children were looked up in a table."""
        return is_looked_up(self.data)

    @property
    def is_ours(self) -> bool:
        """Whether children were evaluated as their problem says, or by a table.

        If so, the command line can go on. Otherwise only who wrote the evaluator knows.
        """
        names = {row.name for row in known_problems()}
        return self.is_looked_up or self.data.get("kind") in names

    @property
    def is_scored(self) -> bool:
        """Whether a function of one's own gave the rewards, of which nothing else is known."""
        return self.data.get("kind") == FUNCTION

    @property
    def is_complete(self) -> bool:
        """Whether every child was trained."""
        return len(self.finished) + len(self.failed) >= self.config.trials

    @property
    def title(self) -> str:
        """Who searched, and on which data."""
        name = str(self.config.strategy["name"])
        return f"{STRATEGIES.get(name, name)} on {self.data.get('title', 'data without a name')}"

    @property
    def run(self) -> str:
        """The run folder as one types it; never an absolute path."""
        folder, here = self.folder.resolve(), Path.cwd().resolve()
        inside = folder.is_relative_to(here) and folder != here
        return shlex.quote((folder.relative_to(here) if inside else Path(folder.name)).as_posix())

    def figure(self, name: str, picture: Picture, caption: str) -> page.Figure:
        """Write a figure beside the page and return it for the page."""
        png = png_of(picture.figure)
        write_file(self.pictures / f"{name}.png", png)
        return page.Figure(Markup(image_html(png, picture.alt)), picture.alt, caption)
