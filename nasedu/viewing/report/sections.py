"""The sections of a report that show what a search found."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress

from markupsafe import Markup

from nasedu.errors import DrawingError, SettingError
from nasedu.runs import Trial
from nasedu.training.measure import REWARD, Measure
from nasedu.viewing.diagnosis import diagnose, verdict
from nasedu.viewing.figures.front import front_figure
from nasedu.viewing.figures.probabilities import probabilities_figure, recorded_probabilities
from nasedu.viewing.figures.search_figures import (
    best_figure,
    curves_figure,
    reward_figure,
    size_figure,
)
from nasedu.viewing.figures.series import pareto_front
from nasedu.viewing.report import page
from nasedu.viewing.report.run_summary import RunSummary
from nasedu.viewing.units import value_of

MOST_ROWS = 12  # of a front in a table; its smallest children are the worst, too
CARE_OF_SCORES = (
    "The reward of the best child is the largest of many. Where chance has a part in rewards, part "
    "of it is luck, and would be gone if the child were scored anew."
)
CARE = (
    "The {result} of the best child is the {extreme} of many, and so it is too good: "
    "part of it is luck with the random start and with {valid}, and would be "
    "gone in a second training. {test} not touched in this search. Whether a "
    "{thing} is good, and better than others, shows when it is trained anew, for longer and "
    "with several seeds, and is then tested once."
)


def course_section(report: RunSummary) -> page.Section:
    """How every child did, and the best so far."""
    if not report.finished:
        words = "Every child failed." if report.is_complete else "No child has finished yet."
        return page.Section("How the search went", [page.Paragraph(words)])
    series = report.series
    meaning = "A dot is a child"
    if report.is_ours and report.view.reward_words:
        meaning += f"; its reward is {report.view.reward_words}"
    # What a reward says of images, an accuracy does not say better; of 80 / perplexity² it does.
    of = REWARD if report.measure.higher_is_better else report.measure
    steps = "A step is a new best child. The axis begins where the first batch ended."
    figures = [
        report.figure("reward", reward_figure(series), f"{meaning}."),
        report.figure("best", best_figure(series, of), steps),
    ]
    return page.Section("How the search went", figures)


def diagnosis_section(report: RunSummary) -> page.Section | None:
    """What seems amiss, on what evidence, and what to try next."""
    if not (report.finished or report.failed):
        return None
    found = diagnose(report.series)
    rows = [(one.sentence, one.evidence, one.next_experiment) for one in found]
    part = page.FindingList(rows) if rows else page.Paragraph(verdict(report.series))
    return page.Section("Diagnosis", [part])


def size_section(report: RunSummary) -> page.Section | None:
    """How much the number of parameters explains."""
    if not report.finished or not _is_counted(report):
        return None
    series, title = report.series, "What size alone explains"
    counts = {t.outcome.num_parameters for t in report.finished if t.outcome}
    if len(counts) == 1 and len(report.finished) > 1:
        words = f"Nothing: all children have {counts.pop():,} parameters."
        return page.Section(title, [page.Paragraph(words)])
    caption = (
        "The straight line knows nothing of a network but its number of parameters. What it "
        "explains, a search that only makes networks larger would find as well."
    )
    picture = report.figure("size", size_figure(series), caption)
    return page.Section(title, [picture, *_front(report)])


def _front(report: RunSummary) -> list[page.Figure | page.Table]:
    """The best child of every size, drawn and listed."""
    of = report.measure
    children = pareto_front(report.trials, of)
    if not children:
        return []
    caption = "No smaller or equally small child is better than one on the line."
    rows = [
        (f"{t.number}", f"{t.outcome.num_parameters:,}", f"{t.outcome.flop / 1e6:,.2f}", told)
        for t in children[-MOST_ROWS:]
        if t.outcome and (told := of.text(value_of(t, of) or 0.0))
    ]
    heads = ("child", "parameters", "MFLOP", of.label)
    named = "Children" if len(children) <= MOST_ROWS else f"The {MOST_ROWS} largest children"
    table = page.Table(f"{named} that are best for their size", heads, rows)
    return [report.figure("front", front_figure(report.series, of), caption), table]


def controller_section(report: RunSummary) -> page.Section:
    """What became probable."""
    title, series = "What the controller learned", report.series
    try:
        recorded_probabilities(series)
    except SettingError:
        words = "No probabilities of a controller are recorded."
        return page.Section(title, [page.Paragraph(words)])
    caption = (
        "Choices are stacked, the smallest at the bottom, the largest darkest; on the left stand "
        "those of the first update, in bold those that are left. Averaged over a batch."
    )
    picture = report.figure("probabilities", probabilities_figure(series), caption)
    return page.Section(title, [picture])


def networks_section(report: RunSummary) -> page.Section | None:
    """The best networks: a table, what to think of it, and drawings."""
    if not report.best:
        return None
    of, view = report.measure, report.view
    results = (of.label,) if of == REWARD else (of.label, REWARD.label)
    costs = ("parameters", "MFLOP") if _is_counted(report) else ()
    heads = ("rank", "child", *results, *costs, "seconds")
    rows = [
        _network_row(rank, trial, of, bool(costs))
        for rank, trial in enumerate(report.best, start=1)
    ]
    cards = [_card(report, rank, trial) for rank, trial in enumerate(report.best, start=1)]
    many = f"The best {len(rows)} {view.things}" if len(rows) > 1 else f"The best {view.thing}"
    parts = [
        page.Table(f"Different {view.things}, each with its best training", heads, rows),
        page.Care(_care(report)),
        *_curves(report),
        page.Gallery(cards),
    ]
    return page.Section(many, parts)


def _care(report: RunSummary) -> str:
    if report.is_scored:
        return CARE_OF_SCORES
    return CARE.format(
        result=report.measure.label,
        extreme="largest" if report.measure.higher_is_better else "lowest",
        valid=report.view.valid_part,
        test=report.view.test_part,
        thing=report.view.thing,
    )


def _curves(report: RunSummary) -> list[page.Figure]:
    if not any(len(t.outcome.valid_curve) > 1 for t in report.best if t.outcome):
        return []
    return [report.figure("curves", curves_figure(report.series), "A point is an epoch.")]


def _is_counted(report: RunSummary) -> bool:
    """Whether anything is known of how large children are: a function's number says nothing."""
    return any(t.outcome.num_parameters for t in report.finished if t.outcome)


def _network_row(rank: int, trial: Trial, of: Measure, has_sizes: bool) -> tuple[str, ...]:
    value, outcome = value_of(trial, of), trial.outcome
    assert outcome is not None
    sizes = (f"{outcome.num_parameters:,}", f"{outcome.flop / 1e6:,.1f}")
    return (
        f"{rank}",
        f"{trial.number}",
        "" if value is None else of.text(value),
        *(() if of == REWARD else (REWARD.text(trial.reward or 0.0),)),
        *(sizes if has_sizes else ()),
        f"{outcome.seconds:.1f}",
    )


def _card(report: RunSummary, rank: int, trial: Trial) -> page.Card:
    """Return the drawing of a network, or its table if nothing here can draw."""
    drawing = report.view.draw_child(report.space.decode(trial.tokens), report.data)
    with suppress(DrawingError):
        drawing.save(report.pictures / f"best-{rank}.png")
    title = f"Rank {rank}: child {trial.number}"
    return page.Card(title, Markup(drawing.html), drawing.is_wide)


def failures_section(report: RunSummary) -> page.Section | None:
    """Which children failed, by their reasons."""
    if not report.failed:
        return None
    groups: dict[str, list[str]] = defaultdict(list)
    for trial in report.failed:
        groups[trial.reason or "no reason"].append(f"{trial.number}")
    rows = [
        (reason, f"{len(numbers)}", ", ".join(numbers))
        for reason, numbers in sorted(groups.items(), key=lambda item: -len(item[1]))
    ]
    caption = "The search went on without them; the strategy did not learn from them"
    penalty = (report.config.limits or {}).get("limit_penalty")
    if penalty is not None and any(t.is_refused for t in report.failed):
        caption += f", but for those above a limit: it was told the reward {-penalty:g} of each"
    table = page.Table(caption, ("reason", "how many", "children"), rows, words=(2,))
    return page.Section("Children that failed", [table])
