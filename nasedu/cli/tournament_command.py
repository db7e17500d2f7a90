"""The command of the tournament: ``nasedu course tournament``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nasedu.cli.terminal import say

SEEDS = 2**63  # of which one is drawn, too many to be tried


def hold_tournament(
    folder: Annotated[Path, typer.Argument(help="Folder with one .py file per contestant.")],
    seed: Annotated[
        int | None,
        typer.Option(
            help="A number that no contestant knows; default a new one, which is printed."
        ),
    ] = None,
    table: Annotated[
        str, typer.Option(help="Table with the rewards: a name, a file or a folder.")
    ] = "digits_3_layers",
    out: Annotated[Path, typer.Option(help="Where to write the page.")] = Path("tournament.html"),
    games: Annotated[int, typer.Option(help="Games of each contestant.")] = 50,
    trials: Annotated[int, typer.Option(help="Children of a game.")] = 504,
    batch: Annotated[int, typer.Option(help="Children asked for at a time.")] = 8,
    seconds: Annotated[float, typer.Option(help="Time of a contestant for all games.")] = 120.0,
    megabytes: Annotated[int, typer.Option(help="Memory of a contestant.")] = 1024,
) -> None:
    """Let the strategies of a class play against each other.

    IT RUNS STUDENTS' CODE: USE IT IN A SANDBOX ONLY, such as a container without a network and
    without files of yours. A contestant has a process of its own, little time and little memory.
    A contestant that looks up a table is caught; one that wants to do harm is not.

    Each .py file has a function make(decisions, seed), which returns an object with ask and tell:
    see docs/tournament.md and the examples beside it. The page needs no other file.
    """
    import secrets

    from tqdm import tqdm

    from nasedu.course.tournament import Rules, Tournament, play
    from nasedu.course.tournament.contest import contestants_in
    from nasedu.course.tournament.ranking_page import FATES, measured_mean, write_page
    from nasedu.errors import SettingError
    from nasedu.runs.trial import check_seed
    from nasedu.searching.workers import NoProcessesError
    from nasedu.tables import NetworkTable
    from nasedu.whole_file import check_writable

    rules = Rules(games, trials, batch, seconds, megabytes)
    seed = secrets.randbelow(SEEDS) if seed is None else seed
    check_seed(seed)
    paths = contestants_in(folder)
    check_writable(out, SettingError)
    rewards = NetworkTable.load(table)
    say(f"{len(paths)} contestants and random search, {games} games of {trials:,} children each")
    say(f"seed {seed}: keep it to yourself until all have played")
    total, entries, status = (len(paths) + 1) * games * trials, [], 0
    with tqdm(total=total, unit="child", disable=None) as bar:
        try:
            for done, entry in enumerate(play(folder, rewards, rules, seed, bar.update), start=1):
                bar.update(done * games * trials - bar.n)  # past those that are out
                entries.append(entry)
                if not entry.has_played:
                    say(f"{entry.name}: {FATES[entry.fate]}: {entry.sentence}")
        except KeyboardInterrupt:
            status = 130
        except NoProcessesError as error:  # a contestant may have used them up
            if not entries:
                raise
            say(error, err=True)
            status = 2
    if not entries:
        raise typer.Exit(status)
    left = len(paths) + 1 - len(entries)
    if left:
        say(f"stopped before {left} of {len(paths)} contestants had played")
    played = Tournament(rewards, rules, seed, tuple(entries), left)
    of = rewards.measure
    for place, entry in enumerate(played.ranking, start=1):
        one = measured_mean(played, entry)
        low, high = sorted((float(one.low), float(one.high)))
        mean = of.text(float(one.mean), 1)
        say(f"{place:3d}. {entry.name}: {mean} ({of.text(low, 1)} to {of.text(high, 1)})")
    say(f"page: {write_page(played, out, folder)}")
    raise typer.Exit(status)
