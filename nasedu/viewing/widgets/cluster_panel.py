"""A cluster to play with: how many shards, replicas and children, and what is killed when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

from nasedu.controller import Reinforce
from nasedu.searching.simulation import Cluster, Kill, simulate
from nasedu.searching.simulation.simulate import TimedLookup
from nasedu.viewing.figures.gantt import MOST_ROWS, first_replicas, machines_figure
from nasedu.viewing.pictures import image_html
from nasedu.viewing.widgets.frame import Frame, cell_output, line_of

if TYPE_CHECKING:
    from ipywidgets import Box, Button

FIELDS = {
    "shards": ("S, shards", 1, 20),
    "replicas": ("K, replicas", 1, 20),
    "children": ("m, children of each", 1, 8),
}
VICTIMS = ("machine", "replica", "shard")
SLOW_NETWORK = 1e6  # bytes a second: so slow that shards have something to do
MOST_SECONDS = 10.0


class ClusterPanel:
    """Numbers of a simulated cluster to change, buttons that kill, and what the machines do then.

    Every change simulates the whole search anew; the controller really learns in it. A button
    kills the first machine, replica or shard, at the second that its field says. Without a kernel
    the last state is shown.

    Args:
        make: From a seed to a fresh strategy.
        table: Answers for the children.
        cluster: To begin with.
        trials: Children of a search.
    """

    def __init__(
        self,
        make: Callable[[int], Reinforce],
        table: TimedLookup,
        cluster: Cluster | None = None,
        trials: int = 160,
    ) -> None:
        from ipywidgets import BoundedFloatText, BoundedIntText, Button, Checkbox, Layout

        self._make, self._table, self.trials = make, table, trials
        self.cluster = cluster or Cluster(
            shards=2, replicas=6, children=4, bandwidth=SLOW_NETWORK, checkpoint=5
        )
        look: dict[str, Any] = {
            "style": {"description_width": "15em"},
            "layout": Layout(width="21em"),  # a field, and not a slider, which has no name for ears
        }
        controls: dict[str, Any] = {
            name: BoundedIntText(description=f"{words}, {low} to {high}", min=low, max=high, **look)
            for name, (words, low, high) in FIELDS.items()
        }
        controls["waits"] = Checkbox(description="all wait for all", indent=False)
        self.when = BoundedFloatText(
            description=f"kill at second, 0 to {MOST_SECONDS:g}",
            min=0,
            max=MOST_SECONDS,
            step=0.1,
            value=1.0,
            **look,
        )
        self.buttons: dict[str, Button] = {}
        for victim in VICTIMS:
            button = Button(description=f"Kill {victim} 1")
            button.on_click(lambda _, victim=victim: self.kill(victim))
            self.buttons[victim] = button
        self.buttons["mend"] = Button(description="Kill nothing")
        self.buttons["mend"].on_click(lambda _: self._set(replace(self.cluster, kills=())))
        lines = [*controls.values(), self.when, line_of(list(self.buttons.values()))]
        self._frame: Frame[str] = Frame(controls, lines, self._moved, width="36rem")
        self._set(self.cluster)

    def __repr__(self) -> str:
        return f"ClusterPanel({self.sentence})"

    def kill(self, what: Any, number: int = 1) -> None:
        """Kill something at the second that its field says."""
        kill = Kill(self.when.value, what, number)
        self._set(replace(self.cluster, kills=(*self.cluster.kills, kill)))

    @property
    def controls(self) -> dict[str, Any]:
        """The fields, and the box to tick, by the cluster's field."""
        return self._frame.controls

    @property
    def widget(self) -> Box:
        """All of it, to be put into a layout."""
        return self._frame.box

    @property
    def sentence(self) -> str:
        """What came of it, in words."""
        found = self.simulated
        kills = ", ".join(f"{k.what} {k.number} at {k.seconds:g} s" for k in self.cluster.kills)
        staleness = found.staleness.mean() if len(found.staleness) else 0.0
        return (
            f"{self.trials} children in {found.seconds:.1f} s; machines at work "
            f"{found.utilisation:.0%}, shards {found.shard_utilisation:.0%} of the time; gradients "
            f"{staleness:.1f} steps late; killed: {kills or 'nothing'}; children begun anew "
            f"{found.num_lost}, steps lost {found.lost_steps}, children lost "
            f"{found.num_unfinished}"
        )

    @property
    def html(self) -> str:
        """The sentence and the picture."""
        image = image_html(self.picture.png, self.picture.alt)
        return f'<div aria-live="polite">{escape(self.sentence)}.</div>\n<div>{image}</div>'

    def _moved(self, values: dict[str, Any]) -> None:
        kept = tuple(k for k in self.cluster.kills if k.number <= values.get(f"{k.what}s", 1))
        self._set(replace(self.cluster, kills=kept, **values))

    def _set(self, cluster: Cluster) -> None:
        self.cluster = cluster
        [self.simulated] = simulate(cluster, self._make, self._table, trials=self.trials)
        drawn = max(1, min(cluster.replicas, MOST_ROWS // 2 // cluster.children))
        stays, pushes = first_replicas(self.simulated, drawn)
        beside = f", the first {drawn}" if drawn < cluster.replicas else ""
        title = f"{cluster.replicas} replicas of {cluster.children} children{beside}"
        self.picture = machines_figure(
            stays, self.simulated.replicas, title, pushes=pushes, until=self._end(stays)
        )
        values = {name: getattr(cluster, name) for name in (*FIELDS, "waits")}
        self._frame.show(values, self.html)

    def _end(self, stays: list[Any]) -> float:
        """Return where the picture ends: with the search, or where the field of a kill does."""
        return min(MOST_SECONDS, max(stay.end for stay in stays))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return cell_output(self.widget, self.html, self.sentence)
