"""A search to watch while it runs, to pause and to step through."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Generator, Mapping, Sequence
from html import escape
from typing import Any
from uuid import uuid4

from nasedu.runs import Study
from nasedu.searching import Event, Started, TrialFinished, Updated
from nasedu.training.measure import ACCURACY, REWARD, Measure
from nasedu.viewing.diagnosis import diagnose
from nasedu.viewing.figures.series import Search, Series, series_of
from nasedu.viewing.figures.sheets import png_of
from nasedu.viewing.pictures import image_html
from nasedu.viewing.progress import best_words
from nasedu.viewing.units import measure_of
from nasedu.viewing.widgets.background import OVER, BackgroundSearch, Events, State
from nasedu.viewing.widgets.frame import UNSEEN, cell_output, line_of
from nasedu.viewing.widgets.pacing import Paced
from nasedu.viewing.widgets.steady_figure import SteadyFigure

# Seconds from one to the next: a search of a table has hundreds of children a second.
COUNTED = 0.1  # numbers
DRAWN = 1.0  # pictures
SPOKEN = 5.0  # messages to a screen reader
DRAWING = 0.1  # no seconds: the share of all time that the pictures may take
PATIENCE = 5.0  # but no picture is later than this: the first one also loads matplotlib

WIDTH = "38rem"  # of the picture: it and the buttons have room in a window of 700 pixels

STILL = "In a running notebook this view is live; here it is as it was when its cell had run."

WORDS: dict[State, str] = {
    "running": "running",
    "pausing": "pausing: what is in training is finished first",
    "paused": "paused",
    "stopping": "stopping: what is in training is finished first",
    "stopped": "stopped",
    "finished": "finished",
    "failed": "failed",
}

RESTING = ("paused", *OVER)

REWARD_WORDS = "Reward: what a child earns by its result, and what the strategy is told."
BASELINE_WORDS = (
    "Baseline: an average of earlier rewards; a child that earns more becomes more probable, "
    "one that earns less becomes less probable."
)


class LiveSearch:
    """Runs a search in the background and shows how it goes.

    Its cell returns at once; a later cell gets the study by ``study = await live``, and the
    buttons work while it waits. Pause and Stop take effect when what is in training is
    finished; Step goes on to the end of a batch and its update, then pauses. None of them
    changes what is found. Without a kernel it shows the same, as it stood at the end.

    Args:
        events: What `search` or `resume` returned, or a function that returns it.
        name: What the figure calls this search; needed beside others.
        beside: Other searches for the same figure, by name.
        paused: Whether to begin paused, to be stepped through.
    """

    def __init__(
        self,
        events: Events,
        *,
        name: str = "this search",
        beside: Mapping[str, Search | Sequence[Search]] | None = None,
        paused: bool = False,
    ) -> None:
        from ipywidgets import HTML, Button, IntProgress, Layout, VBox

        self.name, self.beside = name, dict(beside or {})
        self._display_id, self._is_shown = uuid4().hex, False
        self._done = 0
        self._last: Updated | None = None
        self._measure: Measure = ACCURACY
        self._steady = SteadyFigure(ACCURACY)
        self._lock = threading.Lock()  # clicks and the search meet here
        tidy = {"description_width": "initial"}
        self.progress = IntProgress(description="children", min=0, max=1, style=tidy)
        self.count, self.facts, self.figure, self.meaning = HTML(), HTML(), HTML(), HTML()
        self.diagnosis = HTML()
        self.status = HTML(layout=Layout(height="0", margin="0"))  # heard, not seen
        self.pause_button = Button(description="Pause", tooltip="Pause or resume the search")
        self.step_button = Button(description="Step", tooltip="Train one batch, then pause")
        self.stop_button = Button(description="Stop", tooltip="End the search; keep its record")
        self.pause_button.on_click(lambda _: self._pause_or_resume())
        self.step_button.on_click(lambda _: self._search.step())
        self.stop_button.on_click(lambda _: self._search.stop())
        buttons = line_of([self.pause_button, self.step_button, self.stop_button])
        numbers = line_of([self.progress, self.count])
        lines = [buttons, numbers, self.facts, self.status, self.figure, self.meaning]
        lines.append(self.diagnosis)
        self.widget = VBox(lines)
        self._show_numbers = Paced(self._numbers_now, COUNTED)
        self._draw = Paced(self._draw_now, DRAWN, share=DRAWING, longest=PATIENCE)
        self._speak = Paced(self._speak_now, SPOKEN)
        self._search = BackgroundSearch(events, self._take, self._show_state, paused=paused)
        self._show_state()
        self._search.start()

    def __repr__(self) -> str:
        return f"LiveSearch({self.state}, {self._counted})"

    @property
    def state(self) -> State:
        """What it does now: ``"running"``, ``"paused"``, ``"finished"`` and the like."""
        return self._search.state

    @property
    def study(self) -> Study | None:
        """The record, which can be read at any time; None before the first event."""
        return self._search.study

    def pause(self) -> None:
        """Pause when what is in training is finished."""
        self._search.pause()

    def resume(self) -> None:
        """Go on."""
        self._search.resume()

    def step(self) -> None:
        """Train one batch, or what is left of it, and update; then pause."""
        self._search.step()

    def stop(self) -> None:
        """End when what is in training is finished; what is recorded is kept."""
        self._search.stop()

    def __await__(self) -> Generator[Any, None, Study]:
        """Wait for the end and return the study: ``study = await live``.

        The buttons work meanwhile, and a paused search stays paused. An interrupt of the cell
        stops the search. At the end every cell that shows this view is given its last state,
        which is then what a saved notebook shows. Of a search that was stopped the cell warns:
        what follows has fewer children than its text says.

        Raises:
            StudyError: The search ended before it began.
            Exception: Whatever ended the search.
        """
        return self._ended().__await__()

    async def _ended(self) -> Study:
        try:
            study = await self._search
        finally:
            if self._is_shown:
                self._display(update=True)
        if self.state == "stopped":
            warnings.warn(
                f"{self.name} was stopped after {self._done:,} of {self.progress.max:,} children, "
                "and what follows has no others; for all of them run the cell of the search again",
                stacklevel=2,  # the cell that waits
            )
        return study

    def _pause_or_resume(self) -> None:
        if self.state == "running":
            self._search.pause()
        else:
            self._search.resume()

    def _take(self, event: Event) -> None:
        """Show an event; runs in the search's thread."""
        if isinstance(event, Started):
            self._done, self.progress.max = event.num_done, event.num_trials
            self._measure = measure_of(event.study.config)
            self._steady = SteadyFigure(self._measure)
        elif isinstance(event, TrialFinished):
            self._done += 1
        elif isinstance(event, Updated):
            self._last = event
        self._show_numbers()
        self._draw()
        self._speak()

    def _show_state(self) -> None:
        """Show what it does now, whoever changed it; when it rests, show everything."""
        with self._lock:
            paused = self.state in ("pausing", "paused")
            self.pause_button.description = "Resume" if paused else "Pause"
            for button in (self.pause_button, self.step_button, self.stop_button):
                button.disabled = self.state in ("stopping", *OVER)
        self._show_numbers.now()
        if self.state in RESTING:
            self._draw.now()
            self._speak()

    def _numbers_now(self) -> None:
        error = self._search.error
        words = WORDS[self.state] if error is None else f"ended by {error!r}"
        self.progress.value = self._done
        self.count.value = f"<span>{escape(f'{self._counted}, {words}')}</span>"
        self.facts.value = f"<span>{escape(self._found)}</span>"
        self.meaning.value = self._meaning

    def _speak_now(self) -> None:
        """Say how it goes, where a screen reader listens."""
        sentence = escape(self._sentence())
        message = f'<div role="status" aria-live="polite" style="{UNSEEN}">{sentence}</div>'
        self.status.value = message

    @property
    def _counted(self) -> str:
        if not self._done:
            return "no child yet"
        return f"{self._done:,} of {self.progress.max:,} children"

    @property
    def _found(self) -> str:
        """What the last batch was like, and the best child so far."""
        if self._last is None:
            return self._first_batch
        stats, best = self._last.stats, self._last.best
        text = f"batch {self._last.number:,}"
        mean = f"mean reward {REWARD.text(stats.mean_reward, -1)}" if stats else ""
        text += f": {mean or 'every child failed'}"
        if stats and stats.baseline is not None:
            text += f", baseline {REWARD.text(stats.baseline, -1)}"
        if best is not None:
            text += f"; {best_words(best, self._measure)}"
        return text

    @property
    def _meaning(self) -> str:
        """What the words of the figure mean, as HTML."""
        stats = self._last.stats if self._last else None
        has_baseline = stats is not None and stats.baseline is not None
        words = f"{REWARD_WORDS} {BASELINE_WORDS}" if has_baseline else REWARD_WORDS
        return f'<div style="line-height: 1.3; max-width: {WIDTH}"><small>{words}</small></div>'

    @property
    def _first_batch(self) -> str:
        """How far the batch is, as long as none has been told of."""
        if self.study is None:
            return "starting"
        batch, several = self.study.config.batch, self.study.config.servers
        if several:  # replicas, whose first batches are trained side by side
            return f"first batches: {self._done:,} children"
        return f"batch {self._done // batch + 1:,}: {self._done % batch} of {batch} children"

    def _sentence(self) -> str:
        state = self.state if self.state in RESTING else ""
        found = self._found if self._last else ""
        return f"{'; '.join(filter(None, (self._counted, found, state)))}."

    def _draw_now(self) -> None:
        study = self.study
        if study is None:
            return
        [one] = series_of(study)  # read once, for the picture and for the diagnosis
        picture = self._steady.draw({self.name: study, **self.beside} if self.beside else one)
        image = image_html(png_of(picture.figure, dpi=100), picture.alt)
        self.figure.value = f'<div style="max-width: {WIDTH}">{image}</div>'
        self.diagnosis.value = _findings_html(one)

    def _ipython_display_(self) -> None:
        self._is_shown = True
        self._display(update=False)

    def _display(self, update: bool) -> None:
        from IPython.display import display

        display(self._repr_mimebundle_(), raw=True, display_id=self._display_id, update=update)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        words = f"{self._sentence()} {'' if self.state in OVER else STILL}".strip()
        html = f"<p>{escape(words)}</p>\n{self.figure.value}{self._meaning}{self.diagnosis.value}"
        return cell_output(self.widget, html, repr(self))


def _findings_html(one: Series) -> str:
    """Return what seems amiss, as HTML; nothing of a healthy search."""
    items = [
        f"<li><b>{escape(found.sentence)}</b> {escape(found.evidence)} "
        f"<i>Next: {escape(found.next_experiment)}</i></li>"
        for found in diagnose(one)
    ]
    if not items:
        return ""
    listed = "".join(items)
    return f'<ul style="line-height: 1.3; max-width: {WIDTH}; padding-left: 1.2em">{listed}</ul>'
