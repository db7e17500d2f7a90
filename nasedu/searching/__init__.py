"""The search loop, its workers and its record."""

from nasedu.searching.config import RunConfig
from nasedu.searching.cores import available_cores
from nasedu.searching.depth import DepthSchedule
from nasedu.searching.evaluator import Evaluator
from nasedu.searching.events import Event, Finished, Started, TrialFinished, Updated
from nasedu.searching.final_training import FinalTraining, train_final
from nasedu.searching.grid import read_grid, train_grid
from nasedu.searching.image_evaluator import ImageEvaluator
from nasedu.searching.language_evaluator import LanguageEvaluator
from nasedu.searching.loop import search
from nasedu.searching.many import (
    Interval,
    best_at,
    best_so_far,
    bootstrap,
    expected_best,
    mean_of_best,
    mean_of_others,
    search_many,
    winners,
)
from nasedu.searching.measuring import Measured, measure
from nasedu.searching.references import find_architecture
from nasedu.searching.resuming import resume
from nasedu.searching.study import Study, Update
from nasedu.searching.tabular import TabularEvaluator, simulated_clock
from nasedu.searching.trial import Trial
from nasedu.searching.workers import Workers

__all__ = [
    "DepthSchedule",
    "Evaluator",
    "Event",
    "FinalTraining",
    "Finished",
    "ImageEvaluator",
    "Interval",
    "LanguageEvaluator",
    "Measured",
    "RunConfig",
    "Started",
    "Study",
    "TabularEvaluator",
    "Trial",
    "TrialFinished",
    "Update",
    "Updated",
    "Workers",
    "available_cores",
    "best_at",
    "best_so_far",
    "bootstrap",
    "expected_best",
    "find_architecture",
    "mean_of_best",
    "mean_of_others",
    "measure",
    "read_grid",
    "resume",
    "search",
    "search_many",
    "simulated_clock",
    "train_final",
    "train_grid",
    "winners",
]
