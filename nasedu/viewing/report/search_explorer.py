"""The explorer of a search, or of two side by side: one page through which one can walk."""

from __future__ import annotations

from pathlib import Path

from nasedu.errors import SettingError, StudyError
from nasedu.runs import Study
from nasedu.viewing.explorer.explorer_page import Explorer, explorer_page
from nasedu.viewing.report.explored_run import explored_run
from nasedu.viewing.report.run_summary import RunSummary

MOST = 2  # runs that have room side by side


def explorer_of(*studies: Study) -> Explorer:
    """Return a search, or two side by side, as a page through which one can walk.

    A notebook shows it; ``save`` writes it as one file that needs nothing but itself. It may be
    made at any time: an unfinished search is shown as far as it is.

    Args:
        *studies: The recorded search, or two.

    Raises:
        SettingError: No study, or more than two.
        StudyError: A study without children.
    """
    if not 1 <= len(studies) <= MOST:
        raise SettingError(f"{len(studies)} runs to explore; expected 1 or {MOST}")
    runs = []
    for study in studies:
        summary = RunSummary(study, Path())
        if not summary.trials:
            raise StudyError(f"{study} has no child yet; explore it when it has")
        runs.append(explored_run(summary))
    title = " and ".join(run["title"] for run in runs)
    told = "; ".join(f"{run['title']}: {run['lead']}, {run['status'].lower()}" for run in runs)
    alt = f"An explorer of {len(runs)} searches. {told}." if len(runs) > 1 else f"{told}."
    return Explorer(explorer_page(title, {"title": title, "runs": runs}), alt)
