"""What is recorded: the run folder, the study, its trials."""

from nasedu.runs.config import RunConfig
from nasedu.runs.folder import open_run, write_text
from nasedu.runs.provenance import made_by, versions
from nasedu.runs.study import Study, Update
from nasedu.runs.trial import Trial

__all__ = [
    "RunConfig",
    "Study",
    "Trial",
    "Update",
    "made_by",
    "open_run",
    "versions",
    "write_text",
]
