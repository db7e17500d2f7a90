"""The search loop, its workers and its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasedu.lazy_names import lazy_names

if TYPE_CHECKING:
    from nasedu.searching.cluster import RayWorkers
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
    from nasedu.searching.trained_network import TrainedNetwork
    from nasedu.searching.training_evaluator import TrainingEvaluator
    from nasedu.searching.workers import Crew, Workers
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "nasedu.searching.cluster": ["RayWorkers"],
            "nasedu.searching.cores": ["available_cores"],
            "nasedu.searching.evaluator": ["Evaluator"],
            "nasedu.searching.events": ["Event", "Finished", "Started", "TrialFinished", "Updated"],
            "nasedu.searching.final_training": ["FinalTraining", "train_final"],
            "nasedu.searching.grid": ["read_grid", "train_grid"],
            "nasedu.searching.jobs": ["Job", "check_minutes", "do_job", "run_jobs"],
            "nasedu.searching.loop": ["search"],
            "nasedu.searching.many": [
                "Interval",
                "best_at",
                "best_so_far",
                "bootstrap",
                "bootstrap_difference",
                "expected_best",
                "mean_of_best",
                "mean_of_others",
                "search_many",
                "winners",
            ],
            "nasedu.searching.references": ["find_architecture"],
            "nasedu.searching.resuming": ["resume"],
            "nasedu.searching.trained_network": ["TrainedNetwork"],
            "nasedu.searching.training_evaluator": ["TrainingEvaluator"],
            "nasedu.searching.workers": ["Crew", "Workers"],
        },
    )

__all__ = [
    "Crew",
    "Evaluator",
    "Event",
    "FinalTraining",
    "Finished",
    "Interval",
    "Job",
    "RayWorkers",
    "Started",
    "TrainedNetwork",
    "TrainingEvaluator",
    "TrialFinished",
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
