"""The errors: what can go wrong, in the words of the caller.

Every error that nasedu raises on purpose is a `NaseduError` and also the builtin error
that a caller without knowledge of nasedu would expect. Its text is one line: the value,
what was expected, and what to do about it.
"""


class NaseduError(Exception):
    """Base of every error that nasedu raises on purpose."""


class ArchitectureError(NaseduError, ValueError):
    """A description that is not a valid network."""


class SearchSpaceError(NaseduError, ValueError):
    """A search space that cannot be, or a token or architecture outside of it."""


class DataError(NaseduError, ValueError):
    """A data set that is unknown, or images that cannot be used."""


class StudyError(NaseduError, RuntimeError):
    """A run folder or study file that cannot be used as it is."""


class SettingError(NaseduError, ValueError):
    """An argument or option outside of what makes sense."""


class TrainingError(NaseduError, RuntimeError):
    """A child whose training came to nothing, e.g. by diverging to NaN."""


class LimitError(NaseduError, ValueError):
    """A child that would cost more than a search allows, and is not trained."""


class DrawingError(NaseduError, RuntimeError):
    """A picture that cannot be drawn or saved here."""
