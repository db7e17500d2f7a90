"""The search loop, its workers and its record."""

from nasedu.controller.depth import DepthSchedule
from nasedu.runs.config import RunConfig
from nasedu.runs.limits import Limits
from nasedu.runs.study import Study, Update
from nasedu.runs.trial import Trial
from nasedu.searching.cores import available_cores
from nasedu.searching.evaluator import Evaluator
from nasedu.searching.events import Event, Finished, Started, TrialFinished, Updated
from nasedu.searching.final_training import FinalTraining, train_final
from nasedu.searching.grid import read_grid, train_grid
from nasedu.searching.jobs import Job, check_minutes, do_job, run_jobs
from nasedu.searching.loop import search
from nasedu.searching.many import (
    Interval,
    best_at,
    best_so_far,
    bootstrap,
    bootstrap_difference,
    expected_best,
    mean_of_best,
    mean_of_others,
    search_many,
    winners,
)
from nasedu.searching.references import find_architecture
from nasedu.searching.resuming import resume
from nasedu.searching.trained import TrainedNetwork
from nasedu.searching.training_evaluator import TrainingEvaluator
from nasedu.searching.workers import Workers

__all__ = [
    "DepthSchedule",
    "Evaluator",
    "Event",
    "FinalTraining",
    "Finished",
    "Interval",
    "Job",
    "Limits",
    "RunConfig",
    "Started",
    "Study",
    "TrainedNetwork",
    "TrainingEvaluator",
    "Trial",
    "TrialFinished",
    "Update",
    "Updated",
    "Workers",
    "available_cores",
    "best_at",
    "best_so_far",
    "bootstrap",
    "bootstrap_difference",
    "check_minutes",
    "do_job",
    "expected_best",
    "find_architecture",
    "mean_of_best",
    "mean_of_others",
    "read_grid",
    "resume",
    "run_jobs",
    "search",
    "search_many",
    "train_final",
    "train_grid",
    "winners",
]
