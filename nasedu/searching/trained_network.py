"""The trained network: a final training, read again to be used."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from nasedu.documents import check_same
from nasedu.errors import NaseduError, StudyError
from nasedu.problems import problem_of, read_architecture
from nasedu.runs.folder import has_study
from nasedu.searching.final_training import CHECKPOINT, FinalTraining, checked_record
from nasedu.searching.jobs import RESULT, read_result
from nasedu.training import Checkpoint, Outcome
from nasedu.training.training import put_kept_weights
from nasedu.values import fill

TRAINED = "trained"  # folder in that of a search, with a folder for each training of its children


@dataclass(frozen=True, eq=False)
class TrainedNetwork:
    """A network with the weights that its training kept, and the task that it was trained for.

    Attributes:
        folder: That of the training.
        final: What was trained, and how; its task has the data.
        child: The network, in evaluation mode.
        record: What came of it.
    """

    folder: Path
    final: FinalTraining
    child: nn.Module
    record: dict[str, Any]

    @classmethod
    def load(cls, folder: str | Path) -> TrainedNetwork:
        """Read a finished training, or the newest one of a search's children.

        Raises:
            StudyError: There is none, it is damaged, or its data are others by now.
        """
        folder = _training_in(Path(folder))
        if (record := read_result(folder)) is None:
            raise StudyError(
                f"the training in {folder} is not finished; go on with the command that began it"
            )
        record = checked_record(record, folder)
        try:
            net = read_architecture(json.dumps(record.get("architecture")))
            data = record["data"]["name"]
            recipe = problem_of(net, data).read_recipe(record["recipe"])
            final = FinalTraining(net, data, recipe, record.get("seed", 0))
        except (NaseduError, ValueError) as error:
            raise StudyError(f"{folder / RESULT} cannot be read ({error})") from None
        path = folder / _winner(record) / CHECKPOINT
        state = Checkpoint.load(path)
        ours, theirs = ({**s, "device": "any"} for s in (final.settings, state.settings))
        check_same(ours, theirs, str(path), StudyError)
        child = final.task.build(net)
        put_kept_weights(child, state, recipe, str(path))
        return cls(folder, final, child.eval(), record)

    def logits(self, images: Tensor) -> Tensor:
        """Return the logits ``(N, K)`` of images ``(N, C, H, W)``, uint8 as of the data set."""
        return self.final.task.logits(self.child, images)

    @property
    def words(self) -> str:
        """Which network it is, in a line: its data and its test result."""
        measure = self.final.task.measure
        test = measure.text(measure.read(self.record["outcome"]["test"]), more=1)
        data = self.record["data"]["title"]
        return f"{self.final.net.digest[:8]}, trained on {data}: test {measure.short} {test}"


def folder_in(search: Path, final: FinalTraining) -> Path:
    """Return where a training of a search's child is kept if nobody says where.

    The name has a digest of all that is asked for, so that the same command goes on, and another
    one begins a folder of its own.
    """
    asked = json.dumps(final.asked, sort_keys=True).encode()
    return search / TRAINED / f"{final.name}-{hashlib.sha256(asked).hexdigest()[:8]}"


def _training_in(folder: Path) -> Path:
    """Return the folder of a training: this one, or the newest of those in a search's folder."""
    if not has_study(folder):
        if not folder.is_dir():
            raise StudyError(f"{folder} is no folder; expected one that `nasedu train` wrote")
        if not (folder / RESULT).exists() and not any(folder.glob("*.json")):
            raise StudyError(f"{folder} holds no training; expected a folder of `nasedu train`")
        return folder
    results = [(path.stat().st_mtime_ns, path) for path in folder.glob(f"{TRAINED}/*/{RESULT}")]
    if not results:
        raise StudyError(
            f"{folder} is a search, whose children leave no weights; train its best child first: "
            f"nasedu train {folder}"
        )
    return max(results)[1].parent


def _winner(record: dict[str, Any]) -> str:
    """Return where the checkpoint of a grid's best point lies; here if there was no grid."""
    if not record.get("grid"):
        return "."
    rewards = [fill(Outcome, row["outcome"]).reward for row in record["grid"]]
    best = max(reward for reward in rewards if reward is not None)
    return f"points/{rewards.index(best) + 1:03d}"
