"""The event files: a search for TensorBoard, a point a child and a point an update."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from nasedu.errors import StudyError
from nasedu.extras import needed
from nasedu.runs import Study
from nasedu.training.measure import REWARD
from nasedu.viewing.units import measure_of, value_of
from nasedu.whole_file import write_whole

Point = tuple[str, float, int, float]  # tag, value, step, seconds of training until then
OF_UPDATES = ("mean_reward", "baseline", "entropy", "loss", "gradient_norm")


def write_events(study: Study, folder: Path) -> Path:
    """Write a search into a folder that TensorBoard shows; return where.

    Its time is the training time of all children so far, as if one had trained after the other.

    Raises:
        SettingError: The package is missing.
        StudyError: The folder is not empty, or cannot be written.
    """
    needed("tensorboard", "--tensorboard")
    from torch.utils.tensorboard import SummaryWriter

    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = not any(folder.iterdir())
    except OSError as error:
        raise StudyError(f"{folder} cannot be made: {error.strerror}") from None
    if not is_empty:
        raise StudyError(f"{folder} is not empty, and TensorBoard adds up; choose a new folder")
    with TemporaryDirectory() as place:
        with SummaryWriter(place) as writer:
            for tag, value, step, seconds in curve_points(study):
                writer.add_scalar(tag, value, step, walltime=seconds)
        for file in sorted(Path(place).iterdir()):
            write_whole(folder / file.name, file.read_bytes(), StudyError)
    return folder


def curve_points(study: Study) -> Iterator[Point]:
    """Yield what the files show: of every child that has ended, and of every update."""
    of, seconds, best, ends = measure_of(study.config), 0.0, None, {}
    for trial in study.trials():
        if trial.outcome is None:
            continue
        seconds += trial.outcome.seconds
        ends[trial.learner, trial.batch] = seconds
        yield "child/seconds", trial.outcome.seconds, trial.number, seconds
        if trial.outcome.num_parameters:
            yield "child/parameters", trial.outcome.num_parameters, trial.number, seconds
        if trial.reward is None:
            continue
        best = trial.reward if best is None else max(best, trial.reward)
        yield "child/reward", trial.reward, trial.number, seconds
        yield "child/best reward so far", best, trial.number, seconds
        if of != REWARD and (value := value_of(trial, of)) is not None:
            yield f"child/{of.name}", value, trial.number, seconds
    for update in study.updates():
        who = f"learner {update.learner} " if update.learner else ""
        for name in OF_UPDATES if update.stats else ():
            if (value := getattr(update.stats, name)) is not None:
                end = ends.get((update.learner, update.number), 0.0)
                yield f"{who}update/{name.replace('_', ' ')}", value, update.number, end
