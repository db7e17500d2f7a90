"""Tables of every network of a small space: measured once, then looked up."""

from nasedu.tables.enumeration import Enumeration, random_tenth
from nasedu.tables.making import TableEntry, make_table
from nasedu.tables.network_table import DIVERGED, MISSING, NetworkTable
from nasedu.tables.tabular import TabularEvaluator, simulated_clock
from nasedu.tables.variance import Effects, effects

__all__ = [
    "DIVERGED",
    "MISSING",
    "Effects",
    "Enumeration",
    "NetworkTable",
    "TableEntry",
    "TabularEvaluator",
    "effects",
    "make_table",
    "random_tenth",
    "simulated_clock",
]
