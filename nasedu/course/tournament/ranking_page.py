"""The page of a tournament, to be projected: the ranking, and why somebody is out."""

from __future__ import annotations

import shlex
from pathlib import Path

from markupsafe import Markup

from nasedu.course.tournament.contest import HOUSE, Entry, Tournament
from nasedu.course.tournament.rules import Rules
from nasedu.errors import SettingError
from nasedu.searching import Interval
from nasedu.viewing.drawings.field_table import printable
from nasedu.viewing.drawings.view import view_of
from nasedu.viewing.figures.league import league_figure
from nasedu.viewing.figures.sheets import png_of
from nasedu.viewing.pictures import Picture, image_html
from nasedu.viewing.report import page
from nasedu.whole_file import write_whole

FATES = {
    "raised": "raised an error",
    "cheated": "cheated",
    "too slow": "took too long",
    "ended": "its process ended",
    "no answer": "gave no answer",
}


def write_page(tournament: Tournament, path: Path, folder: Path) -> Path:
    """Write the page, whole or not at all; return where.

    Args:
        tournament: Which was played.
        path: Where to.
        folder: The contestants' folder, of which the page has the name alone.

    Raises:
        SettingError: It cannot be written.
    """
    parts = [
        _opening(tournament),
        _ranking(tournament),
        _out(tournament),
        _played(tournament, folder),
    ]
    write_whole(path, page.page("Tournament", parts).encode(), SettingError)
    return path


def league_of(tournament: Tournament) -> Picture:
    """Return the picture of the ranking, in the table's measure."""
    of, rules = tournament.table.measure, tournament.rules
    means = {entry.name: measured_mean(tournament, entry) for entry in tournament.ranking}
    return league_figure(
        means,
        f"{rules.games} games of {rules.trials:,} {view_of(tournament.table.space).things}",
        of=of,
        words=f"best {of.label} of a game, mean",
        reference=HOUSE,
        level=[entry.name for entry in tournament.leaders],
    )


def measured_mean(tournament: Tournament, entry: Entry) -> Interval:
    """Return mean and interval of an entry in the table's measure, whose better end may be low."""
    one = entry.interval
    return one if tournament.table.measure.higher_is_better else Interval(*(-end for end in one))


def _opening(tournament: Tournament) -> page.Opening:
    of, rules, first = tournament.table.measure, tournament.rules, tournament.ranking[0]
    leaders = [entry.name for entry in tournament.leaders]
    won = f"{leaders[0]} wins."
    if len(leaders) > 1:
        won = f"{leaders[0]} is first; not told apart from it: {', '.join(leaders[1:])}."
    if first.name == HOUSE:
        won = "Nobody is ahead of random search."
    best = of.text(float(measured_mean(tournament, first).mean), 1)
    reached = measured_mean(tournament, _house(tournament))
    played = len(tournament.ranking) - 1
    stopped = f"; stopped before {tournament.left} more had played" if tournament.left else ""
    facts = [
        (f"Best mean {of.label}", best, first.name),
        ("Random search", of.text(float(reached.mean), 1), "what learning nothing gives"),
        ("Contestants", f"{played}", f"and {len(tournament.out)} out{stopped}"),
    ]
    things = view_of(tournament.table.space).things
    lead = (
        f"Everybody played the same {rules.games} games: find good {things} by asking for "
        f"{rules.trials:,} of {len(tournament.table):,}."
    )
    return page.Opening("Tournament", lead, won, True, facts)


def _house(tournament: Tournament) -> Entry:
    return next(entry for entry in tournament.entries if entry.name == HOUSE)


def _ranking(tournament: Tournament) -> page.Section:
    of, ranking = tournament.table.measure, tournament.ranking
    rows = []
    for place, entry in enumerate(ranking, start=1):
        one = measured_mean(tournament, entry)
        low, high = sorted((float(one.low), float(one.high)))
        interval = f"{of.text(low, 1)} to {of.text(high, 1)}"
        rows.append(
            (
                f"{place}. {entry.name}",
                of.text(float(one.mean), 1),
                interval,
                _beside(tournament, entry, ranking[place - 2] if place > 1 else None),
                _beside(tournament, entry, None if entry.name == HOUSE else _house(tournament)),
                "" if entry.name == HOUSE else f"{entry.seconds:.0f} s",
            )
        )
    heads = ("", f"mean {of.short}", "95 % interval", "and the one above", f"and {HOUSE}", "time")
    drawn = league_of(tournament)
    figure = page.Figure(
        Markup(image_html(png_of(drawn.figure), drawn.alt)),
        drawn.alt,
        "Filled: not told apart from the first. Dotted: random search.",
    )
    caption = (
        "Two are told apart if the 95 % interval of the difference of their means excludes zero; "
        "the overlap of their own intervals says less."
    )
    return page.Section("Ranking", [figure, page.Table(caption, heads, rows, words=(3, 4))])


def _beside(tournament: Tournament, one: Entry, other: Entry | None) -> str:
    """Say whether two are told apart, and who is ahead."""
    if other is None:
        return ""
    if not tournament.is_told_apart(one, other):
        return "not told apart"
    return "ahead" if one.scores.mean() > other.scores.mean() else "behind"


def _out(tournament: Tournament) -> page.Section | None:
    if not tournament.out:
        return None
    rows = [(entry.name, FATES[entry.fate], f"{entry.sentence}.") for entry in tournament.out]
    heads = ("", "what happened", "in words")
    table = page.Table("They did not play to the end.", heads, rows, words=(1, 2))
    return page.Section("Out", [table])


def _played(tournament: Tournament, folder: Path) -> page.Section:
    rules, table = tournament.rules, tournament.table
    told = (
        "A game hides what the decisions mean: their order and the names of their choices are "
        "drawn anew for every game, and are the same for everybody. So the shipped table does "
        f"not help, and neither do other games. Children are asked for {rules.batch} at a "
        f"time. A contestant has {rules.seconds:g} s and {rules.megabytes:,} MB for its "
        f"{rules.games} games, in a process that does not have the table."
    )
    measured = (
        f"A game counts by the best {table.measure.label} among its children. The mean is over "
        "the games; its interval is a bootstrap over them."
    )
    usual = Rules()
    words = "".join(
        f" --{name} {value:g}"
        for name, value in rules.to_dict().items()
        if value != getattr(usual, name)
    )
    name = printable(folder.resolve().name)
    command = (
        f"nasedu course tournament {shlex.quote(name)} --seed {tournament.seed}"
        f" --table {shlex.quote(Path(table.name).name)}{words}"
    )
    again = page.ToType([(command, "The same tournament again, on the same kind of machine:")])
    return page.Section(
        "How it was played", [page.Paragraph(told), page.Paragraph(measured), again]
    )
