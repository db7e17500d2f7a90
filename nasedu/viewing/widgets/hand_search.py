"""A search by hand: propose networks, see each reward, and stand among the seeds of strategies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasedu.controller import ByHand
from nasedu.errors import NaseduError, SettingError
from nasedu.runs import Study, Trial, has_study
from nasedu.searching import search
from nasedu.tables import TabularEvaluator
from nasedu.training.measure import REWARD
from nasedu.viewing.drawings.layer_table import Shape
from nasedu.viewing.figures.standing import HEADS, NOTE, Standing, standing_figure
from nasedu.viewing.pictures import image_html
from nasedu.viewing.widgets.frame import cell_output, line_of
from nasedu.viewing.widgets.token_strip import TokenStrip

WIDTH = "38rem"  # of what stands below the controls
CELL = "padding: 0 1em 0 0; text-align: left"


class HandSearch:
    """Proposes children by hand, and says at the end where that stands among strategies.

    It is a search like any other: a `ByHand` behind ask and tell, recorded in a run folder. So
    `nasedu report` and `nasedu explore` work on it, and after a new start of the kernel it goes
    on where it was. Nothing waits for it: its cell returns at once.

    Args:
        table: Looks the children up.
        beside: By the name of each strategy the places ``(S, >= trials)`` that its seeds found,
            as `search_many` returns them.
        run: Folder to record in and go on from; None forgets all when this object goes.
        trials: Children in all.
        player: Who proposes.
        shape: ``(channels, height, width)`` of the images; not of a cell.
        num_classes: Number of classes to tell apart; not of a cell.

    Raises:
        StudyError: The run folder holds something else, or was made with another table.
    """

    def __init__(
        self,
        table: TabularEvaluator,
        beside: Mapping[str, NDArray[np.int64]],
        *,
        run: str | Path | None = None,
        trials: int = 40,
        player: str = "you",
        shape: Shape = (1, 8, 8),
        num_classes: int = 10,
    ) -> None:
        from ipywidgets import HTML, Button, Layout, VBox

        self.table, self.trials, self.player = table, trials, player
        self._own = TemporaryDirectory() if run is None else None
        self.run = Path(self._own.name if self._own else run or "")
        values = table.table.best[0]
        self._values = {name: values[places] for name, places in beside.items()}
        self._told: list[Trial] = []
        self._has_stopped = False
        self.strip = TokenStrip(table.space, shape=shape, num_classes=num_classes)
        self.propose_button = Button(description="Propose this network", button_style="primary")
        self.propose_button.layout.width = "max-content"
        self.stop_button = Button(description="Stop and compare")
        self.propose_button.on_click(lambda _: self._clicked())
        self.stop_button.on_click(lambda _: self.stop())
        self.status, self.result = HTML(), HTML(layout=Layout(max_width=WIDTH))
        buttons = line_of([self.propose_button, self.stop_button])
        controls = [self.strip.widget] if self.strip.widget else []
        self.widget = VBox([*controls, buttons, self.status, self.result])
        if has_study(self.run):
            self._search()
            self._hear()
        self._show()

    def __repr__(self) -> str:
        return f"HandSearch({len(self._told)} of {self.trials} children)"

    @property
    def study(self) -> Study:
        """The record, for figures and the explorer.

        Raises:
            StudyError: Nothing was proposed yet.
        """
        return Study(self.run)

    @property
    def is_over(self) -> bool:
        """Whether nothing more can be proposed, or the player has stopped."""
        return self._has_stopped or len(self._told) >= self.trials

    @property
    def standing(self) -> Standing | None:
        """Where the search stands among the strategies; None before the first child."""
        if not self._told:
            return None
        return Standing(self._measured, self._values, self.table.table.measure, self.player)

    def propose(self, tokens: Sequence[int]) -> float:
        """Let a child be looked up, record it and return its reward.

        Raises:
            SettingError: All children are proposed, or this one was proposed before.
            SearchSpaceError: The tokens describe no child.
        """
        self._hear()  # another view of the run may have gone on
        if self.is_over:
            raise SettingError(f"the search is over after {len(self._told)} children")
        for trial in self._told:
            if trial.tokens == tuple(tokens):
                raise SettingError(
                    f"child {trial.number} was this one; change something, it costs you nothing"
                )
        self._search(tokens)
        self._hear()
        self.strip.tokens = tokens
        self._show()
        return self._told[-1].reward or 0.0

    def stop(self) -> None:
        """Compare what there is; the record stays, and a new view of it can go on."""
        self._has_stopped = bool(self._told)
        self._show("" if self._told else "Propose a network first.")

    def _search(self, *proposed: Sequence[int]) -> None:
        """Go on with the run by what is proposed; with nothing, see whether it can go on.

        The folder is held no longer than that, so that a second view or `nasedu report` may
        open it between two proposals.
        """
        hand = ByHand(self.table.space.decisions)
        for tokens in proposed:
            hand.propose(tokens)
        options = {"trials": self.trials, "batch": 1, "run": self.run, "evaluate": self.table}
        for _ in search(self.table.space, hand, **options):
            pass

    def _hear(self) -> None:
        """Take over all children of the record."""
        if has_study(self.run):
            with self.study as study:
                self._told = list(study.trials())

    def _clicked(self) -> None:
        try:
            self.propose(self.strip.tokens)
        except NaseduError as error:
            self._show(f"{str(error)[:1].upper()}{str(error)[1:]}.")

    @property
    def _measured(self) -> NDArray[np.float64]:
        """``(n,)`` what the children are measured in; NaN of those that failed."""
        places = self.table.places([trial.tokens for trial in self._told])
        return self.table.table.best[0, places]

    def _show(self, refused: str = "") -> None:
        for button in (self.propose_button, self.stop_button):
            button.disabled = self.is_over
        words = escape(refused or self._sentence)
        self.status.value = f'<div role="status" aria-live="polite">{words}</div>'
        self.result.value = self._result_html

    @property
    def _sentence(self) -> str:
        """What the last child gave, and the best so far."""
        if not self._told:
            return f"No network is proposed yet; {self.trials} may be."
        of, values, last = self.table.table.measure, self._measured, self._told[-1]
        best = int(np.nanargmax(values if of.higher_is_better else -values))
        whose = "Your best" if self.player == "you" else "The best so far"
        return (
            f"Child {last.number} of {self.trials}: {of.short} {of.text(values[-1])}, reward "
            f"{REWARD.text(last.reward or 0.0)}. {whose}: {of.text(values[best])}, child "
            f"{self._told[best].number}."
        )

    @property
    def _result_html(self) -> str:
        """The children so far, the newest first; at the end the standing above them."""
        if not self._told:
            return ""
        if not self.is_over or (standing := self.standing) is None:
            return self._children_html
        shares = self.table.table.task.is_share and standing.best < 1
        picture = standing_figure(standing, errors=shares)
        found = "".join(f"<div>{escape(sentence)}</div>" for sentence in standing.found)
        rows = [map(escape, row) for row in standing.rows]
        return (
            f"{image_html(picture.png, picture.alt)}\n{found}{_table(HEADS, rows)}"
            f"<div><small>{NOTE}</small></div>\n"
            f"<details><summary>The children</summary>{self._children_html}</details>"
        )

    @property
    def _children_html(self) -> str:
        of = self.table.table.measure
        rows = [
            (f"{trial.number}", f"<code>{' '.join(map(str, trial.tokens))}</code>", of.text(value))
            for trial, value in zip(self._told, self._measured, strict=True)
        ]
        look = "max-height: 12rem; overflow: auto; line-height: 1.4"
        return (
            f'<div tabindex="0" role="region" aria-label="the children" style="{look}">'
            f"{_table(('child', 'tokens', of.short), rows[::-1])}</div>"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        shown = self.result.value or self.strip.html
        html = f"<p>{escape(self._sentence)}</p>\n{shown}"
        standing = self.standing if self.is_over else None
        said = [*standing.found, *_columns([HEADS, *standing.rows]), NOTE] if standing else []
        return cell_output(self.widget, html, "\n".join([self._sentence, *said]))


def _table(heads: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table as HTML; the first cell of a row, which is HTML too, is its head."""
    top = "".join(f'<th scope="col" style="{CELL}">{head}</th>' for head in heads)
    lines = ""
    for head, *cells in rows:
        rest = "".join(f'<td style="{CELL}">{cell}</td>' for cell in cells)
        lines += f'<tr><th scope="row" style="{CELL}">{head}</th>{rest}</tr>'
    return f"<table><tr>{top}</tr>{lines}</table>"


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table as lines of text."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)) for row in rows)
    return [line.rstrip() for line in lines]
