"""The table of every child of a small space, each trained once or more.

Legend of shapes: N descriptions, R trainings of each at most, E epochs.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nasedu.data.shipped import tables_folder
from nasedu.documents import read_json
from nasedu.errors import DataError, NaseduError
from nasedu.problems import Problem, problem_of, read_space
from nasedu.spaces import Space, count_sequences, places_of
from nasedu.training import Measure, Task
from nasedu.values import checked
from nasedu.whole_file import write_whole

DIVERGED = -1
MISSING = -2


@dataclass(frozen=True, eq=False, repr=False)
class NetworkTable:
    """What training gave, for every description of a space.

    A description's place is where its token sequence stands, see `places_of`. Of most children
    there is one training; of some there are R, which share nothing but the architecture. Of
    descriptions that are one architecture the first was trained; what is computed below from the
    arrays has its results at the places of all.

    Args:
        space: The children.
        about: How the table was made: ``seed``, ``evaluator`` (data, recipe) and
            ``machines`` (a list: processor and versions), as JSON values.
        valid: ``(R, N, E)`` points of the validation curves: float64, or int16 counts where
            points are shares of the data (of images those that are right); -1 if the child
            diverged, -2 if there is no such training.
        test: ``(R, N)`` the same of the test part, after training.
        seconds: ``(R, N)`` float32 processor time of training and validation; NaN if there
            is no such training.
        parameters: ``(N,)`` int32 trained numbers.
        flop: ``(N,)`` int64 floating-point operations of one image or symbol, forward.
        name: What `load` finds it by from any folder: a name, or an absolute path.
        digest: SHA-256 of the file that it was loaded from.

    Raises:
        DataError: Arrays that do not fit the space, or too little is said about them.
    """

    space: Space
    about: dict[str, Any]
    valid: NDArray[Any]
    test: NDArray[Any]
    seconds: NDArray[np.float32]
    parameters: NDArray[np.int32]
    flop: NDArray[np.int64]
    name: str = ""
    digest: str = ""

    def __post_init__(self) -> None:
        try:
            epochs = _checked_epochs(self.about, self.task.is_share)
        except ValueError as error:
            raise DataError(
                f"the description of the table is incomplete or wrong ({error})"
            ) from None
        size, repeats = count_sequences(self.space.decisions), len(self.valid)
        shapes = {"valid": (repeats, size, epochs), "parameters": (size,), "flop": (size,)}
        for name in ARRAYS:
            dtype = ARRAYS[name] or dtype_of(self.problem)
            shape, found = shapes.get(name, (repeats, size)), getattr(self, name)
            if found.shape != shape or found.dtype != dtype:
                raise DataError(
                    f"{name} is {found.dtype} of shape {found.shape}; expected {dtype} of {shape}"
                )
        self._check_numbers()

    def _check_numbers(self) -> None:
        """Raise `DataError` for a number that no training can have given."""
        known = self.about["evaluator"]
        for name in ("valid", "test"):
            most = known[f"num_{name}"] if self.task.is_share else LARGEST_POINT
            points = getattr(self, name)
            if points.size and not MISSING <= points.min() <= points.max() <= most:
                raise DataError(
                    f"{name} has numbers from {points.min()} to {points.max()}; expected "
                    f"{MISSING} to {most:g}"
                )
        if (self.test[:, self.first != np.arange(len(self))] != MISSING).any():
            raise DataError("test has trainings of descriptions that the table has under another")
        without = np.minimum(self.test, 0)[..., None]  # (R, N, 1), 0 where the child was tested
        if (np.minimum(self.valid, 0) != without).any():
            raise DataError("valid and test name different trainings as diverged or missing")
        seconds = self.seconds[self.test != MISSING]
        if not (np.isfinite(seconds) & (seconds >= 0)).all():
            raise DataError("seconds has an impossible time; expected 0 or more")
        for name in ("parameters", "flop"):
            if getattr(self, name).min() < 1:
                raise DataError(f"{name} has {getattr(self, name).min()}; expected at least 1")

    def __len__(self) -> int:
        return len(self.parameters)

    def __repr__(self) -> str:
        trained = f"{self.num_trainings:,} trainings"
        return f"NetworkTable({len(self):,} descriptions, {trained}, seed {self.about['seed']})"

    @property
    def problem(self) -> Problem:
        """The kind of its children."""
        return problem_of(self.space)

    @property
    def task(self) -> type[Task]:
        """What its children were trained for."""
        return self.problem.load("task")

    @cached_property
    def measure(self) -> Measure:
        """What its children are measured in."""
        return self.task.measure_of(self.about["evaluator"])

    @property
    def sign(self) -> int:
        """1 if more of the measure is better, -1 if less is."""
        return 1 if self.measure.higher_is_better else -1

    @cached_property
    def first(self) -> NDArray[np.int64]:
        """``(N,)`` the place that was trained for every description."""
        return self.space.representatives()

    @property
    def num_trainings(self) -> int:
        """How many trainings the table holds."""
        return int((self.test != MISSING).sum())

    @cached_property
    def repeats(self) -> NDArray[np.int64]:
        """``(N,)`` how often the child of every description was trained."""
        return (self.test != MISSING).sum(0)[self.first]

    @cached_property
    def curves(self) -> NDArray[np.float64]:
        """``(R, N, E)`` validation curves, points as in an `Outcome`; NaN where there is none."""
        return self._points("valid")

    @cached_property
    def best(self) -> NDArray[np.float64]:
        """``(R, N)`` values of the validation points that rewards are made of.

        In the table's `measure`, e.g. the best accuracy of the last 5 epochs; NaN where there is
        none.
        """
        return self._values(self.task.best_of(self.curves))

    @cached_property
    def tested(self) -> NDArray[np.float64]:
        """``(R, N)`` values of the test part, e.g. accuracies; NaN where there is none."""
        return self._values(self._points("test"))

    @cached_property
    def score(self) -> NDArray[np.float64]:
        """``(R, N)`` what children are compared by, the higher the better: `best`, or less it.

        What diverged, or is worse than knowing nothing where that is known, counts as the worst,
        so that no mean hangs on how far it ran away. NaN: no such training.
        """
        return self._scores(self.best)

    @cached_property
    def test_score(self) -> NDArray[np.float64]:
        """``(R, N)`` the same of the test part."""
        return self._scores(self.tested)

    @cached_property
    def reward(self) -> NDArray[np.float64]:
        """``(R, N)`` what a strategy is told; NaN where there is nothing."""
        points, where = np.unique(self.task.best_of(self.curves), return_inverse=True)
        known = self.about["evaluator"]  # each as training does it, to the last bit
        of = [self.task.reward_of((p,), known) if p == p else p for p in points.tolist()]
        return np.array(of)[where].reshape(self.test.shape)

    def places(self, tokens: ArrayLike) -> NDArray[np.int64]:
        """Return the places ``(B,)`` of token sequences ``(B, T)``.

        Raises:
            SearchSpaceError: Not sequences of this space.
        """
        return places_of(self.space.decisions, tokens)

    def _points(self, part: str) -> NDArray[np.float64]:
        """Return the points of a part at every place, NaN where there are none."""
        stored = getattr(self, part)[:, self.first]
        total = self.about["evaluator"][f"num_{part}"] if self.task.is_share else 1
        return np.where(stored < 0, np.nan, stored / total)

    def _values(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values of points in the table's measure."""
        values, has = points.copy(), ~np.isnan(points)
        values[has] = [self.measure.read(point) for point in points[has].tolist()]
        return values

    def _scores(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        scores, symbols = self.sign * values, self.about["evaluator"].get("num_symbols")
        worst = self.sign * self.measure.read(symbols) if symbols else np.nanmin(scores)
        has_diverged = self.test[:, self.first] == DIVERGED
        return np.where(has_diverged, worst, np.maximum(scores, worst))

    def save(self, path: Path) -> str:
        """Write the table, whole or not at all; return the file's SHA-256, which names it.

        Raises:
            DataError: It cannot be written.
        """
        arrays = {name: getattr(self, name) for name in ARRAYS}
        about = {**self.about, "space": json.loads(self.space.to_json())}
        packed = io.BytesIO()
        np.savez_compressed(packed, about=np.array(json.dumps(about, sort_keys=True)), **arrays)
        write_whole(path, packed.getvalue(), DataError)
        return hashlib.sha256(packed.getvalue()).hexdigest()

    @classmethod
    def load(cls, name: str | Path = "digits_3_layers") -> NetworkTable:
        """Read what `save` wrote. Nothing in the file is executed.

        Args:
            name: A table that comes with the package, or the path of another or of its folder.

        Raises:
            DataError: There is no such file, or it is not a table.
        """
        shipped = tables_folder() / f"{name}.npz"
        path = shipped if shipped.is_file() else Path(name).absolute()
        found_by = str(name if path == shipped else path)
        path = path / "table.npz" if path.is_dir() else path
        if not path.is_file():
            raise DataError(f"there is no table {str(name)!r}; make one with `nasedu table build`")
        try:
            packed = path.read_bytes()
            _check_size(packed)
            with np.load(io.BytesIO(packed), allow_pickle=False) as file:
                arrays = {key: file[key] for key in ARRAYS}
                about = checked(read_json(str(file["about"])), dict[str, Any], "about")
            space = read_space(json.dumps(about.pop("space")))
            digest = hashlib.sha256(packed).hexdigest()
            return cls(space, about, **arrays, name=found_by, digest=digest)
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror or error}") from None
        except Exception as error:  # on damage the standard library's readers raise almost anything
            ours = isinstance(error, NaseduError) or type(error) is ValueError
            reason = " ".join(str(error).split())[:200] if ours else type(error).__name__
            raise DataError(
                f"{name} is not a table of children, or it is damaged ({reason}); make one with "
                "`nasedu table build`"
            ) from None


ARRAYS = {
    "valid": "",  # see `dtype_of`
    "test": "",
    "seconds": "float32",
    "parameters": "int32",
    "flop": "int64",
}


LARGEST_POINT = 1e155  # as in an outcome
LARGEST = 2**31  # bytes of all arrays: ten million networks need a fifth of it
LONGEST_TITLE = 1000  # characters: pictures lay it out word by word
Setting = bool | int | float | str | None


def dtype_of(problem: Problem) -> str:
    """Return the type of the points that a table keeps: counts if they are shares of the data."""
    return "int16" if problem.load("task").is_share else "float64"


def _checked_epochs(about: dict[str, Any], counts: bool) -> int:
    """Return the epochs of every training, if all that is read of ``about`` is what it must be.

    Raises:
        ValueError: Something is missing, or of another type or size.
    """
    known = checked(about.get("evaluator"), dict[str, Any], "evaluator")
    for name in ("num_train", "num_valid", "num_test"):
        most = np.iinfo(np.int16 if counts and name != "num_train" else np.int32).max
        if not 1 <= checked(known.get(name), int, name) <= most:
            raise ValueError(f"{name} is {known[name]}; expected 1 to {most}")
    title = checked(known.get("title"), str, "title")
    if not title or len(title) > LONGEST_TITLE:
        raise ValueError(f"title has {len(title):,} characters; expected 1 to {LONGEST_TITLE:,}")
    checked(known.get("data"), str, "data")
    if not checked(about.get("machines"), tuple[dict[str, str], ...], "machines"):
        raise ValueError("machines is empty")
    for name in ("seed", "best"):
        if checked(about.get(name, 0 if name == "best" else None), int, name) < 0:
            raise ValueError(f"{name} is {about[name]}; expected at least 0")
    recipe = checked(known.get("recipe"), dict[str, Setting], "recipe")
    if not checked(recipe.get("epochs"), int, "epochs") >= 1:
        raise ValueError(f"epochs is {recipe['epochs']}; expected at least 1")
    return recipe["epochs"]


def _check_size(packed: bytes) -> None:
    """Raise ValueError before anything is unpacked that has no room in memory."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > LARGEST:
        raise ValueError(f"{size:,} bytes when unpacked; expected at most {LARGEST:,}")
