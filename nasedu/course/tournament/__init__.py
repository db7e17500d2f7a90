"""The tournament of a class: everybody's strategy on one hidden table, with many seeds each."""

from nasedu.course.tournament.contest import Entry, Tournament, play
from nasedu.course.tournament.rules import Rules

__all__ = ["Entry", "Rules", "Tournament", "play"]
