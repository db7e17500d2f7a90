"""Records: the run folder, the study, its trials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasedu.lazy_names import lazy_names

if TYPE_CHECKING:
    from nasedu.runs.config import RunConfig
    from nasedu.runs.folder import has_study, open_run, write_text
    from nasedu.runs.limits import Limits
    from nasedu.runs.provenance import made_by, versions
    from nasedu.runs.study import Study, UpdateRecord
    from nasedu.runs.trial import Trial
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "nasedu.runs.config": ["RunConfig"],
            "nasedu.runs.folder": ["has_study", "open_run", "write_text"],
            "nasedu.runs.limits": ["Limits"],
            "nasedu.runs.provenance": ["made_by", "versions"],
            "nasedu.runs.study": ["Study", "UpdateRecord"],
            "nasedu.runs.trial": ["Trial"],
        },
    )

__all__ = [
    "Limits",
    "RunConfig",
    "Study",
    "Trial",
    "UpdateRecord",
    "has_study",
    "made_by",
    "open_run",
    "versions",
    "write_text",
]
