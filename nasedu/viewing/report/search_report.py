"""The report of a search: one page with its pictures, its best networks and its settings."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nasedu.errors import StudyError
from nasedu.runs import Study
from nasedu.runs.folder import write_text
from nasedu.training.measure import REWARD
from nasedu.viewing.drawings.field_table import said
from nasedu.viewing.progress import duration, size_words
from nasedu.viewing.report import page
from nasedu.viewing.report.run_summary import RunSummary
from nasedu.viewing.report.sections import (
    controller_section,
    course_section,
    diagnosis_section,
    failures_section,
    networks_section,
    size_section,
)
from nasedu.viewing.units import value_of
from nasedu.viewing.words import count


def write_report(study: Study, folder: Path) -> Path:
    """Write ``report.html`` into the folder, and its figures beside it in ``pictures``.

    The page holds everything itself. It may be written at any time: of an unfinished study
    it says so.

    Args:
        study: The recorded search.
        folder: Where to write, in general the run folder; made if it is not there.

    Returns:
        The path of the page.

    Raises:
        StudyError: The folder cannot be made or written.
        DrawingError: A picture cannot be written.
    """
    report = RunSummary(study, Path(folder))
    try:
        report.pictures.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudyError(f"{folder} cannot be written: {error.strerror}") from None
    parts = (
        _opening(report),
        course_section(report),
        diagnosis_section(report),
        size_section(report),
        controller_section(report),
        networks_section(report),
        failures_section(report),
        _next_steps(report),
        _settings(report),
    )
    path = report.folder / "report.html"
    write_text(path, page.page(f"{report.title}: search report", parts))
    return path


def _opening(report: RunSummary) -> page.Opening:
    config, data = report.config, report.data
    done, failed = len(report.finished) + len(report.failed), len(report.failed)
    state = "Finished" if report.is_complete else "Unfinished"
    status = f"{state}: {done} of {config.trials} children"
    status += f", {failed} of them failed." if failed else "."
    lead = f"{config.trials} {report.view.searched(report.space)}"
    if {"num_train", "num_valid"} <= data.keys():
        epochs = data.get("recipe", {}).get("epochs")
        lead += ", each looked up in a table, where it was" if report.is_looked_up else ", each"
        lead += " trained" + (f" for {count(epochs, 'epoch')}" if epochs else "")
        lead += f" on {data['num_train']:,} {report.view.unit_of(data)} and measured on "
        lead += f"{data['num_valid']:,} others"
    return page.Opening(report.title, f"{lead}.", status, report.is_complete, _key_facts(report))


def _key_facts(report: RunSummary) -> list[tuple[str, str, str]]:
    facts = []
    if report.best:
        top, outcome = report.best[0], report.best[0].outcome
        of = REWARD if value_of(top, report.measure) is None else report.measure
        size = size_words(outcome) if outcome else ""
        lower = "" if of.higher_is_better else "; lower is better"
        shown = of.text(value_of(top, of) or 0.0)
        facts.append((f"Best {of.label}", shown, f"child {top.number}{size}{lower}"))
        quarter = -(-len(report.finished) // 4)
        rewards = [t.reward or 0.0 for t in report.finished]
        means = (sum(r) / quarter for r in (rewards[:quarter], rewards[-quarter:]))
        first, last = map(REWARD.text, means)
        facts.append(("Mean reward, last quarter", last, f"first quarter {first}"))
    seconds = sum(t.outcome.seconds for t in report.trials if t.outcome)
    if seconds:
        spared = ", spared by the table" if report.is_looked_up else ""
        facts.append(("Training time", duration(seconds), f"added up over all children{spared}"))
    return facts


def _next_steps(report: RunSummary) -> page.Section | None:
    run, rows = report.run, []
    if report.trials:
        rows.append((f"nasedu explore {run}", "Walk through this search, update by update:"))
    if report.best:
        rows.append((f"nasedu draw {run}:{report.best[0].number}", "Show a child of this run:"))
    if report.is_ours:
        if report.best and (options := report.view.train_options(report.data)):
            what = "Train the best child anew, for longer, and test it once:"
            rows.append((f"nasedu train {run} {shlex.join(options)} --epochs 20", what))
            if report.data.get("shape", [3])[0] == 1:  # grey: one can draw such images by hand
                what = "Then make a page on which you draw, and the trained network reads it:"
                rows.append((f"nasedu export {run} --html read.html", what))
        more = f" --trials {2 * report.config.trials}" if report.is_complete else ""
        what = "Let the search grow:" if report.is_complete else "Go on with the search:"
        rows.append((f"nasedu resume {run}{more}", what))
    else:
        more = f", trials={2 * report.config.trials}" if report.is_complete else ""
        how = "Let the search grow" if report.is_complete else "Go on"
        what = f"{how}, in Python, with the same space, strategy and evaluate:"
        rows.append((f"search(..., run='{run}'{more})", what))
    return page.Section("How to go on", [page.ToType(rows)]) if rows else None


def _settings(report: RunSummary) -> page.Section:
    config: dict[str, Any] = json.loads(report.config.to_json())
    config["data"] = config.pop("evaluator")
    config["recipe"] = config["data"].pop("recipe", {})
    groups = {name.capitalize(): v for name, v in config.items() if isinstance(v, dict)}
    alone = {name: v for name, v in config.items() if not isinstance(v, dict)}
    groups = {"Search": alone, **groups, "Begun with": report.study.versions}
    tables = [
        page.Table(name, ("name", "value"), _rows(values), words=(1,))
        for name, values in groups.items()
        if values
    ]
    return page.Section("Configuration and versions", [page.SideBySide(tables)])


def _rows(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name.replace("_", " "), said(value)) for name, value in values.items()]
